"""
Starts an app's entry: `run_app.py ENTRY NAME SCRIPT [ARGUMENT...]`.

ENTRY is `module:function`, or a console script; SCRIPT is the file that argv[0] names. On trial (see watch.py) the file
that PRIME_WATCHED names is told when the main function is reached, and of an exception that it did not catch.
"""

import contextlib
import os
import sys

PARENT, _, FILE = os.environ.pop("PRIME_WATCHED", "").partition(" ")


def tell(mark):
    if str(os.getppid()) == PARENT:
        with contextlib.suppress(OSError), open(FILE, "a", encoding="ascii") as file:
            file.write(mark)


def load(entry):
    """The main function; importing it runs the app's code."""
    if ":" in entry:
        module, _, names = entry.partition(":")
        found = __import__(module, fromlist=["_"])
        for name in names.split("."):
            found = getattr(found, name)
        return found
    from importlib.metadata import entry_points

    every = entry_points()
    scripts = every.select(group="console_scripts") if hasattr(every, "select") else every.get("console_scripts", [])
    return next((one.load() for one in scripts if one.name == entry), None)


def run(entry, _, script, *arguments):
    sys.argv[:] = [script, *arguments]
    sys.path[0] = os.path.dirname(script)
    main = load(entry)
    tell("m")
    if main is None:  # no Python of its own: a script that a wheel brings
        os.execv(script, [script, *arguments])
    try:
        status = main()
        if ":" in entry and hasattr(status, "__await__"):
            import asyncio

            status = asyncio.run(status)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException:
        tell("x")
        raise
    sys.exit(status)


if __name__ == "__main__":
    run(*sys.argv[1:])
