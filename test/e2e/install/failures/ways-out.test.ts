import { describe, expect, it } from "vitest";
import { APP, alpha, failing, said } from "../../../support/hints.ts";
import { edit, good, installed, repo } from "../../../support/repos.ts";
import type { Sandbox } from "../../../support/sandbox.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

describe("the hint for a command that is nowhere works in each kind of repo, once it is followed", () => {
  /** What follows the hint: the line for a shell, or the file and what it holds then. */
  type Kind = readonly [
    kind: string,
    files: Record<string, string>,
    next: RegExp,
    follow: (box: Sandbox) => Promise<unknown>,
  ];
  const SETUP = "from setuptools import setup\nsetup(name='app', version='1', py_modules=[], install_requires=[])\n";
  const write = (file: string, text: string) => async (box: Sandbox) => void edit(box, file, text);
  const byUv = (box: Sandbox) => good(box, ["uv", "add", "--dev", "pytest"]);
  const KINDS: readonly Kind[] = [
    [
      "requirement files",
      { "requirements.txt": "six\n" },
      /^write pytest into requirements\.txt, and start again; for one start, \.\/prime run --with pytest pytest …$/,
      write("requirements.txt", "six\npytest\n"),
    ],
    [
      "requirement files, one for people",
      { "requirements.txt": "six\n", "requirements-dev.txt": "six\n" },
      /^write pytest into requirements-dev\.txt,/,
      write("requirements-dev.txt", "pytest\n"),
    ],
    ["a [project]", { "pyproject.toml": APP }, /^\.\/prime uv add --dev pytest; /, byUv],
    [
      "a [project], and requirements of its tests, which a uv.lock would leave out",
      { "pyproject.toml": APP, "test-requirements.txt": "six\n" },
      /^write pytest into test-requirements\.txt,/,
      write("test-requirements.txt", "six\npytest\n"),
    ],
    [
      "a uv.lock",
      { "pyproject.toml": APP, "uv.lock": 'version = 1\nrequires-python = ">=3.8"\n' },
      /^\.\/prime uv add --dev pytest; /,
      byUv,
    ],
    [
      "groups without a [project]",
      { "pyproject.toml": '[dependency-groups]\ndev = ["six"]\n' },
      /^write pytest into the list `dev` below \[dependency-groups\] of pyproject\.toml,/,
      write("pyproject.toml", '[dependency-groups]\ndev = ["six", "pytest"]\n'),
    ],
    [
      "a setup.py",
      { "setup.py": SETUP },
      /^write pytest into a requirements-dev\.txt,/,
      write("requirements-dev.txt", "pytest\n"),
    ],
    [
      "a setup.py, and requirements of its tests",
      { "setup.py": SETUP, "requirements/test.txt": "six\n" },
      /^write pytest into requirements\/test\.txt,/,
      write("requirements/test.txt", "six\npytest\n"),
    ],
    ["nothing", {}, /^write pytest into a requirements\.txt,/, write("requirements.txt", "pytest\n")],
  ];
  it.for(KINDS)("%s", async ([, files, next, follow]) => {
    const box = repo(files);
    const refused = await box.run(["run", "pytest", "--version"]);
    expect(refused.code).toBe(127);
    expect(said(refused.stderr).next).toMatch(next);
    await follow(box);
    expect((await good(box, ["run", "pytest", "--version"])).stdout).toMatch(/^pytest \d/);
  });
});

describe("the hint of a refusal works where it is given", () => {
  it("for pip, where setup.py tells what a [project] requires", async () => {
    const setup = "from setuptools import setup\nsetup(install_requires=['six'], py_modules=[])\n";
    const build = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n';
    const box = repo({ "pyproject.toml": `${APP}dynamic = ["dependencies"]\n${build}`, "setup.py": setup });
    const refused = await box.run(["run", "pip", "install", "toml"]);
    expect(said(refused.stderr).next).toMatch(/^write NAME into `install_requires` of setup\.py, and start again;/);
    edit(box, "setup.py", setup.replace("'six'", "'six', 'toml'"));
    await good(box, ["run", "python", "-c", "import toml"]);
  });

  it("for another tool's repo: uv runs there, and what it runs finds it", async () => {
    const box = repo({ "pyproject.toml": '[tool.poetry]\nname = "app"\n[tool.poetry.dependencies]\nsix = "*"\n' });
    expect((await failing(box)).next).toMatch(
      /^`\.\/prime uv tool run migrate-to-uv --skip-lock --skip-uv-checks` moves it to \[project\] and uv\.lock/,
    );
    const index = await packageIndex();
    index.publishSource("migrate-to-uv", "1", {
      "setup.py":
        "from setuptools import setup\nsetup(name='migrate-to-uv', version='1', py_modules=['m'], entry_points={'console_scripts': ['migrate-to-uv = m:main']})\n",
      "m.py": "import shutil, subprocess\ndef main():\n    subprocess.check_call([shutil.which('uv'), '--version'])\n",
      "PKG-INFO": "Metadata-Version: 2.1\nName: migrate-to-uv\nVersion: 1\n",
    });
    const { stdout } = await good(box, ["uv", "tool", "run", "migrate-to-uv"], { env: { UV_INDEX: index.url } });
    expect(stdout).toMatch(/^uv \d/);
  });

  it("for lines without digests: uv prints them before there is any environment", async () => {
    const index = await alpha();
    const options = { env: { UV_DEFAULT_INDEX: index.url } };
    const box = repo({ "requirements.txt": "--require-hashes\nalpha==1.0\n" });
    expect((await failing(box, [], options)).next).toContain(
      "what `./prime uv pip compile --generate-hashes FILE` prints for it",
    );
    box.file("requirements.in", "alpha\n");
    const { stdout } = await good(box, ["uv", "pip", "compile", "--generate-hashes", "requirements.in"], options);
    edit(box, "requirements.txt", `--require-hashes\n${stdout}`);
    await good(box, [], options);
    expect(installed(box)).toEqual({ alpha: "1.0" });
  });

  it("for what may not be built", async () => {
    const index = await packageIndex();
    index.publishSource("lib", "1", {
      "setup.py": "from setuptools import setup\nsetup(name='lib', version='1')\n",
      "PKG-INFO": "Metadata-Version: 2.1\nName: lib\nVersion: 1\n",
    });
    const options = { env: { UV_INDEX: index.url } };
    const box = repo({ "requirements.txt": "--only-binary lib\nlib\n" });
    const { first, next } = await failing(box, [], options);
    expect(first).toContain("lib would have to be built, and that is forbidden");
    expect(next).toMatch(/^allow it \(/);
    edit(box, "requirements.txt", "lib\n");
    await good(box, [], options);
  });

  it("for a line that is no requirement", async () => {
    const index = await alpha();
    const options = { env: { UV_DEFAULT_INDEX: index.url } };
    const box = repo({ "requirements.txt": "alpha\nalpha is what we need\n" });
    const { first, next } = await failing(box, [], options);
    expect(first).toContain("requirements.txt has a line that is no requirement");
    expect(next).toMatch(/^correct that line/);
    edit(box, "requirements.txt", "alpha\n");
    await good(box, [], options);
  });
});

it.each([
  [
    "by a backend of its own",
    {
      "pyproject.toml": `${APP}dependencies = ["click"]\n[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n`,
      "own.py": "def build_editable(*_):\n    raise FileNotFoundError('docs')\nbuild_wheel = build_editable\n",
    },
    ["install_packages = []", 'requirements = ["requirements.txt"]'],
  ],
  [
    "by a setup.py that imports what it has",
    {
      "setup.py": "import sys\nsys.path.insert(0, '.')\nimport app\nfrom setuptools import setup\nsetup(name='app')\n",
      "app.py": "import click\n",
    },
    ["install_packages = []"],
  ],
])("a root that can't be built %s: its requirement file is installed without it", async (_, files, keys) => {
  const box = repo({ ...files, "requirements.txt": "six\n" });
  const { next } = await failing(box);
  const named = keys.map((key) => `\`${key}\``).join(" and ");
  expect(next).toContain(`; or have requirements.txt installed without the project: ${named} in prime.toml`);
  edit(box, "prime.toml", `${keys.join("\n")}\n`);
  await good(box);
  expect(Object.keys(installed(box))).toEqual(["six"]);
});
