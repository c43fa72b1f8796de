import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll } from "vitest";

/** A CPython of this machine that can be packed: a tree of its own. */
export interface Packable {
  readonly version: string;
  readonly folder: string;
}

/** One of each minor version from 3.10 on that pyenv has here, the oldest first. */
export function packable(): Packable[] {
  const root = path.join(process.env.PYENV_ROOT ?? path.join(os.homedir(), ".pyenv"), "versions");
  const names = fs.existsSync(root) ? fs.readdirSync(root).filter((name) => /^3\.1\d\.\d+$/.test(name)) : [];
  const byMinor = new Map(names.map((name) => [name.split(".")[1], name]));
  return [...byMinor.values()].sort().map((version) => ({ version, folder: path.join(root, version) }));
}

/** A folder with archives of interpreters and their list, served as files; a new one is removed when the tests of a file are done. */
export class PythonShelf {
  readonly folder: string;
  private readonly releases: Record<string, object[]> = {};

  constructor(folder?: string) {
    this.folder = folder ?? fs.mkdtempSync(path.join(os.tmpdir(), "prime-pythons-"));
    fs.mkdirSync(this.folder, { recursive: true });
    if (folder === undefined) afterAll(() => fs.rmSync(this.folder, { recursive: true, force: true }));
  }

  get list(): string {
    return path.join(this.folder, "list.json");
  }

  /** Packs an interpreter; `as` is the version that the list tells, `without` names files that are left out. */
  add(
    { version, folder }: Packable,
    {
      as = version,
      without = [],
      build: tag = "20251010",
    }: { as?: string; without?: readonly string[]; build?: string } = {},
  ) {
    const archive = `cpython-${as}-${Object.keys(this.releases).length}.tar.gz`;
    const left = ["test", "idlelib", "turtledemo", "*.a", "__pycache__", "site-packages", ...without];
    const excluded = left.map((name) => `--exclude=${name}`);
    const rename = ["--transform", `s#^${version}#python#`];
    const file = path.join(this.folder, archive);
    execFileSync("tar", ["-czf", file, ...excluded, ...rename, "-C", path.dirname(folder), version]);
    const sha256 = createHash("sha256").update(fs.readFileSync(file)).digest("hex");
    const build = { implementation: "cpython", platform: PLATFORM, url: archive, sha256, build: tag };
    this.releases[as] = [build];
    fs.writeFileSync(this.list, JSON.stringify({ releases: this.releases }));
  }
}

const PLATFORM = `linux-${process.arch === "arm64" ? "aarch64" : "x86_64"}-gnu`;
