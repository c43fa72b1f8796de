import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { create } from "tar";
import { type Contents, SUMMARY } from "./contents.ts";

/** Its only work is `init`: `npx NAME [FLAGS] [DIR]`. */
const PROGRAM = `#!/usr/bin/env node
"use strict";
const { spawnSync } = require("node:child_process");
const prime = require("node:path").join(__dirname, "prime");
const { status, signal, error } = spawnSync("/bin/sh", [prime, "init", ...process.argv.slice(2)], { stdio: "inherit" });
if (error) console.error("prime: could not start /bin/sh: " + error.message);
if (signal) process.kill(process.pid, signal);
process.exitCode = status === null ? 125 : status;
`;

/** Archives keep times; so that the same sources give the same bytes, it is always this one. */
const MOMENT = new Date(Date.UTC(1980, 0, 2));

/** What `npm pack` would make, the same bytes each time. */
export async function npmPackage({ name, version, launcher, license }: Contents): Promise<Record<string, Buffer>> {
  const work = mkdtempSync(path.join(tmpdir(), "prime-npm-"));
  const about = {
    name,
    version,
    description: SUMMARY,
    license: "MIT",
    bin: { [name]: "init.js" },
    engines: { node: ">=18.19" },
  };
  const files = {
    "package.json": `${JSON.stringify(about, null, 2)}\n`,
    "init.js": PROGRAM,
    prime: launcher,
    LICENSE: license,
  };
  try {
    for (const [file, bytes] of Object.entries(files)) {
      writeFileSync(path.join(work, file), bytes, { mode: file === "prime" || file === "init.js" ? 0o755 : 0o644 });
    }
    const archive = path.join(work, "archive.tgz");
    const options = {
      cwd: work,
      file: archive,
      gzip: { level: 9 },
      portable: true,
      mtime: MOMENT,
      prefix: "package",
      strict: true,
    };
    await create(options, Object.keys(files));
    const bytes = readFileSync(archive);
    bytes[9] = 255; // the system in a gzip header (RFC 1952, 2.3.1): unknown
    return { [`${name}-${version}.tgz`]: bytes };
  } finally {
    rmSync(work, { recursive: true });
  }
}
