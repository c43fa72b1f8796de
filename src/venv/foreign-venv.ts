import * as path from "node:path";
import { exists, isFile, linkFacts, listFolder, readLink, readStart, readText, realPath } from "../edges/files/read.ts";
import { interpreterOf } from "./shebang.ts";
import { infoFolders, installedPackages, recordText, siteFolders } from "./site-folders.ts";

/** What prime writes into an environment that it has finished. */
export const MANIFEST_FILE = "prime.json";

/** What tool made an environment. */
export type Maker = "prime" | "venv" | "virtualenv" | "uv" | "conda";

/** What any environment's files tell of it; nothing in it is run. All paths are absolute. */
export interface VenvFacts {
  /** Physical. */
  readonly folder: string;
  readonly maker: Maker;
  /** `X.Y` or more, as was written down when it was made; null when nothing tells. */
  readonly version: string | null;
  /** By which path it refers to the interpreter below it; null when it has none at all, and for conda, which has its own. */
  readonly anchor: string | null;
  /** What pyvenv.cfg says of the folder of that interpreter, from which CPython finds the standard library. */
  readonly home: string | null;
  /** Why the environment has no `bin/python`, or one that can't be followed; null when there is one. */
  readonly torn: string | null;
  /** Where it was when it was made, if that is another place than now. */
  readonly madeAt: string | null;
  /** SOABI of its extension modules, as far as their names tell. */
  readonly soabis: readonly string[];
  /** Scripts whose first line names an interpreter that is not there. */
  readonly deadScripts: readonly { readonly script: string; readonly interpreter: string }[];
  readonly packages: number;
}

export function lookAtVenv(given: string): VenvFacts {
  const folder = realPath(given) ?? given;
  const cfg = isFile(path.join(folder, "pyvenv.cfg"))
    ? parsePyvenv(readText(path.join(folder, "pyvenv.cfg")) ?? "")
    : null;
  const sites = siteFolders(folder);
  const home = cfg?.get("home") ?? null;
  return {
    folder,
    maker: makerOf(folder, cfg),
    version: cfg === null ? condaVersion(folder) : (versionIn(cfg) ?? folderVersion(sites)),
    home,
    ...(cfg === null ? { anchor: null, torn: tornConda(folder) } : anchorOfVenv(folder, cfg, home)),
    madeAt: madeAt(folder),
    soabis: soabisIn(sites),
    deadScripts: deadScripts(folder),
    packages: sites.reduce((sum, site) => sum + Object.keys(installedPackages(site)).length, 0),
  };
}

/** Keys in lower case, as CPython reads them (Modules/getpath.py). */
function parsePyvenv(text: string): Map<string, string> {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const at = line.indexOf("=");
    return at < 0 ? [] : [[line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()] as const];
  });
  return new Map(pairs);
}

function makerOf(folder: string, cfg: ReadonlyMap<string, string> | null): Maker {
  if (isFile(path.join(folder, MANIFEST_FILE))) return "prime";
  if (cfg === null) return "conda";
  return cfg.has("uv") ? "uv" : cfg.has("virtualenv") ? "virtualenv" : "venv";
}

function versionIn(cfg: ReadonlyMap<string, string>): string | null {
  return /^\d+\.\d+(?:\.\d+)?/.exec(cfg.get("version_info") ?? cfg.get("version") ?? "")?.[0] ?? null;
}

function folderVersion(sites: readonly string[]): string | null {
  return /\/(?:python|pypy)(\d+\.\d+)t?\/site-packages$/.exec(sites[0] ?? "")?.[1] ?? null;
}

function condaVersion(folder: string): string | null {
  const names = listFolder(path.join(folder, "conda-meta")) ?? [];
  return names.flatMap((name) => /^python-(\d+\.\d+\.\d+)-.*\.json$/.exec(name)?.[1] ?? [])[0] ?? null;
}

function tornConda(folder: string): string | null {
  const python = path.join(folder, "bin", "python");
  if (!exists(python)) return condaVersion(folder) === null ? null : `${python} is gone`;
  return realPath(python) === undefined ? `${python} leads nowhere` : null;
}

/** The first path on the way from `bin/python` that is outside; where that is a copy, what pyvenv.cfg says. */
function anchorOfVenv(folder: string, cfg: ReadonlyMap<string, string>, home: string | null) {
  const torn = (why: string) => ({ anchor: null, torn: why });
  if (home === null) return torn(`${path.join(folder, "pyvenv.cfg")} names no home`);
  let file = path.join(folder, "bin", "python");
  if (!exists(file)) file = path.join(folder, "bin", "python3");
  for (let hops = 0; hops < 40; hops += 1) {
    if (!exists(file)) {
      if (isWithin(folder, file)) return torn(`${file} is gone`);
      return { anchor: file, torn: null };
    }
    if (!isWithin(folder, file)) return { anchor: file, torn: null };
    const text = readLink(file);
    if (text === undefined)
      return isFile(file) ? { anchor: copiedFrom(cfg, home), torn: null } : torn(`${file} is no file`);
    file = path.resolve(path.dirname(file), text);
  }
  return torn(`${file} is a loop of links`);
}

function copiedFrom(cfg: ReadonlyMap<string, string>, home: string): string {
  const minor = versionIn(cfg)?.split(".").slice(0, 2).join(".");
  const names = [...(minor === undefined ? [] : [`python${minor}`]), "python3", "python"];
  const files = names.map((name) => path.join(home, name));
  return files.find(isFile) ?? cfg.get("base-executable") ?? cfg.get("executable") ?? (files[0] as string);
}

function isWithin(folder: string, file: string): boolean {
  return file.startsWith(`${folder}/`);
}

/** The activation script holds the folder as it was; nothing else that all tools write does. */
function madeAt(folder: string): string | null {
  const text = readText(path.join(folder, "bin", "activate")) ?? "";
  const found = [...text.matchAll(/^[ \t]*(?:export )?VIRTUAL_ENV=(['"]?)(\/.*)\1$/gm)][0]?.[2]?.replaceAll(
    `'"'"'`,
    "'",
  );
  return found === undefined || realPath(found) === folder ? null : found;
}

/** The tags that RECORD names bear, e.g. `cpython-312-x86_64-linux-gnu`. */
function soabisIn(sites: readonly string[]): string[] {
  const found = new Set<string>();
  for (const site of sites) {
    for (const info of infoFolders(site)) {
      for (const [, tag] of recordText(info).matchAll(/\.((?:cpython|pypy)\d*-[\w-]+)\.so,/g)) found.add(tag as string);
    }
  }
  return [...found].sort();
}

/** Names of a script's interpreter fit into this much of it. */
const HEAD_OF_SCRIPT = 8192;

export function deadScripts(venv: string): VenvFacts["deadScripts"] {
  const bin = path.join(venv, "bin");
  const files = (listFolder(bin) ?? []).map((name) => path.join(bin, name));
  return files.flatMap((script) => {
    if (linkFacts(script)?.kind !== "file") return [];
    const interpreter = interpreterOf(readStart(script, HEAD_OF_SCRIPT));
    const isDead = interpreter?.startsWith("/") && realPath(interpreter) === undefined;
    return isDead ? [{ script, interpreter: interpreter as string }] : [];
  });
}
