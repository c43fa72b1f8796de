import * as path from "node:path";

/** The one spelling of a distribution, extra or group name (PEP 503, PEP 685). */
export function normalizeName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

/** The name and the extras that a requirement starts with (PEP 508); `undefined` for a bare path or URL. */
export function requirementHead(text: string): { name: string; extras: string[] } | undefined {
  const match = /^\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)(?:\s*\[([^\]]*)\])?(?=$|[<>=!~;@(\s,])/.exec(text);
  if (match?.[1] === undefined) return undefined;
  return { name: normalizeName(match[1]), extras: splitNames(match[2]) };
}

function splitNames(list = ""): string[] {
  const names = list.split(",").map((name) => normalizeName(name.trim()));
  return names.filter((name) => name !== "");
}

/**
 * The path, absolute, that a requirement asks for: `name @ file:…`, `file:…`, `./path[extras] ; marker`, `dir/name`;
 * `undefined` when it asks for something else. As pip and uv do, a relative path starts at `root`, the folder that the
 * installer runs in, never at the file that the line stands in. `{root:uri}` is Hatch's, `${PROJECT_ROOT}` uv's word
 * for the root; a path with any other variable is left alone.
 */
export function localPath(requirement: string, root: string, options: { bare?: boolean } = {}): string | undefined {
  const direct = /^\s*[A-Za-z0-9][\w.-]*(?:\s*\[[^\]]*\])?\s*@\s*(.+)$/s.exec(requirement)?.[1] ?? requirement;
  const text = direct
    .replace(/\{root:uri\}/g, `file://${root}`)
    .replace(/\$\{PROJECT_ROOT\}/g, root)
    .replace(/\s--.*$/s, "")
    .replace(/;.*$/s, "")
    .trim();
  if (text === "" || /\$\{|\{root:/.test(text)) return undefined;
  const url = /^file:(?:\/\/(?:localhost)?(?=\/))?([^#?]*)/i.exec(text)?.[1];
  if (url !== undefined) return path.resolve(root, decodePath(url));
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return undefined;
  const plain = withoutExtras(text);
  const isPath = options.bare === true || direct !== requirement || /^\.|\//.test(plain);
  return isPath ? path.resolve(root, plain) : undefined;
}

/** The extras of a requirement in whatever form, a path or URL among them: what its first brackets hold, a folder's apart. */
export function extrasIn(requirement: string): string[] {
  return splitNames(/\[([^\]/]*)\]\s*(?:$|[;@<>=!~(,])/.exec(requirement)?.[1]);
}

/** Without the `[extras]` at the end. */
function withoutExtras(text: string): string {
  if (!text.endsWith("]")) return text;
  const open = text.indexOf("[", Math.max(text.lastIndexOf("]", text.length - 2), text.lastIndexOf("/")) + 1);
  return open < 0 ? text : text.slice(0, open).trimEnd();
}

/** As it is where an escape in it is none. */
export function decodePath(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** Names to versions. */
type Versions = Readonly<Record<string, string>>;

/** One name whose version differs; null where it is not there. */
export interface PackageChange {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** What differs between two sets of packages, sorted by name. */
export function changedPackages(before: Versions, after: Versions): PackageChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const all = names.map((name) => ({ name, from: before[name] ?? null, to: after[name] ?? null }));
  return all.filter(({ from, to }) => from !== to);
}

/** The change in a phrase, e.g. `six 1.15.0 -> 1.16.0`. */
export function describeChange({ name, from, to }: PackageChange): string {
  if (from === null) return `${name} ${to} added`;
  return to === null ? `${name} ${from} removed` : `${name} ${from} -> ${to}`;
}
