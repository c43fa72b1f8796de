import { expect, it } from "vitest";
import { program } from "../../support/machine.ts";
import { good, packageFiles, repo } from "../../support/repos.ts";

const SETUP_PY = `from setuptools import Extension, setup
setup(name="app", version="1", py_modules=[], ext_modules=[Extension("fast", ["fast.c"])])
`;
const PYPROJECT = `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
`;
const CACHE_KEYS = '[tool.uv]\ncache-keys = [{ file = "setup.py" }, { file = "*.c" }]\n';

/** A module whose `answer()` is this number. */
function source(answer: number): string {
  return `#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(${answer}); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "fast", NULL, -1, methods};
PyMODINIT_FUNC PyInit_fast(void) { return PyModule_Create(&module); }
`;
}

const ASK = ["run", "python", "-c", "import fast; print(fast.answer())"];

it("an extension module is compiled anew by a reboot, and at once when its sources are declared as build inputs", async () => {
  program("cc");
  const box = repo({ "setup.py": SETUP_PY, "pyproject.toml": PYPROJECT, "fast.c": source(1) });
  expect((await good(box, ASK)).stdout).toBe("1\n");
  const now = () => ({ mtime: Date.now() / 1000 });
  box.file("fast.c", source(2), now());
  expect((await good(box, ASK)).stdout).toBe("1\n");
  await good(box, ["reboot"]);
  expect((await good(box, ASK)).stdout).toBe("2\n");

  box.file("pyproject.toml", PYPROJECT + CACHE_KEYS, now());
  await good(box);
  box.file("fast.c", source(3), now());
  expect((await good(box, ASK)).stdout).toBe("3\n");
});

it("what an editable package reads from its folder is there", async () => {
  const files = packageFiles(".", "app", "dependencies = []");
  const read = "import importlib.resources as r; print(r.files('app').joinpath('data/words.txt').read_text(), end='')";
  const box = repo({ ...files, "src/app/data/words.txt": "first\n" });
  expect((await good(box, ["run", "python", "-c", read])).stdout).toBe("first\n");
  box.file("src/app/data/words.txt", "second\n");
  expect((await good(box, ["run", "python", "-c", read])).stdout).toBe("second\n");
});
