import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isStamped } from "../../src/inputs/observation.ts";
import { recordFile } from "../../src/plan/place.ts";
import { readRecord } from "../../src/plan/record.ts";
import { endAndRemove } from "../support/system/end-and-remove.ts";
import { withoutNode } from "../support/system/no-node.ts";

/** Old enough for every shell that compares whole seconds. */
export const PAST = 1_600_000_000;
/** What the user's network and indexes need stays. */
const KEPT = /^(?:https?_proxy|no_proxy|all_proxy|ssl_cert_\w+|pip_\w+|uv_(?:default_|extra_)?index\w*)$/i;

/** The files of a repo to be: its name → text. */
export type Files = Readonly<Record<string, string>>;

/** A sealed home with prime's and uv's caches in it, and the repos that are measured. */
export class Place {
  readonly folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-bench-")));
  readonly home = path.join(this.folder, "home");
  readonly env = sealed(this.home, path.dirname(process.execPath));
  readonly launcher: string;
  readonly python = this.command("python3");
  readonly true = this.command("true");

  constructor(launcher: string) {
    this.launcher = launcher;
    fs.mkdirSync(this.home);
    fs.writeFileSync(
      path.join(this.home, ".gitconfig"),
      "[user]\nname = bench\nemail = bench@example.invalid\n[init]\ndefaultBranch = main\n",
    );
  }

  /** The pinned uv comes with the first environment that prime makes here. */
  deployUv(): void {
    const repo = this.repo("deploy", {});
    repo.run(repo.prime, "--quiet");
  }

  /** What no launcher can do without: a script of two lines of sh, started as a launcher is, that becomes its arguments. */
  throughSh(): string {
    const script = path.join(this.folder, "through-sh");
    fs.writeFileSync(script, '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
    return script;
  }

  /** The environment with another Node in front. */
  envWith(node: string): Record<string, string> {
    return sealed(this.home, path.dirname(node));
  }

  /** The uv that prime has deployed, once it has. */
  get uv(): string {
    const cache = path.join(this.home, ".cache/prime/uv");
    const file = fs
      .readdirSync(cache)
      .map((name) => path.join(cache, name, "uv"))
      .find((one) => fs.existsSync(one));
    if (file === undefined) throw new Error("prime has deployed no uv");
    return file;
  }

  /** The file that a command stands for; a shell might name a builtin of its own. */
  command(name: string): string {
    const candidates = (this.env.PATH ?? "").split(":").map((folder) => path.join(folder, name));
    const file = candidates.find((candidate) => fs.existsSync(candidate));
    if (file === undefined) throw new Error(`the measurements need ${name}`);
    return file;
  }

  /** A git repo with the launcher and these files, nothing committed yet. */
  repo(name: string, files: Files): Repo {
    const repo = new Repo(this, path.join(this.folder, name));
    fs.mkdirSync(repo.root);
    repo.write(files);
    fs.copyFileSync(this.launcher, repo.file("prime"));
    fs.writeFileSync(repo.file(".gitignore"), "/.venv\n/.prime/\n");
    repo.run("git", "init", "-q");
    return repo;
  }

  remove(): void {
    endAndRemove(this.folder);
  }
}

export class Repo {
  readonly place: Place;
  readonly root: string;

  constructor(place: Place, root: string) {
    this.place = place;
    this.root = root;
  }

  file(name: string): string {
    return path.join(this.root, name);
  }

  get prime(): string {
    return this.file("prime");
  }

  write(files: Files): void {
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(this.file(name)), { recursive: true });
      fs.writeFileSync(this.file(name), text);
    }
  }

  run(file: string, ...args: string[]): string {
    return this.runIn(this.place.env, file, ...args);
  }

  runIn(env: Readonly<Record<string, string>>, file: string, ...args: string[]): string {
    return execFileSync(file, args, { cwd: this.root, env, encoding: "utf8", stdio: "pipe" });
  }

  /** Locks what is written and commits it. */
  commit(): void {
    this.run(this.place.uv, "lock", "--quiet");
    this.run("git", "add", "-A");
    this.run("git", "commit", "-q", "-m", "state");
  }

  /** A clone that is for uv alone, with an environment of its own. */
  cloneForUv(): Repo {
    const clone = new Repo(this.place, `${this.root}-uv`);
    this.run("git", "clone", "-q", this.root, clone.root);
    clone.run(this.place.uv, "sync", "--quiet");
    return clone;
  }

  /** Makes the environment, and proves that the next start is warm: it works where no Node is to be found. */
  makeReady(): void {
    backdate(this.root);
    this.run(this.prime);
    execFileSync(this.prime, ["run", this.place.true], {
      cwd: this.root,
      env: { ...this.place.env, PATH: withoutNode({ base: this.place.folder }) },
    });
  }

  /** How many inputs a warm start looks at. */
  get inputs(): number {
    return this.observed.length;
  }

  /** Those of them that have a time. */
  get files(): string[] {
    return this.observed.filter(({ input }) => isStamped(input)).map(({ input }) => input.path);
  }

  private get observed() {
    const state = path.join(this.place.home, ".local/state/prime");
    return readRecord(recordFile({ state, launcher: this.prime, flagKey: "" }))?.observed ?? [];
  }
}

/** What prime built keeps its times. */
const LEFT = new Set([".git", ".prime", ".venv"]);

function backdate(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (LEFT.has(entry.name)) continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) backdate(file);
    fs.utimesSync(file, PAST, PAST);
  }
  fs.utimesSync(folder, PAST, PAST);
}

function sealed(home: string, nodeFolder: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => KEPT.test(name)) as [string, string][];
  const folders = [nodeFolder, "/usr/local/bin", "/usr/bin", "/bin"];
  return { ...Object.fromEntries(kept), HOME: home, LANG: "C.UTF-8", PATH: [...new Set(folders)].join(":") };
}
