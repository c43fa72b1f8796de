import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import {
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
} from "../../support/repos.ts";

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
});
