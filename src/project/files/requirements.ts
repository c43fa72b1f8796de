import * as path from "node:path";
import { isFolder, isOutside, MOST, readText, whyNoFile } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import type { InputCollector } from "../../inputs/collector.ts";
import { refuseLeftByGit } from "../../left-by-git.ts";
import { neverQuote } from "../../unquotable.ts";
import { extrasIn, localPath, requirementHead } from "../packages.ts";

/** One line of a requirement file with its continuations joined and its comment gone. */
export interface RequirementLine {
  readonly kind: "requirement" | "editable" | "include" | "constraint" | "option";
  /** The requirement as written, or the option's value; an `option` is given whole. */
  readonly value: string;
  /** Number of its first line, from 1. */
  readonly line: number;
}

const OPTIONS: Readonly<Record<string, RequirementLine["kind"]>> = {
  "-r": "include",
  "--requirement": "include",
  "-c": "constraint",
  "--constraint": "constraint",
  "-e": "editable",
  "--editable": "editable",
};

/**
 * Reads a requirement file's text by pip's rules ("Requirements File Format"): a backslash at the end joins lines, `#`
 * at the start or after white space begins a comment, an option's value follows after white space, `=` or at once.
 * A requirement keeps the options behind it (`--hash`).
 */
export function parseRequirements(text: string): RequirementLine[] {
  const found: RequirementLine[] = [];
  for (const { content, line } of logicalLines(text)) {
    const option = /^(-[rce]|--(?:requirement|constraint|editable))(?:\s*=\s*|\s+|(?<=^-[rce]))(.+)$/s.exec(content);
    const kind = OPTIONS[option?.[1] ?? ""];
    if (kind !== undefined) found.push({ kind, value: unquote(option?.[2] ?? ""), line });
    else found.push({ kind: content.startsWith("-") ? "option" : "requirement", value: content, line });
  }
  return found;
}

/** What requirement files ask for, those that they include among them. */
export interface FollowedRequirements {
  /** All that were read, constraint files among them; absolute. */
  readonly files: readonly string[];
  /** Absolute folders of local projects, in order. */
  readonly localProjects: readonly string[];
  /** All lines but includes, those of constraint files among them. */
  readonly lines: readonly PlacedLine[];
  /** Included files that only the installer can fetch, as `URL (file:line)`. */
  readonly remote: readonly string[];
  /** Environment variables that change what is asked for; those that only name or prove a user to a server are not among them. */
  readonly variables: readonly string[];
}

/** A line and the file that it stands in, absolute. */
export interface PlacedLine extends RequirementLine {
  readonly file: string;
}

/**
 * Reads the files and all that they include, and gathers every one as an input. An included file is looked for beside
 * the one that includes it, a local project below `root` (the folder that the installer runs in). URLs are left alone,
 * and so are paths with a variable in them; files that include each other are no fault.
 */
export function followRequirements(
  root: string,
  files: readonly string[],
  inputs: InputCollector,
): FollowedRequirements {
  const seen = new Set<string>();
  const read = new Set<string>();
  const localProjects = new Set<string>();
  const lines: PlacedLine[] = [];
  const remote: string[] = [];
  const add = ({ kind, value }: RequirementLine): void => {
    const found = localPath(value, root, { bare: kind === "editable" });
    if (found === undefined) return;
    if (isFolder(found)) localProjects.add(found);
    else inputs.file(found, MOST.hashed);
  };
  const follow = (file: string, asConstraint: boolean, from?: string): void => {
    const reading = `${asConstraint ? "constraint" : "requirement"} ${file}`;
    if (seen.has(reading)) return;
    seen.add(reading);
    read.add(file);
    const text = inputs.text(file, MOST.listed);
    if (text === undefined) throw missing(file, from);
    if (isOutside(file, root)) neverQuote(text);
    refuseLeftByGit(text, file);
    for (const entry of parseRequirements(text)) {
      if (entry.kind !== "include" && entry.kind !== "constraint") {
        lines.push({ ...entry, file });
        if (entry.kind !== "option" && !asConstraint) add(entry);
      } else if (isRemote(entry.value)) remote.push(`${entry.value} (${file}:${entry.line})`);
      else {
        const next = path.resolve(path.dirname(file), entry.value.replace(/^file:(\/\/)?/, ""));
        follow(next, asConstraint || entry.kind === "constraint", `${file}:${entry.line}`);
      }
    }
  };
  for (const file of files) follow(path.resolve(root, file), false);
  return { files: [...read], localProjects: [...localProjects], lines, remote, variables: variablesIn(lines) };
}

function variablesIn(lines: readonly PlacedLine[]): string[] {
  const texts = lines.map(({ value }) => value.replace(/:\/\/[^\s/@]+@/g, "://"));
  const names = texts.flatMap((text) => [...text.matchAll(VARIABLE)].map((match) => match[1] as string));
  return [...new Set(names)].filter((name) => name !== "PROJECT_ROOT");
}

/** pip's and uv's form of a variable in a requirement file. */
const VARIABLE = /\$\{([A-Z_][A-Z0-9_]*)\}/g;

/** Replaces variables by their values, where they have one. */
export function expandVariables(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(VARIABLE, (written, name: string) => env[name] ?? written);
}

/** The names that a file and those that it includes ask for, normalized; what has no name as it is written. */
export function requiredNames(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return parseRequirements(readText(file, MOST.listed) ?? "").flatMap(({ kind, value }) => {
    if (kind === "include") return requiredNames(path.resolve(path.dirname(file), value), seen);
    if (kind === "option" || kind === "constraint") return [];
    return [requirementHead(value)?.name ?? value];
  });
}

/** Whether a requirement file itself, its includes not looked at, asks for the project in `root` (`-e .[dev]`). */
export function asksForRoot(file: string, root: string): boolean {
  return parseRequirements(readText(file, MOST.listed) ?? "").some((line) => isForRoot(line, root));
}

/** The extras of the project in `root` that lines ask for (`-e .[cli]`), normalized. */
export function extrasOfRoot(lines: readonly RequirementLine[], root: string): string[] {
  return lines.filter((line) => isForRoot(line, root)).flatMap(({ value }) => extrasIn(value));
}

function isForRoot({ kind, value }: RequirementLine, root: string): boolean {
  const isInstalled = kind === "editable" || kind === "requirement";
  return isInstalled && localPath(value, root, { bare: kind === "editable" }) === root;
}

function* logicalLines(text: string): Generator<{ content: string; line: number }> {
  let joined = "";
  let first = 0;
  for (const [index, physical] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n?|\n/)
    .entries()) {
    if (joined === "") first = index + 1;
    const comment = /(?:^|\s)#/.exec(physical);
    const continues = comment === null && physical.endsWith("\\");
    joined += continues ? physical.slice(0, -1) : physical.slice(0, comment?.index);
    if (continues) continue;
    if (joined.trim() !== "") yield { content: joined.trim(), line: first };
    joined = "";
  }
  if (joined.trim() !== "") yield { content: joined.trim(), line: first };
}

function isRemote(value: string): boolean {
  return /^(?!file:)[a-z][a-z0-9+.-]*:/i.test(value) || value.includes("${");
}

function unquote(value: string): string {
  return value.trim().replace(/^(["'])(.*)\1$/, "$2");
}

function missing(file: string, from: string | undefined): PrimeError {
  const by = from === undefined ? "" : `, which ${from} includes`;
  return new PrimeError(
    "missing-requirements",
    `could not read the requirement file ${file}${by}: ${whyNoFile(file)}`,
    from === undefined ? "mend the key `requirements`" : "mend that line, or put the file there",
  );
}
