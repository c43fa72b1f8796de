import * as path from "node:path";
import { PYTHON_VERSION } from "../../config/schema/lock-schema.ts";
import type { Context } from "../../context.ts";
import { lookInto, unpackerOf } from "../../edges/files/formats/archive.ts";
import { isFile, listFolder, sha256OfFile } from "../../edges/files/read.ts";
import { usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { platformOf } from "../../provision/python/platforms.ts";

const ARCHIVE = /\.(?:tar\.(?:gz|zst|xz|bz2)|tgz|tar)$/;

/** `./prime python manifest DIR`: the small form of a list, of the archives in a folder; addresses are relative to that folder. */
export async function printList(context: Context, named: string): Promise<Answer> {
  const folder = path.resolve(context.cwd, named);
  const names = listFolder(folder)?.filter((name) => ARCHIVE.test(name) && isFile(path.join(folder, name)));
  if (names === undefined || names.length === 0) {
    throw usageError(
      "no-archives",
      `could not list the interpreters in ${folder}: there is no archive in it`,
      "name a folder with .tar.gz or .tar.zst files, each of which holds one interpreter",
    );
  }
  const releases: Record<string, object[]> = {};
  for (const name of names.sort()) {
    const file = path.join(folder, name);
    const { version, platform, build, variant, why } = await identify(file, name);
    if (version === undefined || platform === undefined) {
      context.terminal.warn(
        `${file} is left out: ${why ?? "neither its name nor what is in it tells version and platform"}`,
      );
      continue;
    }
    const entry = { platform, url: encodeURIComponent(name), sha256: sha256OfFile(file), build };
    releases[version] = [...(releases[version] ?? []), variant === undefined ? entry : { ...entry, variant }];
  }
  context.print.code(`${JSON.stringify({ releases }, null, 2)}\n`);
  return DONE;
}

interface Identity {
  readonly version?: string | undefined;
  readonly platform?: string | undefined;
  readonly variant?: string | undefined;
  readonly build: string;
  readonly why?: string | undefined;
}

/** By what is packed in it; by its name where that does not tell. */
async function identify(file: string, name: string): Promise<Identity> {
  const byName = ofName(name);
  const unpacker = unpackerOf(file);
  if (unpacker === undefined) return byName;
  const { why, names, texts } = await lookInto(file, unpacker, (one) => one.endsWith("/patchlevel.h"));
  if (why !== undefined) return { build: "", why };
  const version = [...texts.values()].map((text) => /PY_VERSION\s+"([^"+]+)/.exec(text)?.[1]).find(Boolean);
  const [, flags = "", triple = ""] =
    names.map((one) => /\/_sysconfigdata_([dt]*)_(?:linux|darwin)_([\w-]+)\.py$/.exec(one)).find(Boolean) ?? [];
  const words = { t: "freethreaded", d: "debug" } as const;
  const variant = (["t", "d"] as const)
    .filter((flag) => flags.includes(flag))
    .map((flag) => words[flag])
    .join("+");
  return {
    build: byName.build,
    version: version !== undefined && PYTHON_VERSION.test(version) ? version : byName.version,
    platform: ofTriple(triple) ?? byName.platform,
    variant: variant || byName.variant,
  };
}

/** `cpython-3.12.12+20251010-x86_64-unknown-linux-gnu-….tar.gz`, `cpython-3.12.12-linux-x86_64-gnu.tar.gz`, and the like. */
function ofName(name: string): Identity {
  const version = /(?<![\d.])(3\.\d+\.\d+(?:(?:a|b|rc)\d+)?)(?![\d.]*\d)/.exec(name)?.[1];
  const variant = /freethreaded/.test(name) ? "freethreaded" : undefined;
  return {
    version,
    platform: ofTriple(name),
    variant,
    build: /(?<!\d)(20\d{6}(?:T\d{4})?)(?!\d)/.exec(name)?.[1] ?? "",
  };
}

function ofTriple(text: string): string | undefined {
  const [family, level = null] =
    /(x86_64|aarch64|arm64|i686|armv7l?|ppc64le|powerpc64le|s390x|riscv64)(?:_(v[234]))?/.exec(text)?.slice(1) ?? [];
  if (family === undefined) return undefined;
  const arch = family === "arm64" ? "aarch64" : family === "armv7l" ? "armv7" : family;
  if (/darwin|macos/.test(text)) return platformOf({ os: "darwin", family: arch, level, libc: "none" });
  const libc = /musl/.test(text) ? "musl" : arch === "armv7" ? "gnueabihf" : "gnu";
  return /linux/.test(text) ? platformOf({ os: "linux", family: arch, level, libc }) : undefined;
}
