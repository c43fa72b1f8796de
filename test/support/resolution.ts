import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "vitest";
import { packagesOf, uvBeside } from "./repos.ts";
import type { Sandbox } from "./sandbox.ts";

/** What raw uv makes of the same requirements. */
export async function raw(
  box: Sandbox,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Record<string, string>> {
  const venv = path.join(box.base, "raw");
  fs.rmSync(venv, { recursive: true, force: true });
  await uvBeside(box, ["venv", "--quiet", venv], env);
  await uvBeside(box, ["pip", "install", "--quiet", "--python", path.join(venv, "bin/python"), ...args], env);
  return packagesOf(venv);
}

/** Takes away what was installed, and uv's cache of it; what was resolved stays. */
export function forget(box: Sandbox): void {
  fs.rmSync(path.join(box.base, "uv-cache"), { recursive: true, force: true });
  fs.rmSync(box.path(".prime/generations"), { recursive: true });
}

/** The text of the resolution that `.venv` was made from. */
export function resolution(box: Sandbox): string {
  const { resolution: name } = JSON.parse(fs.readFileSync(box.path(".venv/prime.json"), "utf8"));
  expect(name).toMatch(/^pylock\.[0-9a-f]{16}\.toml$/);
  return fs.readFileSync(box.path(".prime/resolved", name), "utf8");
}
