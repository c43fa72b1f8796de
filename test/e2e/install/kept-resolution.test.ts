import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { bad, good, installed, isWarm, onlyBy, repo, shown } from "../../support/repos.ts";
import { forget, resolution } from "../../support/resolution.ts";
import { packageIndex } from "../../support/servers/index-server.ts";

describe("what was resolved is kept", () => {
  it("when a mirror moved: the same versions from there, and it is said", async () => {
    const first = await packageIndex();
    first.publish("alpha", "1.0");
    first.publish("beta", "1.0");
    const box = repo({ "requirements.txt": "alpha\nbeta\n" });
    await good(box, [], onlyBy(box, first));
    const second = (await packageIndex()).mirror(first);
    second.publish("alpha", "2.0");
    first.stop();
    forget(box);
    const { stderr } = await good(box, [], onlyBy(box, second));
    expect(installed(box)).toEqual({ alpha: "1.0", beta: "1.0" });
    expect(stderr).toContain("indexes have changed: resolving again, near to the same versions");
    expect(stderr).toContain("resolved again: the same versions");
    expect(resolution(box)).toContain(second.url.replace("/simple", "/files/alpha-1.0"));
  });

  it("when a file has gone from the same index: another one, and it is said", async () => {
    const index = await packageIndex();
    index.publish("alpha", "1.0");
    const box = repo({ "requirements.txt": "alpha\n" });
    await good(box, [], onlyBy(box, index));
    index.withdraw("alpha", "1.0");
    index.publish("alpha", "2.0");
    forget(box);
    const { stderr } = await good(box, [], onlyBy(box, index));
    expect(stderr).toMatch(/http:\/\/127[^ ]*\.whl can't be had any more: resolving again, near to the same versions/);
    expect(stderr).toContain("resolved again: alpha 1.0 -> 2.0");
  });

  it("when the version has gone from there: another one, and it is said", async () => {
    const first = await packageIndex();
    first.publish("alpha", "1.0");
    const box = repo({ "requirements.txt": "alpha\n" });
    await good(box, [], onlyBy(box, first));
    const second = await packageIndex();
    second.publish("alpha", "2.0");
    first.stop();
    forget(box);
    expect((await good(box, [], onlyBy(box, second))).stderr).toContain("resolved again: alpha 1.0 -> 2.0");
  });

  it("but never with other bytes for a version", async () => {
    const first = await packageIndex();
    first.publish("alpha", "1.0");
    const box = repo({ "requirements.txt": "alpha\n" });
    await good(box, [], onlyBy(box, first));
    const second = await packageIndex();
    second.publish("alpha", "1.0", ["six"]);
    second.publish("six", "1.0");
    first.stop();
    forget(box);
    const said = await bad(box, [], onlyBy(box, second));
    expect(said).toMatch(/its file has changed|Hash mismatch/);
    expect(said).toContain("./prime reboot");
    await good(box, ["reboot"], onlyBy(box, second));
    expect(installed(box)).toEqual({ alpha: "1.0", six: "1.0" });
  });

  it("a wheel of a flat index counts by its bytes", async () => {
    const usual = await packageIndex();
    usual.publish("alpha", "1.0");
    const box = repo({
      "pyproject.toml":
        '[project]\nname = "app"\nversion = "1"\ndependencies = ["alpha"]\n[[tool.uv.index]]\nname = "flat"\nurl = "wheels"\nformat = "flat"\n',
    });
    const wheel = "alpha-1.0-py3-none-any.whl";
    fs.mkdirSync(box.path("wheels"));
    fs.copyFileSync(path.join(usual.folder, wheel), box.path("wheels", wheel));
    fs.utimesSync(box.path("wheels", wheel), 1_600_000_000, 1_600_000_000);
    const options = onlyBy(box, usual);
    await good(box, [], options);
    const before = shown(box);
    expect(await isWarm(box)).toBe(true);
    usual.publish("alpha", "1.0", ["six"]);
    usual.publish("six", "1.0");
    fs.copyFileSync(path.join(usual.folder, wheel), box.path("wheels", wheel));
    fs.utimesSync(box.path("wheels", wheel), 1_600_000_009, 1_600_000_009);
    expect(await isWarm(box)).toBe(false);
    const { stderr } = await good(box, [], options);
    expect(stderr).toContain(`${wheel} is not what it was`);
    expect(installed(box)).toEqual({ alpha: "1.0", six: "1.0" });
    expect(shown(box)).not.toBe(before);
    expect(await isWarm(box)).toBe(true);
  });
});
