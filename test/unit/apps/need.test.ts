import { describe, expect, it } from "vitest";
import { needIn } from "../../../src/apps/release/need.ts";

/** What uv 0.13.8 says. */
const WORDS: readonly (readonly [string, ReturnType<typeof needIn>])[] = [
  [
    "cause: Because foo==2 requires Python >=3.13, <4 and only the following versions of foo are available:",
    { what: "foo==2 requires Python >=3.13,<4", ranges: [">=3.13,<4"] },
  ],
  [
    `Because the current Python version (3.9.18) does not satisfy Python>=3.11 and all of:
             numpy>=2.4.1,<=2.4.6
         depend on Python>=3.11, we can conclude that all of:
       Because the current Python version (3.9.18) does not satisfy Python>=3.12 and numpy>=2.5.0rc1 depends on Python>=3.12, we can conclude`,
    { what: "numpy>=2.5.0rc1 requires Python >=3.12", ranges: [">=3.11", ">=3.12"] },
  ],
  [
    `Because foo==2 has no wheels with a matching Python implementation tag (e.g., \`cp311\`) and only
hint: You require CPython 3.11 (\`cp311\`), but we only found wheels for \`foo\` (v2) with the following Python implementation tags: \`cp312\`, \`cp313\``,
    { what: "foo==2 has no wheel for it", ranges: [">=3.12"] },
  ],
  ["Because only foo<=2 is available and you require foo>2, we can conclude that your requirements are", undefined],
  ["error: Failed to fetch: `http://127.0.0.1:9/simple/foo/`", undefined],
];

describe("what keeps a version from an interpreter", () => {
  it.each(WORDS)("is read of %s", (output, need) => {
    expect(needIn(output)).toEqual(need);
  });
});
