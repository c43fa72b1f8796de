import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { quickPython } from "../../../support/pythons/quick-python.ts";
import { bad, edit, good, installed, installedBy, isWarm, packageFiles, repo, shown } from "../../../support/repos.ts";
import { python } from "../../../support/sandbox.ts";

const BY_PIP = 'venv_driver = "venv_pip"\n';
const SETUP_PY = `from setuptools import setup
setup(name="app", version="1", py_modules=["app"], install_requires=["six"], extras_require={"test": ["iniconfig"]})
`;

/** What a venv holds beside the tools that pip brings for itself. */
function withoutTools(packages: Record<string, string>): string[] {
  return Object.keys(packages).filter((name) => !["pip", "setuptools", "wheel"].includes(name));
}

describe("the driver venv_pip", () => {
  it("installs a project with its groups, extras and requirement files, and keeps what it resolved to", async () => {
    const declared = `dependencies = ["six"]
[project.optional-dependencies]
fast = ["pluggy"]
[dependency-groups]
dev = ["iniconfig", {include-group = "more"}]
more = ["packaging<24"]
`;
    const files = packageFiles(".", "app", declared);
    const box = repo({
      ...files,
      "prime.toml": BY_PIP,
      "requirements-dev.txt": "-c limits.txt\nclick\n",
      "limits.txt": "click<8\n",
    });
    const { stdout } = await good(box, ["run", "python", "-c", "import app; print(app.__file__)"]);
    expect(stdout).toBe(`${box.path("src/app/__init__.py")}\n`);
    expect(withoutTools(installed(box))).toEqual(["app", "click", "iniconfig", "packaging", "six"]);
    expect(installed(box)).toMatchObject({ click: "7.1.2", packaging: "23.2" });
    const usual = shown(box);
    expect(await isWarm(box)).toBe(true);
    expect(withoutTools(await installedBy(box, ["--extra", "fast", "--group", "more"]))).toContain("pluggy");
    expect(shown(box)).toBe(usual);

    edit(box, "pyproject.toml", files["pyproject.toml"]?.replace("packaging<24", "packaging") ?? "");
    edit(box, "limits.txt", "");
    await good(box);
    expect(installed(box)).toMatchObject({ click: "7.1.2", packaging: "23.2" });
  });

  it("installs setup.py alone, and setup.cfg alone", async () => {
    const box = repo({ "setup.py": SETUP_PY, "app.py": "", "prime.toml": BY_PIP }, { python: quickPython() });
    await good(box, ["run", "python", "-c", "import app"]);
    expect(withoutTools(installed(box))).toEqual(["app", "iniconfig", "six"]);
    fs.rmSync(box.path("setup.py"));
    box.file(
      "setup.cfg",
      "[metadata]\nname = app\nversion = 1\n[options]\npy_modules = app\ninstall_requires = pluggy\n",
    );
    const { stdout } = await good(box, ["run", "python", "-c", "import app; print(app.__file__)"]);
    expect(stdout).toBe(`${box.path("app.py")}\n`);
    expect(withoutTools(installed(box))).toEqual(["app", "pluggy"]);
  });

  it("takes the projects of a workspace from their folders", async () => {
    const sources =
      '[tool.uv.sources]\nlib-of-primes-tests = { workspace = true }\n[tool.uv.workspace]\nmembers = ["lib"]';
    const files = {
      ...packageFiles(".", "app", `dependencies = ["lib-of-primes-tests"]\n${sources}`),
      ...packageFiles("lib", "lib-of-primes-tests", 'dependencies = ["six"]'),
      "prime.toml": BY_PIP,
    };
    const box = repo(files, { python: quickPython() });
    const { stdout } = await good(box, [
      "run",
      "python",
      "-c",
      "import lib_of_primes_tests as lib; print(lib.__file__)",
    ]);
    expect(stdout).toBe(`${box.path("lib/src/lib_of_primes_tests/__init__.py")}\n`);
    expect(withoutTools(installed(box))).toEqual(["app", "lib-of-primes-tests", "six"]);
  });

  it("resolves from [project] what uv would take from its lock, and says so", async () => {
    const files = packageFiles(".", "app", 'dependencies = ["six"]\n[dependency-groups]\ndev = ["iniconfig"]');
    const box = repo(files, { python: quickPython() });
    await good(box, ["uv", "lock"]);
    edit(box, "prime.toml", BY_PIP);
    expect((await good(box)).stderr).toContain("uv.lock is not read");
    expect(withoutTools(installed(box))).toEqual(["app", "iniconfig", "six"]);
  });

  it("refuses a required version that the selected python is not, naming both", async () => {
    const box = repo(
      { "requirements.txt": "six\n", "prime.toml": `${BY_PIP}required_python_version = "3.7"\n` },
      { python: python("3.11") },
    );
    const said = await bad(box);
    expect(said).toContain("Python 3.7 is required");
    expect(said).toMatch(/the selected python \S+ is 3\.11\./);
  });

  it("makes an empty environment where nothing is to be installed", async () => {
    const box = repo({ "prime.toml": BY_PIP }, { python: quickPython() });
    expect((await good(box)).stderr).toContain("No file here says what to install");
    expect(withoutTools(installed(box))).toEqual([]);
  });

  it("leaves the old environment when pip fails, and shows what it said", async () => {
    const box = repo({ "requirements.txt": "six\n", "prime.toml": BY_PIP }, { python: quickPython() });
    await good(box);
    const before = shown(box);
    edit(box, "requirements.txt", "six\nno-such-package-of-primes-tests\n");
    const said = await bad(box);
    expect(said).toContain("No matching distribution found for no-such-package-of-primes-tests");
    expect(said).toContain("the whole output is in ");
    expect([shown(box), withoutTools(installed(box))]).toEqual([before, ["six"]]);
  });
});

describe("a selected python that is too old for uv", () => {
  it.each(["3.6", "3.7"])("gets its environment by pip, with a warning: %s", async (minor) => {
    const box = repo(
      { "setup.py": SETUP_PY, "app.py": "", ".python-version": `${minor}\n` },
      { python: python(minor) },
    );
    const first = await good(box, [
      "run",
      "python",
      "-c",
      "import app, six, sys; print('%d.%d' % sys.version_info[:2])",
    ]);
    expect(first.stdout).toBe(`${minor}\n`);
    expect(first.stderr).toContain("pip makes the environment instead");
    expect(await isWarm(box)).toBe(true);
    expect((await good(box, ["run", "python", "-m", "pip", "list"])).stdout).toMatch(/^iniconfig +\d/m);
  });
});
