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
