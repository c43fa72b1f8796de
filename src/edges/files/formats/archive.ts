import { PassThrough, pipeline } from "node:stream";
import * as zlib from "node:zlib";
import type { HeaderData } from "tar/header";
import { reasonOf } from "../../../errors.ts";
import { quoted } from "../../../quoted.ts";
import { MOST, streamOf } from "../open.ts";
import { readStart } from "../read.ts";

/** What matters of one entry of a tar archive, as its header says it. */
export interface ArchiveEntry {
  readonly path: string;
  /** In tar's words: `File`, `SymbolicLink`. */
  readonly type: string;
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  readonly linkpath: string;
}

/** Bytes and entries; the largest builds of CPython have a quarter. */
const MOST_BYTES = 4 * 1024 * 1024 * 1024;
const MOST_ENTRIES = 200_000;
const SETS_ID = 0o6000;
const HARMLESS = new Set(["File", "OldFile", "ContiguousFile", "Directory"]);

/**
 * Looks at the entries of a tree that is packed below one folder, one after the other: says why one must not be unpacked. Links are
 * judged by what they lead to once that folder is taken away, which no link before them can change.
 */
export function archiveGuard(): (entry: ArchiveEntry) => string | undefined {
  const links = new Set<string>();
  let top: string | undefined;
  let bytes = 0;
  let entries = 0;
  return ({ path: name, type, mode, size, linkpath }) => {
    const parts = partsOf(name);
    top ??= parts[0];
    entries += 1;
    bytes += size;
    if (entries > MOST_ENTRIES || bytes > MOST_BYTES) return "it unpacks to more than any interpreter is";
    if (name.startsWith("/") || parts.includes("..")) return `${quoted(name)} would be written outside`;
    if (parts[0] !== top) return `${quoted(name)} stands beside its one folder, ${quoted(top ?? "")}`;
    if (parts.some((_, index) => links.has(parts.slice(0, index + 1).join("/"))))
      return `${quoted(name)} would be written through a link`;
    if (HARMLESS.has(type)) {
      return type !== "Directory" && (mode & SETS_ID) !== 0 ? `${quoted(name)} sets the user or group id` : undefined;
    }
    if (type === "Link") {
      const target = partsOf(linkpath);
      const isOut = linkpath.startsWith("/") || target.includes("..") || target[0] !== top;
      return isOut || links.has(target.join("/")) ? `${quoted(name)} links to ${quoted(linkpath)}` : undefined;
    }
    if (type !== "SymbolicLink") return `${quoted(name)} is a device, or another file that no interpreter has`;
    links.add(parts.join("/"));
    const target = partsOf(linkpath);
    const up = target.findIndex((part) => part !== "..");
    const climbs = up === -1 ? target.length : up;
    const isOut = linkpath.startsWith("/") || climbs > parts.length - 2 || target.slice(climbs).includes("..");
    return isOut ? `${quoted(name)} leads out, to ${quoted(linkpath)}` : undefined;
  };
}

function partsOf(name: string): string[] {
  return name.split("/").filter((part) => part !== "" && part !== ".");
}

/** What is in an archive, as its headers say it. */
export interface ArchiveLook {
  /** Why it must not be unpacked, or can't be; undefined: nothing in it speaks against it. */
  readonly why: string | undefined;
  readonly names: readonly string[];
  /** The texts that were asked for, by name. */
  readonly texts: ReadonlyMap<string, string>;
}

const ZSTD = "28b52ffd";
const GZIP = "1f8b";
const BLOCK = 512;
/** Bytes of a name, of attributes, or of a text that is asked for. */
const MOST_OF_TEXT = 1024 * 1024;
/** Bytes that are unpacked at a time: Node's own 16 KiB cost more in turns between its threads than in unpacking. */
const UNPACKED_AT_ONCE = 512 * 1024;

/** How an archive is packed; undefined where this Node can't look into it: not all of them read Zstandard. */
export function unpackerOf(file: string): (() => NodeJS.ReadWriteStream) | undefined {
  const start = Buffer.from(readStart(file, 4), "latin1").toString("hex");
  if (start.startsWith(GZIP)) return () => zlib.createGunzip({ chunkSize: UNPACKED_AT_ONCE });
  if (start !== ZSTD) return () => new PassThrough();
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream };
  return createZstdDecompress;
}

/** Looks through a tar archive, packed or not, by the rules of `archiveGuard`. Nothing is written, and nothing is kept but what `isWanted`. */
export async function lookInto(
  file: string,
  unpacker: () => NodeJS.ReadWriteStream,
  isWanted: (name: string) => boolean = () => false,
): Promise<ArchiveLook> {
  const guard = archiveGuard();
  const names: string[] = [];
  const texts = new Map<string, string>();
  const look = (why?: string) => ({ why, names, texts });
  try {
    for await (const { entry, text } of entriesOf(file, unpacker, isWanted)) {
      names.push(entry.path);
      if (text !== undefined) texts.set(entry.path, text);
      const why = guard(entry);
      if (why !== undefined) return look(why);
    }
  } catch (error) {
    return look(`it is torn, or no archive (${quoted(reasonOf(error))})`);
  }
  return look(names.length === 0 ? "nothing is in it" : undefined);
}

interface Read {
  readonly entry: ArchiveEntry;
  readonly text: string | undefined;
}

/** Entries with long names and attributes resolved (POSIX pax, GNU tar). */
async function* entriesOf(
  file: string,
  unpacker: () => NodeJS.ReadWriteStream,
  isWanted: (name: string) => boolean,
): AsyncGenerator<Read> {
  const [{ Header }, { Pax }] = await Promise.all([import("tar/header"), import("tar/pax")]);
  const blocks = blocksOf(file, unpacker);
  let own: HeaderData | undefined;
  let all: HeaderData | undefined;
  for (;;) {
    const block = await blocks.take(BLOCK);
    const header = block && new Header(block, 0, own, all);
    if (header === undefined || header.nullBlock) return;
    if (!header.cksumValid) throw new Error("a checksum is wrong");
    const { type, size = 0, path: name = "", mode = 0, linkpath = "" } = header;
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    const isMeta = /ExtendedHeader$|^NextFileHas|^OldGnu/.test(type);
    if (isMeta ? size > MOST_OF_TEXT : size < 0) throw new Error("a header is too large");
    const bytes = isMeta || (size <= MOST_OF_TEXT && isWanted(name)) ? await blocks.take(padded) : undefined;
    const text = bytes?.subarray(0, size).toString("utf8");
    if (!isMeta) {
      yield { entry: { path: name, type, mode, size, linkpath }, text };
      own = undefined;
      if (text === undefined) await blocks.skip(padded);
    } else if (type === "GlobalExtendedHeader") all = Pax.parse(text ?? "", all, true);
    else if (/ExtendedHeader$/.test(type)) own = Pax.parse(text ?? "", own);
    else own = { ...own, [/Link/.test(type) ? "linkpath" : "path"]: (text ?? "").replace(/\0.*$/s, "") };
  }
}

/** The unpacked bytes of a file, so many at a time; `take` gives undefined at the end. */
function blocksOf(file: string, unpacker: () => NodeJS.ReadWriteStream) {
  const through = pipeline(streamOf(file, MOST.hashed), unpacker() as PassThrough, () => {});
  const chunks = (through as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<Buffer | undefined> => {
    const { done, value } = await chunks.next();
    return done === true ? undefined : value;
  };
  return {
    async take(length: number): Promise<Buffer | undefined> {
      const parts = [rest];
      for (let have = rest.length; have < length; ) {
        const next = await more();
        if (next === undefined && have === 0) return undefined;
        if (next === undefined) throw new Error("it ends too early");
        parts.push(next);
        have += next.length;
      }
      const whole = parts.length === 1 ? rest : Buffer.concat(parts);
      rest = whole.subarray(length);
      return whole.subarray(0, length);
    },
    async skip(length: number): Promise<void> {
      let left = length;
      while (left > rest.length) {
        left -= rest.length;
        const next = await more();
        if (next === undefined) throw new Error("it ends too early");
        rest = next;
      }
      rest = rest.subarray(left);
    },
  };
}
