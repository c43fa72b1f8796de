import * as path from "node:path";
import { isFitFile, isThere } from "../edges/files/read.ts";
import { type Trust, whyForeignOutside } from "../edges/files/trust.ts";
import { PrimeError } from "../errors.ts";
import { parseIni } from "../ini.ts";
import type { InputCollector } from "../inputs/collector.ts";
import { refuseLeftByGit } from "../left-by-git.ts";
import { quoted } from "../quoted.ts";
import { lineOf, quotedToml, valueAt } from "../toml.ts";
import { VERSION_REQUEST } from "./schema/version-text.ts";
import type { Source, Sourced } from "./source.ts";

/**
 * The required python of a repo that prime's own configuration says nothing about: the nearest `.python-version`, from
 * root upwards; else `requires-python` (PEP 621); else `python_requires` of setuptools' setup.cfg, or as setup.py
 * writes it; else Poetry's; else any.
 */
export async function inferRequiredPython(
  root: string,
  files: InputCollector,
  warnings: string[],
  trust: Trust,
): Promise<Sourced<string | null>> {
  return pinnedVersion(root, files, warnings, trust) ?? (await declaredRange(root, files)) ?? ANY;
}

export const ANY: Sourced<null> = { value: null, source: { kind: "default" } };

/** Whether a required python is what projects say that they are for, or any: nobody asked for it. */
export function isOfProject({ kind, key = "" }: Source): boolean {
  return kind === "default" || /^(?:project|options|metadata)\.|^python_requires$|^tool\.(?:uv|poetry)\./.test(key);
}

/** The range that the project in `root` says it is for. */
export async function declaredRange(root: string, files: InputCollector): Promise<Sourced<string> | undefined> {
  return (
    (await projectRange(root, files)) ?? setupRange(root, files) ?? callRange(root, files) ?? poetryRange(root, files)
  );
}

/**
 * What the nearest `.python-version` pins. Names that are no version (pyenv's `system`, a virtualenv of pyenv's) are
 * passed over, as is Python 2 where more follows, and a file with nothing else pins nothing; the search never goes on above it, as with uv.
 */
export function pinnedVersion(
  root: string,
  files: InputCollector,
  warnings: string[],
  trust: Trust,
): Sourced<string> | undefined {
  const file = nearestVersionFile(root, files, warnings, trust);
  if (file === undefined) return undefined;
  const text = files.text(file) ?? "";
  refuseLeftByGit(text, file);
  const words = text
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/^\uFEFF/, "")
        .replace(/#.*/, "")
        .trim(),
    )
    .filter((line) => line !== "")
    .slice(0, MOST_PINS);
  for (const [at, word] of words.entries()) {
    const version = asRequest(word);
    const isPassedOver = OF_PYTHON_2.test(word) && words.slice(at + 1).some(asRequest);
    if (version !== undefined && !isPassedOver) return { value: version, source: { kind: "file", where: file } };
    const why = isPassedOver
      ? "which prime does not work with"
      : /^3\.\d+(?:\.\d+)?t$/.test(word)
        ? `a free-threaded build, which \`./prime python pin ${word}\` chooses`
        : "which is no version of Python";
    warnings.push(`${file} says \`${quoted(word)}\`, ${why}: passed over`);
  }
  return undefined;
}

const OF_PYTHON_2 = /^[a-z]*[-@]?2(?:\.|$)/;

/** Lines of a file that count: pyenv's users list some. */
const MOST_PINS = 20;

/** Above the root what another user put there is passed over, which that user can take away again. */
function nearestVersionFile(root: string, files: InputCollector, warnings: string[], trust: Trust): string | undefined {
  for (let folder = root; ; folder = path.dirname(folder)) {
    const file = path.join(folder, ".python-version");
    const foreign = folder === root ? undefined : whyForeignOutside(file, root, trust);
    if (foreign === undefined && isFitFile(file)) return file;
    if (foreign !== undefined) warnings.push(`${foreign}: not followed`);
    if (isThere(file)) {
      if (foreign === undefined) warnings.push(`${file} is a folder: passed over`);
      files.note("present", file);
    } else files.absence(file, "no-file");
    if (folder === path.dirname(folder)) return undefined;
  }
}

/**
 * pyenv lists several versions in a line, of which the first is `python`, and names PyPy's own version behind a dash; uv names the
 * platform there, and knows names of executables.
 */
function asRequest(line: string): string | undefined {
  const candidates = [
    line.replace(/^python-?(?=3)/, ""),
    line.split(/\s+/)[0] ?? "",
    line.replace(/^(pypy\d+\.\d+|cpython-\d+(?:\.\d+)*)-.*/, "$1"),
  ];
  return candidates.find((text) => VERSION_REQUEST.test(text));
}

async function projectRange(root: string, files: InputCollector): Promise<Sourced<string> | undefined> {
  const file = path.join(root, "pyproject.toml");
  const keys = ["project", "requires-python"];
  const value = valueAt((await files.toml(file)) ?? {}, keys);
  if (value === undefined) return undefined;
  if (typeof value !== "string") {
    const line = lineOf(files.text(file) ?? "", keys);
    const message = `could not use ${file}:${line ?? 1}: \`${keys.join(".")}\` must be a range in quotes, e.g. ">=3.10", found ${quotedToml(value)}`;
    throw new PrimeError("config-value", message, "correct the value (PEP 621)");
  }
  return range(value, file, keys);
}

/** pbr has it below [metadata]. */
function setupRange(root: string, files: InputCollector): Sourced<string> | undefined {
  const file = path.join(root, "setup.cfg");
  const sections = parseIni(files.text(file) ?? "");
  const of = (section: string) => {
    const entries = sections.get(section);
    const value = entries?.get("python_requires") ?? entries?.get("python-requires") ?? "";
    return range(value.replaceAll("\n", ""), file, [section, "python_requires"]);
  };
  return of("options") ?? of("metadata");
}

/** What setup.py has for `python_requires`, as an argument or a key; it is never run, and two that differ say nothing. */
function callRange(root: string, files: InputCollector): Sourced<string> | undefined {
  const file = path.join(root, "setup.py");
  const text = (files.text(file) ?? "").replace(/^[ \t]*#.*$/gm, "");
  const found = new Set(
    [...text.matchAll(/\bpython_requires["']?\s*[=:]\s*(["'])(.+?)\1\s*[,)}\n]/g)].map(([, , value]) => value ?? ""),
  );
  const [value = ""] = found;
  return found.size === 1 && VERSION_REQUEST.test(value.trim()) ? range(value, file, ["python_requires"]) : undefined;
}

/** What Poetry's table says of Python, as PEP 440 has it; alternatives (`||`) are none of that. */
async function poetryRange(root: string, files: InputCollector): Promise<Sourced<string> | undefined> {
  const file = path.join(root, "pyproject.toml");
  const keys = ["tool", "poetry", "dependencies", "python"];
  const value = String(valueAt((await files.toml(file)) ?? {}, keys))
    .replace(/^3.*\*$/, "==$&")
    .replace(/\^(3[\d.]*)/g, ">=$1,<4")
    .replace(/~(3\.\d+)(\.\d+)?/g, (_, minor, patch = ".0") => `~=${minor}${patch}`);
  return VERSION_REQUEST.test(value) ? range(value, file, keys) : undefined;
}

function range(value: string, where: string, keys: readonly string[]): Sourced<string> | undefined {
  const text = value.trim();
  return text === "" ? undefined : { value: text, source: { kind: "file", where, key: keys.join(".") } };
}
