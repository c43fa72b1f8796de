import { expect, it } from "vitest";
import { parseArguments } from "../../../src/cli/arguments.ts";
import { COMMANDS } from "../../../src/config/schema/command-names.ts";
import type { Context } from "../../../src/context.ts";

it("the names of commands, in whose place no task can stand, are in the order of --help", async () => {
  const printed: string[] = [];
  const { request } = parseArguments(["--help"], { version: "1", isFile: () => false });
  await request.follow({ print: { code: (text: string) => printed.push(text) } } as unknown as Context);
  const names = [...printed.join("").matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name]) => name as string);
  expect(names.length).toBeGreaterThan(15);
  expect([...names, "help"]).toEqual([...COMMANDS]);
});

const parsed = (...args: string[]) => parseArguments(args, { version: "1", isFile: () => false });

it.each(["why", "history", "gc", "init", "pins", "verify"])(
  "%s refuses what chooses an environment for one start",
  (name) => {
    for (const flag of [["--group", "docs"], ["--python", "3.12"], ["--all-extras"], ["--any-command"]]) {
      expect(() => parsed(...flag, name)).toThrow(
        `could not do \`./prime ${name}\`: ${flag[0]} chooses an environment`,
      );
    }
    expect(parsed("-q", name).flags.choices).toEqual([]);
  },
);

it.each([
  ["run", "x"],
  ["shell"],
  ["status"],
  ["doctor"],
  ["rollback"],
  ["reboot"],
  ["seal"],
  ["eval"],
  ["uv", "tree"],
  [],
])("what goes by an environment takes it: %s %s", (...words) => {
  expect(parsed("--group", "docs", ...words).flags.choices).toEqual([{ name: "group", value: "docs" }]);
});
