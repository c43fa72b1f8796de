import * as path from "node:path";
import { exists, isFile, isFolder, readText } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import type { InputCollector } from "../../inputs/collector.ts";
import { localPath } from "../packages.ts";

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
    const option = /^(-[rce]|--(?:requirement|constraint|editable))(?:\s*=\s*|\s+|(?<=^-[rce]))(.+)$/.exec(content);
    const kind = OPTIONS[option?.[1] ?? ""];
    if (kind !== undefined) found.push({ kind, value: unquote(option?.[2] ?? ""), line });
    else found.push({ kind: content.startsWith("-") ? "option" : "requirement", value: content, line });
  }
  return found;
}

/** What requirement files ask for, those that they include among them. */
export interface FollowedRequirements {
  /** Absolute folders of local projects, in order. */
  readonly localProjects: readonly string[];
  /** Options that say where packages come from and how they are built, a line each, paths absolute. */
  readonly options: readonly string[];
  /** Requirements and constraints that name the digests their files may have. */
  readonly hashed: readonly string[];
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
  const localProjects = new Set<string>();
  const options: string[] = [];
  const hashed: string[] = [];
  const add = ({ kind, value }: RequirementLine): void => {
    const found = localPath(value, root, { bare: kind === "editable" });
    if (found === undefined) return;
    if (isFolder(found)) localProjects.add(found);
    else inputs.file(found);
  };
  const follow = (file: string, asConstraint: boolean, from?: string): void => {
    const reading = `${asConstraint ? "constraint" : "requirement"} ${file}`;
    if (seen.has(reading)) return;
    seen.add(reading);
    inputs.file(file);
    const text = readText(file);
    if (text === undefined) throw missing(file, from);
    for (const entry of parseRequirements(text)) {
      if (entry.kind === "include" || entry.kind === "constraint") {
        if (isRemote(entry.value)) continue;
        const next = path.resolve(path.dirname(file), entry.value.replace(/^file:(\/\/)?/, ""));
        follow(next, asConstraint || entry.kind === "constraint", `${file}:${entry.line}`);
        continue;
      }
      if (/\s--hash\b/.test(entry.value)) hashed.push(entry.value);
      if (entry.kind === "option") options.push(withAbsolutePath(entry.value, path.dirname(file)));
      else if (!asConstraint) add(entry);
    }
  };
  for (const file of files) follow(path.resolve(root, file), false);
  return { localProjects: [...localProjects], options, hashed };
}

/** pip looks for `--find-links DIR` beside the file that says it, if there is such a folder. */
function withAbsolutePath(option: string, folder: string): string {
  const links = /^(-f|--find-links)(?:\s*=\s*|\s+)(.+)$/.exec(option);
  const found = path.resolve(folder, unquote(links?.[2] ?? ""));
  return links !== null && exists(found) ? `${links[1]} ${found}` : option;
}

/** Whether a requirement file itself, its includes not looked at, asks for the project in `root` (`-e .[dev]`). */
export function asksForRoot(file: string, root: string): boolean {
  return parseRequirements(readText(file) ?? "").some(
    ({ kind, value }) =>
      (kind === "editable" || kind === "requirement") && localPath(value, root, { bare: kind === "editable" }) === root,
  );
}

function* logicalLines(text: string): Generator<{ content: string; line: number }> {
  let joined = "";
  let first = 0;
  for (const [index, physical] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
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
  const wrongKind = isFile(file) || !exists(file) ? "it does not exist" : "it is not a file";
  const by = from === undefined ? "" : `, which ${from} includes`;
  return new PrimeError("missing-requirements", `could not read the requirement file ${file}${by}: ${wrongKind}`, {
    hint: from === undefined ? "mend the key `requirements`" : "mend that line, or put the file there",
  });
}
