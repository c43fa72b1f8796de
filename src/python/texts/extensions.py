"""Says which extension modules of an environment load, for a look after its interpreter was replaced.

`ENV/bin/python -I -B -c THIS SITE...`: each SITE is a site-packages folder. Prints one line of JSON: `{"loaded":
number, "failed": [[path, why], ...]}`. A module is loaded without being run: the system's loader finds all that it
needs, or says what is missing. Only one that does not load alone is imported, since its package may load libraries
for it.
"""

import importlib
import importlib.machinery
import json
import mmap
import os
import signal
import sys

try:
    import ctypes
except ImportError:
    ctypes = None


# Seconds that one module may take to load.
LIMIT = 60


def main():
    waiting = [(site, path) for site in sys.argv[1:] for path in extension_modules(site)]
    loaded = 0
    failed = []
    at_once = os.cpu_count() or 1
    for start in range(0, len(waiting), at_once):
        children = [start_look(site, path) for site, path in waiting[start : start + at_once]]
        for (_, path), child in zip(waiting[start:], children):
            why = end_look(*child)
            if why is None:
                loaded += 1
            else:
                failed.append([path, why])
    return {"loaded": loaded, "failed": failed}


def start_look(site, path):
    """In a process of its own: a module that ends it takes no other one along, and none sees what others loaded."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid != 0:
        os.close(writer)
        return pid, reader
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        signal.alarm(LIMIT)
        why = why_not_loaded(path) and why_not_imported(site, path)
        os.write(writer, json.dumps(why).encode("ascii"))
    finally:
        os._exit(0)


def end_look(pid, reader):
    with open(reader, "rb") as answer:
        text = answer.read()
    _, status = os.waitpid(pid, 0)
    if text:
        return json.loads(text.decode("ascii"))
    if os.WIFSIGNALED(status):
        return f"it ends the process by {signal.Signals(os.WTERMSIG(status)).name}"
    return "it ends the process"


def extension_modules(site):
    for folder, names, files in os.walk(site):
        names.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            suffix = suffix_of(name)
            if suffix is not None and (suffix != ".so" or has_init_function(path)):
                yield path


def suffix_of(name):
    suffixes = sorted(importlib.machinery.EXTENSION_SUFFIXES, key=len, reverse=True)
    return next((suffix for suffix in suffixes if name.endswith(suffix)), None)


def has_init_function(path):
    """Wheels bring libraries of every kind as `x.so`; a module has a function of its own name (PEP 489)."""
    name = os.path.basename(path)[: -len(".so")]
    if not os.path.isfile(path):  # a pipe would keep its reader waiting
        return False
    try:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as library:
            return library.find(f"PyInit_{name}".encode("utf-8", "surrogateescape")) >= 0
    except (OSError, ValueError):  # an empty file can't be mapped
        return False


def why_not_loaded(path):
    """With all symbols bound at once, not when they are called first."""
    if ctypes is None:
        return "this interpreter has no ctypes"
    try:
        ctypes.CDLL(path, mode=os.RTLD_NOW | os.RTLD_LOCAL)
    except OSError as error:
        return str(error)
    return None


def why_not_imported(site, path):
    name = os.path.relpath(path, site)[: -len(suffix_of(path))]
    try:
        importlib.import_module(name.replace(os.sep, "."))
    except ImportError as error:
        return str(error)
    except BaseException:
        return None  # it loads, and then needs what is not here, e.g. a display
    return None


sys.stdout.write("\n" + json.dumps(main()) + "\n")
