import { PrimeError } from "../../errors.ts";
import type { Table } from "../../toml.ts";
import { normalizeName, requirementHead } from "../packages.ts";
import type { Project } from "../project.ts";
import { filesOf, packagesOf, sha256Of, withFiles } from "./pylock.ts";
import type { PlacedLine } from "./requirements.ts";

/** What requirement files say of the bytes that packages may have. */
export interface DeclaredDigests {
  readonly lines: readonly DigestLine[];
  /** `--require-hashes`: whatever is installed must be among them. */
  readonly all: boolean;
}

interface DigestLine extends PlacedLine {
  readonly name: string;
  /** The one version that the line is about, if it says `==`. */
  readonly version: string | undefined;
  readonly sha256: readonly string[];
}

export function declaredDigests({
  requirementLines,
  requirementOptions,
}: Pick<Project, "requirementLines" | "requirementOptions">): DeclaredDigests {
  const lines = requirementLines.flatMap((line): DigestLine[] => {
    const digests = [...line.value.matchAll(/\s--hash[=\s]\s*(\w+):([0-9a-fA-F]+)/g)];
    const name = requirementHead(line.value)?.name;
    if (digests.length === 0 || name === undefined) return [];
    const sha256 = digests.flatMap(([, kind, digest]) => (kind === "sha256" ? [digest?.toLowerCase() as string] : []));
    const version = /^[^;@]*?===?\s*([^\s,;*]+)(?=\s|;|$)/.exec(line.value)?.[1];
    return [{ ...line, name, version, sha256 }];
  });
  return { lines, all: requirementOptions?.requireHashes === true };
}

/** uv compares no digests while it resolves: leaves of each package the files that its line allows, and refuses one that has none. */
export function restrictDigests(lock: Table, { lines, all }: DeclaredDigests): Table {
  if (lines.length === 0 && !all) return lock;
  return { ...lock, packages: packagesOf(lock).map((entry) => restrict(entry, lines, all)) };
}

function restrict(entry: Table, lines: readonly DigestLine[], all: boolean): Table {
  const name = normalizeName(String(entry.name));
  const about = lines.filter((line) => line.name === name && (line.version ?? entry.version) === entry.version);
  const [first] = about;
  if (entry.directory !== undefined) return entry;
  if (first === undefined) {
    if (all) throw missing(`${name} ${entry.version ?? ""}`.trim());
    return entry;
  }
  const allowed = new Set(about.flatMap((line) => line.sha256));
  const kept = withFiles(entry, (file) => allowed.has(sha256Of(file) ?? ""));
  if (filesOf(kept).length > 0) return kept;
  const found = filesOf(entry).flatMap((file) => sha256Of(file) ?? []);
  throw new PrimeError(
    "wrong-digest",
    `could not install ${name} ${entry.version ?? ""}: ${first.file}:${first.line} allows ${allowed.size === 0 ? "no sha256" : `sha256:${[...allowed].join(", sha256:")}`}, and where it comes from it has ${found.length === 0 ? "none" : `sha256:${found.join(", sha256:")}`}`,
    allowed.size === 0 ? "write sha256 digests there" : "find out why they differ before you change that line",
  );
}

function missing(what: string): PrimeError {
  return new PrimeError(
    "wrong-digest",
    `could not install ${what}: no requirement file has a digest for it, and one says --require-hashes`,
    "add what `./prime uv pip compile --generate-hashes FILE` prints for it",
  );
}
