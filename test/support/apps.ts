import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { anyPython } from "../fixtures/python.ts";
import { type Ended, LONG_AGO, type RunOptions, type Sandbox, type SandboxOptions, sandbox } from "./sandbox.ts";

/** Writes a wheel (PEP 427) with a module and a console script of its name. */
const WRITE_WHEEL = `
import base64, hashlib, sys, zipfile
folder, name, version, code, *requires = sys.argv[1:]
info = f"{name}-{version}.dist-info"
needs = "".join(f"Requires-Dist: {text}\\n" for text in requires)
files = {
    f"{name}.py": code,
    f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n{needs}",
    f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    f"{info}/entry_points.txt": f"[console_scripts]\\n{name} = {name}:main\\n",
}
def row(path, text):
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(text)}\\n"
files[f"{info}/RECORD"] = "".join(row(*file) for file in files.items()) + f"{info}/RECORD,,\\n"
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    for path, text in files.items():
        wheel.writestr(zipfile.ZipInfo(path), text)
`;

/** What a release says that works: its version and its arguments. */
export function saying(version: string, more = ""): string {
  return `import os, sys\n\ndef main():\n    ${more || "pass"}\n    print("foo", "${version}", *sys.argv[1:])\n`;
}

/** Writes a wheel with a console script of its name into a folder; gives its absolute path. */
export function appWheel(
  folder: string,
  name: string,
  version: string,
  code: string,
  requires: readonly string[] = [],
): string {
  execFileSync(anyPython(), ["-c", WRITE_WHEEL, folder, name, version, code, ...requires]);
  return path.join(folder, `${name}-${version}-py3-none-any.whl`);
}

/** An app `foo`, whose wheels lie in a folder. */
export class AppBox {
  readonly box: Sandbox;
  readonly basket: string;
  readonly launcher: string;
  readonly home: string;

  constructor(keys = "", options: SandboxOptions = {}) {
    this.box = sandbox(options);
    this.basket = this.box.path("basket");
    this.launcher = path.join(this.box.base, "bin/foo");
    this.home = path.join(this.box.home, ".local/state/prime/apps/foo");
    fs.mkdirSync(this.basket);
    fs.mkdirSync(path.dirname(this.launcher));
    this.config = `[app]\npackages = ["foo"]\nsources = ["${this.basket}"]\n${keys}`;
  }

  config: string;

  /** Puts a release into the folder; `code` is the module `foo`. */
  publish(version: string, code = saying(version), requires: readonly string[] = [], name = "foo"): string {
    return appWheel(this.basket, name, version, code, requires);
  }

  withdraw(version: string): void {
    fs.rmSync(path.join(this.basket, `foo-${version}-py3-none-any.whl`));
  }

  /** Makes the launcher. */
  async init(): Promise<void> {
    this.box.file("foo.toml", this.config);
    const ended = await this.box.run(["init", "--app", "foo.toml", "--out", this.launcher]);
    if (ended.code !== 0) throw new Error(ended.stderr);
    fs.utimesSync(this.launcher, LONG_AGO, LONG_AGO);
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const env = { XDG_STATE_HOME: path.join(this.box.home, ".local/state"), ...options.env };
    return this.box.run(args, { launcher: this.launcher, cwd: this.box.base, ...options, env });
  }

  /** What a start prints that must succeed. */
  async says(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const ended = await this.run(args, { env });
    if (ended.code !== 0) throw new Error(`foo ${args.join(" ")} ended with ${ended.code}:\n${ended.stderr}`);
    return ended.stdout.trimEnd();
  }

  /** A start whose Node is none: only a warm one succeeds. */
  warm(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.run(args, { ...options, env: { ...options.env, PATH: "/nonexistent" } });
  }

  async status(): Promise<Status> {
    return JSON.parse(await this.says(["self", "status", "--json"])) as Status;
  }

  /** A start that is due, and its updater to the end. */
  async updateBeside(env: NodeJS.ProcessEnv = {}): Promise<Status> {
    const before = (await this.status()).check.at;
    await this.says([], { ...env, PRIME_UPDATE: "due" });
    for (;;) {
      const status = await this.status();
      if (status.updater === null && status.check.at !== before) return status;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

interface Status {
  readonly version: string | null;
  readonly release: string | null;
  readonly staged: string | null;
  readonly trial: unknown;
  readonly skipped: readonly { readonly id: string; readonly why: string }[];
  readonly updater: { readonly pid: number } | null;
  readonly check: {
    readonly at: string | null;
    readonly outcome: string | null;
    readonly reason: string | null;
    readonly next: string | null;
    readonly message: string;
    readonly failures: number;
  };
}
