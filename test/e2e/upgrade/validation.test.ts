import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { outdated } from "../../support/pythons/upgrades.ts";
import { generations, good, hashes, shown } from "../../support/repos.ts";
import { packageIndex } from "../../support/servers/index-server.ts";

/** Processes that still run with this text in their arguments. */
function running(text: string): string[] {
  const table = execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" });
  return table.split("\n").filter((line) => line.includes(text) && !line.startsWith("ps "));
}

async function refused(verify: string) {
  const box = await outdated({ "prime.toml": `[upgrade]\nverify = [${verify}]\n` });
  const [before, files] = [shown(box), hashes(box)];
  const { code, stderr } = await box.run(["upgrade"]);
  expect(code).toBe(4);
  expect(hashes(box)).toEqual(files);
  expect(shown(box)).toBe(before);
  expect(generations(box)).toEqual([before]);
  return stderr;
}

describe("the validation of an upgrade", () => {
  it("runs the repo's own commands in the new environment, and keeps a report", async () => {
    const check =
      'python -c \'import alpha, os; assert alpha.version == \\"1.1\\" and not os.environ.get(\\"PYTHONHOME\\")\'';
    const box = await outdated({
      "prime.toml": `[upgrade]\nverify = ["${check}", { run = "test -f uv.lock", limit_s = 9 }]\n`,
    });
    await good(box, ["upgrade"]);
    const { validation } = JSON.parse((await good(box, ["history", shown(box).slice(0, 8), "--json"])).stdout);
    const names = validation.checks.map(({ name }: { name: string }) => name);
    expect(names).toEqual(["extension modules", "requirements", "verify", "verify"]);
    expect((await good(box, ["history", shown(box)])).stdout).toContain("verify: test -f uv.lock");
  });

  it("ends with 4 and changes nothing when a command fails", async () => {
    expect(await refused(`"echo what is amiss; exit 7"`)).toMatch(/status 7[\s\S]*what is amiss/);
  });

  it("ends one that hangs, with all that it started", async () => {
    const mark = `sleep 300.${process.pid}1`;
    expect(await refused(`{ run = "${mark} & ${mark}", limit_s = 1 }`)).toContain("more than 1 s");
    expect(running(mark)).toEqual([]);
  });

  it("ends what one leaves behind, though it has left the process group and holds its streams, and calls that a failure", async () => {
    const mark = `sleep 300.${process.pid}2`;
    expect(await refused(`"setsid ${mark} & exit 0"`)).toContain("left processes behind");
    expect(running(mark)).toEqual([]);
  });

  it("ends what one leaves behind without an environment", async () => {
    const mark = `sleep 300.${process.pid}3`;
    expect(await refused(`"env -i ${mark} & exit 0"`)).toContain("left processes behind");
    expect(running(mark)).toEqual([]);
  });
});

it("remembers an upgrade that has failed its validation: no timer makes it again, until something else is asked for", async () => {
  const index = await packageIndex();
  const policy = (verify: string) => `[upgrade]\nverify = ["${verify}"]\n`;
  const box = await outdated({ "prime.toml": policy("exit 7") }, index);
  const before = shown(box);
  expect((await box.run(["upgrade", "--check"])).code).toBe(1);
  expect((await box.run(["upgrade", "--auto"])).code).toBe(4);
  expect((await good(box, ["upgrade", "--auto"])).stderr).toMatch(/was tried as .*verify `exit 7`.*left alone/);
  await good(box, ["upgrade", "--check"]);
  expect((await good(box, ["doctor"])).stdout).toMatch(/proved bad.*verify `exit 7`/);

  box.file("prime.toml", policy("exit 8"));
  expect((await box.run(["upgrade", "--check"])).code).toBe(1);
  expect((await box.run(["upgrade", "--auto"])).code).toBe(4);
  index.publish("beta", "1.1");
  expect((await box.run(["upgrade", "--check"])).code).toBe(1);
  expect((await box.run(["upgrade", "--auto"])).code).toBe(4);
  await good(box, ["upgrade", "--auto"]);
  const { code, stderr } = await box.run(["upgrade"]);
  expect(code).toBe(4);
  expect(stderr).toContain("it is made again, since you ask for it");
  expect(shown(box)).toBe(before);
  box.file("prime.toml", policy("true"));
  await good(box, ["upgrade", "--auto"]);
  expect(shown(box)).not.toBe(before);
});

describe("a maintenance window", () => {
  const day = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"][(new Date().getUTCDay() + 3) % 7];

  it("refuses outside of it without a request, and says when the next one opens; --now goes over it and is written down", async () => {
    const box = await outdated({
      "prime.toml": `[upgrade]\nwindows = [{ days = ["${day}"], from = "02:00", to = "03:00" }]\n`,
    });
    for (const options of [[], ["--auto"], ["--dry-run"], ["--check"]]) {
      const { code, stderr } = await box.run(["upgrade", ...options]);
      expect(code).toBe(3);
      expect(stderr).toMatch(/`windows`[\s\S]*\d{4}-\d\d-\d\d 02:00 UTC/);
    }
    await good(box, ["upgrade", "--now"]);
    expect((await good(box, ["history"])).stdout).toContain("--now, outside of the maintenance windows");
  });
});
