import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import {
  bad,
  edit,
  good,
  installed,
  isWarm,
  onlyBy,
  packagesOf,
  repo,
  uvBeside,
  witness,
} from "../../support/repos.ts";
import { LAUNCHER, LONG_AGO, type RunOptions, type Sandbox } from "../../support/sandbox.ts";
import { packageIndex } from "../../support/servers/index-server.ts";
import { withoutNode } from "../../support/system/no-node.ts";

/** A launcher of a folder below, as somebody put it there. */
function launcherIn(box: Sandbox, folder: string): string {
  const launcher = box.path(folder, "prime");
  fs.copyFileSync(LAUNCHER, launcher);
  fs.utimesSync(launcher, LONG_AGO, LONG_AGO);
  return launcher;
}

/** What raw `uv sync` makes in a folder. */
async function syncedIn(box: Sandbox, folder: string, { env = {} }: RunOptions, args: readonly string[] = []) {
  const venv = path.join(box.base, "raw");
  fs.rmSync(venv, { recursive: true, force: true });
  await uvBeside(box, ["sync", "--quiet", "--directory", box.path(folder), ...args], {
    ...env,
    UV_PROJECT_ENVIRONMENT: venv,
  });
  return packagesOf(venv);
}

async function workspace() {
  const usual = await packageIndex();
  for (const name of ["alpha", "beta", "gamma", "delta", "epsilon"]) usual.publish(name, "1.0");
  const box = repo({
    "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n[dependency-groups]\ndev = ["alpha"]\n',
    ...witness(
      "packages/a",
      "aa",
      ["bb", "beta"],
      '[tool.uv.sources]\nbb = { workspace = true }\n[dependency-groups]\ndev = ["gamma"]\ntest = ["epsilon"]\n',
    ),
    ...witness(
      "packages/b",
      "bb",
      [],
      '[project.optional-dependencies]\nfast = ["delta"]\n[dependency-groups]\ndev = ["epsilon"]\n',
    ),
    "packages/c/pyproject.toml": '[project]\nname = "cc"\nversion = "1"\ndependencies = ["delta"]\n',
  });
  return { usual, box, options: onlyBy(box, usual) };
}

describe("a workspace without a lock", () => {
  it("gives all members with their development groups, as uv sync does, editable", async () => {
    const { box, options } = await workspace();
    await good(box, [], options);
    const found = installed(box);
    expect(found).toEqual({ aa: "1", alpha: "1.0", bb: "1", beta: "1.0", delta: "1.0", epsilon: "1.0", gamma: "1.0" });
    expect(found).toEqual(await syncedIn(box, ".", options));
    fs.rmSync(box.path("uv.lock"));
    expect(await isWarm(box)).toBe(true);
  });

  it("gives one member by its name, with its own default groups", async () => {
    const { box, options } = await workspace();
    const args = ["--package", "bb"];
    const { stdout } = await good(box, [...args, "run", "sh", "-c", 'echo "$VIRTUAL_ENV"'], options);
    expect(packagesOf(stdout.trim())).toEqual(await syncedIn(box, ".", options, args));
  });

  it("takes extras of members, and refuses what none declares", async () => {
    const { box, options } = await workspace();
    const { stdout } = await good(
      box,
      ["--package", "bb", "--extra", "fast", "run", "sh", "-c", 'echo "$VIRTUAL_ENV"'],
      options,
    );
    expect(packagesOf(stdout.trim())).toMatchObject({ bb: "1", delta: "1.0" });
    expect(await bad(box, ["--group", "nope", "run", "true"], options)).toContain("nope");
  });

  it("is prepared for the Python that all members allow", async () => {
    const { box, options } = await workspace();
    edit(box, "packages/c/pyproject.toml", '[project]\nname = "cc"\nversion = "1"\nrequires-python = ">=3.99"\n');
    const { code, stderr } = await box.run([], options);
    expect(code).toBe(125);
    expect(stderr).toContain(">=3.99");
  });
});

describe("a launcher in a member of a workspace", () => {
  it("installs from the workspace's lock, as uv does, and verify knows it", async () => {
    const { box, options, usual } = await workspace();
    await uvBeside(box, ["lock", "--quiet"], options.env ?? {});
    for (const name of ["beta", "gamma", "epsilon"]) usual.publish(name, "2.0");
    const launcher = launcherIn(box, "packages/a");
    const there = { ...options, launcher, cwd: box.path("packages/a") };
    const { stderr } = await good(box, [], there);
    expect(stderr).not.toContain("is not read");
    const found = packagesOf(box.path("packages/a/.venv"));
    expect(found).toEqual({ aa: "1", bb: "1", beta: "1.0", gamma: "1.0" });
    expect(found).toEqual(await syncedIn(box, "packages/a", options, ["--frozen"]));
    const [same] = [
      await good(box, ["--root", "packages/a", "run", "python", "-c", "import beta; print(beta.version)"], options),
    ];
    expect(same.stdout).toBe("1.0\n");
    const verified = await box.run(["verify"], there);
    expect(verified.stdout).toContain("../../uv.lock fits pyproject.toml");
    expect(fs.existsSync(box.path("packages/a/uv.lock"))).toBe(false);
  });

  it("brings that lock in step, or refuses where it may not", async () => {
    const { box, options } = await workspace();
    await uvBeside(box, ["lock", "--quiet"], options.env ?? {});
    const launcher = launcherIn(box, "packages/a");
    const there = { ...options, launcher, cwd: box.path("packages/a") };
    await good(box, [], there);
    const pyproject = fs.readFileSync(box.path("packages/a/pyproject.toml"), "utf8");
    edit(box, "packages/a/pyproject.toml", pyproject.replace('"beta"', '"beta", "delta"'));
    expect(await bad(box, [], { ...there, env: { ...there.env, CI: "1" } })).toContain(
      `${box.path("uv.lock")} does not fit`,
    );
    const { stdout } = await box.run(["verify"], there);
    expect(stdout).toContain("../../uv.lock does not fit what pyproject.toml asks for");
    const { stderr } = await good(box, [], there);
    expect(stderr).toContain(`${box.path("uv.lock")} was rewritten to fit pyproject.toml`);
    expect(packagesOf(box.path("packages/a/.venv"))).toHaveProperty("delta");
  });

  it("sees a lock appear, and a lock of its own is passed over with a word", async () => {
    const { box, options } = await workspace();
    const launcher = launcherIn(box, "packages/a");
    box.file("packages/a/uv.lock", "version = 1\n");
    const there = { ...options, launcher, cwd: box.path("packages/a") };
    const { stderr } = await good(box, [], there);
    expect(stderr).toContain(`${box.path("packages/a/uv.lock")} is not read: ${box.path("packages/a")} is a member`);
    expect(packagesOf(box.path("packages/a/.venv"))).toEqual({ aa: "1", bb: "1", beta: "1.0", gamma: "1.0" });
    const warm = async () =>
      (await box.run(["run", "python", "-c", ""], { ...there, env: { PATH: withoutNode(box) } })).code === 0;
    expect(await warm()).toBe(true);
    await uvBeside(box, ["lock", "--quiet"], options.env ?? {});
    expect(await warm()).toBe(false);
    const status = JSON.parse((await good(box, ["status", "--json"], there)).stdout);
    expect(status.project.kind).toBe("uv-lock");
  });

  it.each([
    ["excludes it", '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/a"]\n'],
    ["does not name it", '[tool.uv.workspace]\nmembers = ["libs/*"]\n'],
    ["is none", '[project]\nname = "other"\nversion = "1"\n'],
  ])("stands alone where the project above %s", async (_, above) => {
    const usual = await packageIndex();
    usual.publish("alpha", "1.0");
    const box = repo({
      "pyproject.toml": above,
      "uv.lock": "version = 1\n",
      ...witness("packages/a", "aa", ["alpha"]),
    });
    const launcher = launcherIn(box, "packages/a");
    const there = { ...onlyBy(box, usual), launcher, cwd: box.path("packages/a") };
    await good(box, [], there);
    expect(packagesOf(box.path("packages/a/.venv"))).toEqual({ aa: "1", alpha: "1.0" });
  });

  it("gives its settings and sources to members, where there is no lock", async () => {
    const usual = await packageIndex();
    const second = await packageIndex();
    usual.publish("alpha", "2.0");
    second.publish("alpha", "1.0");
    const box = repo({
      "pyproject.toml": `[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\nalpha = { index = "pt" }\n[[tool.uv.index]]\nname = "pt"\nurl = "${second.url}"\nexplicit = true\n`,
      ...witness("packages/a", "aa", ["alpha"]),
    });
    const there = { ...onlyBy(box, usual), launcher: launcherIn(box, "packages/a"), cwd: box.path("packages/a") };
    await good(box, [], there);
    expect(packagesOf(box.path("packages/a/.venv"))).toEqual({ aa: "1", alpha: "1.0" });
  });
});

describe("a pylock.toml of the repo's own that has grown old", () => {
  it("is said at each cold start, and by verify", async () => {
    const usual = await packageIndex();
    const { url, sha256 } = usual.publish("alpha", "1.0");
    const project = (dependencies: string) =>
      `[project]\nname = "app"\nversion = "1"\ndependencies = ${dependencies}\n`;
    const box = repo({
      "pylock.toml": `lock-version = "1.0"\ncreated-by = "test"\n[[packages]]\nname = "alpha"\nversion = "1.0"\n[[packages.wheels]]\nurl = "${url}"\nhashes = { sha256 = "${sha256}" }\n`,
      "pyproject.toml": project('["alpha", "gone; sys_platform == \'win32\'"]'),
    });
    const options = onlyBy(box, usual);
    const words = "pylock.toml does not fit pyproject.toml: nothing in it meets";
    expect((await good(box, [], options)).stderr).not.toContain(words);
    expect((await box.run(["verify"], options)).stdout).toContain("pylock.toml fits pyproject.toml");
    edit(box, "pyproject.toml", project('["alpha>=2", "beta"]'));
    for (const args of [[], ["reboot"]]) {
      expect((await good(box, args, options)).stderr).toContain(`${words} alpha>=2, beta`);
    }
    const verified = await box.run(["verify"], options);
    expect([verified.code, verified.stdout.includes(`${words} alpha>=2, beta`)]).toEqual([1, true]);
  });
});

describe("a project without [project] beside requirement files", () => {
  it.each([
    [
      "Poetry's form",
      'requires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n[tool.poetry]\nname = "app"\nversion = "1"\ndescription = ""\nauthors = []\npackages = [{ include = "app.py" }]\n[tool.poetry.dependencies]\niniconfig = "*"\n',
      {},
    ],
    [
      "flit's old form",
      'requires = ["flit_core>=2,<4"]\nbuild-backend = "flit_core.buildapi"\n[tool.flit.metadata]\nmodule = "app"\nauthor = "x"\nauthor-email = "x@example.org"\nhome-page = "https://example.org"\nrequires = ["iniconfig"]\n',
      {},
    ],
    [
      "pbr's",
      'requires = ["pbr>=6", "setuptools"]\nbuild-backend = "pbr.build"\n',
      { "setup.cfg": "[metadata]\nname = app\n[files]\nmodules = app\n" },
    ],
    [
      "pbr's by setup.py",
      'requires = ["pbr>=6", "setuptools"]\nbuild-backend = "pbr.build"\n',
      {
        "setup.cfg": "[metadata]\nname = app\n[files]\nmodules = app\n",
        "setup.py": "import setuptools\nsetuptools.setup(setup_requires=['pbr'], pbr=True)\n",
      },
    ],
  ])("is installed too: %s", async (name, build, more) => {
    const box = repo({
      "pyproject.toml": `[build-system]\n${build}`,
      "app.py": '"""An app."""\n__version__ = "1"\n',
      "requirements.txt": name.startsWith("pbr") ? "iniconfig\n" : "six\n",
      ...(more as Record<string, string>),
    });
    const { stdout } = await good(box, ["run", "python", "-c", "import app; print(app.__file__)"], {
      env: { PBR_VERSION: "1", PYTHONSAFEPATH: "1" },
      cwd: box.base,
    });
    expect(stdout.trim()).toBe(box.path("app.py"));
    expect(Object.keys(installed(box))).toEqual(
      name.startsWith("pbr") ? ["app", "iniconfig"] : ["app", "iniconfig", "six"],
    );
  });
});
