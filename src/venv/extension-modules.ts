import * as path from "node:path";
import { missingLibraries, readLinked } from "../edges/files/formats/elf.ts";
import { linkFacts, listFolder } from "../edges/files/read.ts";
import { siteFolders } from "./site-folders.ts";

/** What the files of an environment's extension modules tell; none is loaded. */
export interface ModulesByFiles {
  /** Absolute paths. */
  readonly modules: readonly string[];
  /** By absolute path: the library that is not there, or null for a module of another machine. */
  readonly failed: readonly (readonly [module: string, library: string | null])[];
}

/**
 * Whether what each extension module needs is there, as far as its file tells. A library that some package of the environment brings
 * counts as there, since packages load such ones before their modules. `undefined`: the files are in no form that is known here.
 */
export function lookAtModules(venv: string): ModulesByFiles | undefined {
  const python = readLinked(path.join(venv, "bin", "python"));
  if (python === undefined) return undefined;
  const libraries = siteFolders(venv).flatMap((site) => [...sharedObjects(site)]);
  const names = new Set(libraries.map((file) => path.basename(file)));
  const modules = libraries.filter(isModule);
  const failed = modules.flatMap((file): [string, string | null][] => {
    if (readLinked(file)?.kind !== python.kind) return [[file, null]];
    const [missing] = missingLibraries(file, (name) => names.has(name) || /^libpython3/.test(name));
    return missing === undefined ? [] : [[file, missing]];
  });
  return { modules, failed };
}

function* sharedObjects(folder: string): Generator<string> {
  for (const name of listFolder(folder) ?? []) {
    const file = path.join(folder, name);
    const kind = linkFacts(file)?.kind;
    if (kind === "folder") yield* sharedObjects(file);
    else if (kind === "file" && /\.so(?:\.[\d.]+)?$/.test(name)) yield file;
  }
}

/** Wheels bring libraries of every kind as `x.so`; a module has a function of its own name (PEP 489). */
function isModule(file: string): boolean {
  const [, name, tag] = /^([^.]+)(\.(?:cpython-|pypy\d|abi3)[\w.-]*)?\.so$/.exec(path.basename(file)) ?? [];
  if (name === undefined) return false;
  return tag !== undefined || readLinked(file)?.names.includes(`PyInit_${name}\0`) === true;
}
