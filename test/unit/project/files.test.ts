import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { inspect, PACKAGE, refusal, relative, root, SETUP_PY, watched, write } from "./place.ts";

describe("requirement files", () => {
  test("are found in their usual places", async () => {
    const project = await inspect({ "requirements.txt": "", "requirements-dev.txt": "", "requirements/dev.txt": "" });
    expect(project.requirementFiles).toEqual(["requirements.txt", "requirements-dev.txt", "requirements/dev.txt"]);
  });

  test("a folder of them stands in for requirements.txt", async () => {
    const project = await inspect({
      "requirements/base.txt": "",
      "requirements/local.txt": "-r base.txt",
      "requirements/production.txt": "",
    });
    expect(project.requirementFiles).toEqual(["requirements/base.txt", "requirements/local.txt"]);
    expect(watched(project)).toContain("absent:requirements.txt");
  });

  test.each(["dev", "development", "devel", "develop", "local"])(
    "of developers may be called %s there",
    async (name) => {
      const file = `requirements/${name}.txt`;
      const { requirementFiles } = await inspect({ "requirements/base.txt": "", [file]: "" });
      expect(requirementFiles).toEqual(["requirements/base.txt", file]);
    },
  );

  test("of developers stand there beside a requirements.txt, too, but what is local may not be", async () => {
    const files = { "requirements.txt": "", "requirements/local.txt": "" };
    expect((await inspect(files)).requirementFiles).toEqual(["requirements.txt"]);
    const more = await inspect({ ...files, "requirements/development.txt": "" });
    expect(more.requirementFiles).toEqual(["requirements.txt", "requirements/development.txt"]);
  });

  test("of developers stand beside a setup.py, too, and what is common to them is the main one", async () => {
    const files = { "setup.py": SETUP_PY, "requirements/development.txt": "" };
    expect((await inspect(files)).requirementFiles).toEqual(["requirements/development.txt"]);
    const common = await inspect({ ...files, "requirements/common.txt": "" });
    expect(common.requirementFiles).toEqual(["requirements/common.txt", "requirements/development.txt"]);
  });

  test("may be in UTF-16, as PowerShell writes them", async () => {
    write({ "requirements.txt": "", "more.txt": "six" });
    fs.writeFileSync(path.join(root, "requirements.txt"), "\uFEFF-r more.txt\r\n", "utf16le");
    expect((await inspect({})).requirementLines).toMatchObject([{ value: "six" }]);
  });

  test.each(["requirements.dev.txt", "requirements.test.txt", "requirements_for_test.txt", "tests/requirements.txt"])(
    "of developers and for tests may be %s",
    async (file) => {
      const { requirementFiles, omissions } = await inspect({ "requirements.txt": "six", [file]: "pytest" });
      expect([requirementFiles, omissions]).toEqual([["requirements.txt", file], []]);
    },
  );

  test("of tests alone stand for no project below", async () => {
    expect(await inspect({ "tests/requirements.txt": "pytest" })).toMatchObject({
      requirementFiles: ["tests/requirements.txt"],
      omissions: [],
    });
  });

  test("in folders of developers are named, and no list of conda's", async () => {
    const { omissions } = await inspect({
      "requirements.txt": "six",
      "ci/requirements-tests.in": "pytest",
      "ci/requirements-tests.txt": "pytest==8",
      "env/requirements-style.txt": "black",
      "requirements/generated/requirements-dev.txt": "pytest",
      "requirements/app_linux-64_conda_spec.txt": "@EXPLICIT\n",
      "reqs/lint.txt": "ruff",
      "tests/data/requirements.txt": "no-such-package",
      "docs/requirements.txt": "sphinx",
    });
    expect(omissions).toEqual([
      "not installed: ci/requirements-tests.txt, env/requirements-style.txt, reqs/lint.txt, requirements/generated/requirements-dev.txt (the key `requirements` of prime.toml chooses)",
    ]);
  });

  test("without an ending, or by a short name, are named", async () => {
    const files = { requirements: "", "pip-req.txt": "", "tools/pip-requires": "", "tools/test-requires": "" };
    expect((await inspect({ ...files, "frequency.txt": "" })).omissions.at(-1)).toBe(
      "not installed: pip-req.txt, requirements, tools/pip-requires, tools/test-requires (the key `requirements` of prime.toml chooses)",
    );
  });

  test("Rye's lock for developers is one, and stands for its lock for users", async () => {
    const rye = { "pyproject.toml": `${PACKAGE}[tool.rye]\ndev-dependencies = ["pytest"]\n` };
    expect((await inspect({ ...rye, "requirements.lock": "six==1.16.0" })).omissions).toEqual([
      "What is asked for in [tool.rye.dev-dependencies] is not read; [dependency-groups] of pyproject.toml would be.",
      "not installed: requirements.lock (the key `requirements` of prime.toml chooses)",
    ]);
    const locked = await inspect({ ...rye, "requirements-dev.lock": "-e file:.\nsix==1.16.0" });
    expect([locked.requirementFiles, locked.omissions]).toEqual([["requirements-dev.lock"], []]);
  });

  test("the configured ones are taken in their place, in order", async () => {
    const files = { "requirements.txt": "", "b.txt": "", "a.txt": "" };
    expect(await inspect(files, { requirements: ["b.txt", "a.txt"] })).toMatchObject({
      requirementFiles: ["b.txt", "a.txt"],
    });
    expect(await inspect(files, { requirements: [] })).toMatchObject({ kind: "nothing", requirementFiles: [] });
    expect(await refusal(files, { requirements: ["c.txt"] })).toMatchObject({ id: "missing-requirements" });
  });

  test("beside [project] only those for developers count", async () => {
    const project = await inspect({ "pyproject.toml": PACKAGE, "requirements.txt": "six", "dev-requirements.txt": "" });
    expect(project.requirementFiles).toEqual(["dev-requirements.txt"]);
    expect(project.omissions.join()).toContain("not installed: requirements.txt");
  });

  test("beside [project] requirements.txt counts when it asks for the project itself", async () => {
    const project = await inspect({ "pyproject.toml": PACKAGE, "requirements.txt": "-e .[cli]\npytest" });
    expect(project.requirementFiles).toEqual(["requirements.txt"]);
    expect(relative(project.localProjects)).toEqual(["."]);
  });

  test("beside [project] requirements.txt counts when the project declares no dependencies", async () => {
    const text = '[project]\nname = "app"\nversion = "1"\n';
    const files = { "pyproject.toml": text, "requirements.txt": "six", "docs/requirements.txt": "sphinx" };
    const { requirementFiles, omissions } = await inspect(files);
    expect(requirementFiles).toEqual(["requirements.txt"]);
    expect(omissions.join()).not.toContain("Projects below");
  });

  test("beside setup.py both are installed, and a note says so", async () => {
    const project = await inspect({ "setup.py": SETUP_PY, "requirements.txt": "six" });
    expect(project).toMatchObject({
      editables: [{ folder: root, extras: ["dev"] }],
      extras: ["dev"],
      requirementFiles: ["requirements.txt"],
    });
    expect(project.notes[0]).toBe("Installs what requirements.txt asks for, beside the project itself (editable).");
  });

  test("beside a lock none is found", async () => {
    expect(
      (await inspect({ "pyproject.toml": PACKAGE, "uv.lock": "", "requirements-dev.txt": "" })).requirementFiles,
    ).toEqual([]);
  });
});

describe("what is described for another tool", () => {
  const poetry =
    '[tool.poetry]\nname = "x"\n[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n';
  test.each([
    ["poetry", { "pyproject.toml": poetry, "poetry.lock": "" }, "Poetry alone ([tool.poetry] of pyproject.toml)"],
    [
      "poetry with a uv.lock that uv has nothing to do with",
      { "pyproject.toml": poetry, "uv.lock": "" },
      "Poetry alone",
    ],
    ["poetry without a lock", { "pyproject.toml": poetry }, "Poetry alone"],
    ["pipenv", { Pipfile: "", "Pipfile.lock": "" }, "Pipenv alone (Pipfile.lock and Pipfile)"],
    ["pdm", { "pdm.lock": "" }, "PDM alone (pdm.lock)"],
  ])("is refused: %s", async (_, files, words) => {
    const found = await refusal(files as Record<string, string>);
    expect(found).toMatchObject({ id: "foreign-lock", hint: expect.stringContaining("migrate-to-uv") });
    expect(found.message).toContain(words);
  });

  test.each([
    [
      { "pyproject.toml": poetry },
      "uv.lock; or `./prime uv tool run --with poetry-plugin-export poetry export --all-groups --without-hashes -o requirements.txt` writes",
    ],
    [
      { Pipfile: "", "Pipfile.lock": "" },
      "; or `./prime uv tool run pipenv requirements --dev > requirements.txt` writes",
    ],
    [{ Pipfile: "" }, "where `name` is yours to write"],
  ])("is exported by what anybody has, from a lock: %j", async (files, words) => {
    const { hint = "" } = await refusal(files as Record<string, string>);
    expect(hint).toContain(words);
    expect(hint.includes("; or ")).toBe(words.includes("; or "));
  });

  test("is passed over in one sentence, be it one file or two", async () => {
    const { omissions } = await inspect({ "setup.py": SETUP_PY, Pipfile: "", "Pipfile.lock": "" });
    expect(omissions).toEqual(["Pipfile.lock and Pipfile are not read: what other files ask for is installed."]);
  });

  test("is named where it is other tools' files alone that tell what developers need", async () => {
    const [tox, nox, hatch] = [
      { "tox.ini": "[testenv]\ndeps = pytest\n" },
      { "noxfile.py": 'def tests(session):\n    session.install("pytest")\n' },
      { "hatch.toml": '[envs.test]\nextra-dependencies = ["pytest"]\n' },
    ];
    const told = async (files: Record<string, string>) => (await inspect(files)).omissions;
    const says = (what: string) => [
      `What is asked for in ${what} is not read; [dependency-groups] of pyproject.toml would be.`,
    ];
    expect(await told({ "pyproject.toml": PACKAGE, ...tox })).toEqual(says("tox.ini"));
    expect(await told({ "pyproject.toml": PACKAGE, ...tox, ...nox, ...hatch })).toEqual(
      says("tox.ini and noxfile.py and hatch.toml"),
    );
    expect(await told({ "pyproject.toml": `${PACKAGE}[dependency-groups]\ndev = ["pytest"]\n` })).toEqual([]);
    expect(await told({ "pyproject.toml": PACKAGE, "requirements-dev.txt": "pytest\n" })).toEqual([]);
  });

  test("is named in folders of developers, where it is conda's", async () => {
    const [mine, more] = ["devtools/conda-envs/test_env.yaml", "devtools/conda-envs/user_env.yaml"];
    const asks = { [mine]: "name: x\ndependencies:\n  - numpy\n", [more]: "dependencies: [six]\n" };
    const other = { "ci/env.yml": "services:\n" };
    expect((await inspect({ ...asks, ...other })).omissions).toEqual([
      `The environment is empty: ${mine} is not read; a requirements.txt would be.`,
    ]);
    expect((await inspect({ "pyproject.toml": PACKAGE })).omissions).toEqual([
      `What is asked for in ${mine} is not read; [dependency-groups] of pyproject.toml would be.`,
    ]);
  });

  test("of a tool that is only configured nothing is said", async () => {
    const files = { "pyproject.toml": PACKAGE, "tox.ini": "[flake8]\nmax-line-length = 120\n", "noxfile.py": "" };
    expect((await inspect(files)).omissions).toEqual([]);
  });

  test("is passed over, and said so, where [project] or other files tell the same", async () => {
    const [project, requirements] = [
      await inspect({
        "pyproject.toml": `${PACKAGE}[tool.poetry.group.dev.dependencies]\nx = "1"\n`,
        "poetry.lock": "",
      }),
      await inspect({
        "pyproject.toml": `${poetry}[tool.poetry.group.dev.dependencies]\nx = "1"\n`,
        "requirements.txt": "six",
      }),
    ];
    const noPackage = `${poetry.replace('name = "x"', "package-mode = false")}[tool.poetry.dependencies]\nx = "1"\n`;
    const unbuilt = await inspect({ "pyproject.toml": noPackage, "requirements.txt": "six" });
    expect(project.omissions).toEqual([
      "poetry.lock is not read: the versions are resolved from [project].",
      "What is asked for in [tool.poetry.group] is not read; [dependency-groups] of pyproject.toml would be.",
    ]);
    expect(requirements).toMatchObject({ kind: "requirements", installsRoot: true });
    expect(requirements.omissions.join()).toContain("What is asked for in [tool.poetry.group] is");
    expect(unbuilt).toMatchObject({ kind: "requirements", installsRoot: false });
    expect(unbuilt.omissions.join()).toContain("What is asked for in [tool.poetry.dependencies] is");
  });

  test("is named where Poetry's table alone has dependencies, which no build takes", async () => {
    const asked = '[tool.poetry.dependencies]\npython = "^3.9"\nx = "1"\n[project]\nname = "my-app"\nversion = "1"\n';
    const said = async (text: string) =>
      (await inspect({ "pyproject.toml": text })).omissions.join().includes("in [tool.poetry.dependencies] is");
    const built = '[build-system]\nrequires = []\nbuild-backend = "poetry.core.masonry.api"\n';
    expect(await said(asked)).toBe(true);
    expect(await said(asked + built.replace("poetry.core.masonry.api", "hatchling.build"))).toBe(true);
    expect(await said(asked + built)).toBe(false);
    expect(await said(`${asked}dependencies = []\n`)).toBe(false);
    expect(await said(asked.replace('x = "1"\n', ""))).toBe(false);
  });

  test("an application of Poetry's is not built, and what it requires is installed", async () => {
    const asked =
      '[project]\nname = "my-app"\nversion = "1"\ndependencies = ["six"]\n[tool.poetry]\npackage-mode = false\n[build-system]\nrequires = ["poetry-core"]\n';
    const project = await inspect({ "pyproject.toml": asked });
    expect(project).toMatchObject({ installsRoot: false, editables: [], virtualRequirements: ["six"] });
    expect(project.omissions).toEqual([
      "Installs what the project requires, not the project itself: `tool.poetry.package-mode` is false.",
    ]);
    const none = await inspect({ "pyproject.toml": asked.replace('dependencies = ["six"]\n', "") });
    expect(none).toMatchObject({ editables: [], virtualProjects: [] });
  });
});

describe("inputs", () => {
  test("no path is watched twice, and the root's build inputs are there", async () => {
    fs.mkdirSync(path.join(root, "src"));
    const inputs = watched(
      await inspect({ "pyproject.toml": PACKAGE, "requirements-dev.txt": "-e .\n-r requirements-dev.txt\n" }),
    );
    expect(inputs).toEqual(
      expect.arrayContaining(["file:pyproject.toml", "absent:setup.py", "absent:setup.cfg", "present:src"]),
    );
    expect(new Set(inputs.map((input) => input.split(":")[1])).size).toBe(inputs.length);
  });

  test("requirement files that a setup.py reads", async () => {
    const text = 'from setuptools import setup\nsetup(install_requires=open("requirements/prod.txt").read())\n';
    expect(watched(await inspect({ "setup.py": text, "requirements/prod.txt": "" }))).toContain(
      "file:requirements/prod.txt",
    );
  });

  test("a broken pyproject.toml is told with its line", async () => {
    expect(await refusal({ "pyproject.toml": "[project]\nname = \n" })).toMatchObject({
      id: "config-torn",
      message: expect.stringContaining("/pyproject.toml:2:"),
    });
    expect(await refusal({ "pyproject.toml": '[project]\ndependencies = "six"\n' })).toMatchObject({
      id: "bad-pyproject",
      message: expect.stringContaining("`project.dependencies` is not a list of texts"),
    });
  });
});
