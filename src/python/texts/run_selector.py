"""Asks a repo's python selector: `-c THIS SELECTOR MAJOR MINOR PATCH`, answered by one JSON object on standard output.

`{"path": ...}` is what the selector returned; `{"failure": ..., "text": ..., "line": ...}` says why there is no answer.
What the selector and its children print goes to standard error.
"""

import importlib.util
import json
import os
import sys
import traceback

FUNCTION = "select_python_file_abs_path"


def main():
    channel = os.dup(1)  # children don't inherit it (PEP 446)
    os.dup2(2, 1)
    selector = sys.argv[1]
    version = tuple(int(part) for part in sys.argv[2:5])
    sys.argv = [selector]
    answer = ask(selector, version)
    with os.fdopen(channel, "w", encoding="ascii") as answers:
        json.dump(answer, answers)


def ask(selector, version):
    try:
        function = getattr(load(selector), FUNCTION, None)
        if not callable(function):
            return {"failure": "undefined"}
        path = function(version)
    except BaseException as error:
        return describe(error, selector)
    if path is None or isinstance(path, str):
        return {"path": path}
    return {"failure": "type", "text": type(path).__name__}


def load(selector):
    spec = importlib.util.spec_from_file_location("python_selector", selector)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def describe(error, selector):
    name = type(error).__name__
    if isinstance(error, SyntaxError) and error.filename == selector:
        return {"failure": "syntax", "text": f"{name}: {error.msg}", "line": error.lineno}
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == selector]
    text = f"{name}: {error}" if str(error) else name
    return {"failure": "raised", "text": text, "line": lines[-1] if lines else None}


main()
