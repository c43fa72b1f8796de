import { describe, expect, test } from "vitest";
import { BUILD, inspect, PACKAGE, refusal, relative, root, SETUP_PY, watched } from "./place.ts";

describe("what a developer needs", () => {
  const extras = (...names: string[]) => `[project.optional-dependencies]\n${names.map((n) => `${n} = []\n`).join("")}`;
  const groups = (...names: string[]) => `[dependency-groups]\n${names.map((n) => `${n} = []\n`).join("")}`;
  const cases: [string, string, string[], string[]][] = [
    ["the default groups", `${groups("dev", "lint")}[tool.uv]\ndefault-groups = ["lint"]\n`, ["lint"], []],
    ["all default groups", `${groups("docs", "lint")}[tool.uv]\ndefault-groups = "all"\n`, ["docs", "lint"], []],
    ["no default groups", `${groups("dev")}${extras("dev")}[tool.uv]\ndefault-groups = []\n`, [], []],
    ["the group dev first", groups("tests", "test", "dev"), ["dev"], []],
    ["else test", groups("tests", "Test"), ["test"], []],
    ["else tests", groups("tests", "docs"), ["tests"], []],
    ["else testing", groups("testing", "docs"), ["testing"], []],
    ["a group before an extra", `${groups("tests")}${extras("dev")}`, ["tests"], []],
    ["else the extra dev", `${groups("docs")}${extras("test", "dev")}`, [], ["dev"]],
    ["else the extra test", extras("tests", "test"), [], ["test"]],
    ["else the extra testing", extras("testing", "docs"), [], ["testing"]],
    ["else the extra devel", extras("devel", "docs"), [], ["devel"]],
    ["else the group development", groups("docs", "development"), ["development"], []],
    ["else nothing", `${groups("docs")}${extras("cli")}`, [], []],
    ["uv's older dev-dependencies", '[tool.uv]\ndev-dependencies = ["ruff"]\n', ["dev"], []],
  ];
  test.each(cases)("%s", async (_, text, expectedGroups, expectedExtras) => {
    const project = await inspect({ "pyproject.toml": PACKAGE + text });
    expect([project.groups, project.extras]).toEqual([expectedGroups, expectedExtras]);
    expect(project.notes).toHaveLength(1);
  });

  test("what is configured stands alone and is normalized", async () => {
    const text = `${PACKAGE}${groups("dev", "Type_Check")}${extras("dev", "web-ui")}`;
    const files = { "pyproject.toml": text };
    expect(await inspect(files, { install_groups: ["type_check"] })).toMatchObject({
      groups: ["type-check"],
      extras: [],
    });
    expect(await inspect(files, { install_groups: [] })).toMatchObject({ groups: [], extras: [] });
    expect(await inspect(files, { install_extras: ["Web_UI"] })).toMatchObject({ groups: ["dev"], extras: ["web-ui"] });
  });

  test("an extra that a requirement file asks for is not left out", async () => {
    const text = `${PACKAGE}[project.optional-dependencies]\ncli = []\nweb = []\nall = ["my-app[web]"]\n`;
    const said = async (line: string) =>
      (await inspect({ "pyproject.toml": text, "requirements-dev.txt": `${line}\n` })).omissions;
    expect(await said("pytest")).toEqual(["not installed: extras all, cli, web (./prime --extra all run …)"]);
    for (const line of ["-e .[all]", "-e .[web, all] ; python_version > '3'", "./[all]", "my-app[all] @ file:."])
      expect([line, await said(line)]).toEqual([line, ["not installed: extras cli (./prime --extra cli run …)"]]);
  });

  test("nothing is told of usual names where a file or a person asks for an extra", async () => {
    const text = `${PACKAGE}${extras("full")}[dependency-groups]\nlint = ["ruff"]\n`;
    const said = async (line: string, asked = {}) =>
      (await inspect({ "pyproject.toml": text, "requirements.txt": line }, asked)).notes.join();
    const words = "Installs no group or extra, since none has a usual name.";
    expect(await said("six")).toContain(words);
    expect(await said("-e .[full]")).not.toContain(words);
    expect(await said("six", { install_extras: ["full"] })).not.toContain(words);
  });

  test("extras that setup.py computes are said to be there", async () => {
    const files = { "setup.py": "from setuptools import setup\nsetup(extras_require=extras())\n" };
    expect((await inspect(files)).omissions).toEqual([
      "not installed: extras that setup.py computes (./prime --extra NAME run …)",
    ]);
    expect((await inspect(files, { install_extras: ["cli"] })).omissions).toEqual([]);
  });

  test("extras of Poetry's own table are offered", async () => {
    const text = '[build-system]\nrequires = []\nbuild-backend = "poetry.core.masonry.api"\n[tool.poetry.extras]\n';
    const files = { "pyproject.toml": `${text}cli = ["six"]\nTest = ["six"]\n`, "requirements.txt": "" };
    expect(await inspect(files)).toMatchObject({
      extras: ["test"],
      omissions: ["not installed: extras cli (./prime --extra cli run …)"],
    });
  });

  test("what asks for no more than what is installed is not left out", async () => {
    const groups =
      'dev = ["pytest>=8", "ruff"]\ntests = ["pytest>=8"]\nci = [{ include-group = "tests" }]\nold = ["pytest"]\nnone = []\n';
    const text = `${PACKAGE}[project.optional-dependencies]\nlint = ["ruff"]\n[dependency-groups]\n${groups}`;
    for (const more of [{}, { "uv.lock": "" }]) {
      const { omissions } = await inspect({ "pyproject.toml": text, ...more });
      expect(omissions).toEqual(["not installed: groups none, old (./prime --group none run …)"]);
    }
  });

  test("a lock keeps uv's own defaults, which are expanded for a driver that knows no groups", async () => {
    const text = `${PACKAGE}[dependency-groups]\ndev = ["pytest"]\ndocs = ["sphinx"]\n${extras("dev")}`;
    const files = { "pyproject.toml": text, "uv.lock": "" };
    expect(await inspect(files)).toMatchObject({ groups: null, extras: [], groupRequirements: ["pytest"] });
    expect(await inspect(files, { install_groups: ["docs"] })).toMatchObject({
      groups: ["docs"],
      groupRequirements: ["sphinx"],
    });
  });

  test("a pylock.toml offers what it was locked with", async () => {
    const lock =
      'extras = ["cli"]\ndependency-groups = ["dev", "docs"]\ndefault-groups = ["default"]\n' +
      '[[packages]]\nname = "lib"\ndirectory = { path = "libs/lib" }\n';
    const files = { "pyproject.toml": PACKAGE, "pylock.toml": lock, "libs/lib/pyproject.toml": PACKAGE };
    const project = await inspect(files);
    expect(project).toMatchObject({
      groups: null,
      extras: [],
      editables: [{ folder: root, extras: [] }],
      groupRequirements: [],
    });
    expect(project.omissions).toEqual(["not installed: groups dev, docs; extras cli (./prime --group dev run …)"]);
    expect(relative(project.localProjects)).toEqual([".", "libs/lib"]);
    expect(await inspect(files, { install_extras: ["cli"], install_groups: ["docs"] })).toMatchObject({
      groups: ["docs"],
      extras: ["cli"],
    });
    expect(await refusal(files, { install_groups: ["lint"] })).toMatchObject({ id: "unknown-group" });
  });

  test("extras of a setup.py and setup.cfg", async () => {
    const cfg = "[options]\ninstall_requires = file: base.txt\n[options.extras_require]\ntest =\n    pytest\n    six\n";
    const project = await inspect({ "setup.py": "from setuptools import setup\nsetup()\n", "setup.cfg": cfg });
    expect(project).toMatchObject({ kind: "setup", extras: ["test"], declaredExtras: { test: ["pytest", "six"] } });
    expect(watched(project)).toContain("absent:base.txt");
  });

  test("an extra that a setup.py may compute is taken on trust, one that it can't have is not", async () => {
    const computed = "from setuptools import setup\nsetup(extras_require=find_extras())\n";
    expect(await inspect({ "setup.py": computed }, { install_extras: ["x"] })).toMatchObject({ extras: ["x"] });
    expect(await refusal({ "setup.py": SETUP_PY }, { install_extras: ["x"] })).toMatchObject({ id: "unknown-extra" });
  });

  test("extras that setuptools takes from files", async () => {
    const text =
      `${BUILD}[project]\nname = "x"\ndynamic = ["dependencies", "optional-dependencies", "version"]\n` +
      '[tool.setuptools.dynamic]\ndependencies = { file = ["deps.txt"] }\nversion = { file = "VERSION" }\n' +
      '[tool.setuptools.dynamic.optional-dependencies]\ndev = { file = ["dev.txt"] }\n';
    const project = await inspect({ "pyproject.toml": text, "deps.txt": "", "requirements.txt": "" });
    expect(project).toMatchObject({ extras: ["dev"], requirementFiles: [] });
    expect(watched(project)).toEqual(expect.arrayContaining(["file:deps.txt", "absent:dev.txt", "absent:VERSION"]));
  });

  test("requirements.txt that the dependencies come from is installed with the project", async () => {
    const text = `${BUILD}[project]\nname = "x"\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = { file = "requirements.txt" }\n`;
    const project = await inspect({ "pyproject.toml": text, "requirements.txt": "six" });
    expect(project).toMatchObject({ requirementFiles: [], notes: [] });
    expect(watched(project)).toContain("file:requirements.txt");
  });

  test("requirements.txt that pbr reads is installed with the project", async () => {
    const text =
      '[build-system]\nrequires = ["pbr"]\nbuild-backend = "pbr.build"\n[project]\nname = "x"\ndynamic = ["dependencies"]\n';
    const project = await inspect({ "pyproject.toml": text, "requirements.txt": "six" });
    expect(project).toMatchObject({ requirementFiles: [], notes: [] });
    expect(watched(project)).toContain("file:requirements.txt");
  });
});

describe("what is configured and not declared is refused with the nearest name", () => {
  const files = {
    "pyproject.toml": `${PACKAGE}[dependency-groups]\ndocs = []\n[project.optional-dependencies]\nweb = []\n`,
  };
  test("a group", async () => {
    expect(await refusal(files, { install_groups: ["dosc"] })).toEqual({
      id: "unknown-group",
      message:
        "could not install the group `dosc` (install_groups in /prime.toml asks for it): pyproject.toml declares `docs`",
      hint: "did you mean `docs`?",
    });
  });

  test("an extra", async () => {
    expect(await refusal(files, { install_extras: ["wbe"] })).toMatchObject({
      id: "unknown-extra",
      hint: "did you mean `web`?",
    });
  });

  test("a default group", async () => {
    const text = `${PACKAGE}[tool.uv]\ndefault-groups = ["nope"]\n`;
    expect(await refusal({ "pyproject.toml": text })).toMatchObject({
      id: "unknown-group",
      message:
        "could not install the group `nope` (the default groups in pyproject.toml name it): pyproject.toml declares no group",
    });
  });

  test("a workspace member", async () => {
    expect(await refusal(files, { install_packages: ["my-ap"] })).toMatchObject({
      id: "unknown-member",
      hint: "did you mean `my-app`?",
    });
  });
});
