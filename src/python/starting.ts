import * as path from "node:path";
import type { Environment } from "../edges/command.ts";
import { isScript } from "../edges/files/formats/program-file.ts";
import { isBelow, isFile, namesInFolder, physicalPath, readText, realPath } from "../edges/files/read.ts";
import { isInSafeRepo, SAFE_VARIABLE, type Trust, whyOthersDecide } from "../edges/files/trust.ts";
import { isSuperuser } from "../edges/surroundings.ts";
import { folderOfUv, interpreterStores, pathFolders, storeOfPrime } from "./search/candidates.ts";

/** Which interpreters may be started, and which are only known by what was recorded of them. */
export interface Starting {
  /** Nothing of what is looked at is started: what is not recorded is not known. */
  readonly isLook: boolean;
  /** Why a file, absolute, is not started; undefined: it may be. */
  readonly whyNot: (file: string) => string | undefined;
}

/**
 * A start does what its user's PATH says, as the user's shell would; root starts nothing that somebody else could change but in a
 * repo that is named safe, and nobody does so from a store that tools fill.
 */
export function asStart(trust: Trust, env: Environment, repo: readonly string[]): Starting {
  const stores = [folderOfUv(env), storeOfPrime(env, env.HOME ?? "/")];
  const isSafe = (file: string): boolean => repo.some((folder) => isInSafeRepo(file, folder, trust));
  const isStrict = (file: string): boolean =>
    stores.some((store) => isBelow(file, store)) || (isSuperuser() && !isSafe(file));
  const whyNot = (file: string): string | undefined => {
    const why = isStrict(file) ? whyOthersDecideOn(file, trust) : undefined;
    return why && `${why}, and ${SAFE_VARIABLE} does not name that folder`;
  };
  return { isLook: false, whyNot };
}

/** A look starts programs that are found on PATH or in a known store, outside of what is examined, and that nobody else could change. */
export function asLook(trust: Trust, env: Environment, examined: readonly string[]): Starting {
  const isKnown = findable(env);
  const whyNot = (file: string): string | undefined => {
    const real = realPath(file);
    if (real === undefined) return undefined; // there is nothing to start
    const below = examined.find((folder) =>
      [path.resolve(file), physicalPath(file), real].some((one) => isBelow(one, folder)),
    );
    if (below !== undefined) return `it is below ${below}, which is looked at`;
    if (isScript(real)) return "it is a script, which could start anything";
    if (!PROGRAM.test(path.basename(real))) return `${real} is no interpreter by its name`;
    if (!isKnown(file)) return "it is neither on PATH nor where interpreters are installed";
    return whyOthersDecideOn(file, trust);
  };
  return { isLook: true, whyNot };
}

/** Tells of an executable whether a search could come upon it: on PATH, or where systems and tools install interpreters. */
export function findable(env: Environment): (file: string) => boolean {
  const onPath = new Set(pathFolders(env).map((folder) => realPath(folder)));
  const stores = interpreterStores(env);
  return (file) => {
    const real = realPath(file);
    const isInStore = real !== undefined && stores.some((store) => isBelow(real, store));
    return isInStore || onPath.has(realPath(path.dirname(file)));
  };
}

/** What a link in an environment calls an interpreter may be any program. */
const PROGRAM = /^(?:(?:python|pypy|graalpy)[\w.+-]*|uv)$/;

/** Of the executable, and of what it loads before all else: its standard library, by way of a venv's `home` if it is a copy in one. */
function whyOthersDecideOn(file: string, trust: Trust): string | undefined {
  const real = realPath(file) ?? file;
  const prefix = path.dirname(path.dirname(real));
  const cfg = path.join(prefix, "pyvenv.cfg");
  const home = isFile(cfg) ? /^[ \t]*home[ \t]*=[ \t]*(.+?)[ \t]*$/m.exec(readText(cfg) ?? "")?.[1] : undefined;
  const prefixes = [prefix, ...(home === undefined ? [] : [path.dirname(path.resolve(prefix, home))])];
  for (const one of [file, ...(home === undefined ? [] : [cfg]), ...prefixes.flatMap(libraries)]) {
    const why = whyOthersDecide(one, trust);
    if (why !== undefined) return why;
  }
  return undefined;
}

function libraries(prefix: string): string[] {
  return ["lib", "lib64"].flatMap((lib) =>
    namesIn(path.join(prefix, lib))
      .filter((name) => /^(?:python|pypy)3\.\d+/.test(name))
      .flatMap((name) => [path.join(prefix, lib, name), path.join(prefix, lib, name, "os.py")]),
  );
}

function namesIn(folder: string): string[] {
  try {
    return namesInFolder(folder);
  } catch {
    return []; // nobody loads anything from where this user can't look
  }
}
