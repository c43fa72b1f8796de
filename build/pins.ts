/*
 * Writes src/provision/pins.ts: the version of uv that prime deploys, for each platform the sha256 of its wheel and of the executable in it,
 * and that of its list of interpreters, as the package index that pip is configured for has them. `npm run pins -- 1.2.3` moves to another
 * version; without one the present version's digests are fetched again.
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
  "linux-ppc64le-gnu": "manylinux_2_17_ppc64le",
  "linux-riscv64-gnu": "manylinux_2_31_riscv64",
  "linux-riscv64-musl": "musllinux_1_1_riscv64",
  "linux-s390x-gnu": "manylinux_2_17_s390x",
  "linux-x86_64-gnu": "manylinux_2_17_x86_64",
  "linux-x86_64-musl": "musllinux_1_1_x86_64",
  "macosx-arm64": "macosx_11_0_arm64",
  "macosx-x86_64": "macosx_10_12_x86_64",
};

/** Both digests of the one wheel in a folder, with a space between. */
const DIGESTS = `
import glob, hashlib, sys, zipfile
wheel, = glob.glob(sys.argv[1] + "/*.whl")
archive = zipfile.ZipFile(wheel)
program, = (name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
print(*(hashlib.sha256(data).hexdigest() for data in (open(wheel, "rb").read(), archive.read(program))))
`;

function digestsOf(version: string, tag: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "prime-pins-"));
  const wanted = ["--platform", tag, "--only-binary=:all:", "--no-deps", "--dest", folder, `uv==${version}`];
  try {
    python("-m", "pip", "download", "--quiet", "--disable-pip-version-check", ...wanted);
    return python("-c", DIGESTS, folder).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function python(...args: string[]): string {
  const done = spawnSync("python3", args, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`python3 ${args.join(" ")} failed:\n${done.error ?? done.stderr}`);
  return done.stdout;
}

/** What the source archive of uv holds at the place of the list of interpreters, which has moved before; the tag's file is the same. */
const LIST = `
import glob, hashlib, json, os, sys, tarfile
archive, = glob.glob(sys.argv[1] + "/*.tar.gz")
with tarfile.open(archive) as tree:
    name, = (name for name in tree.getnames() if name.endswith("/download-metadata.json"))
    print(name.split("/", 1)[1], hashlib.sha256(tree.extractfile(name).read()).hexdigest())
`;

/** pip wants to know what it downloads, for which uv's own build backend would have to be there. */
const BACKEND = `
import os
def get_requires_for_build_wheel(config_settings=None): return []
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    name = "uv-VERSION.dist-info"
    os.mkdir(os.path.join(folder, name))
    with open(os.path.join(folder, name, "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: uv\\nVersion: VERSION\\n")
    return name
`;

/** The place of the list in uv's repository, and its sha256. */
function listOf(version: string): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), "prime-pins-"));
  writeFileSync(path.join(folder, "maturin.py"), BACKEND.replaceAll("VERSION", version));
  const wanted = ["--no-binary=:all:", "--no-build-isolation", "--no-deps", "--dest", folder, `uv==${version}`];
  try {
    process.env.PYTHONPATH = folder;
    python("-m", "pip", "download", "--quiet", "--disable-pip-version-check", ...wanted);
    return python("-c", LIST, folder).trim().split(" ");
  } finally {
    delete process.env.PYTHONPATH;
    rmSync(folder, { recursive: true });
  }
}

const version = process.argv[2] ?? UV_PIN.version;
const [place, list] = listOf(version);
const lines = Object.entries(PLATFORMS).map(([name, tag]) => `${name} ${digestsOf(version, tag)}\n`);
const text = `import type { UvPin } from "../config/config.ts";

/** Platform, wheel, executable. One text: digests in quotes of their own look like secrets to those who scan what is committed. */
const SHA256 = \`
${lines.join("")}\`;

const ROWS = [...SHA256.matchAll(/(\\S+) (\\S+) (\\S+)/g)];

/** Written by build/pins.ts: the uv that this release of prime deploys, by the digests of its wheels and of what is in them. */
export const UV_PIN: UvPin = {
  version: "${version}",
  sha256: Object.fromEntries(ROWS.map(([, platform, wheel]) => [platform, wheel])),
  programs: ROWS.map(([, , , program]) => program as string),
};

/** Its place in uv's repository, and its sha256. */
const LIST = "${place} ${list}".split(" ") as [string, string];

/** The list of interpreters that this uv is built with, at its tag. */
export const UV_PYTHONS = {
  url: \`https://raw.githubusercontent.com/astral-sh/uv/\${UV_PIN.version}/\${LIST[0]}\`,
  sha256: LIST[1],
};
`;
writeFileSync(fileURLToPath(new URL("../src/provision/pins.ts", import.meta.url)), text);
console.log(`src/provision/pins.ts: uv ${version} for ${lines.length} platforms`);
