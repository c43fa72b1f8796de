import { describe, expect, it } from "vitest";
import { outdated } from "../../support/pythons/upgrades.ts";
import { generations, good, installed, isWarm } from "../../support/repos.ts";

const SAY = "import alpha, beta; print(alpha.version, beta.version)";

describe("./prime upgrade, while others start", () => {
  it("never makes a start fail, or have some of the old and some of the new", { timeout: 180_000 }, async () => {
    const box = await outdated();
    let isOver = false;
    const upgrade = good(box, ["upgrade"]).finally(() => {
      isOver = true;
    });
    const said = new Set<string>();
    while (!isOver) said.add((await good(box, ["run", "python", "-c", SAY])).stdout);
    await upgrade;
    expect([...said].filter((one) => one !== "1.0 1.0\n" && one !== "1.1 1.0\n")).toEqual([]);
    expect((await good(box, ["run", "python", "-c", SAY])).stdout).toBe("1.1 1.0\n");
    expect(await isWarm(box)).toBe(true);
  });

  it("is made once by two at once, and both succeed", { timeout: 180_000 }, async () => {
    const box = await outdated();
    const both = await Promise.all([good(box, ["upgrade"]), good(box, ["upgrade"])]);
    const told = both.map(({ stderr }) => stderr).join("");
    expect(told).toContain("alpha 1.0 -> 1.1");
    expect(installed(box)).toMatchObject({ alpha: "1.1", beta: "1.0" });
    expect(generations(box)).toHaveLength(2);
    expect(await isWarm(box)).toBe(true);
  });
});
