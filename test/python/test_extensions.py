import subprocess
import sysconfig
from pathlib import Path

import pytest
from conftest import answer, make_venv

SOURCE = """
#include <Python.h>
%s
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "%s", NULL, -1, NULL};
PyMODINIT_FUNC PyInit_%s(void) { %s; return PyModule_Create(&def); }
"""


class Environment:
    def __init__(self, python, folder):
        self.python = make_venv(python, folder)
        self.site = next((folder / "lib").glob("*/site-packages"))
        names = "sysconfig.get_path('include'), sysconfig.get_config_var('EXT_SUFFIX')"
        code = f"import sysconfig; print(*[{names}], sep='\\n')"
        told = subprocess.run([str(python), "-I", "-c", code], stdout=subprocess.PIPE, env={}, check=True).stdout
        self.include, self.suffix = told.decode().splitlines()

    def compile(self, name, declared="", called="(void)0", suffix=None, libraries=()):
        if not Path(self.include, "Python.h").exists() or not sysconfig.get_config_var("CC"):
            pytest.skip("this Python has no headers")
        module = name.rpartition(".")[2]
        file = self.site.joinpath(*name.split("."))
        file.parent.mkdir(exist_ok=True)
        source = file.with_suffix(".c")
        source.write_text(SOURCE % (declared, module, module, called))
        target = f"{file}{suffix or self.suffix}"
        words = ["cc", "-shared", "-fPIC", f"-I{self.include}", str(source), "-o", target, *libraries]
        subprocess.run(words, check=True)
        return target

    def load(self):
        told = answer(self.python, ["-I", "-B"], "extensions.py", self.site)
        return {name: told[name] for name in ("loaded", "failed")}


@pytest.fixture
def environment(newest, tmp_path):
    return Environment(newest, tmp_path / "env")


def test_modules_load_in_every_version(python, tmp_path):
    environment = Environment(python, tmp_path / "env")
    assert environment.load() == {"loaded": 0, "failed": []}
    environment.compile("whole")
    environment.compile("pkg.plain", suffix=".so")
    assert environment.load() == {"loaded": 2, "failed": []}


def test_a_library_that_is_no_module_is_left_alone(environment):
    (environment.site / "attach.so").write_bytes(b"\x7fELF of another machine")
    environment.compile("whole", suffix=".so")
    assert environment.load() == {"loaded": 1, "failed": []}


def test_a_symbol_that_the_interpreter_no_longer_has_is_named(environment):
    path = environment.compile("broken", "extern void Py_WasThereOnce(void);", "if (def.m_size) Py_WasThereOnce()")
    environment.compile("whole")
    found = environment.load()
    assert found["loaded"] == 1
    [[failed, why]] = found["failed"]
    assert failed == path
    assert "Py_WasThereOnce" in why


def test_what_a_package_loads_for_its_module_counts(environment):
    helper = environment.site / "libhelper.so"
    source = environment.site / "helper.c"
    source.write_text("void helper(void) {}")
    environment.compile("pkg.needs", "extern void helper(void);", "helper()")
    subprocess.run(["cc", "-shared", "-fPIC", str(source), "-o", str(helper)], check=True)
    assert len(environment.load()["failed"]) == 1
    preload = f"import ctypes; ctypes.CDLL({str(helper)!r}, ctypes.RTLD_GLOBAL); print('loud')"
    (environment.site / "pkg" / "__init__.py").write_text(preload)
    assert environment.load() == {"loaded": 1, "failed": []}


def test_a_file_that_is_no_library_is_named(environment):
    (environment.site / f"torn{environment.suffix}").write_bytes(b"")
    [[failed, _]] = environment.load()["failed"]
    assert failed.endswith(f"torn{environment.suffix}")


def test_one_that_ends_the_process_takes_no_other_along(environment):
    crash = "#include <stdlib.h>\n__attribute__((constructor)) static void crash(void) { abort(); }"
    path = environment.compile("crashes", crash)
    end = "#include <stdlib.h>\n__attribute__((constructor)) static void end(void) { _Exit(0); }"
    other = environment.compile("ends", end)
    environment.compile("whole")
    environment.compile("another")
    assert environment.load() == {
        "loaded": 2,
        "failed": [[path, "it ends the process by SIGABRT"], [other, "it ends the process"]],
    }


def test_a_library_that_is_missing_is_named(environment):
    library = environment.site / "libgone.so"
    source = environment.site / "gone.c"
    source.write_text("void gone(void) {}")
    subprocess.run(["cc", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
    path = environment.compile("needs", "extern void gone(void);", "gone()", libraries=[str(library)])
    library.unlink()
    [[failed, why]] = environment.load()["failed"]
    assert failed == path
    assert why.endswith("libgone.so: cannot open shared object file: No such file or directory")


def test_the_modules_of_a_package_are_imported_in_one_process_as_long_as_none_ends_it(environment):
    names = ["a", "b", "ends", "z"]
    paths = [environment.compile(f"pkg.{name}", called="abort()" if name == "ends" else "(void)0") for name in names]
    imports = environment.site / "imports"
    note = f"import os\nwith open({str(imports)!r}, 'a') as file:\n    print(os.getpid(), file=file)\n"
    (environment.site / "pkg/__init__.py").write_text(note)
    found = answer(environment.python, ["-I", "-B"], "extensions.py", "--import", environment.site)
    assert found["failed"] == [[paths[2], "it ends the process by SIGABRT"]]
    assert found["loaded"] == len(names) - 1
    assert len(imports.read_text().split()) == 2
