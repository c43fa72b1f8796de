import { describe, expect, it } from "vitest";
import { isAmong, type Move, moved, type Pointer, whyNotPointed } from "../../../src/channels/model/pointer.ts";

const release = (version: string) => ({ version, release_id: version.replaceAll(".", "").padEnd(64, "0") });
const AT = "2030-01-01T00:00:00Z";

function move(version: string, more: Partial<Move> = {}): Move {
  const base = {
    direction: "promote",
    percent: 100,
    urgent: false,
    reason: "",
    by: "somebody",
    at: AT,
    seed: "s",
  } as const;
  return { ...base, to: release(version), ...more };
}

function pointerAfter(...moves: Move[]): Pointer {
  return moves.reduce<Pointer | undefined>((now, one) => moved("stable", now, one), undefined) as Pointer;
}

describe("a channel's pointer", () => {
  it("only raises its serial, wherever it points", () => {
    const now = pointerAfter(move("3.2.0"), move("3.2.2"), move("3.2.1", { direction: "fallback" }));
    expect([now.serial, now.version, now.direction]).toEqual([3, "3.2.1", "fallback"]);
    expect(now.history.map(({ serial, version }) => [serial, version])).toEqual([
      [2, "3.2.2"],
      [1, "3.2.0"],
    ]);
  });

  it("keeps the seed of a rollout that is widened, and who was before for the others", () => {
    const now = pointerAfter(
      move("3.2.0"),
      move("3.2.1", { percent: 10, seed: "one" }),
      move("3.2.1", { percent: 50, seed: "two" }),
    );
    expect(now.rollout).toEqual({ percent: 50, seed: "one" });
    expect(now.before).toEqual(release("3.2.0"));
  });

  it("takes for the others what everybody had, where a rollout follows another that was not finished", () => {
    const now = pointerAfter(move("3.2.0"), move("3.2.1", { percent: 10 }), move("3.2.2", { percent: 10, seed: "t" }));
    expect(now.before).toEqual(release("3.2.0"));
    expect(pointerAfter(move("3.2.0"), move("3.2.1"), move("3.2.2", { percent: 10 })).before).toEqual(release("3.2.1"));
  });

  it("has about as many of many installations as it says, and the same ones when it is widened", () => {
    const ids = Array.from({ length: 5000 }, (_, number) => `installation ${number}`);
    const among = (percent: number) => {
      const pointer = { ...release("3.2.1"), rollout: { percent, seed: "s" } };
      return ids.filter((id) => isAmong(id, pointer));
    };
    const [none, tenth, half, all] = [among(0), among(10), among(50), among(100)];
    expect([none.length, all.length]).toEqual([0, 5000]);
    expect(Math.abs(tenth.length - 500)).toBeLessThan(100);
    expect(tenth.every((id) => half.includes(id))).toBe(true);
  });

  it("may not point at what was never released, is another release, withdrawn, or below the floor", () => {
    const state = {
      app: "foo",
      releases: ["3.2.0", "3.2.1", "3.10.0"].map((version) => ({ ...release(version), created: AT })),
      withdrawn: { "3.2.1": { at: AT, reason: "breaks" } },
      floor: { stable: "3.2.1" },
    };
    expect(whyNotPointed(state, "stable", release("3.10.0"))).toBeUndefined();
    expect(whyNotPointed(state, "stable", release("3.2.0"))).toContain("below the floor");
    expect(whyNotPointed(state, "beta", release("3.2.0"))).toBeUndefined();
    expect(whyNotPointed(state, "stable", release("3.2.1"))).toContain("withdrawn: breaks");
    expect(whyNotPointed(state, "stable", release("9.9"))).toContain("no release 9.9");
    expect(whyNotPointed(state, "stable", { ...release("3.10.0"), release_id: "0".repeat(64) })).toContain(
      "another one",
    );
    expect(whyNotPointed(state, "constructor", release("3.2.0"))).toBeUndefined();
  });
});
