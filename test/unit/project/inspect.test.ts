import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import type { Project } from "../../../src/project/project.ts";
import { BUILD, inspect, PACKAGE, root, SETUP_PY, watched } from "./place.ts";

const FLIT =
  '[build-system]\nrequires = ["flit_core<4"]\nbuild-backend = "flit_core.buildapi"\n[tool.flit.metadata]\nmodule = "x"\n';

describe("the kind of a repo", () => {
  const cases: [string, Record<string, string>, Project["kind"], boolean][] = [
    [
      "uv.lock beside a pyproject.toml",
      { "pyproject.toml": PACKAGE, "uv.lock": "", "pylock.toml": "" },
      "uv-lock",
      true,
    ],
    [
      "uv.lock beside a pyproject.toml that only configures tools",
      { "uv.lock": "", "pyproject.toml": "[tool.ruff]\n" },
      "nothing",
      false,
    ],
    [
      "uv.lock beside dependency groups alone",
      { "uv.lock": "", "pyproject.toml": "[dependency-groups]\ndev = []\n" },
      "uv-lock",
      false,
    ],
    ["uv.lock without a pyproject.toml", { "uv.lock": "" }, "nothing", false],
    ["pylock.toml", { "pyproject.toml": PACKAGE, "pylock.toml": 'lock-version = "1.0"' }, "pylock", true],
    ["pylock.toml alone", { "pylock.toml": 'lock-version = "1.0"' }, "pylock", false],
    ["[project]", { "pyproject.toml": PACKAGE, "setup.py": SETUP_PY, "requirements.txt": "six" }, "pyproject", true],
    ["[build-system] and setup.py", { "pyproject.toml": BUILD, "setup.py": SETUP_PY }, "setup", true],
    ["[build-system] of another backend alone", { "pyproject.toml": FLIT }, "setup", true],
    ["the same beside requirement files", { "pyproject.toml": FLIT, "requirements.txt": "six" }, "requirements", true],
    ["setuptools, with nothing that describes a project", { "pyproject.toml": BUILD }, "nothing", false],
    [
      "the same beside requirement files, ",
      { "pyproject.toml": BUILD, "requirements-dev.txt": "six" },
      "requirements",
      false,
    ],
    ["requirement files", { "requirements.txt": "six" }, "requirements", false],
    ["a development requirement file alone", { "requirements-dev.txt": "six" }, "requirements", false],
    ["setup.py and requirement files", { "setup.py": SETUP_PY, "requirements.txt": "six" }, "requirements", true],
    ["setup.py", { "setup.py": SETUP_PY }, "setup", true],
    ["setup.py that reads another one", { "setup.py": "exec(open('a.py').read())" }, "setup", true],
    ["a script of that name", { "setup.py": "import os\nos.system('cp -r . /opt')\n" }, "nothing", false],
    [
      "the same beside requirement files, ",
      { "setup.py": "import os\nos.system('cp -r . /opt')\n", "requirements.txt": "six" },
      "requirements",
      false,
    ],
    ["setup.cfg that describes a distribution", { "setup.cfg": "[metadata]\nname = old\n" }, "setup", true],
    ["setup.cfg that configures tools", { "setup.cfg": "[flake8]\nmax-line-length = 120\n" }, "nothing", false],
    ["pyproject.toml that configures tools", { "pyproject.toml": "[tool.ruff]\n" }, "nothing", false],
    ["the same with a setup.py", { "pyproject.toml": "[tool.ruff]\n", "setup.py": SETUP_PY }, "setup", true],
    [
      "the same with requirement files",
      { "pyproject.toml": "[tool.ruff]\n", "requirements.txt": "" },
      "requirements",
      false,
    ],
    ["dependency groups alone", { "pyproject.toml": '[dependency-groups]\ndev = ["six"]\n' }, "pyproject", false],
    ["nothing", { "README.md": "" }, "nothing", false],
  ];
  test.each(cases)("%s", async (_, files, kind, installsRoot) => {
    const project = await inspect(files);
    expect([project.kind, project.installsRoot]).toEqual([kind, installsRoot]);
  });

  test("an empty environment says so, and why", async () => {
    expect((await inspect({ "pyproject.toml": "[tool.ruff]\n" })).omissions).toEqual([
      "No file here says what to install (pyproject.toml only configures tools): the environment is empty.",
    ]);
  });

  test.each([
    [".tool-versions", "nodejs 20\npython 3.9.18 3.8\n", "3.9.18"],
    ["mise.toml", '[tools]\npython = "3.9"\n', "3.9"],
    ["environment.yml", "dependencies:\n  - python=3.9\n  - pip\n", "3.9"],
    ["environment.yaml", "dependencies:\n  - python=3.9\n", "3.9"],
    ["Pipfile", '[requires]\npython_version = "3.9"\n', "3.9"],
    ["runtime.txt", "python-3.9.18\n", "3.9.18"],
    ["docker/Dockerfile", "FROM python:3.9-slim\n", "3.9"],
    ["Dockerfile", "FROM node:20\nFROM docker.test/library/python:3.9-slim AS app\n", "3.9"],
  ])("a Python that only %s names is said not to be read", async (name, text, version) => {
    expect((await inspect({ [name]: text, "requirements.txt": "six\n" })).omissions[0]).toBe(
      `${name} names Python ${version}, which is not read: a .python-version would be.`,
    );
  });

  test("one in UTF-16, as PowerShell writes it, as well", async () => {
    fs.writeFileSync(path.join(root, "runtime.txt"), "\uFEFFpython-3.9.18\r\n", "utf16le");
    expect((await inspect({ "requirements.txt": "six\n" })).omissions).toEqual([
      "runtime.txt names Python 3.9.18, which is not read: a .python-version would be.",
    ]);
  });

  test("groups of a root that is no project itself stand for none below", async () => {
    const groups = '[dependency-groups]\ndev = ["six"]\n';
    const below = { "pyproject.toml": groups, "core/pyproject.toml": PACKAGE };
    expect((await inspect(below)).omissions).toEqual([
      "Projects below: core (./prime --root core run … starts in one).",
    ]);
    const asked = { ...below, "pyproject.toml": `${groups}[tool.ruff]\n`, "setup.py": SETUP_PY };
    expect((await inspect(asked)).omissions).not.toContain("Projects below");
  });

  test("a project of Python 2 is said to be one", async () => {
    const said = async (classifiers: string) => {
      const text = `from setuptools import setup\nsetup(name="x", classifiers=[${classifiers}])\n`;
      return (await inspect({ "setup.py": text })).omissions;
    };
    const two = '"Programming Language :: Python :: 2.7"';
    expect(await said(two)).toEqual(["The project is for Python 2 alone, which prime does not work with."]);
    expect(await said(`${two}, "Programming Language :: Python :: 3"`)).toEqual([]);
    expect(await said(")\nprint 'done'\ndict(")).toHaveLength(1);
    expect(await said(")\nprint('done')\ndict(")).toEqual([]);
  });

  test("scripts that require something themselves are said, with what installs that", async () => {
    const script = (needs: string) => `#!/usr/bin/env python\n# /// script\n# ${needs}\n# ///\nimport six\n`;
    const { omissions } = await inspect({
      "requirements.txt": "six",
      "mine.py": script('requires-python = ">=3.9"\n# dependencies = ["six"]'),
      "tools/report": script('dependencies = [\n#   "six",\n# ]'),
      "none.py": script("dependencies = []"),
      "lib/other.py": script('dependencies = ["six"]'),
      "README.md": script('dependencies = ["six"]'),
    });
    expect(omissions).toEqual([
      "What mine.py, tools/report require themselves (PEP 723) is not installed: `./prime uv run --script mine.py` runs it with that.",
    ]);
  });

  test("an extra that a pylock.toml lacks is offered by nobody", async () => {
    const files = { "pyproject.toml": `${PACKAGE}[project.optional-dependencies]\ndev = ["six"]\n` };
    expect((await inspect(files)).declaredExtras).toEqual({ dev: ["six"] });
    expect((await inspect({ ...files, "pylock.toml": 'lock-version = "1.0"' })).declaredExtras).toEqual({});
    const lock = 'lock-version = "1.0"\nextras = ["dev"]\n';
    expect((await inspect({ ...files, "pylock.toml": lock })).declaredExtras).toEqual({ dev: ["six"] });
  });

  test("a file whose appearing would change the kind is watched", async () => {
    expect(watched(await inspect({}))).toEqual([
      "absent:pyproject.toml",
      "absent:uv.lock",
      "absent:pylock.toml",
      "absent:setup.py",
      "absent:setup.cfg",
      "absent:requirements.txt",
      "absent:requirements.in",
      "absent:requirements-dev.txt",
      "absent:dev-requirements.txt",
      "absent:requirements_dev.txt",
      "absent:dev_requirements.txt",
      "absent:requirements.dev.txt",
      "absent:dev.requirements.txt",
      "absent:requirements-test.txt",
      "absent:test-requirements.txt",
      "absent:requirements_test.txt",
      "absent:test_requirements.txt",
      "absent:requirements.test.txt",
      "absent:test.requirements.txt",
      "absent:requirements-tests.txt",
      "absent:requirements_for_test.txt",
      "absent:test/requirements.txt",
      "absent:tests/requirements.txt",
      "absent:requirements",
    ]);
  });

  test("so are uv's settings, up to the folder that has some", async () => {
    const above = (project: Project) => watched(project).filter((one) => /uv\.toml|\.\.\/pyproject\.toml/.test(one));
    expect(above(await inspect({ "requirements.txt": "" })).slice(0, 3)).toEqual([
      "absent:uv.toml",
      "absent:../uv.toml",
      "absent:../pyproject.toml",
    ]);
    expect(above(await inspect({ "pyproject.toml": "[tool.uv]\n" }))).toEqual(["absent:uv.toml"]);
  });

  test.each([["requirements.txt"], ["requirements/base.in"], ["requirements-dev.txt"], ["uv.lock"], ["setup.cfg"]])(
    "a folder in the place of %s is refused by name, as in a start that knew the file",
    async (name) => {
      fs.mkdirSync(path.join(root, name), { recursive: true });
      await expect(inspect({ "setup.py": SETUP_PY })).rejects.toMatchObject({
        id: "unfit-file",
        message: expect.stringContaining(`${path.join(root, name)}: it is a folder`),
      });
    },
  );
});

test("a submodule that git has not checked out is named, not one that git has forgotten", async () => {
  fs.mkdirSync(path.join(root, "vendor/lib"), { recursive: true });
  const modules = ["vendor/lib", "gone"].map((name) => `[submodule "${name}"]\n\tpath = ${name}\n`).join("");
  expect((await inspect({ ".gitmodules": modules, "requirements.txt": "" })).omissions).toEqual([
    "Not checked out: vendor/lib (`git submodule update --init --recursive` does it).",
  ]);
});

test("a requirement file whose name lacks its last letter is named", async () => {
  const { kind, leftOut } = await inspect({ "requirement.txt": "six" });
  expect([kind, leftOut.files]).toEqual(["nothing", ["requirement.txt"]]);
});

describe("the project itself", () => {
  const virtual =
    '[project]\nname = "app"\nversion = "1"\ndependencies = ["six"]\n[project.optional-dependencies]\n' +
    'dev = ["pytest", "app[cli]"]\ncli = ["click"]\n';
  test("without [build-system] only its requirements are installed, extras followed, as uv does", async () => {
    const project = await inspect({ "pyproject.toml": virtual });
    expect(project).toMatchObject({ installsRoot: false, editables: [], localProjects: [], extras: ["dev"] });
    expect(project.virtualRequirements).toEqual(["six", "pytest", "click"]);
    expect(project.omissions[0]).toContain("not the project itself: pyproject.toml has no [build-system]");
  });

  test.each([
    ["true", true],
    ["false", false],
  ])("tool.uv.package = %s decides", async (text, installsRoot) => {
    const file = `${installsRoot ? virtual : PACKAGE}[tool.uv]\npackage = ${text}\n`;
    const project = await inspect({ "pyproject.toml": file });
    expect(project).toMatchObject({ installsRoot, editables: installsRoot ? [{ folder: root, extras: ["dev"] }] : [] });
  });

  test.each([
    ["[project]", { "pyproject.toml": PACKAGE }, "My.App"],
    ["setup.cfg", { "setup.cfg": "[metadata]\nname = cfg\n", "setup.py": SETUP_PY }, "cfg"],
    ["setup.py", { "setup.py": SETUP_PY }, "old"],
  ])("is named by %s", async (_, files, name) => {
    expect((await inspect(files as Record<string, string>)).name).toBe(name);
  });

  test("is named by its folder when no file names it", async () => {
    expect((await inspect({ "requirements.txt": "" })).name).toBe(path.basename(root));
  });
});
