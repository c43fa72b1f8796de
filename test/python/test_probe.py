import json
import os
import subprocess
import sys

import pytest
from conftest import answer, make_venv, source, start

FLAGS = ["-I", "-S", "-B"]


def probe(python):
    return answer(python, FLAGS, "probe.py")


def ask(python, expression):
    code = f"import os, sys, sysconfig; print({expression})"
    return (
        subprocess.run([str(python), "-I", "-c", code], stdout=subprocess.PIPE, env={}, check=True)
        .stdout.decode()
        .strip()
    )


def test_answers_what_the_interpreter_says_of_itself(python):
    found = probe(python)
    assert found["version"] == ask(python, "'%d.%d.%d' % sys.version_info[:3]")
    assert found["implementation"] == ask(python, "sys.implementation.name")
    assert found["soabi"] == ask(python, "sysconfig.get_config_var('SOABI')")
    assert found["platform"] == ask(python, "sysconfig.get_platform()")
    assert found["basePrefix"] == ask(python, "sys.base_prefix")
    assert found["stdlib"] == ask(python, "os.path.dirname(os.__file__)")
    assert found["machine"] == ask(python, "os.uname().machine")
    assert found["isVenv"] is False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's names of machines")
@pytest.mark.parametrize(
    ("kernel", "machine"), [("x86_64", "i686"), ("aarch64", "armv7l"), ("armv8l", "armv7l"), ("armv6l", "armv6l")]
)
def test_32_bits_on_a_64_bit_kernel_are_a_platform_of_their_own(newest, kernel, machine):
    named = f"named = os.uname(); os.uname = lambda: os.uname_result((*named[:4], {kernel!r}))"
    code = f"import os, struct; struct.calcsize = lambda form: 4; {named}\n{source('probe.py')}"
    found = json.loads(subprocess.run([newest, *FLAGS, "-c", code], stdout=subprocess.PIPE, env={}, check=True).stdout)
    assert (found["platform"], found["machine"]) == (f"linux-{machine}", machine)


def test_a_standard_library_without_os_py_is_none_though_the_interpreter_starts(newest, tmp_path):
    stdlib = ask(newest, "os.path.dirname(os.__file__)")
    (tmp_path / "lib").mkdir()
    for entry in os.listdir(stdlib):
        if entry not in ("os.py", "__pycache__"):
            os.symlink(os.path.join(stdlib, entry), tmp_path / "lib" / entry)
    code = f"import os; os.__file__ = {str(tmp_path / 'lib' / 'os.py')!r}\n{source('probe.py')}"
    done = subprocess.run([newest, *FLAGS, "-c", code], stderr=subprocess.PIPE, env={}, check=False)
    assert done.returncode == 1
    assert done.stderr.decode() == f"it has lost its standard library: {tmp_path / 'lib' / 'os.py'} is not there\n"


def test_libpython_is_the_one_that_the_loader_took(python):
    linked = subprocess.run(["ldd", python], stdout=subprocess.PIPE, env={}, check=True).stdout.decode()
    lines = [line.split() for line in linked.splitlines() if "libpython" in line]
    expected = os.path.realpath(lines[0][2]) if lines else None
    assert probe(python)["libpython"] == expected


def test_looks_out_of_a_venv_of_links_and_of_copies_and_of_a_venv_in_a_venv(python, tmp_path):
    outer = make_venv(python, tmp_path / "outer")
    inner = make_venv(outer, tmp_path / "inner")
    copied = make_venv(python, tmp_path / "copied", "--copies")
    for venv in (outer, inner, copied):
        found = probe(venv)
        assert found["isVenv"] is True
        assert found["realPath"] == os.path.realpath(python)
        assert not found["executable"].startswith(str(tmp_path))


def test_a_venv_that_leads_nowhere_is_no_answer(newest, tmp_path):
    venv = make_venv(newest, tmp_path / "venv")
    (tmp_path / "venv" / "pyvenv.cfg").write_text(f"home = {tmp_path}/gone\n")
    done = start(venv, FLAGS, "probe.py")
    assert done.returncode == 1
    assert done.stderr.decode() == f"the interpreter that its venv was made from is gone from {tmp_path}/gone\n"


def test_writes_no_byte_code_and_runs_no_hook(newest, tmp_path):
    venv = make_venv(newest, tmp_path / "venv")
    site = next((tmp_path / "venv" / "lib").glob("*/site-packages"))
    (site / "hook.pth").write_text("import sys; sys.exit('hooked')\n")
    assert probe(venv)["isVenv"] is True
    assert [path.name for path in site.iterdir()] == ["hook.pth"]
