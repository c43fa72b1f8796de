"""Tells which of protoprimer's entry functions scripts call: `-c THIS SCRIPT...`, answered by a JSON list.

For each script it holds `"boot_env"` or `"start_app"` when exactly one of the two is called, by its name or as an
attribute, with one string as the only argument; else null, as for what is not Python.
"""

import ast
import json
import os
import sys

FUNCTIONS = ("boot_env", "start_app")
# Bytes; entry scripts are short, and a longer file is none.
MOST_OF_SCRIPT = 1048576


def main():
    json.dump([entry_call(script) for script in sys.argv[1:]], sys.stdout)


def entry_call(script):
    if not os.path.isfile(script):  # a pipe would keep its reader waiting
        return None
    try:
        with open(script, "rb") as file:
            tree = ast.parse(file.read(MOST_OF_SCRIPT))
        called = {name_of(node) for node in ast.walk(tree) if is_entry(node)}
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return called.pop() if len(called) == 1 else None


def is_entry(node):
    return isinstance(node, ast.Call) and name_of(node) in FUNCTIONS and has_one_string(node)


def name_of(call):
    return getattr(call.func, "attr", None) or getattr(call.func, "id", None)


def has_one_string(call):
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    try:
        return len(values) == 1 and isinstance(ast.literal_eval(values[0]), str)
    except ValueError:
        return False


main()
