import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseIni } from "../../../src/ini.ts";
import { readSetupPy } from "../../../src/project/files/setup-py.ts";

test("an INI text is read as configparser does", () => {
  const text = `
# comment
[metadata]
name = app
url: https://example.org/?a=b   ; kept
[options.extras_require]
test =
    pytest

    # a comment within
    six ; python_version < "3"
docs = sphinx
[flake8]
flag
max-line-length=120
[metadata]
version = 1
`;
  const sections = Object.fromEntries([...parseIni(text)].map(([name, keys]) => [name, Object.fromEntries(keys)]));
  expect(sections).toEqual({
    metadata: { name: "app", url: "https://example.org/?a=b   ; kept", version: "1" },
    "options.extras_require": { test: 'pytest\nsix ; python_version < "3"', docs: "sphinx" },
    flake8: { flag: "", "max-line-length": "120" },
  });
});

describe("a setup.py, read and not run", () => {
  let file: string;
  beforeEach(() => {
    file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "prime-setup-")), "setup.py");
  });
  afterEach(() => fs.rmSync(path.dirname(file), { recursive: true }));

  const cases: [string, string, string[], boolean][] = [
    ["a literal", 'setup(extras_require={"dev": ["a"], \'test\': ["b",], })', ["dev", "test"], true],
    [
      "nested brackets and comments",
      'setup(extras_require={  # {\n"dev": ["a[x]", f(1, {"no": 2})], # "gone": []\n"t": []})',
      ["dev", "t"],
      true,
    ],
    ["a call of dict", "setup(extras_require=dict(test=tests, docs=['a'],))", ["test", "docs"], true],
    ["a call of dict with more than names", "setup(extras_require=dict(others, test=['a']))", ["test"], false],
    ["a call of dict in a variable", "E = dict(dev=['a'])\nsetup(extras_require=E)", ["dev"], true],
    ["a variable", 'EXTRAS = {"dev": ["a"]}\nsetup(extras_require=EXTRAS)', ["dev"], true],
    ["an annotated name set by keys", 'e = {}\ne["dev"] = ["a"]\nsetup(extras_require=e)', ["dev"], true],
    [
      "a dict variable of that name",
      'extras_require = {"dev": []}\nsetup(extras_require=extras_require)',
      ["dev"],
      true,
    ],
    [
      "markers, with a name before them or without",
      "setup(extras_require={':os_name==\"nt\"': ['a'], 'dev:x': ['b']})",
      ["dev"],
      true,
    ],
    [
      "a variable that others are made from",
      'e = {"dev": ["a"]}\ne["all"] = sum(e.values(), [])\ne["more"] = e["dev"] + ["b"]\nsetup(extras_require=e)',
      ["dev", "all", "more"],
      true,
    ],
    ["no extras", "setup(name='x')", [], true],
    ["a commented-out one", '# extras_require={"dev": []}\nsetup()', [], true],
    ["one in a docstring", '"""extras_require={"dev": []}"""\nsetup()', [], true],
    ["a call", "setup(extras_require=find())", [], false],
    ["a spread", 'setup(extras_require={"dev": [], **more})', ["dev"], false],
    ["a comprehension", "setup(extras_require={name: [] for name in names})", [], false],
    ["a computed key", 'setup(extras_require={f"dev": [], "t": []})', ["t"], false],
    ["a merged variable", 'e = {"dev": []}\ne.update(more)\nsetup(extras_require=e)', ["dev"], false],
    ["a key of a dict passed by stars", 'kwargs["extras_require"] = {"dev": []}\nsetup(**kwargs)', ["dev"], true],
    ["a dict passed by stars", 'kwargs = {"name": "x", "extras_require": {"dev": []}}\nsetup(**kwargs)', ["dev"], true],
    ["a dict that is changed", 'kwargs = {"extras_require": {}}\nkwargs["extras_require"]["dev"] = []', [], false],
    ["a key of a dict that is taken out", 'setup(**more)\nmore.pop("extras_require", {"dev": []})', [], false],
  ];
  test.each(cases)("%s", (_, text, extras, known) => {
    fs.writeFileSync(file, text);
    const found = readSetupPy(file);
    expect([Object.keys(found?.extras ?? {}), found?.extrasAreKnown]).toEqual([extras, known]);
  });

  test("names, requirement texts and requirement files", () => {
    fs.writeFileSync(
      file,
      'setup(\n  name="app", extras_require={"Dev_x": ["a>=1", \'b\']},\n  x=open("requirements-dev.txt"))',
    );
    expect(readSetupPy(file)).toMatchObject({
      name: "app",
      extras: { "dev-x": ["a>=1", "b"] },
      requirementFiles: ["requirements-dev.txt"],
    });
  });

  test.each([
    ["setup(ext_modules=[Extension(name='_app', sources=[])], name='app')"],
    ["e = Extension(name='_app', sources=['a.c'])\nsetuptools.setup(ext_modules=[e], name='app')"],
    ["e = Extension(name='_app')\nmetadata = dict(version='1', name='app')\nsetup(**metadata)"],
  ])("the name is the project's, not an extension module's: %j", (text) => {
    fs.writeFileSync(file, text);
    expect(readSetupPy(file)?.name).toBe("app");
  });
});
