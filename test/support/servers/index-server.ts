import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import { anyPython } from "../../fixtures/python.ts";
import { WRITE_FILES } from "../apps/app-wheel.ts";

/** Writes a wheel that holds one module of its own name (PEP 427): the same bytes each time. */
const WRITE_WHEEL = `
import base64, hashlib, sys, zipfile
folder, name, version, python, *requires = sys.argv[1:]
info = f"{name}-{version}.dist-info"
needs = f"Requires-Python: {python}\\n" if python else ""
needs += "".join(f"Requires-Dist: {text}\\n" for text in requires)
files = {
    f"{name}.py": f"version = '{version}'\\n",
    f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n{needs}",
    f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}
${WRITE_FILES}`;

const ADD_FILE = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "a") as wheel:
    wheel.write(sys.argv[2], sys.argv[3])
`;

export interface Published {
  readonly url: string;
  readonly sha256: string;
}

/** Writes the source archive of a project. */
const WRITE_SOURCE = `
import gzip, io, sys, tarfile
folder, base, *files = sys.argv[1:]
with gzip.GzipFile(f"{folder}/{base}.tar.gz", "w", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
    for name, text in zip(files[0::2], files[1::2]):
        entry = tarfile.TarInfo(f"{base}/{name}")
        entry.size = len(text.encode())
        archive.addfile(entry, io.BytesIO(text.encode()))
`;

export interface IndexOptions {
  /** `name:password` that each request must give (RFC 7617). */
  readonly user?: string;
  /** It speaks TLS alone. */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
}

/** What an index tells of a file beside its address (PEP 592, PEP 700). */
interface Told {
  readonly uploaded?: string;
  readonly yanked?: string;
}

/** A package index on this machine (PEP 503; PEP 691 for what it tells more of), whose releases appear when a test says so. */
export class PackageIndex {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "prime-index-"));
  /** Paths below its own that were asked for, in order. */
  readonly asked: string[] = [];
  private readonly server: http.Server | https.Server;
  private readonly addresses = new Map<string, string>();
  private readonly told = new Map<string, Told>();
  private readonly options: IndexOptions;

  constructor(options: IndexOptions = {}) {
    this.options = options;
    const answer: http.RequestListener = (request, response) => this.answer(request, response);
    this.server = options.tls === undefined ? http.createServer(answer) : https.createServer(options.tls, answer);
  }

  /** The address that installers are given. */
  get url(): string {
    return `${this.origin}/simple`;
  }

  private get origin(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http${this.options.tls === undefined ? "" : "s"}://127.0.0.1:${port}${this.base}`;
  }

  /** Of this index alone: caches outlive a server, and another one may have its port. */
  private get base(): string {
    return `/${path.basename(this.folder)}`;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  publish(name: string, version: string, requires: readonly string[] = [], python = ""): Published {
    const file = `${name}-${version}-py3-none-any.whl`;
    execFileSync(anyPython(), ["-c", WRITE_WHEEL, this.folder, name, version, python, ...requires]);
    return this.offer(file);
  }

  /** A release whose wheel holds this file (absolute), too, at its top. */
  publishWith(name: string, version: string, file: string): Published {
    const wheel = `${name}-${version}-py3-none-any.whl`;
    execFileSync(anyPython(), ["-c", WRITE_WHEEL, this.folder, name, version, ""]);
    execFileSync(anyPython(), ["-c", ADD_FILE, path.join(this.folder, wheel), file, path.basename(file)]);
    return this.offer(wheel);
  }

  /** A wheel that was made elsewhere (absolute). */
  publishFile(file: string): Published {
    fs.copyFileSync(file, path.join(this.folder, path.basename(file)));
    return this.offer(path.basename(file));
  }

  /** A release that has to be built. */
  publishSource(name: string, version: string, files: Readonly<Record<string, string>>): Published {
    const base = `${name}-${version}`;
    execFileSync(anyPython(), ["-c", WRITE_SOURCE, this.folder, base, ...Object.entries(files).flat()]);
    return this.offer(`${base}.tar.gz`);
  }

  /** Tells when a release was published: `2026-11-20`, or a whole time. */
  date(name: string, version: string, day: string): this {
    return this.tell(name, version, { uploaded: day.includes("T") ? day : `${day}T00:00:00Z` });
  }

  /** Takes a release back, but leaves it to those who pin it. */
  yank(name: string, version: string, reason: string): this {
    return this.tell(name, version, { yanked: reason });
  }

  private tell(name: string, version: string, told: Told): this {
    for (const file of this.addresses.keys())
      if (file.startsWith(`${name}-${version}-`)) this.told.set(file, { ...this.told.get(file), ...told });
    return this;
  }

  /** Has a release no more. */
  withdraw(name: string, version: string): void {
    for (const file of this.addresses.keys()) if (file.startsWith(`${name}-${version}-`)) this.addresses.delete(file);
  }

  /** The very files that another index has. */
  mirror(other: PackageIndex): this {
    for (const file of other.addresses.keys()) {
      fs.copyFileSync(path.join(other.folder, file), path.join(this.folder, file));
      this.offer(file);
    }
    return this;
  }

  /** The address with the user in it. */
  urlFor(user: string): string {
    return this.url.replace("://", `://${user}@`);
  }

  private offer(file: string): Published {
    const sha256 = createHash("sha256")
      .update(fs.readFileSync(path.join(this.folder, file)))
      .digest("hex");
    this.addresses.set(file, `${this.base}/files/${file}#sha256=${sha256}`);
    return { url: `${this.origin}/files/${file}`, sha256 };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private answer({ url: whole = "", headers }: http.IncomingMessage, response: http.ServerResponse): void {
    const url = whole.replace(this.base, "");
    this.asked.push(url);
    const { user } = this.options;
    if (user !== undefined && headers.authorization !== `Basic ${Buffer.from(user).toString("base64")}`) {
      response.statusCode = 401;
      response.setHeader("WWW-Authenticate", "Basic");
      return void response.end();
    }
    const [, kind, name = ""] = url.split("/");
    const file = path.join(this.folder, name);
    if (kind === "files" && this.addresses.has(name)) {
      response.setHeader("Cache-Control", "max-age=3600, immutable");
      return void response.end(fs.readFileSync(file));
    }
    const links = [...this.addresses].filter(([wheel]) => kind === "simple" && wheel.startsWith(`${name}-`));
    response.statusCode = links.length > 0 ? 200 : 404;
    if (links.some(([wheel]) => this.told.has(wheel))) {
      response.setHeader("Content-Type", "application/vnd.pypi.simple.v1+json");
      return void response.end(JSON.stringify(this.document(name, links)));
    }
    response.setHeader("Content-Type", "text/html");
    response.end(`<!DOCTYPE html>${links.map(([wheel, address]) => `<a href="${address}">${wheel}</a>`).join("\n")}`);
  }

  private document(name: string, links: readonly (readonly [string, string])[]) {
    const files = links.map(([filename, address]) => {
      const { uploaded, yanked } = this.told.get(filename) ?? {};
      const [url, sha256] = address.split("#sha256=");
      return {
        ...{ filename, url, hashes: { sha256 }, size: fs.statSync(path.join(this.folder, filename)).size },
        ...(uploaded === undefined ? {} : { "upload-time": uploaded }),
        ...(yanked === undefined ? {} : { yanked }),
      };
    });
    return { meta: { "api-version": "1.1" }, name, versions: [], files };
  }
}

/** An index that is stopped when the test is done. */
export async function packageIndex(options: IndexOptions = {}): Promise<PackageIndex> {
  const index = new PackageIndex(options);
  onTestFinished(() => index.stop());
  return index.start();
}
