import { describe, expect, it } from "vitest";
import { good, installed, onlyBy, repo, witness } from "../../support/repos.ts";
import { packageIndex } from "../../support/servers/index-server.ts";

describe("a root with nothing to install", () => {
  it("names the projects below, and how to start in one", async () => {
    const usual = await packageIndex();
    usual.publish("alpha", "1.0");
    const box = repo({
      "pyproject.toml": "[tool.ruff]\nline-length = 100\n",
      ...witness("packages/a", "aa", ["alpha"]),
      "services/deep/web/requirements.txt": "alpha\n",
      "tools/old/setup.py": "",
      "node_modules/x/setup.py": "",
      ".hidden/y/pyproject.toml": "",
      "venv/pyvenv.cfg": "",
      "venv/lib/setup.py": "",
    });
    const words =
      "Projects below: packages/a, services/deep/web, tools/old (./prime --root packages/a run … starts in one)";
    const { stderr } = await good(box, ["run", "true"], onlyBy(box, usual));
    expect(stderr).toContain("the environment is empty");
    expect(stderr).toContain(words);
    const missing = await box.run(["run", "--", "nobodys-command"], onlyBy(box, usual));
    expect(missing.stderr).toContain(`  next: ${words}; or check the name`);
    const { stdout } = await good(
      box,
      ["--root", "packages/a", "run", "python", "-c", "import alpha; print(alpha.version)"],
      onlyBy(box, usual),
    );
    expect(stdout).toBe("1.0\n");
  });

  it("names no template of one, and a folder as the shell has to read it", async () => {
    const box = repo({ "a b/setup.py": "", "{{cookiecutter.slug}}/setup.py": "" });
    expect((await good(box)).stderr).toContain("Projects below: a b (./prime --root 'a b' run … starts in one)");
  });

  it("names the members of a workspace whose root asks for nothing, and install_packages", async () => {
    const usual = await packageIndex();
    const root = '[project]\nname = "root"\nversion = "1"\n[tool.uv.workspace]\nmembers = ["packages/*"]\n';
    const box = repo({ "pyproject.toml": root, ...witness("packages/a", "aa"), ...witness("packages/b", "bb") });
    const options = onlyBy(box, usual);
    const { stderr } = await good(box, [], options);
    expect(stderr).toContain(
      'Projects below: packages/a, packages/b (./prime --root packages/a run … starts in one, or `install_packages = "all"` for all of them)',
    );
    box.file("prime.toml", 'install_packages = "all"\n');
    await good(box, [], options);
    expect(installed(box)).toEqual({ aa: "1", bb: "1" });
  });
});
