"""Every test here runs prime's Python texts the way prime does: given by `-c` to a real interpreter."""

import glob
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TEXTS = Path(__file__).resolve().parents[2] / "src" / "python" / "texts"


def interpreters():
    """One interpreter of each minor version from 3.6 that the machine has, and the one that runs the tests."""
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    found = {}
    for minor in range(6, 31):
        patterns = [f"{root}/versions/3.{minor}.*/bin/python3.{minor}", f"/usr/bin/python3.{minor}"]
        paths = [path for pattern in patterns for path in sorted(glob.glob(pattern))]
        if paths:
            found[f"3.{minor}"] = paths[0]
    found.setdefault(f"3.{sys.version_info[1]}", getattr(sys, "_base_executable", sys.executable))
    return found


FOUND = interpreters()


@pytest.fixture(params=list(FOUND.values()), ids=list(FOUND))
def python(request):
    return request.param


@pytest.fixture
def newest():
    return list(FOUND.values())[-1]


def source(text):
    return (TEXTS / text).read_text(encoding="ascii")


def start(python, flags, text, *arguments, cwd="/"):
    command = [str(python), *flags, "-c", source(text), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env={}, cwd=cwd, check=False)


def answer(python, flags, text, *arguments):
    done = start(python, flags, text, *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout.decode("ascii").splitlines()[-1])


def make_venv(python, folder, *options):
    subprocess.run([str(python), "-m", "venv", "--without-pip", *options, str(folder)], env={}, check=True)
    return folder / "bin" / "python"
