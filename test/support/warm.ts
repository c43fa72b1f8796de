import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "vitest";
import { SHELLS } from "./launchers.ts";
import { good } from "./repos.ts";
import type { RunOptions, Sandbox } from "./sandbox.ts";
import { NO_NODE, withoutNode } from "./system/no-node.ts";

/** The shells of this machine, by name, with the words that start each. */
export const MACHINE_SHELLS: readonly (readonly [name: string, words: readonly string[]])[] = Object.entries(
  SHELLS,
).flatMap(([name, words]) => (words === undefined ? [] : [[name, words] as const]));

/** The programs that a warm start and its command may use. */
const PROGRAMS = ["env", "sh", "stat", "cat"] as const;

/** A PATH by which no start can be cold and succeed. */
export function pathWithoutNode(box: Sandbox): string {
  const folder = withoutNode(box);
  for (const name of PROGRAMS) {
    const link = path.join(folder, name);
    if (!fs.existsSync(link)) fs.symlinkSync(whereIs(name), link);
  }
  return folder;
}

/** The absolute path of a program of this machine; "" when it has none. */
export function whereIs(name: string): string {
  return execFileSync("/bin/sh", ["-c", `command -v ${name} || :`], { encoding: "utf8" }).trim();
}

/** Names of the shells in which the next start is warm. Looking changes nothing. */
export async function warmShells(
  box: Sandbox,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<string[]> {
  const env = { ...options.env, PATH: pathWithoutNode(box) };
  const warm: string[] = [];
  for (const [name, shell] of MACHINE_SHELLS) {
    const words = [...(options.shell ?? []), ...shell];
    const { code, stderr } = await box.run([...flags, "run", "env"], { ...options, env, shell: words });
    if (code === 0) warm.push(name);
    else expect(stderr).toContain(NO_NODE);
  }
  return warm;
}

export const ALL_SHELLS = MACHINE_SHELLS.map(([name]) => name);

/**
 * Starts until the files that were just written are old enough for each shell: two seconds at the most for those that compare whole
 * seconds, which decline a plan that others believe.
 */
export async function untilWarm(box: Sandbox, options: RunOptions = {}): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const warm = await warmShells(box, [], options);
    const [cold] = MACHINE_SHELLS.filter(([name]) => !warm.includes(name));
    if (cold === undefined) return;
    await good(box, [], { ...options, shell: [...(options.shell ?? []), ...cold[1]] });
  }
  throw new Error(`it never became warm: ${await whyOf(box, options)}`);
}

/** The generation that a start gives to its command. */
export async function generationOf(box: Sandbox, flags: readonly string[] = [], options: RunOptions = {}) {
  const { stdout, stderr } = await good(box, [...flags, "run", "sh", "-c", 'echo "$VIRTUAL_ENV"'], options);
  return { id: path.basename(stdout.trim()), folder: stdout.trim(), stderr };
}

/** What `./prime why` tells. */
export async function whyOf(box: Sandbox, options: RunOptions = {}): Promise<string> {
  return (await good(box, ["why"], options)).stdout;
}

/** Whether a module can be imported in the environment. */
export async function imports(box: Sandbox, name: string, options: RunOptions = {}): Promise<boolean> {
  const { code } = await box.run(["run", "python", "-c", `import ${name}`], options);
  return code === 0;
}
