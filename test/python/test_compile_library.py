import os
import shutil
import subprocess

from conftest import source

# Large in each version, with nothing of itself to load
SOME = ["typing", "subprocess", "enum", "locale"]
# Bytes by which an import tells whether it can take what was compiled (PEP 552; before Python 3.7 four less)
HEADER = 12


def compiled_by(python, folder, part):
    """What one part compiles of a library that holds but a few files."""
    code = f"import os, sys; sys.path = [{str(folder)!r}]\n{source('compile_library.py')}"
    subprocess.run([str(python), "-I", "-S", "-c", code, part], env={}, check=True)
    return sorted(name.split(".")[0] for name in os.listdir(folder / "__pycache__"))


def test_each_part_compiles_its_own_files_as_an_import_would(python, tmp_path):
    stdlib = subprocess.check_output([python, "-I", "-c", "import os; print(os.path.dirname(os.__file__), end='')"])
    for part, names in ("0", ["enum", "typing"]), ("1", ["locale", "subprocess"]):
        folder = tmp_path / part
        folder.mkdir()
        for name in SOME:
            shutil.copy(os.path.join(stdlib.decode(), f"{name}.py"), folder)
        assert compiled_by(python, folder, part) == names
        for name in names:
            code = f"import py_compile; py_compile.compile('{name}.py', '{name}.again')"
            subprocess.check_output([python, "-I", "-c", code], cwd=folder)
            (made,) = (folder / "__pycache__").glob(f"{name}.*")
            assert made.read_bytes()[:HEADER] == (folder / f"{name}.again").read_bytes()[:HEADER]
