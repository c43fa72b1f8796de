import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { withOwnDigest } from "../../../src/launch/own-digest.ts";
import { type Ended, LONG_AGO, type RunOptions, type Sandbox, sandbox } from "../sandbox.ts";
import { AppBox, appWheel, saying } from "./apps.ts";
import { type FileServer, launcherOf, serve } from "./releases.ts";

/** What opens the offline key in tests. */
export const PASSPHRASE = "correct horse battery";

/** A maintainer's machine: the app's wheels, a folder that leads the channel, and where it is served. */
export class Maintainer {
  readonly box: Sandbox;
  /** What `--to` names. */
  readonly to: string;
  readonly said: string[] = [];

  constructor(to?: string, box = sandbox()) {
    this.box = box;
    this.to = to ?? path.join(box.base, "served");
  }

  /** A wheel of the app, and its absolute path. */
  wheel(version: string, ...requires: readonly string[]): string {
    const folder = this.box.path("dist");
    fs.mkdirSync(folder, { recursive: true });
    return appWheel(folder, "foo", version, saying(version), requires);
  }

  /** `./prime channel …` from the root, with the passphrase on standard input for what may ask for it. */
  async run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const asks = ["init", "publish", "withdraw", "floor", "resign", "sign", "rotate-key"].includes(words[0] ?? "");
    const more = asks ? ["--passphrase-fd", "0"] : [];
    const ended = await this.box.run(["channel", ...words, ...more], {
      cwd: this.box.root,
      ...(asks ? { stdin: `${PASSPHRASE}\n` } : {}),
      ...options,
    });
    this.said.push(ended.stdout, ended.stderr);
    return ended;
  }

  /** The same, which must succeed; gives what it printed. */
  async good(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(words);
    if (code !== 0) throw new Error(`./prime channel ${words.join(" ")} ended with ${code}:\n${stderr}`);
    return stdout + stderr;
  }

  async begin(...more: readonly string[]): Promise<this> {
    await this.good("init", "--app", "foo", "--to", this.to, "--simple", ...more);
    return this;
  }

  async status(): Promise<Status> {
    const { stdout } = await this.run(["status", "--json"]);
    return JSON.parse(stdout) as Status;
  }
}

interface Status {
  readonly channels: Record<
    string,
    { serial: number; version: string; direction: string; reason: string; floor: string | null }
  >;
  readonly releases: { version: string; withdrawn: string | null }[];
  readonly expires: Record<string, { days: number }>;
}

/** A customer's launcher, made by the maintainer, on a machine of its own. */
export class Customer extends AppBox {
  async install(maintainer: Maintainer, url = maintainer.to, keys = ""): Promise<this> {
    const config = `[app]\npackages = ["foo"]\nchannel = "${url}"\ntrust = "channel/root.json"\n${keys}`;
    maintainer.box.file("foo.toml", config);
    const made = await maintainer.box.run(["init", "--app", "foo.toml", "--out", this.launcher, "--force"]);
    if (made.code !== 0) throw new Error(made.stderr);
    fs.utimesSync(this.launcher, LONG_AGO, LONG_AGO);
    return this;
  }

  /** A start that looks at the channel first. */
  follow(...words: readonly string[]): Promise<string> {
    return this.says(words, { PRIME_UPDATE: "wait" });
  }
}

/** A maintainer whose app says its version, with releases of which stable points at the first. */
export async function leading(versions: readonly string[], to?: string): Promise<Maintainer> {
  const maintainer = await new Maintainer(to).begin();
  for (const version of versions) await maintainer.good("publish", maintainer.wheel(version));
  await maintainer.good("promote", "stable", versions[0] as string);
  return maintainer;
}

/** A launcher of prime's as another version of it would be built; `change` is made in its program. */
export function otherBuild(version: string, change = (text: string) => text): Buffer {
  const text = launcherOf(version).replace(/# sha256 [0-9a-f]{64} \*\/\n$/, "");
  return Buffer.from(withOwnDigest(change(text)), "latin1");
}

export interface PutServer extends FileServer {
  /** Requests that are answered with this status, by what they begin with; taken away when used up. */
  readonly failing: Map<string, number>;
}

/** A server of a folder that takes files by PUT; with `conditions` as RFC 9110 says. */
export async function putServer(folder: string, { conditions = true } = {}): Promise<PutServer> {
  const failing = new Map<string, number>();
  const tagOf = (file: string) => `"${createHash("sha256").update(fs.readFileSync(file)).digest("hex")}"`;
  const server = await serve(folder, (request, response) => {
    const { method = "", url = "/", headers } = request;
    const fault = [...failing].find(([start]) => `${method} ${url}`.startsWith(start));
    const file = path.join(folder, decodeURIComponent(new URL(url, "http://x").pathname));
    if (fault !== undefined) {
      failing.delete(fault[0]);
      request.resume().on("end", () => response.writeHead(fault[1]).end());
      return true;
    }
    if (method !== "PUT") {
      if (conditions && fs.existsSync(file) && fs.statSync(file).isFile()) response.setHeader("ETag", tagOf(file));
      return false;
    }
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const isThere = fs.existsSync(file);
      const holds =
        !(headers["if-none-match"] === "*" && isThere) &&
        !(headers["if-match"] !== undefined && (!isThere || headers["if-match"] !== tagOf(file)));
      if (conditions && !holds) return response.writeHead(412).end();
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, Buffer.concat(parts));
      return response.writeHead(isThere ? 204 : 201).end();
    });
    return true;
  });
  return { ...server, failing };
}

/** All files below a folder, relative. */
export function filesBelow(folder: string): string[] {
  const all = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return all.filter((name) => fs.statSync(path.join(folder, name)).isFile()).sort();
}
