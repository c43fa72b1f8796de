import * as fs from "node:fs";
import * as path from "node:path";
import { describe, it, TestRunner } from "vitest";
import { goodPython as newestGood, realPython } from "../fixtures/python.ts";
import { NODES, nodeBinary } from "./system/nodes.ts";

export interface Shell {
  readonly name: string;
  /** The words that start it, e.g. `/bin/busybox sh`. */
  readonly words: readonly string[];
}

const SHELLS: Readonly<Record<string, readonly string[]>> = {
  dash: ["dash"],
  bash: ["bash"],
  busybox: ["busybox", "sh"],
  ksh: ["ksh"],
  zsh: ["zsh"],
};

/** Declares the same tests for each shell; a shell that the machine lacks is one skipped test. */
export function describeEachShell(title: string, declare: (shell: Shell) => void): void {
  for (const [name, [program, ...rest]] of Object.entries(SHELLS)) {
    const file = onPath(program as string);
    declareWhere(`${title} (${name})`, file, `${name} is not on PATH`, (found) =>
      declare({ name, words: [found, ...rest] }),
    );
  }
}

/** Declares the same tests for each Node that prime supports, given its major version and binary. */
export function describeEachNode(title: string, declare: (node: { major: string; binary: string }) => void): void {
  for (const [major, version] of Object.entries(NODES)) {
    const missing = `Node ${version} could not be had from npm`;
    declareWhere(`${title} (Node ${version})`, nodeBinary(version), missing, (binary) => declare({ major, binary }));
  }
}

function declareWhere(title: string, file: string | undefined, why: string, declare: (file: string) => void): void {
  if (file === undefined) it(title, (context) => context.skip(why));
  else describe(title, () => declare(file));
}

/** A real interpreter of this minor; where the machine has none, the running test is skipped. */
export function python(minor: string): string {
  return realPython(minor) ?? skip(`this machine has no Python ${minor}`);
}

/** The interpreter of a test that asks for none in particular. */
export function goodPython(): string {
  return newestGood() ?? skip("this machine has no Python from 3.9 to 3.13");
}

/** A program that the machine may lack; the test that asks for it is skipped by name then. */
export function program(name: string): string {
  return onPath(name) ?? skip(`this machine has no ${name}`);
}

export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}

function skip(why: string): never {
  const test = TestRunner.getCurrentTest();
  if (test === undefined) throw new Error(why);
  return test.context.skip(why);
}
