import * as path from "node:path";
import * as v from "valibot";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { finalNameOf, isAbandoned } from "../../edges/files/own/maker-mark.ts";
import { PATH, readOwnJson, TEXT } from "../../edges/files/own/own-json.ts";
import {
  type FileFacts,
  facts,
  filesIn,
  isExecutableFile,
  isFile,
  sha256,
  sha256OfFile,
} from "../../edges/files/read.ts";
import { thisStart } from "../../edges/head.ts";
import type { Interpreter } from "../interpreter.ts";
import { PROBE_PY } from "../texts/texts.ts";

/** One answer of an interpreter and the state of the files in which it was given. */
interface ProbeRecord {
  /** Digest of the probe's own text: another prime may ask for other things. */
  readonly asked: string;
  readonly path: string;
  readonly files: readonly string[];
  readonly interpreter: Interpreter;
  /** When alone the answer holds; undefined for always. */
  readonly occasion?: string | undefined;
}

/** What PROBE_PY answers. */
export const PROBED = v.object({
  executable: PATH,
  realPath: PATH,
  implementation: TEXT,
  version: v.pipe(TEXT, v.regex(/^\d+\.\d+\.\d+$/)),
  prerelease: TEXT,
  soabi: TEXT,
  platform: TEXT,
  libc: v.picklist(["gnu", "musl", ""]),
  machine: TEXT,
  basePrefix: PATH,
  stdlib: PATH,
  builtFor: v.nullable(TEXT),
  libpython: v.nullable(PATH),
  isVenv: v.boolean(),
});

const RECORD = v.object({
  asked: TEXT,
  path: PATH,
  files: v.array(TEXT),
  interpreter: v.object({ path: PATH, ...PROBED.entries }),
  occasion: v.optional(v.string()),
});

/**
 * What the file at this path answered once; `undefined` when it, its libpython or the folder of its standard library is
 * not the same any more, and for a torn or foreign record.
 */
export function readProbe(cacheFolder: string, file: string, occasion?: string): Interpreter | undefined {
  try {
    const record = readOwnJson(recordOf(cacheFolder, file), RECORD);
    if (record === undefined || record.asked !== sha256(PROBE_PY) || record.path !== file) return undefined;
    if (record.occasion !== occasion) return undefined;
    const { interpreter } = record;
    const isSame = fingerprints(interpreter).every((fingerprint, index) => fingerprint === record.files[index]);
    return isSame && isInPlace(interpreter) ? interpreter : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps an answer for the next start, or for one occasion. */
export function writeProbe(cacheFolder: string, interpreter: Interpreter, occasion?: string): void {
  const record: ProbeRecord = {
    asked: sha256(PROBE_PY),
    path: interpreter.path,
    files: fingerprints(interpreter),
    interpreter,
    occasion,
  };
  keep(recordOf(cacheFolder, interpreter.path), record);
}

/**
 * One start in a folder, with all its stages: a shim hands over to another interpreter by where it stands, the variables and
 * what `.python-version` says. Undefined where the system does not tell one start from another.
 */
export function occasionOf(cwd: string): string | undefined {
  const start = thisStart();
  return start && [start, fingerprint(facts(path.join(cwd, ".python-version"))), cwd].join(" ");
}

/** What was asked of a python selector, absolute. */
interface SelectorQuestion {
  readonly selector: string;
  /** The version request as written. */
  readonly request: string;
}

const ANSWER = v.object({ request: TEXT, digest: TEXT, answer: v.nullable(TEXT) });

/** What a selector with this text answered last; undefined where no start has asked it. */
export function readAnswer(cacheFolder: string, { selector, request }: SelectorQuestion): string | null | undefined {
  const record = readOwnJson(answerOf(cacheFolder, selector), ANSWER);
  return record?.request === request && record.digest === sha256OfFile(selector) ? record.answer : undefined;
}

/** Keeps a selector's answer for those who look: they do not run it. */
export function writeAnswer(
  cacheFolder: string,
  { selector, request, answer }: SelectorQuestion & { readonly answer: string | null },
): void {
  keep(answerOf(cacheFolder, selector), { request, digest: sha256OfFile(selector), answer });
}

/** A cache that can't be written costs time and nothing else. */
function keep(file: string, record: object): void {
  try {
    makeFolder(path.dirname(file), 0o700);
    writeAtomic(file, `${JSON.stringify(record)}\n`, 0o600);
  } catch {
    // The next start asks again.
  }
}

/** Records that were being written when a process was killed; absolute. See `isAbandoned`. */
export function abandonedProbes(cacheFolder: string, before: number): string[] {
  return filesIn(path.join(cacheFolder, "probes"), finalNameOf).filter((file) => isAbandoned(file, before));
}

/** Answers that are not as this prime writes them: another one's, or torn; absolute. */
export function unfitProbes(cacheFolder: string): string[] {
  const isRecord = (name: string) => /^[0-9a-f]{64}(?:\.selector)?\.json$/.test(name);
  return filesIn(path.join(cacheFolder, "probes"), isRecord).filter(
    (file) => readOwnJson<unknown>(file, file.endsWith(".selector.json") ? ANSWER : RECORD) === undefined,
  );
}

function recordOf(cacheFolder: string, file: string): string {
  return path.join(cacheFolder, "probes", `${sha256(file)}.json`);
}

function answerOf(cacheFolder: string, selector: string): string {
  return path.join(cacheFolder, "probes", `${sha256(selector)}.selector.json`);
}

function fingerprints(interpreter: Interpreter): string[] {
  return [interpreter.path, interpreter.realPath, interpreter.libpython].map((file) =>
    file === null ? "" : fingerprint(facts(file)),
  );
}

function fingerprint(seen: FileFacts | undefined): string {
  return seen === undefined ? "" : [seen.dev, seen.ino, seen.size, seen.mtimeNs, seen.ctimeNs].join(" ");
}

function isInPlace(interpreter: Interpreter): boolean {
  return isExecutableFile(interpreter.executable) && isFile(path.join(interpreter.stdlib, "os.py"));
}
