import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { edit, good, hashes, installed, isWarm, packageFiles, repo, shown } from "../../../support/repos.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

const names = (packages: Record<string, string>) => Object.keys(packages);

describe("a pyproject.toml without a lock", () => {
  it.each([
    ["the group dev before any other", '[dependency-groups]\ntest = ["click"]\ndev = ["iniconfig"]', ["iniconfig"]],
    ["else the group test", '[dependency-groups]\ntest = ["iniconfig"]\ndocs = ["click"]', ["iniconfig"]],
    [
      "else the extra of such a name",
      '[project.optional-dependencies]\ntests = ["iniconfig"]\nfast = ["click"]',
      ["iniconfig"],
    ],
    [
      "default-groups before all of them",
      '[dependency-groups]\ndev = ["click"]\nci = ["iniconfig", {include-group = "lint"}]\nlint = ["pluggy"]\n[tool.uv]\ndefault-groups = ["ci"]',
      ["iniconfig", "pluggy"],
    ],
  ])("brings %s, and writes nothing into the repo", async (_, declared, expected) => {
    const box = repo(packageFiles(".", "app", `dependencies = ["six"]\n${declared}`), { git: true });
    box.git("add", ".");
    box.git("commit", "--quiet", "--message", "all");
    const before = hashes(box);
    await good(box);
    expect(names(installed(box))).toEqual(["app", ...expected, "six"].sort());
    expect([hashes(box), box.git("status", "--porcelain")]).toEqual([before, ""]);
  });

  it("that asks for nothing becomes an empty environment, and what it asks for later is added", async () => {
    const box = repo({ "pyproject.toml": '[project]\nname = "app"\nversion = "1"\n' });
    await good(box);
    expect(installed(box)).toEqual({});
    edit(box, "pyproject.toml", '[project]\nname = "app"\nversion = "1"\ndependencies = ["six"]\n');
    await good(box);
    expect(names(installed(box))).toEqual(["six"]);
  });

  it("brings the development requirement files beside it, and dynamic dependencies", async () => {
    const box = repo({
      "pyproject.toml": [
        '[project]\nname = "app"\nversion = "1"\ndynamic = ["dependencies", "optional-dependencies"]',
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"',
        '[tool.setuptools]\npy-modules = ["app"]',
        '[tool.setuptools.dynamic]\ndependencies = { file = "requirements.txt" }',
        'optional-dependencies.test = { file = "requirements-test.txt" }',
      ].join("\n"),
      "app.py": "",
      "requirements.txt": "six\n",
      "requirements-test.txt": "iniconfig\n",
      "requirements-dev.txt": "-r requirements-test.txt\npluggy\n",
    });
    const { stderr } = await good(box);
    expect(stderr).toContain("requirements-dev.txt");
    expect(names(installed(box))).toEqual(["app", "iniconfig", "pluggy", "six"]);
    expect(await isWarm(box)).toBe(true);
    edit(box, "requirements.txt", "six\npackaging\n");
    await good(box);
    expect(names(installed(box))).toContain("packaging");
  });

  it("follows the project itself: its source at once, a new script by a new environment", async () => {
    const box = repo({ ...packageFiles(".", "app"), "src/app/__init__.py": "def main():\n    print('first')\n" });
    await good(box);
    const first = shown(box);
    edit(box, "src/app/__init__.py", "def main():\n    print('second')\n");
    expect(await isWarm(box)).toBe(true);
    expect((await good(box, ["run", "python", "-c", "import app; app.main()"])).stdout).toBe("second\n");
    edit(
      box,
      "pyproject.toml",
      packageFiles(".", "app", '[project.scripts]\nhello = "app:main"')["pyproject.toml"] ?? "",
    );
    expect((await good(box, ["run", "hello"])).stdout).toBe("second\n");
    expect(shown(box)).not.toBe(first);
  });

  it("keeps what it resolved to, and then changes only what must", async () => {
    const index = await packageIndex();
    for (const name of ["alpha", "beta"]) index.publish(name, "1.0");
    const requiring = (...dependencies: string[]) =>
      `[project]\nname = "app"\nversion = "1"\ndependencies = ${JSON.stringify(dependencies)}\n`;
    const box = repo({ "pyproject.toml": requiring("alpha", "beta") });
    const options = { env: { UV_DEFAULT_INDEX: index.url, UV_CACHE_DIR: path.join(box.base, "uv-cache") } };
    await good(box, [], options);
    for (const name of ["alpha", "beta"]) index.publish(name, "2.0");

    fs.rmSync(box.path(".prime/generations"), { recursive: true });
    await good(box, [], options);
    expect(installed(box)).toEqual({ alpha: "1.0", beta: "1.0" });

    edit(box, "pyproject.toml", requiring("alpha", "beta>1"));
    await good(box, [], options);
    expect(installed(box)).toEqual({ alpha: "1.0", beta: "2.0" });

    edit(box, "pyproject.toml", requiring("alpha", "beta"));
    await good(box, [], options);
    expect(installed(box)).toEqual({ alpha: "1.0", beta: "1.0" });
    expect(fs.readdirSync(box.path(".prime/resolved")).every((name) => /^pylock\.\w+\.toml$/.test(name))).toBe(true);

    await good(box, ["reboot"], options);
    expect(installed(box)).toEqual({ alpha: "2.0", beta: "2.0" });
    fs.rmSync(box.path(".prime/generations"), { recursive: true });
    await good(box, [], options);
    expect(installed(box)).toEqual({ alpha: "2.0", beta: "2.0" });
  });
});
