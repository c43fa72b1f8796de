import * as fs from "node:fs";
import * as path from "node:path";
import { MOST, readWhole, withRegularFile } from "../open.ts";
import { listFolder } from "../read.ts";

/** What an ELF file says of the libraries that it is to be loaded with (elf(5), ld.so(8)). */
interface Linked {
  /** Names, or paths where they have a slash. */
  readonly needed: readonly string[];
  /** Absolute. */
  readonly runPaths: readonly string[];
  /** All names in its dynamic string table, its functions' among them. */
  readonly names: string;
  /** E.g. `2 62`: class and machine. */
  readonly kind: string;
}

const [PT_LOAD, PT_DYNAMIC] = [1, 2];
const [DT_NEEDED, DT_STRTAB, DT_STRSZ, DT_RPATH, DT_RUNPATH] = [1, 5, 10, 15, 29];
/** Larger tables than real files have. */
const [MOST_HEADERS, MOST_DYNAMIC, MOST_NAMES] = [1024, 1 << 16, 1 << 26];

/** What a file tells of itself; `undefined` for what is no little-endian ELF file. Nothing of it is run, as ldd(1) might do. */
export function readLinked(file: string): Linked | undefined {
  try {
    return withRegularFile(file, MOST.hashed, (fd) => parse(fd, path.dirname(fs.realpathSync.native(file))));
  } catch {
    return undefined;
  }
}

function parse(fd: number, origin: string): Linked | undefined {
  const head = readAt(fd, 0, 64);
  if (head.toString("latin1", 0, 4) !== "\x7fELF" || head[5] !== 1) return undefined;
  const is64 = head[4] === 2;
  const word = (bytes: Buffer, at: number): number =>
    is64 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at);
  const [table, size, count] = is64
    ? [word(head, 32), head.readUInt16LE(54), head.readUInt16LE(56)]
    : [word(head, 28), head.readUInt16LE(42), head.readUInt16LE(44)];
  const headers = Array.from({ length: Math.min(count, MOST_HEADERS) }, (_, index) => {
    const one = readAt(fd, table + index * size, size);
    const [offset, address, length] = is64 ? [8, 16, 32] : [4, 8, 16];
    return {
      type: one.readUInt32LE(0),
      offset: word(one, offset),
      address: word(one, address),
      length: word(one, length),
    };
  });
  const kind = `${head[4]} ${head.readUInt16LE(18)}`;
  const place = headers.find(({ type }) => type === PT_DYNAMIC);
  if (place === undefined) return { needed: [], runPaths: [], names: "", kind };
  const bytes = readAt(fd, place.offset, Math.min(place.length, MOST_DYNAMIC));
  const step = is64 ? 8 : 4;
  const entries = Array.from({ length: Math.floor(bytes.length / (2 * step)) }, (_, index) => [
    word(bytes, index * 2 * step),
    word(bytes, index * 2 * step + step),
  ]);
  const entry = (tag: number): number => entries.find(([one]) => one === tag)?.[1] ?? 0;
  const address = entry(DT_STRTAB);
  const load = headers.find(
    (one) => one.type === PT_LOAD && address >= one.address && address < one.address + one.length,
  );
  const names = readAt(fd, address - (load?.address ?? 0) + (load?.offset ?? 0), Math.min(entry(DT_STRSZ), MOST_NAMES));
  const textsOf = (...tags: number[]): string[] =>
    entries.flatMap(([tag, at]) =>
      tags.includes(tag as number) ? names.toString("utf8", at, names.indexOf(0, at)) : [],
    );
  const runPaths = textsOf(DT_RPATH, DT_RUNPATH).flatMap((text) => text.split(":").filter((one) => one !== ""));
  return {
    needed: textsOf(DT_NEEDED),
    runPaths: runPaths.map((one) => path.resolve(origin, one.replaceAll(/\$(?:ORIGIN\b|\{ORIGIN\})/g, origin))),
    names: names.toString("latin1"),
    kind,
  };
}

function readAt(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, fs.readSync(fd, bytes, 0, length, position));
}

/**
 * Libraries that the system's loader would not find for a file (ld.so(8)), by their names; what the system itself has is taken for
 * whole. `isElsewhere`: whether a library of this name may be loaded before by other means.
 */
export function missingLibraries(file: string, isElsewhere: (name: string) => boolean = () => false): string[] {
  const missing = new Set<string>();
  const seen = new Set<string>();
  const waiting = [{ file, inherited: [] as readonly string[] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const linked = readLinked(next.file);
    const own = [...(linked?.runPaths ?? []), ...next.inherited];
    for (const name of linked?.needed ?? []) {
      if (seen.has(name)) continue;
      seen.add(name);
      const places = name.includes("/") ? [path.resolve(name)] : own.map((folder) => path.join(folder, name));
      const found = places.find((place) => fs.existsSync(place));
      if (found !== undefined) waiting.push({ file: found, inherited: own });
      else if (!isInSystem(name) && !isElsewhere(name)) missing.add(name);
    }
  }
  return [...missing];
}

function isInSystem(name: string): boolean {
  if (name.includes("/")) return false;
  if (OF_MUSL.test(name) && hasMusl()) return true;
  const written = new RegExp(`\\0(/[^\\0]*/${name.replace(/[^\w]/g, "\\$&")})(?=\\0)`, "g");
  const places = [...libraryCache().matchAll(written)].map(([, place]) => place as string);
  return [...places, ...SYSTEM.map((folder) => path.join(folder, name))].some((place) => fs.existsSync(place));
}

const SYSTEM = ["/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"].flatMap((folder) => [
  folder,
  ...["x86_64", "aarch64", "i386", "arm"].flatMap((cpu) =>
    ["gnu", "musl", "gnueabihf"].map((abi) => `${folder}/${cpu}-linux-${abi}`),
  ),
]);

/** Names that musl's loader has in itself, whatever follows them; no file need have one (musl, ldso/dynlink.c). */
const OF_MUSL = /^lib(?:c|pthread|rt|m|dl|util|xnet)\./;

function hasMusl(): boolean {
  return (listFolder("/lib") ?? []).some((name) => name.startsWith("ld-musl-"));
}

let cached: string | undefined;

/** What ldconfig(8) wrote down: paths between zeros, whatever stands around them. */
function libraryCache(): string {
  if (cached !== undefined) return cached;
  try {
    cached = readWhole("/etc/ld.so.cache", MOST.made).toString("latin1");
  } catch {
    cached = "";
  }
  return cached;
}
