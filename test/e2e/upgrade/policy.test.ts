import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { locked } from "../../support/pythons/upgrades.ts";
import { good, hashes, installed, repo, uvBeside } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { type PackageIndex, packageIndex } from "../../support/servers/index-server.ts";

const DAY = 86_400_000;

/** So many days before now. */
function ago(days: number): string {
  return new Date(Date.now() - days * DAY).toISOString();
}

interface Plan {
  readonly packages: readonly { name: string; from: string | null; to: string | null; why: string }[];
  readonly refused: readonly { name: string; version: string; rule: string }[];
}

/** A repo whose requirements come from one index, built as the index is now, without a lock. */
async function unlocked(index: PackageIndex, requirements: string, policy = ""): Promise<Sandbox> {
  const box = repo({ "requirements.txt": `--index-url ${index.url}\n${requirements}\n`, "prime.toml": policy });
  await good(box);
  return box;
}

async function planned(box: Sandbox, ...words: string[]): Promise<Plan> {
  return JSON.parse((await good(box, ["upgrade", ...words, "--dry-run", "--json"])).stdout);
}

function publish(index: PackageIndex, name: string, version: string, days: number, requires: string[] = []): void {
  index.publish(name, version, requires);
  index.date(name, version, ago(days));
}

/** Whether uv finds that the lock is what the repo's files ask for, as CI does. */
async function fitsForUv(box: Sandbox): Promise<boolean> {
  await uvBeside(box, ["lock", "--check"]);
  return true;
}

describe.each([
  [
    "a uv.lock",
    (index: PackageIndex, list: readonly string[], policy = "") => locked(index, list, { "prime.toml": policy }),
  ],
  [
    "requirements",
    (index: PackageIndex, list: readonly string[], policy?: string) => unlocked(index, list.join("\n"), policy),
  ],
] as const)("packages of a repo with %s", (kind, make) => {
  const isLocked = kind === "a uv.lock";

  it("become the newest within the declared ranges, and each says why", async () => {
    const index = await packageIndex();
    publish(index, "alpha", "1.0", 90);
    const box = await make(index, ["alpha>=1,<2"]);
    publish(index, "beta", "3.0", 20);
    publish(index, "alpha", "1.1", 20, ["beta"]);
    publish(index, "alpha", "2.0", 20);
    const { packages, refused } = await planned(box);
    expect(packages).toEqual([
      { name: "alpha", from: "1.0", to: "1.1", why: "newest within >=1,<2" },
      { name: "beta", from: null, to: "3.0", why: isLocked ? "required by alpha 1.1" : "asked for" },
    ]);
    expect(refused).toEqual([]);
    expect((await good(box, ["upgrade"])).stderr).not.toContain("warning");
    expect(installed(box)).toMatchObject({ alpha: "1.1", beta: "3.0" });
    if (isLocked) expect(await fitsForUv(box)).toBe(true);
    expect((await good(box, ["upgrade"])).stderr).toContain("nothing to upgrade");
  });

  it("leave out what is excluded, and what is too young", async () => {
    const index = await packageIndex();
    publish(index, "alpha", "1.0", 90);
    publish(index, "beta", "1.0", 90);
    const policy = '[upgrade]\nexclude = ["alpha ==1.2"]\nexclude_newer = 7\n';
    const box = await make(index, ["alpha", "beta"], policy);
    publish(index, "alpha", "1.1", 30);
    publish(index, "alpha", "1.2", 20);
    publish(index, "beta", "1.1", 8);
    publish(index, "beta", "1.2", 6);
    const { packages, refused } = await planned(box);
    expect(packages.map(({ name, to, why }) => [name, to, why])).toEqual([
      ["alpha", "1.1", "newest that fits that the policy allows"],
      ["beta", "1.1", "newest that fits that the policy allows"],
    ]);
    expect(refused.map(({ name, version, rule }) => [name, version, rule])).toEqual([
      ["alpha", "1.2", "exclude"],
      ["beta", "1.2", "exclude_newer"],
    ]);
    await good(box, ["upgrade"]);
    expect(installed(box)).toMatchObject({ alpha: "1.1", beta: "1.1" });
    if (isLocked) {
      expect(fs.readFileSync(box.path("uv.lock"), "utf8")).not.toMatch(/exclude-newer|constraints/);
      expect(await fitsForUv(box)).toBe(true);
    }
  });

  it("are moved off what is excluded, downwards too, also when something else is named", async () => {
    const index = await packageIndex();
    publish(index, "alpha", "1.0", 90);
    publish(index, "alpha", "1.1", 80);
    publish(index, "beta", "1.0", 90);
    const box = await make(index, ["alpha", "beta"]);
    box.file("prime.toml", '[upgrade]\nexclude = ["Alpha >=1.1,<2"]\n');
    const why = "1.1 is excluded by upgrade.exclude in prime.toml (Alpha >=1.1,<2)";
    expect((await planned(box)).packages).toEqual([{ name: "alpha", from: "1.1", to: "1.0", why }]);
    expect((await planned(box, "--packages", "beta")).packages).toEqual([
      { name: "alpha", from: "1.1", to: "1.0", why },
    ]);
    publish(index, "alpha", "2.1", 20);
    expect((await planned(box)).packages).toMatchObject([{ name: "alpha", from: "1.1", to: "2.1", why }]);
    await good(box, ["upgrade"]);
    expect(installed(box)).toMatchObject({ alpha: "2.1" });
  });

  it("are moved off what is yanked or gone, and it is said", async () => {
    const index = await packageIndex();
    for (const name of ["alpha", "beta"]) {
      publish(index, name, "1.0", 90);
      publish(index, name, "1.1", 80);
    }
    const box = await make(index, ["alpha", "beta"]);
    index.yank("alpha", "1.1", "eats the disk");
    index.withdraw("beta", "1.1");
    const { packages } = await planned(box);
    expect(packages).toEqual([
      { name: "alpha", from: "1.1", to: "1.0", why: "1.1 was yanked: eats the disk" },
      { name: "beta", from: "1.1", to: "1.0", why: "its index no longer has 1.1" },
    ]);
    await good(box, ["upgrade"]);
    expect(installed(box)).toMatchObject({ alpha: "1.0", beta: "1.0" });
  });

  it("stay where they are too young, unless they are yanked", async () => {
    const index = await packageIndex();
    publish(index, "alpha", "1.0", 90);
    publish(index, "alpha", "1.1", 2);
    publish(index, "beta", "1.0", 90);
    publish(index, "beta", "1.1", 2);
    const box = await make(index, ["alpha", "beta"]);
    box.file("prime.toml", "[upgrade]\nexclude_newer = 7\n");
    expect((await planned(box)).packages).toEqual([]);
    index.yank("beta", "1.1", "");
    expect((await planned(box)).packages).toEqual([{ name: "beta", from: "1.1", to: "1.0", why: "1.1 was yanked" }]);
  });

  it("that are too young and can't stay go to nothing else that is", async () => {
    const index = await packageIndex();
    for (const name of ["alpha", "beta"]) {
      publish(index, name, "1.0", 90);
      publish(index, name, "1.1", 3);
      publish(index, name, "1.2", 2);
    }
    publish(index, "gamma", "1.0", 90, ["beta"]);
    const box = await make(index, ["alpha", "gamma"]);
    box.file("prime.toml", '[upgrade]\nexclude_newer = 7\nexclude = ["alpha ==1.2"]\n');
    publish(index, "gamma", "1.1", 20, ["beta<1.2"]);
    expect((await planned(box)).packages).toMatchObject([
      { name: "alpha", from: "1.2", to: "1.0" },
      { name: "beta", from: "1.2", to: "1.0" },
      { name: "gamma", from: "1.0", to: "1.1" },
    ]);
    box.file("prime.toml", '[upgrade]\nexclude_newer = 7\nexclude = ["alpha ==1.2", "alpha ==1.0"]\n');
    const { code, stderr } = await box.run(["upgrade"]);
    expect([code, stderr.includes("within the policy and the pins")]).toEqual([3, true]);
  });

  it("are upgraded where the index tells no times, and that is said; its cool-down holds for the others", async () => {
    const index = await packageIndex();
    index.publish("alpha", "1.0");
    publish(index, "beta", "1.0", 90);
    const box = await make(index, ["alpha", "beta"], "[upgrade]\nexclude_newer = 7\n");
    index.publish("alpha", "1.1");
    publish(index, "beta", "1.1", 2);
    const { stdout, stderr } = await good(box, ["upgrade", "--dry-run", "--json"]);
    expect((JSON.parse(stdout) as Plan).packages).toMatchObject([{ name: "alpha", from: "1.0", to: "1.1" }]);
    expect(stderr).toContain("does not tell when it published its files: no cool-down holds for alpha");
    expect(stderr).not.toContain("for alpha, beta");
  });

  it("take a cool-down of their own", async () => {
    const index = await packageIndex();
    publish(index, "alpha", "1.0", 90);
    publish(index, "beta", "1.0", 90);
    const policy = "[upgrade]\nexclude_newer = 7\nexclude_newer_package = { alpha = 0, beta = 30 }\n";
    const box = await make(index, ["alpha", "beta"], policy);
    publish(index, "alpha", "1.1", 1);
    publish(index, "beta", "1.1", 20);
    const { packages, refused } = await planned(box);
    expect(packages).toMatchObject([{ name: "alpha", to: "1.1" }]);
    expect(refused).toMatchObject([{ name: "beta", version: "1.1", rule: "exclude_newer_package" }]);
  });

  it("are refused by name when the policy leaves none", async () => {
    const index = await packageIndex();
    publish(index, "alpha", "1.0", 90);
    const box = await make(index, ["alpha>=1"]);
    const files = hashes(box);
    box.file("prime.toml", '[upgrade]\nexclude = ["alpha"]\n');
    const { code, stderr } = await box.run(["upgrade"]);
    expect([code, stderr.includes("within the policy and the pins")]).toEqual([3, true]);
    expect(hashes(box)["uv.lock"]).toBe(files["uv.lock"]);
  });

  it("that nobody has are no names", async () => {
    const index = await packageIndex();
    publish(index, "alpha", "1.0", 90);
    const box = await make(index, ["alpha"]);
    const { code, stderr } = await box.run(["upgrade", "--packages", "alhpa"]);
    expect(code).toBe(2);
    expect(stderr).toContain("did you mean `alpha`?");
  });
});
