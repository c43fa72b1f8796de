import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { failure } from "../../support/failures.ts";
import { outdated } from "../../support/pythons/upgrades.ts";
import { generations, good, hashes, installed, isWarm, repo, shown, uvBeside } from "../../support/repos.ts";
import { packageIndex } from "../../support/servers/index-server.ts";
import { readOnly } from "../../support/system/users.ts";

describe("./prime upgrade of packages", () => {
  it("makes a new environment and the lock that asks for it, as one step, and the next start is warm", async () => {
    const box = await outdated();
    const before = shown(box);
    const { stderr } = await good(box, ["upgrade"]);
    expect(stderr).toContain("alpha 1.0 -> 1.1");
    expect(shown(box)).not.toBe(before);
    expect(installed(box)).toMatchObject({ alpha: "1.1", beta: "1.0" });
    expect(fs.readFileSync(box.path("uv.lock"), "utf8")).toContain('name = "alpha"\nversion = "1.1"');
    expect(await isWarm(box)).toBe(true);
    const [entry] = JSON.parse((await good(box, ["history", "--json"])).stdout);
    expect(entry).toMatchObject({ what: "upgrade", from: before, to: shown(box), changes: ["alpha 1.0 -> 1.1"] });
    expect((await good(box, ["upgrade"])).stderr).toContain("nothing to upgrade");
    expect(generations(box)).toHaveLength(2);
  });

  it("tells what it would do, and changes nothing", async () => {
    const box = await outdated();
    const files = hashes(box);
    const { stdout } = await good(box, ["upgrade", "--dry-run", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ packages: [{ name: "alpha", from: "1.0", to: "1.1" }], refused: [] });
    expect((await good(box, ["upgrade", "--dry-run"])).stdout).toContain("alpha 1.0 -> 1.1");
    for (const words of [[], ["--dry-run"]]) expect((await box.run(["upgrade", "--check", ...words])).code).toBe(1);
    expect(hashes(box)).toEqual(files);
    expect(generations(box)).toHaveLength(1);
    await good(box, ["upgrade"]);
    expect((await box.run(["upgrade", "--check"])).code).toBe(0);
  });

  it("is taken back by a rollback, which --auto respects and an upgrade by hand ends", async () => {
    const box = await outdated();
    const before = shown(box);
    await good(box, ["upgrade"]);
    const after = shown(box);
    const { stderr } = await good(box, ["rollback"]);
    expect(stderr).toContain("undo the change of uv.lock");
    expect(shown(box)).toBe(before);
    expect((await good(box, ["upgrade", "--auto"])).stderr).toContain(`a rollback to ${before} holds`);
    expect(shown(box)).toBe(before);
    expect((await good(box, ["upgrade"])).stderr).toMatch(/the rollback ends|ends the rollback/);
    expect(shown(box)).toBe(after);
    expect(await isWarm(box)).toBe(true);
  });

  it("leaves a lock that fits for uv where the packages lie in a folder beside the repo", async () => {
    const index = await packageIndex();
    const box = repo({
      "pyproject.toml": `[project]
name = "demo"
version = "1"
requires-python = ">=3.8"
dependencies = ["alpha"]
[tool.uv.sources]
alpha = { index = "beside" }
[[tool.uv.index]]
name = "beside"
url = "../wheels"
format = "flat"
`,
    });
    const wheels = path.join(box.base, "wheels");
    fs.mkdirSync(wheels);
    const offer = (version: string) => {
      index.publish("alpha", version);
      const wheel = `alpha-${version}-py3-none-any.whl`;
      fs.copyFileSync(path.join(index.folder, wheel), path.join(wheels, wheel));
    };
    offer("1.0");
    await uvBeside(box, ["lock", "--quiet"]);
    await good(box);
    offer("1.1");
    await good(box, ["upgrade"]);
    expect(installed(box)).toMatchObject({ alpha: "1.1" });
    await uvBeside(box, ["lock", "--check"]);
    expect(await isWarm(box)).toBe(true);
  });

  it("is told where the checkout can't be written, and is refused there before anything is made", async () => {
    const box = await outdated();
    const shell = readOnly(box.root);
    expect((await box.run(["upgrade", "--check"], { shell })).code).toBe(1);
    for (const words of [["upgrade"], ["pin", "alpha==1.1"]]) {
      const told = failure(await box.run(words, { shell }), "file-read-only");
      expect(told).toMatch(/\/(?:uv|prime)\.lock: .* can't be written/);
      expect(told).not.toContain("validate");
    }
  });

  it("takes only what is named", async () => {
    const box = await outdated();
    await good(box, ["upgrade", "--packages", "beta"]);
    expect(installed(box)).toMatchObject({ alpha: "1.0" });
    await good(box, ["upgrade", "--packages", "beta", "alpha"]);
    expect(installed(box)).toMatchObject({ alpha: "1.1" });
  });
});
