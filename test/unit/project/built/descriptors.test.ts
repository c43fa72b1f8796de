import { describe, expect, it } from "vitest";
import { groupsInOrder } from "../../../../src/project/built/descriptors.ts";

const source = { kind: "default" } as const;

/** `groups`: that of each descriptor; `specs`: each with its only argument. */
function order(groups: readonly (string | null)[], specs: readonly (readonly [string, string])[]) {
  const descriptors = groups.map((group, index) => ({ buildRoot: `p${index}`, extras: [], group }));
  const config = {
    projectDescriptors: { value: descriptors, source },
    installSpecs: { value: specs.map(([group, arg]) => ({ group, args: [arg] })), source },
  };
  const folders = groups.map((_, index) => `/p${index}`);
  return groupsInOrder(config, folders).map(({ name, args, projects }) => [
    name,
    args.join(" "),
    projects.map(({ folder }) => folder).join(" "),
  ]);
}

describe("install groups", () => {
  it("come as install_specs name them, then as the descriptors do", () => {
    expect(
      order(
        ["a", "b", "a", null, "c"],
        [
          ["c", "-c"],
          ["b", "-b"],
        ],
      ),
    ).toEqual([
      ["c", "-c", "/p4"],
      ["b", "-b", "/p1"],
      ["a", "", "/p0 /p2"],
      [null, "", "/p3"],
    ]);
  });

  it("that no project is in are left out, and of two of one name the last one's arguments count", () => {
    expect(
      order(
        ["a"],
        [
          ["a", "-1"],
          ["z", "-z"],
          ["a", "-2"],
        ],
      ),
    ).toEqual([["a", "-2", "/p0"]]);
    expect(order([], [["a", "-1"]])).toEqual([]);
  });
});
