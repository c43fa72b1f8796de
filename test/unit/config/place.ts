import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import type { ConfigFlags, Repo } from "../../../src/config/config.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { Key } from "../../../src/config/schema/keys.ts";
import { PrimeError } from "../../../src/errors.ts";

/** A folder of its own for each test, and the repo in it. */
export let top: string;
export let root: string;

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime config ")));
  root = path.join(top, "repo");
  fs.mkdirSync(root);
});

afterEach(() => fs.rmSync(top, { recursive: true }));

export function write(name: string, text: string): string {
  const file = path.resolve(root, name);
  fs.writeFileSync(file, text);
  return file;
}

export const load = (env: Record<string, string> = {}, flags: ConfigFlags = {}) =>
  loadConfig({ repo: repoAt(root), env, flags });

export function repoAt(folder: string): Repo {
  return { folder, launcher: path.join(folder, "prime"), choice: { env: undefined, cwd: folder, mustAgree: false } };
}

export async function value(key: Key, env: Record<string, string> = {}, flags: ConfigFlags = {}): Promise<unknown> {
  return (await load(env, flags)).config[key].value;
}

export async function failure(loading: Promise<unknown>): Promise<PrimeError> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PrimeError);
  return error as PrimeError;
}

export const DIGEST = "0123456789abcdef".repeat(4);
