import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll } from "vitest";
import { withShortLines } from "../../build/lines.ts";
import type { Input } from "../../src/inputs/input.ts";
import { observe } from "../../src/inputs/observation.ts";
import { planFile } from "../../src/plan/place.ts";
import { newObservation, type ReadyPlan, writeReadyPlan } from "../../src/plan/ready-plan.ts";

/** The words that start each shell which this machine has, by name. */
export const SHELLS: Readonly<Record<string, readonly string[] | undefined>> = Object.fromEntries(
  [["dash"], ["bash"], ["busybox", "sh"], ["ksh"], ["zsh"]].map((words) => [words[0], installed(words)]),
);

const BUILT = fs.readFileSync(path.join(import.meta.dirname, "../../prime"), "latin1");
/** The head, and what loads the program. */
const HEAD = BUILT.slice(0, BUILT.indexOf("/*program\n"));

/** A launcher whose program is another one, of CommonJS. */
export function launcherText(program: string): string {
  return `${HEAD}/*program\n(function (exports, require) {${withShortLines(program, 1000).code}\n})\n*/\n`;
}

/** Tells the head's watcher that this Node ends, as prime does: else it looks after it for a second more, its output open. */
export const TELL_WATCHER = `process.once("exit", function () {
  try { process.kill(/^\\d+:(\\d+)/.exec(process.env.PRIME_HEAD)[1], "SIGUSR1"); } catch (e) {}
});
`;

/** Runs the command that is asked for, or `STAND_IN`, JavaScript of the test; says on standard error that it ran. */
const PROGRAM = `"use strict";
${TELL_WATCHER}var fs = require("fs");
fs.writeSync(2, "cold\\n");
if (process.env.STAND_IN) eval(process.env.STAND_IN);
else fs.writeSync(3, process.argv[2] === "run" ? 'shift 1; exec "$@"\\n: whole' : "exit 99\\n: whole");
`;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly shell?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** How the shell is told of the launcher; its absolute path when absent. */
  readonly launcher?: string;
  readonly input?: string;
}

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-test-")));
  made.push(folder);
  return folder;
}

/** A repo with a launcher whose program is a stand-in, and a home of its own. */
export class Launcher {
  readonly base = temporaryFolder();
  readonly root: string;
  readonly home = path.join(this.base, "home");
  readonly file: string;
  readonly generation: string;

  constructor(name = "repo") {
    this.root = path.join(this.base, name);
    this.file = path.join(this.root, "prime");
    this.generation = path.join(this.root, ".prime/generations/1");
    fs.mkdirSync(path.join(this.generation, "bin"), { recursive: true });
    fs.mkdirSync(path.join(this.generation, "site-packages"));
    fs.mkdirSync(this.home);
    for (const name of ["python", "python3"]) fs.symlinkSync(python(), path.join(this.generation, "bin", name));
    fs.symlinkSync(".prime/generations/1", path.join(this.root, ".venv"));
    this.write("prime", launcherText(PROGRAM));
    fs.chmodSync(this.file, 0o755);
    backdate(path.join(this.generation, "site-packages"));
  }

  get env(): NodeJS.ProcessEnv {
    return { PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`, HOME: this.home };
  }

  /** Writes a file below the root with an mtime that is old enough for every shell. */
  write(name: string, text: string, seconds = 1_700_000_000): string {
    const file = path.join(this.root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    fs.utimesSync(file, seconds, seconds);
    return file;
  }

  /** Makes the next start warm; gives the reason when it cannot be. */
  ready(inputs: readonly Input[], changes: Partial<ReadyPlan> = {}): string | undefined {
    const place = { state: path.join(this.home, ".local/state/prime"), launcher: this.file, flagKey: "" };
    const env = { PATH: "/usr/bin:/bin" };
    return writeReadyPlan({
      ...place,
      root: this.root,
      activation: { generation: this.generation, prompt: "it's a repo", variables: {}, hidden: [] },
      readyLine: "prime: ready",
      freshness: "mtime",
      kernel: undefined,
      bootsCold: false,
      tasks: { own: [], elsewhere: [] },
      variables: {},
      observation: observe(inputs, newObservation(place), {}),
      env,
      node: process.execPath,
      ...changes,
    });
  }

  get plan(): string {
    return planFile({ state: path.join(this.home, ".local/state/prime"), launcher: this.file, flagKey: "" });
  }

  start(args: readonly string[], options: StartOptions = {}): Ended {
    const [file, ...words] = this.words(args, options);
    const { status, signal, stdout, stderr } = spawnSync(file as string, words, {
      cwd: options.cwd ?? this.root,
      env: { ...this.env, ...options.env },
      input: options.input ?? "",
      encoding: "latin1",
    });
    return { code: status, signal, stdout, stderr };
  }

  /** Starts, in a process group of its own, without waiting. */
  begin(args: readonly string[], options: StartOptions = {}) {
    const [file, ...words] = this.words(args, options);
    return spawn(file as string, words, {
      cwd: options.cwd ?? this.root,
      env: { ...this.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
  }

  private words(args: readonly string[], { shell = [], launcher = this.file }: StartOptions): string[] {
    return [...shell, launcher, ...args];
  }
}

export function backdate(file: string, seconds = 1_700_000_000): void {
  fs.utimesSync(file, seconds, seconds);
}

/** The real path of an interpreter that needs nothing but itself. */
export function python(): string {
  const found = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"].find((file) =>
    fs.existsSync(file),
  );
  if (found === undefined) throw new Error("these tests need a python3 of the system");
  return fs.realpathSync(found);
}

function installed(words: string[]): readonly string[] | undefined {
  const file = (process.env.PATH ?? "")
    .split(":")
    .map((folder) => path.join(folder, words[0] as string))
    .find((candidate) => fs.existsSync(candidate));
  return file === undefined ? undefined : [file, ...words.slice(1)];
}
