import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { good, hashes, installed, isWarm, repo, uvBeside } from "../../support/repos.ts";
import { LONG_AGO, type Sandbox } from "../../support/sandbox.ts";
import { packageIndex } from "../../support/servers/index-server.ts";

/** A repo that has alpha 1.1, while there is an older and a newer one. */
async function withAlpha(): Promise<Sandbox> {
  const index = await packageIndex();
  index.publish("alpha", "1.0");
  index.publish("alpha", "1.1");
  const box = repo({
    "pyproject.toml": `[project]
name = "demo"
version = "0.1.0"
requires-python = ">=3.8"
dependencies = [
  "alpha>=1,<2",
]

[[tool.uv.index]]
url = "${index.url}"
default = true
`,
  });
  await uvBeside(box, ["lock", "--quiet"]);
  fs.utimesSync(box.path("uv.lock"), LONG_AGO, LONG_AGO);
  await good(box);
  index.publish("alpha", "1.2");
  return box;
}

const lockOf = (box: Sandbox) => fs.readFileSync(box.path("prime.lock"), "utf8");

describe("./prime pin", () => {
  it("has upgrades keep a version, and move to it, downwards too; a start keeps what the lock says", async () => {
    const box = await withAlpha();
    const { stderr } = await good(box, ["pin", "Alpha==1.0", "--until", "2999-12-31", "--reason", "1.1 is slow"]);
    expect(stderr).toContain("uv.lock has alpha 1.1: `./prime upgrade --packages alpha` moves it");
    expect(lockOf(box)).toContain(
      '[[hold]]\nname = "alpha"\nversion = "1.0"\nuntil = "2999-12-31"\nreason = "1.1 is slow"',
    );
    await good(box);
    expect(installed(box)).toMatchObject({ alpha: "1.1" });
    expect(await isWarm(box)).toBe(true);
    const plan = JSON.parse((await good(box, ["upgrade", "--dry-run", "--json"])).stdout);
    expect(plan.packages).toEqual([
      { name: "alpha", from: "1.1", to: "1.0", why: "prime.lock holds it at 1.0: 1.1 is slow" },
    ]);
    expect(plan.refused).toMatchObject([{ name: "alpha", version: "1.2", rule: "hold" }]);
    await good(box, ["upgrade"]);
    expect(installed(box)).toMatchObject({ alpha: "1.0" });
    await good(box, ["unpin", "alpha"]);
    expect(fs.existsSync(box.path("prime.lock"))).toBe(false);
    await good(box, ["upgrade"]);
    expect(installed(box)).toMatchObject({ alpha: "1.2" });
  });

  it("lists what is held, and says what holds no more", async () => {
    const box = await withAlpha();
    expect((await good(box, ["pins"])).stdout).toContain("No package is pinned");
    box.file("prime.lock", 'version = 1\n\n[[hold]]\nname = "alpha"\nversion = "1.1"\nuntil = "2020-01-01"\n');
    expect((await good(box, ["pins"])).stdout).toBe("alpha 1.1 until 2020-01-01 (over)\n");
    expect(JSON.parse((await good(box, ["pins", "--json"])).stdout)).toEqual([
      { name: "alpha", version: "1.1", until: "2020-01-01", reason: null, expired: true },
    ]);
    expect((await good(box, ["status"])).stdout).toContain("pinned           alpha 1.1, until 2020-01-01\n");
    expect((await good(box, ["doctor"])).stdout).toContain("alpha 1.1 was held until 2020-01-01");
    await good(box, ["pin", "alpah==1.1"]);
    const { stderr } = await good(box, ["upgrade"]);
    expect(stderr).toContain("nothing here asks for alpah, which is pinned to 1.1");
    expect(stderr).toContain("the pin alpha==1.1 ended on 2020-01-01");
    expect(installed(box)).toMatchObject({ alpha: "1.2" });
  });

  it("writes what it reads again: versions as uv writes them, and no empty reason", async () => {
    const box = repo({ "requirements.txt": "" });
    const texts = { "1.0-1": "1.0.post1", "v1.0-RC.1": "1.0rc1", "1!2.0": "1!2.0", "1.0+Ubuntu-1.b": "1.0+ubuntu.1.b" };
    for (const [given, version] of Object.entries(texts)) {
      await good(box, ["pin", `alpha==${given}`, "--reason", ""]);
      expect((await good(box, ["pins"])).stdout).toBe(`alpha ${version}\n`);
    }
  });

  it.each([
    [["pin", "alpha==2.0"], 3, "it is outside of `>=1,<2`, which pyproject.toml:6 declares"],
    [["pin", "beta==1.0"], 3, "upgrade.exclude in prime.toml excludes it (beta)"],
    [["pin", "alpha"], 2, "it is not a name, `==` and a version"],
    [["pin", "alpha==new"], 2, "it is not a name, `==` and a version"],
    [["pin", "alpha==1.*"], 2, "it is not a name, `==` and a version"],
    [["pin", "python==3.12"], 2, "the interpreter is pinned by a command of its own"],
    [["pin", "alpha==1.0", "--until", "2020-01-01"], 2, "that day is over"],
    [["pin", "alpha==1.0", "--until", "2026-02-30"], 2, "it is no day"],
    [["pin", "alpha==1.0", "--reason", "two\nlines"], 2, "a reason is one line"],
    [["pin", "alpha==1.0", "--reason", "x".repeat(501)], 2, "a reason is one line"],
    [["unpin", "alpha"], 2, "no pin in"],
  ])("refuses %j", async (words, status, message) => {
    const box = repo({
      "pyproject.toml":
        '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = [\n  "alpha>=1,<2",\n]\n',
      "prime.toml": '[upgrade]\nexclude = ["beta"]\n',
    });
    const files = hashes(box);
    const { code, stderr } = await box.run(words);
    expect(code).toBe(status);
    expect(stderr).toContain(message);
    expect(hashes(box)).toEqual(files);
  });
});
