"""Says which extension modules of an environment load, for a look after its interpreter was replaced.

`ENV/bin/python -I -B -c THIS [--import] [--stdlib] [--certificates] [--module=NAME...] SITE...`: each SITE is a
site-packages folder. Prints one line of JSON: `{"loaded": number, "failed": [[path or name, why], ...], "modules":
[name, ...], "known": [name, ...]}`. A module is loaded without being run: the system's loader finds all that it needs,
or says what is missing. Only one that does not load alone is imported, since its package may load libraries for it.

Before an upgrade all are imported as well (`--import`), and modules of the standard library are: those that are
named, and with `--stdlib` all that are compiled. `modules` are those that can be imported; `known` are all that this
version is to have, as far as it says so.
"""

import importlib
import importlib.machinery
import json
import mmap
import os
import signal
import sys
import sysconfig

try:
    import ctypes
except ImportError:
    ctypes = None


# Seconds that one module may take to load.
LIMIT = 60


def main():
    options = [word for word in sys.argv[1:] if word.startswith("--")]
    sites = [word for word in sys.argv[1:] if not word.startswith("--")]
    names = {word[len("--module=") :] for word in options if word.startswith("--module=")}
    if "--stdlib" in options:
        names.update(compiled_modules())
    deep = "--import" in options
    modules = [(name, lambda name=name: why_no_module(name)) for name in sorted(names)]
    if "--certificates" in options:
        modules.append(("certificates", why_no_certificates))
    found = [(site, path) for site in sites for path in extension_modules(site)]
    files = [(path, lambda s=site, p=path: look_at(s, p)) for site, path in found]
    failed = look_at_all([[one] for one in modules + files])
    if deep:
        unfit = {path for path, _ in failed}
        failed += look_at_all(by_package([one for one in found if one[1] not in unfit]))
        failed += [[path, "it is built for another ABI"] for site in sites for path in foreign_modules(site)]
    missing = {name for name, _ in failed}
    return {
        "loaded": len([path for path, _ in files if path not in missing]),
        "failed": failed,
        "modules": [name for name, _ in modules if name not in missing],
        "known": sorted(getattr(sys, "stdlib_module_names", ())),
    }


def look_at_all(batches):
    """In a process for each batch: a module that ends it takes no other one along, and those behind it get another."""
    failed = []
    at_once = os.cpu_count() or 1
    while batches:
        now, batches = batches[:at_once], batches[at_once:]
        children = [start_looks(batch) for batch in now]
        for batch, child in zip(now, children):
            answers, end = end_looks(*child)
            answers += [end] if len(answers) < len(batch) else []
            failed += [[what, why] for (what, _), why in zip(batch, answers) if why is not None]
            rest = batch[len(answers) :]
            batches += [rest] if rest else []
    return failed


def start_looks(batch):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid != 0:
        os.close(writer)
        return pid, reader
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        for _, look in batch:
            signal.alarm(LIMIT)
            os.write(writer, json.dumps(look()).encode("ascii") + b"\n")
    finally:
        os._exit(0)


def end_looks(pid, reader):
    """What was answered, and how it came to an end."""
    with open(reader, "rb") as answer:
        lines = answer.read().splitlines()
    _, status = os.waitpid(pid, 0)
    name = f" by {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else ""
    return [json.loads(line.decode("ascii")) for line in lines], f"it ends the process{name}"


def by_package(found):
    """The modules of one package together: each would import the whole of it anew, and some have hundreds."""
    batches = {}
    for site, path in found:
        top = os.path.relpath(path, site).partition(os.sep)[0]
        batches.setdefault((site, top), []).append((path, lambda s=site, p=path: why_unfit(s, p)))
    return list(batches.values())


def look_at(site, path):
    """One that can't be loaded alone may need what its package loads; the rest, a display say, is not here."""
    error = why_not_loaded(path) and error_of_import(module_name(site, path))
    return str(error) if isinstance(error, ImportError) else None


def why_unfit(site, path):
    """What loads must not end the process when it begins to run, and not say that it is for another interpreter."""
    error = error_of_import(module_name(site, path))
    # Packages bring modules for what need not be installed.
    is_fault = isinstance(error, (ImportError, SystemError)) and not isinstance(error, ModuleNotFoundError)
    return str(error) if is_fault else None


def why_no_module(name):
    error = error_of_import(name)
    return error and f"{type(error).__name__}: {error}"


def error_of_import(name):
    try:
        importlib.import_module(name)
    except BaseException as error:
        return error
    return None


def why_no_certificates():
    import ssl

    paths = ssl.get_default_verify_paths()
    if ssl.create_default_context().cert_store_stats()["x509_ca"] or (paths.capath and os.listdir(paths.capath)):
        return None
    return f"no certificates to trust in {paths.openssl_cafile} and {paths.openssl_capath}"


def compiled_modules():
    """Those of the standard library that are files of their own; what only its own tests need is left out."""
    folder = sysconfig.get_config_var("DESTSHARED") or ""
    names = os.listdir(folder) if os.path.isdir(folder) else []
    modules = {name[: -len(suffix_of(name))] for name in names if suffix_of(name) is not None}
    return {name for name in modules if "test" not in name and not name.lstrip("_").startswith("xx")}


def foreign_modules(site):
    """Modules whose name says another ABI, and beside which none is for this one."""
    suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)
    for folder, _, files in os.walk(site):
        fit = {name.partition(".")[0] for name in files if name.endswith(suffixes[:-1])}
        for name in sorted(files):
            stem, _, rest = name.partition(".")
            if rest.startswith(("cpython-", "pypy")) and rest.endswith(".so") and stem not in fit:
                yield os.path.join(folder, name)


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


def module_name(site, path):
    return os.path.relpath(path, site)[: -len(suffix_of(path))].replace(os.sep, ".")


sys.stdout.write("\n" + json.dumps(main()) + "\n")
