import * as path from "node:path";
import { exists, isFile, isFolder, linkFacts } from "../edges/files/read.ts";
import type { InputCollector } from "./collector.ts";

/** Folders that `**` does not enter: what tools make there is never what a pattern means. */
const MADE_BY_TOOLS = new Set([".git", ".hg", ".prime", ".tox", ".nox", ".venv", "__pycache__", "node_modules"]);

/**
 * What a pattern matches below `folder`, absolute and in order. Every folder that a wildcard looked into is gathered as
 * a listing, so that a new match is seen. Symbolic links are followed by `*`, not by `**`.
 */
export function expandGlob(
  folder: string,
  pattern: string,
  want: "files" | "folders",
  inputs: InputCollector,
): string[] {
  const wanted = want === "files" ? isFile : isFolder;
  const found = new Set<string>();
  const walk = (at: string, segments: readonly string[]): void => {
    const [segment, ...rest] = segments;
    if (segment === undefined) {
      if (wanted(at)) found.add(at);
    } else if (segment === "**") {
      walk(at, rest.length === 0 && want === "files" ? ["*"] : rest);
      for (const name of subfolders(at, inputs)) walk(path.join(at, name), segments);
    } else if (isPattern(segment)) {
      const matches = globMatcher(segment);
      for (const name of inputs.names(at)) if (matches(name)) descend(path.join(at, name), rest);
    } else {
      descend(path.join(at, segment), rest);
    }
  };
  const descend = (at: string, rest: readonly string[]): void => {
    if (rest.length === 0 || isFolder(at)) walk(at, rest);
  };
  walk(
    path.resolve(folder),
    pattern.split("/").filter((segment) => segment !== "" && segment !== "."),
  );
  return [...found].sort();
}

export function isPattern(text: string): boolean {
  return /[*?[{]/.test(text);
}

/**
 * Whether a text as a whole fits a pattern of `*`, `?`, `[…]`, `[!…]` and `{a,b}`. With `crossing`, `*` takes a `/` too:
 * so does uv where it holds a member's whole path against an `exclude` pattern.
 */
export function globMatcher(pattern: string, options: { crossing?: boolean } = {}): (text: string) => boolean {
  const any = options.crossing === true ? "." : "[^/]";
  let depth = 0;
  const source = pattern.replace(/\*+|\?|\[!?[^\]]+\]|[{},]|[\\^$.+()|[\]]/g, (token) => {
    if (token.startsWith("*")) return token === "*" ? `${any}*` : ".*";
    if (token === "?") return any;
    if (token.length > 1) return token.replace(/\\/g, "\\\\").replace(/^\[!/, "[^");
    if (token === "{") {
      depth += 1;
      return "(?:";
    }
    if (token === "}" && depth > 0) {
      depth -= 1;
      return ")";
    }
    if (token === ",") return depth > 0 ? "|" : ",";
    return `\\${token}`;
  });
  const expression = new RegExp(`^${source}${")".repeat(depth)}$`, "s");
  return (text) => expression.test(text);
}

function subfolders(folder: string, inputs: InputCollector): string[] {
  return inputs.names(folder).filter((name) => {
    const below = path.join(folder, name);
    return !MADE_BY_TOOLS.has(name) && linkFacts(below)?.kind === "folder" && !exists(path.join(below, "pyvenv.cfg"));
  });
}
