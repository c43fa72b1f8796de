import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import { anyPython } from "../../fixtures/python.ts";
import { good } from "../repos.ts";
import type { Sandbox } from "../sandbox.ts";
import { CACHE } from "../seed.ts";
import type { RealPython } from "./interpreters.ts";

const PACKED = path.join(CACHE, "builds");

/** Packs what an interpreter needs to run, below one folder, as those do who build them: the same bytes each time. */
const PACK = `
import gzip, os, sys, tarfile
out, prefix, executable, stdlib, libpython, minor = sys.argv[1:]
def clean(entry):
    entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname, entry.mode = 0, 0, 0, "", "", entry.mode & 0o755
    name = entry.name.split("/")
    left_out = {"test", "tests", "idlelib", "ensurepip_", "site-packages", "dist-packages", "__pycache__", "EXTERNALLY-MANAGED"}
    return None if left_out & set(name) or any(part.startswith("config-") for part in name) else entry
with open(out, "wb") as file, gzip.GzipFile("", "wb", 1, file, 0) as packed, tarfile.open(fileobj=packed, mode="w") as tree:
    tree.add(os.path.realpath(executable), f"python/bin/python{minor}", filter=clean)
    for name in ("python3", "python"):
        link = tarfile.TarInfo(f"python/bin/{name}")
        link.type, link.linkname = tarfile.SYMTYPE, f"python{minor}"
        tree.addfile(link)
    tree.add(stdlib, f"python/lib/python{minor}", filter=clean)
    if libpython:
        tree.add(libpython, f"python/lib/{os.path.basename(libpython)}", filter=clean)
    header = f"{prefix}/include/python{minor}/patchlevel.h"
    if os.path.exists(header):
        tree.add(header, f"python/include/python{minor}/patchlevel.h", filter=clean)
`;

/** An interpreter of this machine as an archive; made once and kept between runs. */
export function packed({ file, version, minor, prefix, stdlib, libpython }: RealPython): string {
  const archive = path.join(PACKED, `cpython-${version}-${hostTriple()}.tar.gz`);
  if (fs.existsSync(archive)) return archive;
  fs.mkdirSync(PACKED, { recursive: true });
  const draft = fs.mkdtempSync(path.join(PACKED, "draft-"));
  const out = path.join(draft, "packed.tar.gz");
  execFileSync(anyPython(), ["-c", PACK, out, prefix, file, stdlib, libpython ?? "", minor]);
  fs.renameSync(out, archive);
  fs.rmSync(draft, { recursive: true });
  return archive;
}

function hostTriple(): string {
  const machine = os.machine();
  return process.platform === "darwin" ? `${machine}-apple-darwin` : `${machine}-unknown-linux-gnu`;
}

/** The platform of this machine, as lists name it. */
export function hostPlatform(): string {
  const machine = os.machine();
  return process.platform === "darwin" ? `macosx-${machine}` : `linux-${machine}-gnu`;
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export interface Build {
  readonly version: string;
  readonly bytes: Buffer;
  readonly build?: string;
  /** Instead of the bytes' own. */
  readonly sha256?: string | null;
  readonly platform?: string;
  readonly variant?: string;
}

/** A server on loopback that hosts archives and a list of them. */
export class BuildServer {
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** By path: what is served in the place of what was put there; a number is a status. */
  readonly instead = new Map<string, Buffer | number>();
  private readonly files = new Map<string, Buffer>();
  private readonly releases: Record<string, object[]> = {};
  private readonly server = http.createServer((request, response) => {
    const name = request.url ?? "";
    this.asked.push(name);
    const body = this.instead.get(name) ?? this.files.get(name) ?? 404;
    if (typeof body === "number") response.writeHead(body).end();
    else response.end(body);
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get list(): string {
    return `${this.url}/pythons.json`;
  }

  /** Puts an archive on the list; gives its path. */
  publish({ version, bytes, build = "1", platform = hostPlatform(), variant, sha256: told }: Build): string {
    const name = `/cpython-${version}-${build}-${platform}.tar.gz`;
    this.files.set(name, bytes);
    const entry = { platform, url: name.slice(1), sha256: told === undefined ? sha256(bytes) : told, build };
    this.releases[version] = [...(this.releases[version] ?? []), variant === undefined ? entry : { ...entry, variant }];
    this.files.set("/pythons.json", Buffer.from(JSON.stringify({ releases: this.releases })));
    return name;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

export async function buildServer(): Promise<BuildServer> {
  const server = new BuildServer();
  await server.listen();
  onTestFinished(() => server.close());
  return server;
}

/** `[upgrade]` of a repo that goes by a list. */
export function byList(server: BuildServer, more = ""): string {
  return `[upgrade]\nmanifest = "${server.list}"\n${more}`;
}

/** Where a sandbox's user keeps interpreters. */
export function storeOf(box: Sandbox): string {
  return path.join(box.home, ".local/share/prime/python");
}

/** Names in that store; what is not there yet has none. */
export function keptIn(box: Sandbox): string[] {
  return fs.existsSync(storeOf(box)) ? fs.readdirSync(storeOf(box)).sort() : [];
}

/** Version and prefix of the interpreter that a start runs by. */
export async function runsBy(box: Sandbox): Promise<{ version: string; prefix: string }> {
  const { stdout } = await good(box, [
    "run",
    "python",
    "-c",
    "import sys; print('%d.%d.%d' % sys.version_info[:3], sys.base_prefix)",
  ]);
  const [version = "", prefix = ""] = stdout.trim().split(" ");
  return { version, prefix };
}
