import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import {
  backdate,
  bad,
  edit,
  generations,
  good,
  installed,
  installedBy,
  isWarm,
  packageFiles,
  repo,
  shown,
  synced,
  uv,
} from "../../support/repos.ts";
import { withoutNode } from "../../support/system/no-node.ts";

const DECLARED = `dependencies = ["six"]
[project.optional-dependencies]
fast = ["pluggy"]
[dependency-groups]
dev = ["iniconfig"]
docs = ["click", {include-group = "dev"}]
`;

describe("flags and keys choose", () => {
  it("an environment of their own for one start, warm from then on, and .venv never moves", async () => {
    const box = repo(packageFiles(".", "app", DECLARED));
    const docs = ["--group", "docs", "--extra=fast"];
    expect(Object.keys(await installedBy(box, docs))).toEqual(["app", "click", "iniconfig", "pluggy", "six"]);
    expect(fs.existsSync(box.path(".venv"))).toBe(false);

    await good(box);
    expect(Object.keys(installed(box))).toEqual(["app", "iniconfig", "six"]);
    const usual = shown(box);
    expect(generations(box)).toHaveLength(2);
    for (const flags of [[], docs]) {
      await good(box, [...flags, "run", "true"]);
      expect([flags, await isWarm(box, flags)]).toEqual([flags, true]);
    }
    expect([shown(box), generations(box).length]).toEqual([usual, 2]);
    expect(Object.keys(await installedBy(box, ["--extra", "fast"]))).toEqual(["app", "iniconfig", "pluggy", "six"]);

    edit(box, "prime.toml", 'install_groups = []\ninstall_extras = ["fast"]\n');
    await good(box);
    expect(Object.keys(installed(box))).toEqual(["app", "pluggy", "six"]);
    const chosen = { env: { PRIME_INSTALL_GROUPS: '["docs"]', PRIME_INSTALL_EXTRAS: "[]" } };
    await good(box, [], chosen);
    expect(Object.keys(installed(box))).toEqual(["app", "click", "iniconfig", "six"]);
  });

  it("as uv does: all, none, one alone, and what is excluded stays out whoever names it", async () => {
    const conflicts = '[tool.uv]\nconflicts = [[{ extra = "fast" }, { group = "docs" }]]\n';
    const box = repo(packageFiles(".", "app", `${DECLARED}other = ["toml"]\n${conflicts}`));
    const usual = await installedBy(box, []);
    const has = async (...flags: string[]) => Object.keys(await installedBy(box, flags)).join(" ");
    expect(await has("--all-groups")).toBe("app click iniconfig six toml");
    expect(await has("--all-groups", "--no-group", "docs", "--all-extras")).toBe("app iniconfig pluggy six toml");
    expect(await has("--no-dev")).toBe("app six");
    expect(await has("--group", "dev", "--no-dev")).toBe("app six");
    expect(await has("--only-group", "docs")).toBe("click iniconfig");
    expect(await has("--all-extras", "--no-extra=fast")).toBe(Object.keys(usual).join(" "));

    const parted = await bad(box, ["--all-extras", "--group", "docs", "run", "true"]);
    expect(parted).toContain("the extra `fast` and the group `docs` together: [tool.uv] conflicts in pyproject.toml");
    expect(parted).toContain("by --no-group docs\n");
    expect(await has("--all-extras", "--group", "docs", "--no-group", "docs")).toBe("app pluggy six");
    expect(await bad(box, ["--no-group", "doc", "run", "true"])).toContain("did you mean `docs`?");
    const unclear = [
      ["--only-group", "docs", "--extra", "fast"],
      ["--all-extras", "--extra", "fast"],
      ["--only-group", "docs", "--no-group", "docs"],
    ];
    for (const flags of unclear) expect(await box.run([...flags, "run", "true"])).toMatchObject({ code: 2 });

    edit(box, "prime.toml", 'install_groups = "all"\n');
    expect(await has()).toBe("app click iniconfig six toml");
    edit(box, "prime.toml", 'install_groups = []\ninstall_extras = "all"\n');
    expect(await has()).toBe("app pluggy six");
  });

  it("the same of a uv.lock, by uv itself", async () => {
    const box = repo(packageFiles(".", "app", `${DECLARED}other = ["toml"]\n`));
    uv(box, ["lock"]);
    backdate(box, "uv.lock");
    const choices = [["--all-groups"], ["--no-dev"], ["--only-group=docs"], ["--all-groups", "--no-group=docs"]];
    for (const flags of choices) expect([flags, await installedBy(box, flags)]).toEqual([flags, synced(box, flags)]);
  });

  it("more for one start, and another Python, warm from then on, before and behind `run`", async () => {
    const box = repo(packageFiles(".", "app", DECLARED));
    await good(box);
    const usual = shown(box);
    const withToml = ["run", "--with", "toml==0.10.2,pluggy", "--with=click"];
    await good(box, [...withToml, "python", "-c", "import toml, pluggy, click, six"]);
    await good(box, [...withToml, "python", "-c", "import toml"], { env: { PATH: withoutNode(box) } });
    expect((await box.run(["run", "python", "-c", "import toml"])).code).toBe(1);

    const over = await good(box, [
      "--with",
      "six==1.15.0",
      "run",
      "python",
      "-c",
      "import six; print(six.__version__)",
    ]);
    expect(over.stdout).toBe("1.15.0\n");
    expect(over.stderr).toMatch(/--with takes the place of what the repo asks for: six==(?!1\.15)/);
    expect(await box.run(["run", "--with", "./lib", "true"])).toMatchObject({ code: 2 });

    const before = fs.readFileSync(box.path(".prime/history.jsonl"), "utf8").length;
    const version = /^(3\.\d+)/.exec((await good(box, ["run", "python", "-V"])).stdout.replace("Python ", ""))?.[1];
    for (const request of [`${version}`, `>=${version}`]) {
      const run = ["--python", request, "run", "python", "-V"];
      expect((await good(box, run)).stdout).toContain(`Python ${version}`);
      expect((await good(box, run, { env: { PATH: withoutNode(box) } })).stdout).toContain(`Python ${version}`);
    }
    expect(fs.readFileSync(box.path(".prime/history.jsonl"), "utf8").length).toBeGreaterThan(before);
    expect(await box.run(["--python", "three", "run", "true"])).toMatchObject({ code: 2 });
    expect([shown(box), await isWarm(box)]).toEqual([usual, true]);
  });

  it("nothing that is not declared", async () => {
    const box = repo(packageFiles(".", "app", DECLARED));
    expect(await bad(box, ["--group", "doc", "run", "true"])).toContain("did you mean `docs`?");
    expect(await bad(box, ["--extra", "slow", "run", "true"])).toContain("pyproject.toml declares `fast`");
    expect(await bad(box, ["--package", "other", "run", "true"])).toContain("workspace member `other`");
    expect(generations(box)).toEqual([]);
  });

  it("members of a workspace without a lock", async () => {
    const workspace = `dependencies = ["six"]
[tool.uv.workspace]
members = ["libs/*"]
[tool.uv.sources]
lib-a = { workspace = true }
`;
    const box = repo({
      ...packageFiles(".", "app", workspace),
      ...packageFiles("libs/a", "lib-a", 'dependencies = ["iniconfig"]'),
      ...packageFiles(
        "libs/b",
        "lib-b",
        'dependencies = ["lib-a", "pluggy"]\n[tool.uv.sources]\nlib-a = { workspace = true }',
      ),
    });
    await good(box);
    expect(Object.keys(installed(box))).toEqual(["app", "six"]);
    expect(Object.keys(await installedBy(box, ["--package", "lib-b"]))).toEqual([
      "iniconfig",
      "lib-a",
      "lib-b",
      "pluggy",
    ]);
    edit(box, "prime.toml", 'install_packages = "all"\n');
    const { stdout } = await good(box, ["run", "python", "-c", "import lib_a, lib_b, app; print(lib_a.__file__)"]);
    expect(stdout).toBe(`${box.path("libs/a/src/lib_a/__init__.py")}\n`);
    expect(Object.keys(installed(box))).toEqual(["app", "iniconfig", "lib-a", "lib-b", "pluggy", "six"]);
  });

  it("no project at all, only what groups and requirement files ask for", async () => {
    const none = { "prime.toml": "install_packages = []\n", "requirements.txt": "click\n" };
    const setup =
      "from setuptools import setup\nsetup(name='app', version='1', py_modules=[], install_requires=['six'])\n";
    const bySetup = repo({ ...none, "setup.py": setup });
    expect((await good(bySetup)).stderr).toContain("No project is installed: `install_packages` names none.");
    expect(Object.keys(installed(bySetup))).toEqual(["click"]);

    const locked = repo(packageFiles(".", "app", DECLARED));
    await good(locked, ["uv", "lock"]);
    backdate(locked, "uv.lock");
    edit(locked, "prime.toml", "install_packages = []\n");
    expect((await good(locked)).stderr).toContain("No project is installed: `install_packages` names none.");
    expect(Object.keys(installed(locked))).toEqual(["iniconfig"]);
    edit(locked, "prime.toml", "install_packages = []\ninstall_groups = []\n");
    expect(await bad(locked)).toContain("`install_packages` names no project, and no group is chosen");
  });
});
