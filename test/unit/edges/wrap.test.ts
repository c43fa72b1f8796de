import { describe, expect, it } from "vitest";
import { paint } from "../../../src/edges/terminal/text.ts";
import { wrapped } from "../../../src/edges/terminal/wrap.ts";

describe("a text for a terminal", () => {
  it.each([
    ["fits", "prime: ready: shop, Python 3.13", 40, "prime: ready: shop, Python 3.13"],
    [
      "is broken at blanks",
      "prime: error: could not run x: it is not there",
      30,
      "prime: error: could not run x:\n  it is not there",
    ],
    [
      "hangs below `next:`",
      "  next: did you mean `status`, or the other one?",
      34,
      "  next: did you mean `status`, or\n        the other one?",
    ],
    [
      "hangs below its column",
      "sound    git      nothing of prime's is in git",
      36,
      "sound    git      nothing of prime's\n                  is in git",
    ],
    ["keeps a long word whole", `at ${"x".repeat(40)} it ends`, 30, `at\n  ${"x".repeat(40)}\n  it ends`],
    [
      "keeps blanks within",
      `a    b  c ${"d".repeat(22)}`,
      30,
      `a    b  c
        ${"d".repeat(22)}`,
    ],
    ["has no width", "a ".repeat(100), undefined, "a ".repeat(100)],
    ["is for people with room", "a ".repeat(100), 20, "a ".repeat(100)],
  ])("%s", (_, text, columns, expected) => expect(wrapped(text, columns)).toBe(expected));

  it("takes no room for colours", () => {
    const error = `prime: ${paint("error:", "red", { color: true })} could not run pytest`;
    expect(wrapped(error, "prime: error: could not run pytest".length)).toBe(error);
  });
});
