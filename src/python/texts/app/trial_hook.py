"""Found as `sitecustomize` by the Python program of a start on trial: notes an exception that nothing caught.

What it set is gone before the program runs, and the environment's own `sitecustomize` is imported in its place.
"""

import contextlib
import os
import sys


def _begin():
    parent, _, file = os.environ.pop("PRIME_WATCHED", "").partition(" ")
    folder = os.path.dirname(__file__)
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    others = os.pathsep.join(path for path in paths if path != folder)
    if others:
        os.environ["PYTHONPATH"] = others
    else:
        os.environ.pop("PYTHONPATH", None)
    sys.path[:] = [path for path in sys.path if path != folder]
    if parent == str(os.getppid()):
        before = sys.excepthook

        def hook(kind, error, trace):
            if not issubclass(kind, KeyboardInterrupt):
                with contextlib.suppress(OSError), open(file, "a", encoding="ascii") as marks:
                    marks.write("x")
            before(kind, error, trace)

        sys.excepthook = hook
    del sys.modules["sitecustomize"]
    import sitecustomize  # noqa: F401 - `site` says nothing of one that is not there


_begin()
