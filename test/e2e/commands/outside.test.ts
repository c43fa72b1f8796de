import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { backdate, good, packageFiles, repo, uv } from "../../support/repos.ts";
import { describeEachShell, type RunOptions, type Sandbox } from "../../support/sandbox.ts";
import { NO_NODE, withoutNode } from "../../support/system/no-node.ts";

const DECLARED = `dependencies = ["six"]
[project.optional-dependencies]
docs = ["Sphinx"]
[dependency-groups]
dev = ["iniconfig"]
tests = ["pytest>=7"]
cover = ["pytest-cov"]
`;

/** A folder of commands that are not the environment's, each of which says so. */
function outside(box: Sandbox, scripts: Record<string, string>): RunOptions {
  const folder = path.join(box.base, "outside");
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, line] of Object.entries(scripts)) {
    const says = /python/.test(line) ? "import sys; print('outside', sys.prefix)\n" : 'echo outside "$@"\n';
    fs.writeFileSync(path.join(folder, name), `${line}\n${says}`, { mode: 0o755 });
  }
  return { env: { PATH: `${folder}:${box.env.PATH}` } };
}

const SYSTEM = "#!/usr/bin/python3";
const HELD = expect.stringContaining("id: not-the-environments");

describe("a command that the repo declares and the environment lacks is held back:", () => {
  const box = repo({
    ...packageFiles(".", "app", DECLARED),
    "requirements-lint.txt": "flake8\n",
    "tox.ini": "[testenv:types]\ndeps =\n  py39: nose\n  mypy >= 1\n  -r{toxinidir}/ci/lint.txt\n",
    "ci/lint.txt": "-r more.txt\n",
    "ci/more.txt": "yapf\n",
    "ci/nox.txt": "pylint\n",
    "noxfile.py": 'def lint(session):\n    session.install("-q", "black==24.1", "-r", "ci/nox.txt")\n',
  });
  const names = ["pytest", "py.test", "sphinx-build", "flake8", "mypy", "black", "isort", "yapf", "pylint"];
  const options = outside(box, Object.fromEntries(names.map((name) => [name, SYSTEM])));
  beforeAll(async () => {
    await good(box);
  });

  it.each([
    ["pytest", "the group `tests` has it: ./prime --group tests run pytest …"],
    ["py.test", "the group `tests` has it, by pytest: ./prime --group tests run py.test …"],
    ["sphinx-build", "the extra `docs` has it, by sphinx: ./prime --extra docs run sphinx-build …"],
    ["flake8", "requirements-lint.txt declares it: ./prime run --with flake8 flake8 …"],
    ["mypy", "tox.ini declares it: ./prime run --with mypy mypy …"],
    ["black", "noxfile.py declares it: ./prime run --with black black …"],
    ["yapf", "tox.ini declares it: ./prime run --with yapf yapf …"],
    ["pylint", "noxfile.py declares it: ./prime run --with pylint pylint …"],
  ])("%s", async (command, next) => {
    const held = await box.run(["run", command, "--version"], options);
    expect(held).toMatchObject({ code: 127, stdout: "", stderr: HELD });
    expect(held.stderr).toContain(
      `could not run ${command}: this environment lacks it; ${box.base}/outside/${command}`,
    );
    expect(held.stderr).toContain(`  next: ${next}`);
    const missing = await box.run(["run", command]);
    expect(missing).toMatchObject({ code: 127, stderr: expect.stringContaining(`next: ${next}`) });
  });

  it("until the line is followed that has it", async () => {
    const { stdout } = await good(box, ["--group", "tests", "run", "pytest", "--version"], options);
    expect(stdout).toMatch(/^pytest \d/);
    const beside = await good(box, ["run", "--with", "flake8", "flake8", "--version"], options);
    expect(beside.stdout).toMatch(/^\d+\.\d+\.\d+ \(/);
  });

  it("behind pyenv's shim, too; unless any command may run, or it is named by its path", async () => {
    const shims = path.join(box.base, "root/shims");
    fs.mkdirSync(shims, { recursive: true });
    const shim = '#!/usr/bin/env bash\nset -e\nexec "/opt/pyenv/libexec/pyenv" exec "${0##*/}" "$@"\n';
    fs.writeFileSync(path.join(shims, "pytest"), shim, { mode: 0o755 });
    const behind = { env: { PATH: `${shims}:${box.env.PATH}` } };
    expect(await box.run(["run", "pytest"], behind)).toMatchObject({ code: 127, stderr: HELD });

    for (const args of [
      ["--any-command", "run", "pytest"],
      ["run", "--any-command", "pytest"],
      ["run", `${box.base}/outside/pytest`],
    ])
      expect((await good(box, args, options)).stdout).toBe("outside /usr\n");
  });

  it("as soon as a file declares it, which no plan watches", async () => {
    expect((await good(box, ["run", "isort"], options)).stdout).toBe("outside /usr\n");
    expect((await good(box, ["run", "isort"], options)).stderr).toBe("");
    fs.appendFileSync(box.path("tox.ini"), "[testenv:sort]\ndeps = isort\n");
    expect(await box.run(["run", "isort"], options)).toMatchObject({ code: 127, stderr: HELD });
  });
});

it("a uv.lock tells what a declared one brings", async () => {
  const box = repo(packageFiles(".", "app", `${DECLARED}deep = ["pytest-cov"]\n`));
  uv(box, ["lock"]);
  backdate(box, "uv.lock");
  await good(box);
  const held = await box.run(["run", "coverage"], outside(box, { coverage: SYSTEM }));
  expect(held).toMatchObject({ code: 127, stderr: HELD });
  expect(held.stderr).toContain(
    "the group `cover` has it, by pytest-cov, which requires coverage: ./prime --group cover",
  );
});

it("a member that is not installed, and a project that is no package, tell their own commands", async () => {
  const workspace = '[tool.uv.workspace]\nmembers = ["libs/*"]\n[project.scripts]\nmine = "app:main"\n';
  const member = packageFiles("libs/a", "lib-a", '[project.scripts]\nlib-tool = "lib_a:main"\n');
  const root = '[project]\nname = "app"\nversion = "1"\n';
  const box = repo({
    ...member,
    "pyproject.toml": `${root}${workspace}`,
    "libs/a/src/lib_a/__init__.py": "def main(): print('member')\n",
  });
  const options = outside(box, { "lib-tool": SYSTEM, mine: SYSTEM });
  await good(box);
  const held = await box.run(["run", "lib-tool"], options);
  expect(held).toMatchObject({ code: 127, stderr: HELD });
  expect(held.stderr).toContain("libs/a/pyproject.toml has it: ./prime --package lib-a run lib-tool …");
  expect((await good(box, ["--package", "lib-a", "run", "lib-tool"], options)).stdout).toBe("member\n");
  expect((await box.run(["run", "mine"], options)).stderr).toContain(
    "a [build-system] in it makes the project a package",
  );
});

describe("pip and another python are held back, whatever the repo declares:", () => {
  const box = repo({ "requirements.txt": "six\n", Makefile: "all:\n\t@pip install x\n" });
  const options = outside(box, {
    pip: "#!/bin/sh",
    "pip3.7": "#!/bin/sh",
    "python3.7": "#!/bin/sh",
    pipx: "#!/bin/sh",
  });
  const pip = "this environment has none, and another interpreter's would change that one's packages";
  beforeAll(async () => {
    await good(box);
  });

  it.each([
    ["run", "pip", "install", "x"],
    ["run", "pip3"],
    ["run", "pip3.7"],
    ["-c", "pip install x"],
    ["run", "make", "-s"],
  ])("%s %s", async (...args) => {
    const { code, stdout, stderr } = await box.run(args, options);
    expect([args[1] === "make" ? 127 : code, stdout]).toEqual([127, ""]);
    expect(stderr).toContain(pip);
    expect(stderr).toContain("write NAME into requirements.txt, and start again; for one start, ./prime run --with");
  });

  it("in a shell, as far as PATH allows", async () => {
    const { stderr } = await box.run(["shell"], { ...options, stdin: "pip install x\necho status $?\n" });
    expect(stderr).toContain(pip);
  });

  it("pythonX.Y of another minor, and the environment's own runs", async () => {
    const version = /\d+\.\d+/.exec((await good(box, ["run", "python", "-V"])).stdout)?.[0];
    expect(await box.run(["run", "python3.7"], options)).toMatchObject({ code: 127, stderr: HELD });
    expect((await box.run(["run", "python3.7"], options)).stderr).toContain(`environment's is Python ${version}`);
    expect((await good(box, ["run", `python${version}`, "-V"], options)).stdout).toContain(`Python ${version}`);
  });

  it("but not where any command may run, nor a pip that the environment has", async () => {
    expect((await good(box, ["--any-command", "run", "pip", "a"], options)).stdout).toBe("outside a\n");
    expect((await good(box, ["run", "pipx", "a"], options)).stdout).toBe("outside a\n");
    expect((await good(box, ["run", "--with", "pip", "pip", "--version"], options)).stdout).toContain(box.root);
    expect((await good(box, ["run", "--with", "pip", "pip", "--version"], options)).stdout).toContain(box.root);
  });
});

describe("what loads the repo's own code is held back, though no file that prime reads declares it:", () => {
  const box = repo({
    Pipfile: '[dev-packages]\npytest = "*"\n',
    "requirements.txt": "six\n",
    "pytest.ini": "[pytest]\n",
  });
  const options = outside(box, { pytest: SYSTEM, coverage: SYSTEM, "django-admin": "#!/bin/sh" });
  beforeAll(async () => {
    await good(box);
  });

  it.each([
    ["pytest", "pytest"],
    ["coverage", "coverage"],
    ["django-admin", "django"],
  ])("%s", async (command, provider) => {
    const held = await box.run(["run", command], options);
    expect(held).toMatchObject({ code: 127, stdout: "", stderr: HELD });
    expect(held.stderr).toContain("another interpreter's lacks the repo's packages");
    expect(held.stderr).toContain(`for one start, ./prime run --with ${provider} ${command} …`);
    expect((await good(box, ["run", "--any-command", command], options)).stdout).toMatch(/^outside/);
  });

  it("until the line is followed that has it", async () => {
    expect((await good(box, ["run", "--with", "pytest", "pytest", "--version"], options)).stdout).toMatch(/^pytest \d/);
  });
});

describe("other programs run:", () => {
  const box = repo({});
  const options = outside(box, {
    aws: SYSTEM,
    tool: "#!/bin/sh",
    envy: "#!/usr/bin/env python3",
    detour: "#!/bin/sh\n'''exec' /usr/bin/python3 \"$0\" \"$@\"\n' '''",
  });
  beforeAll(async () => {
    await good(box);
  });

  it.each(["aws", "detour"])("%s, by another python, with one line at its first use", async (command) => {
    const first = await good(box, ["run", command], options);
    expect(first.stdout).toBe("outside /usr\n");
    expect(first.stderr).toBe(
      `prime: ${command} is not the environment's: ${box.base}/outside/${command} is run by /usr/bin/python3\n`,
    );
    expect((await good(box, ["run", command], options)).stderr).toBe("");
  });

  it("one that names no python takes the environment's", async () => {
    const { stdout, stderr } = await good(box, ["run", "envy"], options);
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^outside .*\/\.prime\/generations\//), ""]);
  });

  it("again without Node, as long as nothing changes", async () => {
    await good(box, ["run", "tool", "1"], options);
    const warm = { env: { PATH: `${withoutNode(box)}:${path.join(box.base, "outside")}` } };
    expect((await good(box, ["run", "tool", "2"], warm)).stdout).toBe("outside 2\n");
    const unknown = await box.run(["run", "other"], warm);
    expect(unknown.stderr).toContain(NO_NODE);
  });
});

describeEachShell("odd names of commands", ({ words: shell }) => {
  it("reach sh as they are", async () => {
    const box = repo({});
    const odd = ["it's", "a b", "$(x)", "*", "x;y"];
    const options = outside(box, Object.fromEntries(odd.map((name) => [name, "#!/bin/sh"])));
    await good(box);
    for (const _ of [1, 2])
      for (const name of odd)
        expect((await good(box, ["run", name, name], { ...options, shell })).stdout).toBe(`outside ${name}\n`);
  });
});
