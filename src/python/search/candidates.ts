import * as path from "node:path";
import type { Environment } from "../../edges/command.ts";
import {
  exists,
  isExecutableFile,
  isFolder,
  isThere,
  listFolder,
  readableNames,
  realPath,
  whyNoFile,
} from "../../edges/files/read.ts";
import { physicalFolder } from "../../edges/places.ts";
import { compareVersions, fits, minorOf, type Version, type VersionRequest } from "../version.ts";

/**
 * The absolute folders in PATH, in order, each once by whatever link. A relative one would mean another folder in every
 * place.
 */
export function pathFolders(env: Environment): string[] {
  const byRealPath = new Map<string, string>();
  for (const folder of (env.PATH ?? "").split(path.delimiter)) {
    const real = path.isAbsolute(folder) ? realPath(folder) : undefined;
    if (real !== undefined && !byRealPath.has(real)) byRealPath.set(real, folder);
  }
  return [...byRealPath.values()];
}

/** Everything in these folders that bears one of the names, whatever it is: by name first, then by folder. */
export function named(names: readonly string[], folders: readonly string[]): string[] {
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).filter(exists);
}

/** Why a path can't even be started; `undefined` when it is an executable file. */
export function whyNotExecutable(file: string): string | undefined {
  if (isExecutableFile(file)) return undefined;
  if (isFolder(file)) return "it is a folder";
  return isThere(file) ? "it is not executable" : whyNoFile(file);
}

/** Interpreters behind shims: `likely` may fit as far as their folder's name says, `others` do not. */
export interface BehindShims {
  readonly likely: readonly string[];
  readonly others: readonly string[];
}

/**
 * The interpreters that the shims in PATH could hand over to, the highest version first, unknown ones last: a shim
 * answers by what is configured for it, not by what is there. pyenv keeps them in `versions/`, asdf and mise in
 * `installs/python/`, beside `shims/`.
 */
export function behindShims(request: VersionRequest, folders: readonly string[], env: Environment): BehindShims {
  const shims = folders.filter((folder) => path.basename(folder) === "shims");
  const homes = new Set(shims.map((folder) => path.dirname(folder)));
  if (shims.length > 0 && env.PYENV_ROOT !== undefined && path.isAbsolute(env.PYENV_ROOT)) homes.add(env.PYENV_ROOT);
  const installed = [...homes]
    .flatMap((home) => [path.join(home, "versions"), path.join(home, "installs", "python")])
    .flatMap((place) => (listFolder(place) ?? []).map((name) => ({ name, folder: path.join(place, name) })))
    .map(({ name, folder }) => ({ file: path.join(folder, "bin", "python"), version: versionInName(name) }))
    .filter(({ file }) => exists(file))
    .sort((left, right) => compareVersions(right.version ?? UNKNOWN, left.version ?? UNKNOWN));
  const isLikely = (version: Version | undefined) => version === undefined || fits(request, version);
  return {
    likely: installed.filter(({ version }) => isLikely(version)).map(({ file }) => file),
    others: installed.filter(({ version }) => !isLikely(version)).map(({ file }) => file),
  };
}

/** What uv has installed for this user, the highest version first: for a machine that has no other Python (any more). */
export function installedByUv(env: Environment): string[] {
  return installedIn([folderOfUv(env)], () => "3");
}

/**
 * What `./prime python install` keeps for this user and fits as far as its folder's name says, the highest version first; special builds
 * left out.
 */
export function keptByPrime(request: VersionRequest, env: Environment): string[] {
  const store = storeOfPrime(env, env.HOME ?? "/");
  const folders = readableNames(store)
    .filter((name) => fits(request, versionInName(name.split("-")[1] ?? "") ?? UNKNOWN))
    .map((name) => path.join(store, name))
    .filter((folder) => exists(path.join(folder, "prime.json")));
  return installedIn(folders, minorOf).filter((file) => !file.includes("+"));
}

/** The interpreters in folders that uv installs into, by the name that ends as `versionIn` says: what was asked by it is known. */
function installedIn(folders: readonly string[], versionIn: (version: string) => string): string[] {
  return folders
    .filter(path.isAbsolute)
    .flatMap((folder) => readableNames(folder).map((name) => ({ folder, name })))
    .flatMap(({ folder, name }) => {
      const [, implementation, version] = /^(cpython|pypy)-(\d+\.\d+\.\d+)/.exec(name) ?? [];
      if (implementation === undefined || version === undefined) return [];
      const program = implementation === "pypy" ? "pypy" : `python${versionIn(version)}`;
      return [{ file: path.join(folder, name, "bin", program), version: { implementation, version } }];
    })
    .sort((left, right) => compareVersions(right.version, left.version))
    .map(({ file }) => file);
}

/** Where uv keeps the interpreters that it installs; relative where a variable says so. */
export function folderOfUv(env: Environment): string {
  return env.UV_PYTHON_INSTALL_DIR || path.join(dataFolder(env, env.HOME ?? "/"), "uv/python");
}

/** Where prime keeps the interpreters that it unpacks itself, physical. */
export function storeOfPrime(env: Environment, home: string): string {
  return physicalFolder(path.join(dataFolder(env, home), "prime/python"));
}

function dataFolder({ XDG_DATA_HOME }: Environment, home: string): string {
  return XDG_DATA_HOME || path.join(home, ".local/share");
}

/** One of prime's own keeps what Python compiles of its library: archives come without, and each start would compile it anew. */
export function isKeptByPrime(file: string, env: Environment): boolean {
  return file.startsWith(`${storeOfPrime(env, env.HOME ?? "/")}/`);
}

/** Folders, physical, below which systems and tools install interpreters. */
export function interpreterStores(env: Environment): string[] {
  const { HOME, PYENV_ROOT, ASDF_DATA_DIR, MISE_DATA_DIR } = env;
  const atHome = [".pyenv", ".asdf", ".local/share/mise", "miniconda3", "miniforge3", "anaconda3"];
  const named = [PYENV_ROOT, ASDF_DATA_DIR, MISE_DATA_DIR, folderOfUv(env), storeOfPrime(env, HOME ?? "/")];
  const own = [...(HOME === undefined ? [] : atHome.map((name) => path.join(HOME, name))), ...named];
  return [...SYSTEM_STORES, ...own].flatMap((folder) =>
    folder !== undefined && path.isAbsolute(folder) ? (realPath(folder) ?? []) : [],
  );
}

const SYSTEM_STORES = [
  ...["/usr", "/opt", "/nix/store", "/gnu/store"],
  ...["/home/linuxbrew/.linuxbrew", "/Library/Frameworks/Python.framework", "/Library/Developer"],
];

const UNKNOWN: Version = { implementation: "", version: "0" };

/** pyenv's names: `3.12.1`, `3.14.0rc1`; `pypy3.10-7.3.15` says no patch; of `miniforge3-24.1.2` nothing is known. */
function versionInName(name: string): Version | undefined {
  const [, implementation, version, prerelease] =
    /^(pypy)?(\d\.\d+(?:\.\d+)?)((?:a|b|rc)\d+)?(?:-\d.*)?$/.exec(name) ?? [];
  if (version === undefined) return undefined;
  return { implementation: implementation ?? "cpython", version, prerelease: prerelease ?? "" };
}
