import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { bad, edit, good, installed, isWarm, repo, shown } from "../../../support/repos.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

const SETUP_PY = `from setuptools import setup
setup(name="app", version="1", py_modules=["app"], install_requires=["six"],
      extras_require={"dev": ["iniconfig"], "fast": ["pluggy"]})
`;

describe("requirement files", () => {
  it("are followed: includes, constraints, the project itself with extras beside the one for developers", async () => {
    const box = repo({
      "requirements.txt": "-r requirements/base.txt\n-c constraints.txt\n-e .[fast]  # and itself\n",
      "requirements/base.txt": "--no-binary nothing\npackaging >= 20\n",
      "constraints.txt": "packaging<24\nsix==1.16.0\nclick<8\n",
      "setup.py": SETUP_PY,
      "app.py": "",
    });
    await good(box);
    expect(installed(box)).toMatchObject({ app: "1", packaging: "23.2", six: "1.16.0" });
    expect(Object.keys(installed(box))).toEqual(["app", "iniconfig", "packaging", "pluggy", "six"]);
    expect(await isWarm(box)).toBe(true);
    edit(box, "constraints.txt", "packaging<23\nsix==1.15.0\n");
    await good(box);
    expect(installed(box)).toMatchObject({ packaging: "22.0", six: "1.15.0" });
  });

  it("say where packages come from, and which bytes they may be", async () => {
    const usual = await packageIndex();
    const extra = await packageIndex();
    usual.publish("alpha", "1.0");
    const { sha256 } = extra.publish("beta", "1.0");
    extra.publish("gamma", "1.0");
    const box = repo({
      "requirements.txt": `--index-url ${usual.url}\n--extra-index-url ${extra.url}\nalpha\n-r more.txt\n--find-links wheels\n`,
      "more.txt": `beta==1.0 --hash=sha256:${sha256}\ngamma\n`,
    });
    fs.renameSync(
      path.join(extra.folder, "gamma-1.0-py3-none-any.whl"),
      path.join(box.root, "gamma-1.0-py3-none-any.whl"),
    );
    fs.mkdirSync(box.path("wheels"));
    fs.renameSync(box.path("gamma-1.0-py3-none-any.whl"), box.path("wheels/gamma-1.0-py3-none-any.whl"));
    const options = { env: { UV_CACHE_DIR: path.join(box.base, "uv-cache") } };
    await good(box, [], options);
    expect(installed(box)).toEqual({ alpha: "1.0", beta: "1.0", gamma: "1.0" });
    const other = sha256.replace(/^../, "00");
    edit(box, "more.txt", `beta==1.0 --hash=sha256:${other}\ngamma\n`);
    expect(await bad(box, [], options)).toContain(other);
    expect(installed(box)).toEqual({ alpha: "1.0", beta: "1.0", gamma: "1.0" });
  });

  it("that are named in the configuration are the only ones", async () => {
    const box = repo({
      "prime.toml": 'requirements = ["ci/first.txt", "ci/second.txt"]\n',
      "requirements.txt": "click\n",
      "ci/first.txt": "six\n",
      "ci/second.txt": "iniconfig\n",
    });
    await good(box);
    expect(Object.keys(installed(box))).toEqual(["iniconfig", "six"]);
  });
});

describe("setup.py alone", () => {
  it("is installed editable, with the extra for developers", async () => {
    const box = repo({ "setup.py": SETUP_PY, "app.py": "" });
    const { stdout, stderr } = await good(box, ["run", "python", "-c", "import app; print(app.__file__)"]);
    expect(stdout).toBe(`${box.path("app.py")}\n`);
    expect(stderr).toContain("ready: app, ");
    expect(Object.keys(installed(box))).toEqual(["app", "iniconfig", "six"]);
    const first = shown(box);
    edit(box, "setup.py", SETUP_PY.replace('["iniconfig"]', '["click"]'));
    await good(box);
    expect(Object.keys(installed(box))).toEqual(["app", "click", "six"]);
    expect(shown(box)).not.toBe(first);
  });

  it("may read its requirements from a file, which counts", async () => {
    const setup = 'setup(name="app", version="1", install_requires=open("requirements/run.txt").read().split())\n';
    const box = repo({ "setup.py": `from setuptools import setup\n${setup}`, "requirements/run.txt": "six\n" });
    await good(box);
    edit(box, "requirements/run.txt", "iniconfig\n");
    await good(box);
    expect(Object.keys(installed(box))).toEqual(["app", "iniconfig"]);
  });
});

describe("setup.cfg alone", () => {
  const SETUP_CFG = "[metadata]\nname = app\nversion = 1\n[options]\ninstall_requires = six\npy_modules = app\n";

  it("is installed editable, with the extra for developers", async () => {
    const box = repo({ "setup.cfg": `${SETUP_CFG}[options.extras_require]\ntest = iniconfig\n`, "app.py": "" });
    const { stdout } = await good(box, ["run", "python", "-c", "import app; print(app.__file__)"]);
    expect(stdout).toBe(`${box.path("app.py")}\n`);
    expect(Object.keys(installed(box))).toEqual(["app", "iniconfig", "six"]);
    edit(box, "setup.cfg", SETUP_CFG.replace("six", "pluggy"));
    await good(box);
    expect(Object.keys(installed(box))).toEqual(["app", "pluggy"]);
    expect(fs.existsSync(box.path("setup.py"))).toBe(false);
  });
});

describe("a lock of another tool", () => {
  const LOCK = '[[package]]\nname = "six"\nversion = "1.16.0"\n';

  it("is not read where [project] says what is required, and that is told", async () => {
    const box = repo({
      "poetry.lock": LOCK,
      "pyproject.toml": '[project]\nname = "app"\nversion = "1"\ndependencies = ["iniconfig"]\n[tool.poetry]\n',
    });
    expect((await good(box)).stderr).toContain("poetry.lock is not read");
    expect(Object.keys(installed(box))).toEqual(["iniconfig"]);
  });

  it.each([
    ["Poetry", { "poetry.lock": LOCK, "pyproject.toml": '[tool.poetry.dependencies]\nsix = "*"\n' }, "poetry export"],
    ["PDM", { "pdm.lock": LOCK }, "pdm export"],
    ["Pipenv", { Pipfile: "", "Pipfile.lock": "{}" }, "pipenv requirements"],
  ])("is refused where it stands alone: %s", async (tool, files, way) => {
    const box = repo(files);
    const said = await bad(box, ["run", "true"]);
    expect(said).toContain(`described for ${tool} alone`);
    expect(said).toContain(way);
    expect(fs.existsSync(box.path(".venv"))).toBe(false);
  });
});

describe("nothing to install", () => {
  it.each([
    ["no file at all", {}],
    ["settings of tools alone", { "pyproject.toml": "[tool.ruff]\nline-length = 100\n" }],
  ])("gives an empty environment and says so: %s", async (_, files) => {
    const box = repo(files);
    const { stderr } = await good(box);
    expect(stderr).toContain("No file here says what to install");
    expect(stderr).toMatch(/ready: repo, Python \S+, 0 packages/);
    expect(installed(box)).toEqual({});
    expect(await isWarm(box)).toBe(true);
  });
});
