import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, onTestFinished, TestRunner } from "vitest";
import { goodPython } from "./machine.ts";
import { NETWORK, PIP_CACHE, SEEDED_UV, startedBy, UV_CACHE } from "./seed.ts";
import { endAndRemove } from "./system/end-and-remove.ts";

export { describeEachNode, describeEachShell, python } from "./machine.ts";

/** The launcher as it is committed. */
export const LAUNCHER = path.join(import.meta.dirname, "../../prime");

const STARTED = startedBy(LAUNCHER);

const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

/** A moment that is long past for every shell, in seconds since the epoch. */
export const LONG_AGO = 1_700_000_000;

export interface SandboxOptions {
  /** The name of the root folder: may hold spaces, quotes, `$`, newlines. */
  readonly name?: string;
  readonly git?: boolean;
  /** An interpreter whose folder comes first on PATH; null: only what the system folders hold. */
  readonly python?: string | null;
  /**
   * `shared`: as if prime had been started before, elsewhere, so that tests are fast; `uv`: nothing but uv and its downloads are there;
   * `empty`: a new user's.
   */
  readonly cache?: "shared" | "uv" | "empty";
}

export interface RunOptions {
  /** The words that start the shell, or a Node (`node prime …`); the kernel reads the hashbang when absent. */
  readonly shell?: readonly string[];
  /** The binary that is found as `node`. */
  readonly node?: string;
  /** Changes of the sandbox's environment; undefined takes a variable away. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdin?: string | Buffer;
  /** How the launcher is named; its absolute path when absent. */
  readonly launcher?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started prime: the leader of a process group of its own. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Waits until either stream has shown this text; fails when it ends without. */
  until(text: string): Promise<void>;
}

const made = new Set<Sandbox>();
afterAll(() => {
  for (const sandbox of made) sandbox.remove();
});

/** A new user's home with one repo in it; removed when the test, or the file that it was made by, is done. */
export function sandbox(options: SandboxOptions = {}): Sandbox {
  const box = new Sandbox(options);
  made.add(box);
  if (TestRunner.getCurrentTest() !== undefined) onTestFinished(() => box.remove());
  return box;
}

export class Sandbox {
  /** Physical path of the folder that holds all the others. */
  readonly base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-e2e-")));
  readonly home = path.join(this.base, "home");
  readonly root: string;
  readonly launcher: string;
  private readonly options: SandboxOptions;
  private readonly started = new Set<ChildProcess>();

  constructor(options: SandboxOptions) {
    this.options = options;
    this.root = path.join(this.base, options.name ?? "repo");
    this.launcher = path.join(this.root, "prime");
    for (const folder of [this.root, path.join(this.home, ".cache/prime"), path.join(this.base, "tmp")]) {
      fs.mkdirSync(folder, { recursive: true });
    }
    fs.copyFileSync(LAUNCHER, this.launcher);
    fs.chmodSync(this.launcher, 0o755);
    fs.utimesSync(this.launcher, LONG_AGO, LONG_AGO);
    if (options.cache !== "empty") fs.symlinkSync(SEEDED_UV, path.join(this.home, ".cache/prime/uv"));
    if ((options.cache ?? "shared") === "shared") copyTree(STARTED, path.join(this.home, ".cache/prime"));
    if (options.git) this.git("init", "--quiet", "--initial-branch=main");
  }

  /** The whole environment of what is run here. */
  get env(): NodeJS.ProcessEnv {
    const python = this.options.python === undefined ? goodPython() : this.options.python;
    const folders = [...(python === null ? [] : [path.dirname(python)]), path.dirname(process.execPath), SYSTEM_PATH];
    return {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => NETWORK.test(name))),
      // Copies: a test that damages an environment must not reach the cache through hard links.
      ...(this.options.cache === "empty"
        ? {}
        : { UV_CACHE_DIR: UV_CACHE, UV_LINK_MODE: "copy", PIP_CACHE_DIR: PIP_CACHE }),
      PATH: folders.join(":"),
      HOME: this.home,
      TMPDIR: path.join(this.base, "tmp"),
      LANG: "C.UTF-8",
      NO_COLOR: "1",
    };
  }

  /** The absolute path of a name below the root. */
  path(...parts: string[]): string {
    return path.join(this.root, ...parts);
  }

  /** Writes a file below the root, with its folders; long ago, so that no shell finds it too new to be sure of. */
  file(name: string, text: string, { mtime = LONG_AGO, mode = 0o644 }: { mtime?: number; mode?: number } = {}): string {
    const file = this.path(name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    fs.chmodSync(file, mode);
    fs.utimesSync(file, mtime, mtime);
    return file;
  }

  git(...args: string[]): string {
    const who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"];
    const env = { ...this.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
    return execFileSync("git", [...who, ...args], { cwd: this.root, env, encoding: "utf8" });
  }

  /** Runs prime to its end. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** Starts prime and goes on. */
  start(args: readonly string[], options: RunOptions = {}): Started {
    const [file, ...words] = [...(options.shell ?? []), options.launcher ?? this.launcher, ...args];
    const child = spawn(file as string, words, {
      cwd: options.cwd ?? this.root,
      env: this.envOf(options),
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.started.add(child);
    child.stdin.on("error", () => {}); // the command need not read what it is given
    child.stdin.end(options.stdin ?? "");
    return observed(child, () => this.started.delete(child));
  }

  /** The environment that `run` gives to prime by these options. */
  envOf({ env = {}, node }: RunOptions): NodeJS.ProcessEnv {
    const all = { ...this.env, ...env };
    return node === undefined ? all : { ...all, PATH: `${this.folderWithNode(node)}:${all.PATH}` };
  }

  remove(): void {
    made.delete(this);
    for (const { pid } of this.started) {
      if (pid !== undefined) endGroup(pid);
    }
    endAndRemove(this.base);
  }

  private folderWithNode(node: string): string {
    const folder = path.join(this.base, "nodes", node.replaceAll("/", "_"));
    fs.mkdirSync(folder, { recursive: true });
    if (!fs.existsSync(path.join(folder, "node"))) fs.symlinkSync(node, path.join(folder, "node"));
    return folder;
  }
}

/** Copies what a folder holds, with its modes. */
function copyTree(from: string, to: string): void {
  if (!fs.existsSync(from)) return;
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) {
      fs.mkdirSync(target);
      copyTree(source, target);
    } else fs.copyFileSync(source, target);
    fs.chmodSync(target, fs.statSync(source).mode & 0o7777);
  }
}

function observed(child: ChildProcess, onEnd: () => void): Started {
  const text = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      onEnd();
      resolve({ code, signal, ...text });
    });
  });
  const until = (wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!text.stdout.includes(wanted) && !text.stderr.includes(wanted)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      ended.then(
        (end) => reject(new Error(`it ended without ${JSON.stringify(wanted)}: ${JSON.stringify(end)}`)),
        reject,
      );
    });
  return { child, ended, until };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {} // gone already
}
