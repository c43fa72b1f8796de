import { createHash } from "node:crypto";
import { type Zippable, zipSync } from "fflate";
import { type Contents, SUMMARY } from "./contents.ts";

/** Its only work is `init`: `uvx NAME [FLAGS] [DIR]`, `pipx run NAME`, `python -m NAME`. */
const PROGRAM = `"""Puts prime into a repo."""

import os
import sys


def main():
    prime = os.path.join(os.path.dirname(os.path.abspath(__file__)), "prime")
    os.execv("/bin/sh", ["sh", prime, "init"] + sys.argv[1:])


if __name__ == "__main__":
    main()
`;

/** zip keeps the time of a clock on the wall, wherever that hangs. */
const LOCAL_MOMENT = new Date(1980, 0, 2);

/** Of zip's "external attributes" the half that holds a Unix mode. */
const MODE_BITS = 16;

/** A wheel of pure Python (binary distribution format, 1.0), the same bytes each time. */
export function wheel({ name, version, launcher, license }: Contents): Record<string, Buffer> {
  const module = name.replaceAll("-", "_");
  const info = `${module}-${version}.dist-info`;
  const texts: Record<string, Buffer | string> = {
    [`${module}/__init__.py`]: "",
    [`${module}/__main__.py`]: PROGRAM,
    [`${module}/prime`]: launcher,
    [`${info}/METADATA`]: `Metadata-Version: 2.4\nName: ${name}\nVersion: ${version}\nSummary: ${SUMMARY}\nLicense-Expression: MIT\nLicense-File: LICENSE\nRequires-Python: >=3.6\n`,
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: prime\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${info}/entry_points.txt`]: `[console_scripts]\n${name} = ${module}.__main__:main\n`,
    [`${info}/licenses/LICENSE`]: license,
  };
  const files = Object.entries(texts).map(([file, bytes]) => [file, Buffer.from(bytes)] as const);
  const rows = files.map(([file, bytes]) => `${file},sha256=${hash(bytes)},${bytes.length}\n`);
  files.push([`${info}/RECORD`, Buffer.from(`${rows.join("")}${info}/RECORD,,\n`)]);
  const entries: Zippable = {};
  for (const [file, bytes] of files) {
    const mode = file.endsWith("/prime") ? 0o100755 : 0o100644;
    entries[file] = [bytes, { mtime: LOCAL_MOMENT, level: 9, os: 3, attrs: (mode << MODE_BITS) >>> 0 }];
  }
  return { [`${module}-${version}-py3-none-any.whl`]: Buffer.from(zipSync(entries)) };
}

/** RECORD's form of a digest. */
function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("base64url");
}
