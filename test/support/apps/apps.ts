import * as fs from "node:fs";
import * as path from "node:path";
import { type Ended, LONG_AGO, type RunOptions, type Sandbox, type SandboxOptions, sandbox } from "../sandbox.ts";
import { NO_NODE, withoutNode } from "../system/no-node.ts";
import { appWheel, saying } from "./app-wheel.ts";

export { appWheel, saying };

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
    return this.run(args, { ...options, env: { ...options.env, PATH: withoutNode(this.box) } });
  }

  /** The first of these starts that is warm: until a launcher that was put in place a moment ago is no young file any more, each is cold. */
  async warmInTheEnd(args: readonly string[]): Promise<Ended> {
    for (;;) {
      const ended = await this.warm(args);
      if (!ended.stderr.includes(NO_NODE)) return ended;
      await this.says(args);
    }
  }

  async status(): Promise<Status> {
    return JSON.parse(await this.says(["self", "status", "--json"])) as Status;
  }

  /** A start that is due, and its updater to the end. */
  async updateBeside(env: NodeJS.ProcessEnv = {}): Promise<Status> {
    const before = (await this.status()).check.at;
    await this.says([], { ...env, PRIME_UPDATE: "due" });
    return this.idle(before);
  }

  /** When no updater runs any more, and a check has ended since the one of that time. */
  async idle(before?: string | null): Promise<Status> {
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

/** Has an app take its releases from this source alone; more than one with `", "` between them. */
export function from(app: AppBox, source: string): void {
  app.config = app.config.replace(/sources = .*/, `sources = ["${source}"]`);
}
