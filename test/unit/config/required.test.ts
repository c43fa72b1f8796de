import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pep440 from "@renovatebot/pep440";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { VERSION_REQUEST } from "../../../src/config/schema/version-text.ts";
import { PrimeError } from "../../../src/errors.ts";
import { repoAt } from "./place.ts";

let top: string;
let root: string;

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-required-")));
  root = path.join(top, "a", "repo");
  fs.mkdirSync(root, { recursive: true });
});

afterEach(() => fs.rmSync(top, { recursive: true }));

function write(name: string, text: string): string {
  const file = path.resolve(root, name);
  fs.writeFileSync(file, text);
  return file;
}

const load = () => loadConfig({ repo: repoAt(root), env: {}, flags: {} });
const required = async () => (await load()).config.required_python_version;

describe(".python-version", () => {
  test.each([
    ["3.12", "3.12"],
    ["3.12.1\n", "3.12.1"],
    ["3", "3"],
    ["3.14.0rc1\n", "3.14.0rc1"],
    ["cpython-3.12.1", "cpython-3.12.1"],
    ["cpython@3.12", "cpython@3.12"],
    ["pypy3.10", "pypy3.10"],
    ["pypy@3.10", "pypy@3.10"],
    ["pypy3.10-7.3.17", "pypy3.10"],
    [">=3.10, <3.13", ">=3.10, <3.13"],
    ["\n# ours\n  3.11  # until May\r\n3.10\n", "3.11"],
    ["3.12.1 3.11.9", "3.12.1"],
    ["\uFEFF3.12\r\n", "3.12"],
  ])("%j is %s", async (text, version) => {
    const file = write(".python-version", text);
    const loaded = await load();
    expect(loaded.config.required_python_version).toEqual({ value: version, source: { kind: "file", where: file } });
    expect(loaded.warnings).toEqual([]);
  });

  test("the nearest wins, and each nearer place is an input", async () => {
    write("../../.python-version", "3.10");
    const near = write("../.python-version", "3.11");
    const { config, inputs } = await load();
    expect(config.required_python_version).toEqual({ value: "3.11", source: { kind: "file", where: near } });
    expect(inputs.filter((input) => input.path.endsWith(".python-version"))).toEqual([
      { kind: "no-file", path: path.join(root, ".python-version") },
      { kind: "file", path: near },
    ]);
  });

  test("a folder of that name does not count, with a word", async () => {
    fs.mkdirSync(path.join(root, ".python-version"));
    write("../.python-version", "3.11");
    const { config, warnings } = await load();
    expect(config.required_python_version.value).toBe("3.11");
    expect(warnings).toEqual([`${path.join(root, ".python-version")} is a folder: passed over`]);
  });

  test("a link to a file counts", async () => {
    write("pin", "3.9");
    fs.symlinkSync("pin", path.join(root, ".python-version"));
    expect((await required()).value).toBe("3.9");
  });

  test("a virtualenv of pyenv's is passed over, with a word, and the next line counts", async () => {
    const file = write(".python-version", "myenv\n3.12\n");
    const { config, warnings } = await load();
    expect(config.required_python_version.value).toBe("3.12");
    expect(warnings).toEqual([`${file} says \`myenv\`, which is no version of Python: passed over`]);
  });

  test("Python 2 is passed over, with a word, where a line says another", async () => {
    const file = write(".python-version", "2.7.18\npypy2.7\n3.12\n");
    const { config, warnings } = await load();
    expect(config.required_python_version.value).toBe("3.12");
    expect(warnings).toEqual(
      ["2.7.18", "pypy2.7"].map((name) => `${file} says \`${name}\`, which prime does not work with: passed over`),
    );
  });

  test("in UTF-16, as PowerShell writes it, it counts, too", async () => {
    const file = write(".python-version", "");
    fs.writeFileSync(file, "\uFEFF3.12\r\n", "utf16le");
    expect(await load()).toMatchObject({ config: { required_python_version: { value: "3.12" } }, warnings: [] });
  });

  test("a name of an executable is the version in it; a free-threaded build has a command of its own", async () => {
    const file = write(".python-version", "3.13t\npython3.12\n");
    const { config, warnings } = await load();
    expect(config.required_python_version.value).toBe("3.12");
    expect(warnings).toEqual([
      `${file} says \`3.13t\`, a free-threaded build, which \`./prime python pin 3.13t\` chooses: passed over`,
    ]);
  });

  test.each(["myenv\n", "system\n", "3.13t", "", "# nothing\n"])(
    "%j pins nothing: requires-python counts, a farther file does not",
    async (text) => {
      const file = write(".python-version", text);
      write("../.python-version", "3.8");
      write("pyproject.toml", '[project]\nrequires-python = ">=3.11"\n');
      const { config, inputs } = await load();
      expect(config.required_python_version.value).toBe(">=3.11");
      expect(inputs).toContainEqual({ kind: "file", path: file });
    },
  );

  test("prime's own configuration beats it, and then it is no input", async () => {
    write(".python-version", "3.8");
    const file = write("prime.toml", 'required_python_version = "3.12"');
    const { config, inputs } = await load();
    expect(config.required_python_version.source.where).toBe(file);
    expect(inputs).toEqual([
      { kind: "file", path: file },
      { kind: "absent", path: path.join(root, "prime.lock") },
    ]);
  });
});

describe("ranges", () => {
  test("requires-python", async () => {
    const where = write("pyproject.toml", '[project]\nrequires-python = " >=3.9 "\n');
    const source = { kind: "file", where, key: "project.requires-python" };
    expect(await required()).toEqual({ value: ">=3.9", source });
  });

  test("requires-python that is no text", async () => {
    const file = write("pyproject.toml", "[project]\nname = 'x'\nrequires-python = 3.9\n");
    const error = await load().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PrimeError);
    expect((error as PrimeError).message).toBe(
      `could not use ${file}:3: \`project.requires-python\` must be a range in quotes, e.g. ">=3.10", found 3.9`,
    );
  });

  test("a pyproject.toml that is torn and needed", async () => {
    const file = write("pyproject.toml", "[project]\nrequires-python = \n");
    const error = await load().catch((reason: unknown) => reason);
    expect((error as PrimeError).message).toContain(`could not read ${file}:2:`);
  });

  test.each([
    ["[metadata]\npython_requires = >=2\n[options]\npython_requires = >=3.8\n", ">=3.8"],
    ["[options]\n# python_requires = >=3\npython_requires: >=3.7\nzip_safe = no\n", ">=3.7"],
    ["[options]\npython-requires=>=3.6\n", ">=3.6"],
    ["[options]\npython_requires =\n  >=3.6,\n  # not that one\n  !=3.7.*\npackages = find:\n", ">=3.6,!=3.7.*"],
    ["[options]\r\npython_requires = >=3.8\r\n", ">=3.8"],
  ])("setup.cfg %j", async (text, value) => {
    const where = write("setup.cfg", text);
    expect(await required()).toEqual({ value, source: { kind: "file", where, key: "options.python_requires" } });
  });

  test("setup.cfg as pbr reads it", async () => {
    const where = write("setup.cfg", "[metadata]\nname = x\npython_requires = >=3.9\n");
    const source = { kind: "file", where, key: "metadata.python_requires" };
    expect(await required()).toEqual({ value: ">=3.9", source });
  });

  test.each([
    "[options.extras_require]\npython_requires = >=3\n",
    "[options]\npython_requires =\n",
    "python_requires = 3\n",
  ])("setup.cfg %j says nothing", async (text) => {
    write("setup.cfg", text);
    expect(await required()).toEqual({ value: null, source: { kind: "default" } });
  });

  test.each([
    ["^3.9", ">=3.9,<4"],
    ["^3.9.1,!=3.9.7", ">=3.9.1,<4,!=3.9.7"],
    ["~3.9", "~=3.9.0"],
    ["~3.9.2", "~=3.9.2"],
    ["~=3.9", "~=3.9"],
    [">=3.8, <3.12", ">=3.8, <3.12"],
    ["3.11.*", "==3.11.*"],
    ["^2.7 || ^3.6", null],
    ["*", null],
  ])("Poetry's %j", async (text, value) => {
    const where = write("pyproject.toml", `[tool.poetry.dependencies]\npython = "${text}"\n`);
    const source =
      value === null ? { kind: "default" } : { kind: "file", where, key: "tool.poetry.dependencies.python" };
    expect(await required()).toEqual({ value, source });
  });

  test.each([
    ['setup(name="x", python_requires=">=3.8, <4")', ">=3.8, <4"],
    ["setup(\n  # python_requires='>=3.6',\n  python_requires = '~=3.7'\n)\n", "~=3.7"],
    ["python_requires = '>=3.8'\nsetup(python_requires=python_requires)", ">=3.8"],
    ["more = {\n  'python_requires': '>=3.9',  # and so on\n}\nsetup(**more)", ">=3.9"],
    ["setup(python_requires='>=%d' % 3)", null],
    ["setup(python_requires='>=3.6') if old else setup(python_requires='>=3.8')", null],
    ["setup(python_requires='newest')", null],
  ])("setup.py %j", async (text, value) => {
    const where = write("setup.py", text);
    const source = value === null ? { kind: "default" } : { kind: "file", where, key: "python_requires" };
    expect(await required()).toEqual({ value, source });
  });

  test("requires-python beats setup.cfg, which is then no input", async () => {
    write("pyproject.toml", '[project]\nrequires-python = ">=3.9"\n');
    const cfg = write("setup.cfg", "[options]\npython_requires = >=3.8\n");
    const { config, inputs } = await load();
    expect(config.required_python_version.value).toBe(">=3.9");
    expect(inputs.map((input) => input.path)).not.toContain(cfg);
  });
});

describe("what is a version request", () => {
  const RANGES = [
    ">=3.10",
    "~=3.12",
    "==3.12.*",
    "!=3.9.*,>=3.8",
    "<3.13.0a1",
    ">= 3.8 , < 4",
    ">3.6.post1",
    "<=3.9.dev0",
  ];
  test.each([...RANGES, "3", "3.12", "3.12.1", "3.14.0b2", "pypy-3.10", "cpython3.12", "python3.12", "pypy"])(
    "%s is",
    (text) => {
      expect(VERSION_REQUEST.test(text)).toBe(true);
    },
  );

  test.each([
    "",
    "x",
    "3.",
    ".3",
    "3.12.1.4",
    "3.x",
    "^3.9",
    "~=3",
    ">=3.*",
    "==",
    "3.12 3.11",
    ">=3.8,",
    "py3",
    "3.12\n",
  ])("%j is none", (text) => {
    expect(VERSION_REQUEST.test(text)).toBe(false);
  });

  test("every range that is taken is one by PEP 440", () => {
    const operators = ["~=", "==", "!=", "<", "<=", ">", ">=", "^", ""];
    const versions = ["3", "3.12", "3.12.1", "3.12.*", "3.13.0rc1", "3.*", "3.9.post1", "x"];
    const clauses = operators.flatMap((operator) => versions.map((version) => `${operator}${version}`));
    const ranges = clauses.flatMap((one) => [one, `${one}, >=3.8`]).filter((text) => /^[~=!<>]/.test(text));
    const taken = ranges.filter((text) => VERSION_REQUEST.test(text));
    expect(taken.length).toBeGreaterThan(50);
    for (const text of taken) expect([text, pep440.validRange(text)]).toEqual([text, true]);
  });
});
