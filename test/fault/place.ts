import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { goodPython } from "../support/machine.ts";
import { NETWORK, PIP_CACHE, SEEDED_UV } from "../support/seed.ts";
import { endAndRemove } from "../support/system/end-and-remove.ts";
import { NODES, nodeBinary } from "../support/system/nodes.ts";

const run = promisify(execFile);

/** The newest that is at hand. */
const NODE =
  Object.values(NODES)
    .reverse()
    .map(nodeBinary)
    .find((file) => file !== undefined) ?? process.execPath;

const LAUNCHER = path.join(import.meta.dirname, "../../prime");
/** A moment that is long past for every shell, in seconds since the epoch. */
export const LONG_AGO = 1_700_000_000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Words in front of the launcher: a supervisor, a shell that sets limits. */
  readonly through?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Verifies each installed file by its RECORD, imports each package and prints their versions. */
const LOOK = `
import base64, hashlib, importlib.metadata, json
found = {}
for one in importlib.metadata.distributions():
    for file in one.files or ():
        if file.hash is not None:
            digest = hashlib.new(file.hash.mode, file.locate().read_bytes()).digest()
            assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == file.hash.value, file
    __import__(one.metadata["Name"])
    found[one.metadata["Name"]] = one.version
print(json.dumps(found, sort_keys=True))
`;

/** The words that let an environment's python look at itself; it writes no bytecode. */
export const LOOK_WORDS = ["-I", "-B", "-c", LOOK];

/** One repo with a home, caches and a folder for temporary files, which can be put back as it was in a moment. */
export class Place {
  readonly base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-fault-")));
  /** All that a start can change. */
  readonly live = path.join(this.base, "live");
  readonly root = path.join(this.live, "repo");
  readonly home = path.join(this.live, "home");
  readonly uvCache = path.join(this.live, "uv-cache");
  readonly tmp = path.join(this.live, "tmp");
  private readonly kept = path.join(this.base, "kept");
  private readonly index: string;

  /** `index` is the address of a package index. */
  constructor(index: string) {
    this.index = index;
    for (const folder of [this.root, path.join(this.home, ".cache/prime"), this.uvCache, this.tmp]) {
      fs.mkdirSync(folder, { recursive: true });
    }
    fs.copyFileSync(LAUNCHER, path.join(this.root, "prime"));
    fs.chmodSync(path.join(this.root, "prime"), 0o755);
    fs.utimesSync(path.join(this.root, "prime"), LONG_AGO, LONG_AGO);
    fs.symlinkSync(SEEDED_UV, path.join(this.home, ".cache/prime/uv"));
  }

  get env(): NodeJS.ProcessEnv {
    const folders = [path.dirname(goodPython()), path.dirname(NODE), "/usr/local/bin:/usr/bin:/bin"];
    return {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => NETWORK.test(name) && !/^UV_/.test(name))),
      UV_DEFAULT_INDEX: this.index,
      UV_CACHE_DIR: this.uvCache,
      UV_LINK_MODE: "copy",
      PIP_CACHE_DIR: PIP_CACHE,
      PATH: folders.join(":"),
      HOME: this.home,
      XDG_STATE_HOME: path.join(this.home, ".local/state"),
      TMPDIR: this.tmp,
      LANG: "C.UTF-8",
      NO_COLOR: "1",
    };
  }

  /** Writes a file below the root; each `age` gives it another time, all long past. */
  file(name: string, text: string, age = 0): void {
    const file = path.join(this.root, name);
    fs.writeFileSync(file, text);
    fs.utimesSync(file, LONG_AGO + age, LONG_AGO + age);
  }

  /** The generation that `.venv` shows; undefined when there is no such link. */
  shown(): string | undefined {
    const link = path.join(this.root, ".venv");
    const isThere = fs.lstatSync(link, { throwIfNoEntry: false }) !== undefined;
    return isThere ? path.basename(fs.readlinkSync(link)) : undefined;
  }

  prime(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.start([...(options.through ?? []), path.join(this.root, "prime"), ...args], options.env);
  }

  /** A start that must succeed. */
  async good(args: readonly string[]): Promise<Ended> {
    const ended = await this.prime(args);
    if (ended.code !== 0) throw new Error(`./prime ${args.join(" ")} ended with ${ended.code}:\n${ended.stderr}`);
    return ended;
  }

  start(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const [file = "", ...args] = words;
    return new Promise((resolve) => {
      const child = spawn(file, args, {
        cwd: this.root,
        env: { ...this.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const text = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const) {
        child[name].setEncoding("utf8").on("data", (chunk: string) => {
          text[name] += chunk;
        });
      }
      child.on("error", (error) => resolve({ code: null, stdout: "", stderr: String(error) }));
      child.on("close", (code) => resolve({ code, ...text }));
    });
  }

  /** From now on `restore` makes all as it is now. */
  async keep(): Promise<void> {
    await run("rm", ["-rf", this.kept]);
    await run("cp", ["-a", this.live, this.kept]);
  }

  async restore(): Promise<void> {
    await run("rm", ["-rf", this.live]);
    await run("cp", ["-a", this.kept, this.live]);
  }

  remove(): void {
    endAndRemove(this.base);
  }
}
