/*
 * Writes src/provision/pins.ts: the version of uv that prime deploys and the sha256 of its wheel for each platform, as the
 * package index that pip is configured for tells them. `npm run pins -- 1.2.3` moves to another version; without one
 * the present version's digests are fetched again.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { UV_PIN } from "../src/provision/pins.ts";

/** prime's name of a platform, and the wheel tag of the oldest system of that kind that uv serves (PEP 600, PEP 656). */
const PLATFORMS: Readonly<Record<string, string>> = {
  "linux-aarch64-gnu": "manylinux_2_17_aarch64",
  "linux-aarch64-musl": "musllinux_1_1_aarch64",
  "linux-armv7l-gnu": "manylinux_2_17_armv7l",
  "linux-armv7l-musl": "musllinux_1_1_armv7l",
  "linux-i686-gnu": "manylinux_2_17_i686",
  "linux-i686-musl": "musllinux_1_1_i686",
  "linux-x86_64-gnu": "manylinux_2_17_x86_64",
  "linux-x86_64-musl": "musllinux_1_1_x86_64",
  "macosx-arm64": "macosx_11_0_arm64",
  "macosx-x86_64": "macosx_10_12_x86_64",
};

/** The part of pip's installation report that is read here. */
interface Report {
  readonly install: readonly { download_info: { archive_info: { hashes: { sha256?: string } } } }[];
}

function digestOf(version: string, tag: string): string {
  const target = mkdtempSync(path.join(tmpdir(), "prime-pins-"));
  try {
    const asked = ["--platform", tag, "--only-binary=:all:", "--target", target, `uv==${version}`];
    const quiet = ["--quiet", "--dry-run", "--ignore-installed", "--no-deps", "--report", "-"];
    const pip = spawnSync("python3", ["-m", "pip", "install", ...quiet, ...asked], { encoding: "utf8" });
    if (pip.status !== 0) throw new Error(`pip found no uv ${version} for ${tag}:\n${pip.error ?? pip.stderr}`);
    const [wheel] = (JSON.parse(pip.stdout) as Report).install;
    const digest = wheel?.download_info.archive_info.hashes.sha256;
    if (digest === undefined) throw new Error(`the index tells no sha256 of uv ${version} for ${tag}`);
    return digest;
  } finally {
    rmSync(target, { recursive: true });
  }
}

const version = process.argv[2] ?? UV_PIN.version;
const lines = Object.entries(PLATFORMS).map(([name, tag]) => `${name} ${digestOf(version, tag)}\n`);
const text = `import type { UvPin } from "../config/config.ts";

/** One text: digests in quotes of their own look like secrets to those who scan what is committed. */
const SHA256 = \`
${lines.join("")}\`;

/** Written by build/pins.ts: the uv that this release of prime deploys, by the digests of its wheels. */
export const UV_PIN: UvPin = {
  version: "${version}",
  sha256: Object.fromEntries([...SHA256.matchAll(/(\\S+) (\\S+)/g)].map(([, name, digest]) => [name, digest])),
};
`;
writeFileSync(fileURLToPath(new URL("../src/provision/pins.ts", import.meta.url)), text);
console.log(`src/provision/pins.ts: uv ${version} for ${lines.length} platforms`);
