"""Says in one line of JSON what the interpreter that runs it is. Started with `-I -S -B`: no site hook runs."""

import os
import struct
import sys
import sysconfig

# Characters; a pyvenv.cfg has some hundred.
MOST_OF_CONFIG = 65536


def main():
    if not sys.executable:
        sys.exit("it does not know its own path")
    executable = outside_venvs(sys.executable)
    info = sys.version_info
    mapped = mapped_files()
    return {
        "executable": executable,
        "realPath": os.path.realpath(executable),
        "implementation": sys.implementation.name,
        "version": "{}.{}.{}".format(*info[:3]),
        "prerelease": prerelease(info),
        "soabi": sysconfig.get_config_var("SOABI") or "",
        "platform": platform(),
        "libc": libc(mapped),
        "machine": machine(),
        "basePrefix": getattr(sys, "base_prefix", sys.prefix),
        "stdlib": stdlib(),
        "builtFor": sysconfig.get_config_var("LIBDEST"),
        "libpython": libpython(mapped),
        "isVenv": executable != sys.executable,
    }


def prerelease(info):
    names = {"alpha": "a", "beta": "b", "candidate": "rc"}
    if info.releaselevel not in names:
        return ""
    return f"{names[info.releaselevel]}{info.serial}"


def stdlib():
    """The folder of the standard library. From 3.11 on an interpreter starts without os.py, which is frozen into it."""
    file = getattr(os, "__file__", None) or os.path.join(sysconfig.get_path("stdlib"), "os.py")
    folder = os.path.dirname(os.path.abspath(file))
    names = ("os.py", "os.pyc")
    if os.path.isdir(folder) and not any(os.path.isfile(os.path.join(folder, name)) for name in names):
        sys.exit(f"it has lost its standard library: {os.path.join(folder, 'os.py')} is not there")
    return folder


def outside_venvs(executable):
    """What a venv was made from, through nested venvs; before 3.11, `sys._base_executable` stops in the venv."""
    seen = set()
    while executable not in seen:
        seen.add(executable)
        home = venv_home(executable)
        if home is None:
            return executable
        executable = interpreter_in(home, executable)
    sys.exit(f"its venv leads back to itself: {executable}")


def venv_home(executable):
    """`home` of the pyvenv.cfg beside the executable or one folder up (PEP 405); None outside any venv."""
    folder = os.path.dirname(executable)
    for place in (folder, os.path.dirname(folder)):
        config = os.path.join(place, "pyvenv.cfg")
        if not os.path.isfile(config):  # a pipe would keep its reader waiting
            continue
        try:
            with open(config, encoding="utf-8", errors="surrogateescape") as file:
                text = file.read(MOST_OF_CONFIG)
        except OSError:
            continue
        for line in text.splitlines():
            key, _, value = line.partition("=")
            if key.strip().lower() == "home":
                return os.path.join(place, value.strip())
    return None


def interpreter_in(home, venv_executable):
    name = "pypy" if sys.implementation.name == "pypy" else "python"
    major, minor = sys.version_info[:2]
    names = [f"{name}{major}.{minor}", f"{name}{major}", name]
    paths = [os.path.join(home, each) for each in [*names, os.path.basename(venv_executable)]]
    usable = [path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)]
    if not usable:
        sys.exit(f"the interpreter that its venv was made from is gone from {home}")
    real = os.path.realpath(venv_executable)
    return next((path for path in usable if os.path.realpath(path) == real), usable[0])


def mapped_files():
    """Paths of the files that this process has mapped (proc(5)); none where the system does not tell."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            rows = [line.rstrip("\n").split(None, 5) for line in maps]
    except OSError:
        return []
    return [row[5] for row in rows if len(row) == 6 and row[5].startswith("/")]


def libc(mapped):
    if not sys.platform.startswith("linux"):
        return ""
    try:
        if (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc"):
            return "gnu"
    except (AttributeError, OSError, ValueError):
        pass
    is_musl = any(os.path.basename(path).startswith(("ld-musl-", "libc.musl-")) for path in mapped)
    built_for = str(sysconfig.get_config_var("HOST_GNU_TYPE"))
    return "musl" if is_musl or "musl" in built_for else ""


def platform():
    """As sysconfig.get_platform() says it, which on Linux names the kernel's machine."""
    return f"linux-{machine()}" if sys.platform.startswith("linux") else sysconfig.get_platform()


def machine():
    """The machine that this process is built for: a 32-bit interpreter may run on a 64-bit kernel (uname(2))."""
    name = os.uname().machine
    if struct.calcsize("P") == 4:
        return {"x86_64": "i686", "aarch64": "armv7l", "armv8l": "armv7l"}.get(name, name)
    return name


def libpython(mapped):
    """The shared library that the interpreter lives in, or None when it is a part of the executable."""
    for path in mapped:
        if os.path.basename(path).startswith(("libpython", "libpypy")):
            return path
    if mapped or not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        return None
    name = sysconfig.get_config_var("INSTSONAME") or ""
    folders = [sysconfig.get_config_var("LIBDIR") or "", os.path.join(sys.prefix, "lib")]
    paths = [os.path.join(folder, os.path.basename(name)) for folder in folders if folder and name]
    return next((path for path in paths if os.path.isfile(path)), None)


def as_json(value):
    """By hand: in a new interpreter, whose library is not compiled, json would take most of the time."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    units = value.encode("utf-16-be", "surrogatepass")
    return '"{}"'.format("".join("\\u{:02x}{:02x}".format(*units[at : at + 2]) for at in range(0, len(units), 2)))


sys.stdout.write("{{{}}}\n".format(", ".join(f"{as_json(key)}: {as_json(value)}" for key, value in main().items())))
