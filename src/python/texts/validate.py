"""Says whether a finished environment is whole; run by the environment itself.

`ENV/bin/python -I -B -c THIS FOLDER VERSION SOABI`: FOLDER is the environment's own folder, VERSION its `X.Y.Z`, SOABI
what `sysconfig` must say. Prints one line of JSON: `{"ok": ..., "problems": [...], "packages": {name: version},
"digests": {name: sha256}, "site_packages": [...]}`. Makes `__pycache__` in site-packages, so that the first import
does not change that folder.
"""

import hashlib
import os
import sys
import sysconfig

# csv, json, configparser, shlex and contextlib take as long as all the rest: what can do without them does.

# Room for the longest path there is (PATH_MAX) and the words around it.
HEAD_OF_SCRIPT = 8192

# Path to what `real` says of it.
REAL = {}


def main():
    folder, version, soabi = sys.argv[1:4]
    site_packages = site_folders()
    scripts = sysconfig.get_path("scripts")
    packages = {}
    digests = {}
    problems = identity_problems(folder, version, soabi)
    for site in site_packages:
        if not is_within(site, folder):
            problems.append(f"packages are installed in {site}, outside the environment")
            continue
        for info in folders_of_packages(site):
            name, installed = name_and_version(info)
            packages[name] = installed
            if info.endswith(".dist-info"):
                rows = rows_of(os.path.join(info, "RECORD"))
                problems += record_problems(site, info, name, rows)
                digests[name] = digest_of_contents(rows)
            for name in names_of_scripts(info):
                problems += script_problems(os.path.join(scripts, name), folder)
        make_pycache(site)
    return {
        "ok": not problems,
        "problems": problems,
        "packages": packages,
        "digests": digests,
        "site_packages": site_packages,
    }


def identity_problems(folder, version, soabi):
    found = "{}.{}.{}".format(*sys.version_info[:3])
    found_soabi = sysconfig.get_config_var("SOABI") or ""
    problems = []
    if os.path.realpath(sys.prefix) != os.path.realpath(folder):
        problems.append(f"sys.prefix is {sys.prefix}, not {folder}")
    if found != version:
        problems.append(f"the interpreter is {found}, not {version}")
    if found_soabi != soabi:
        problems.append(f"the ABI is {found_soabi}, not {soabi}")
    return problems


def site_folders():
    """Where packages are installed, pure ones and those with extension modules: one folder, on some systems two."""
    folders = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    return sorted({os.path.realpath(folder) for folder in folders if os.path.isdir(folder)})


def folders_of_packages(site):
    """Also those of setuptools' older kind, which tell a name and a version and no files."""
    return [os.path.join(site, name) for name in sorted(os.listdir(site)) if name.endswith((".dist-info", ".egg-info"))]


def name_and_version(info):
    """From the head of METADATA, which ends at the first empty line; else from the folder's name."""
    fields = {}
    for path in (os.path.join(info, "METADATA"), os.path.join(info, "PKG-INFO"), info):
        for line in lines_of(path):
            key, separator, value = line.partition(":")
            if not line.strip() or not separator:
                break
            fields.setdefault(key.lower(), value.strip())
    stem = os.path.splitext(os.path.basename(info))[0]
    parts = stem.split("-")
    return fields.get("name", parts[0]), fields.get("version", parts[1] if len(parts) > 1 else "")


def record_problems(site, info, name, rows):
    """Files in RECORD that are not there. Byte code is left out: an interpreter may replace it at any time."""
    paths = [row[0] for row in rows if row and not row[0].endswith(".pyc")]
    if not paths:
        return ["{}: {} is missing or empty".format(name, os.path.join(info, "RECORD"))]
    listings = {}
    missing = []
    for path in paths:
        folder, _, base = path.rpartition("/")
        if folder not in listings:
            # What leads out of the environment is none of it, and not looked at.
            own = is_within(os.path.join(site, folder), sys.prefix)
            listings[folder] = names_in(os.path.join(site, folder)) if own else None
        if listings[folder] is not None and base not in listings[folder]:
            missing.append(os.path.normpath(os.path.join(site, path)))
    return [f"{name}: {path} is missing" for path in missing]


def digest_of_contents(rows):
    """sha256 of what a wheel brought, by RECORD's own digests: equal wherever and by whomever the wheel is installed.

    Left out is what differs from one environment to the next: scripts, which name their interpreter, and notes that the
    installer makes (PEP 376, PEP 610, uv).
    """
    made = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_build.json", "uv_cache.json"}
    kept = sorted(
        f"{row[0]}\0{row[1]}\n"
        for row in rows
        if len(row) > 1 and row[1] and not row[0].startswith("../") and row[0].rpartition("/")[2] not in made
    )
    return hashlib.sha256("".join(kept).encode("utf-8", "surrogateescape")).hexdigest()


def names_of_scripts(info):
    """Those of the scripts that the installer made for a package's entry points."""
    section = ""
    for line in lines_of(os.path.join(info, "entry_points.txt")):
        name, is_entry, _ = line.partition("=")
        if line.startswith("["):
            section = line.strip()
        elif is_entry and section in ("[console_scripts]", "[gui_scripts]") and not line[0].isspace():
            yield name.strip()


def script_problems(script, folder):
    interpreter = interpreter_of(script)
    if interpreter is None:
        return []
    if not os.path.isfile(interpreter):
        return [f"{script} is to be run by {interpreter}, which does not exist"]
    if real(os.path.dirname(interpreter)) != os.path.join(real(folder), "bin"):
        return [f"{script} is to be run by {interpreter}, which is outside the environment"]
    return []


def interpreter_of(script):
    """What the script's first line names, also by the detour over sh that installers take for long paths and spaces."""
    if not os.path.isfile(script):  # a pipe would keep its reader waiting
        return None
    try:
        with open(script, "rb") as file:
            head = os.fsdecode(file.read(HEAD_OF_SCRIPT))
    except OSError:
        return None
    if not head.startswith("#!"):
        return None
    first, _, rest = head[2:].partition("\n")
    if first.strip() != "/bin/sh":
        return first.strip()
    import shlex

    words = shlex.shlex(rest, posix=True)
    words.whitespace_split = True
    try:
        return words.get_token() if words.get_token() == "exec" else None
    except ValueError:
        return None


def is_within(path, folder):
    return (real(path) + os.sep).startswith(real(folder) + os.sep)


def real(path):
    """`os.path.realpath` of an absolute path, which looks at each folder once."""
    if path not in REAL:
        parent, name = os.path.split(path)
        whole = os.path.join(real(parent), name) if name else path
        is_plain = name not in ("", ".", "..") and not os.path.islink(whole)
        REAL[path] = whole if is_plain else os.path.realpath(whole)
    return REAL[path]


def make_pycache(site):
    try:
        os.mkdir(os.path.join(site, "__pycache__"))
    except OSError:
        return


def names_in(folder):
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def rows_of(record):
    lines = [line for line in lines_of(record) if line.rstrip("\r\n")]
    if any('"' in line for line in lines):
        import csv

        return list(csv.reader(lines))
    return [line.rstrip("\r\n").split(",") for line in lines]


def lines_of(path):
    if not os.path.isfile(path):
        return
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            yield from file
    except OSError:
        return


def as_json(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[{}]".format(", ".join(map(as_json, value)))
    if isinstance(value, dict):
        return "{{{}}}".format(", ".join(f"{as_json(key)}: {as_json(one)}" for key, one in value.items()))
    units = value.encode("utf-16-be", "surrogatepass")
    return '"{}"'.format("".join(map(as_character, units[::2], units[1::2])))


def as_character(high, low):
    is_plain = high == 0 and 31 < low < 127 and low not in b'"\\'
    return chr(low) if is_plain else f"\\u{high:02x}{low:02x}"


sys.stdout.write(as_json(main()) + "\n")
