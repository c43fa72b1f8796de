import * as path from "node:path";
import { isFile, isFitFile, isFolder, isThere, MOST, readText } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import type { InputCollector } from "../../inputs/collector.ts";

/** Its own failures end with this status, as protoprimer's do. */
export const EXIT_PROTOPRIMER = 1;

/** Where protoprimer's configuration begins. */
export interface Kernel {
  /** The folder of the kernel, absolute; the primer file stands in it. */
  readonly folder: string;
  /** How it was found, for people. */
  readonly how: string;
}

/** What a client repo calls its copy of the kernel, and the primer file beside it. */
export const KERNEL_FILE = "proto_kernel.py";
const SIGNS = ["proto_kernel.json", KERNEL_FILE];
/** Where repos keep it, a folder before those in it. */
const PLACES = ["", "cmd", "cmd/proto_code", "proto_code"];

/**
 * The kernel in one of the usual places below `folder`, if there is one; what was looked for becomes an input. Throws
 * `kernel-ambiguous` for several: which of them counts is the repo's to say.
 */
export function findKernel(folder: string, files: InputCollector): Kernel | undefined {
  const found: string[] = [];
  let missing: string | undefined;
  for (const place of PLACES) {
    if (missing !== undefined && place.startsWith(`${missing}/`)) continue;
    const there = path.join(folder, place);
    if (!isThere(there)) {
      missing = place;
      files.absence(there, "absent");
      continue;
    }
    if (SIGNS.some((name) => hasSign(path.join(there, name), files))) found.push(place);
  }
  const [first, ...others] = found.map((place) => path.join(folder, place));
  if (first === undefined) return undefined;
  if (others.length === 0) return { folder: first, how: "found in a usual place" };
  throw new PrimeError(
    "kernel-ambiguous",
    `could not tell which configuration of protoprimer's counts in ${folder}: there is one in ${[first, ...others].join(" and one in ")}`,
    'name one of these folders in prime.toml, e.g. `proto_code_dir_rel_path = "cmd/proto_code"`',
    { exitCode: EXIT_PROTOPRIMER },
  );
}

/** The kernel in the folder that prime's own configuration names. */
export function kernelIn(folder: string, relative: string, place: string): Kernel {
  const named = path.join(folder, relative);
  if (isFolder(named)) return { folder: named, how: `named by ${place}` };
  throw new PrimeError(
    "config-value",
    `could not use ${place}: \`proto_code_dir_rel_path\` must be the folder of protoprimer's kernel, and ${named} is none`,
    "correct the path, which starts at the launcher's folder",
    { exitCode: EXIT_PROTOPRIMER },
  );
}

/** Whether a kernel is in one of the usual places below `folder`, be its configuration in force or not. */
export function hasUsualKernel(folder: string): boolean {
  return PLACES.some((place) => SIGNS.some((name) => isThere(path.join(folder, place, name))));
}

/** False: no start in `folder` has anything to do with protoprimer. Told without parsing a file. */
export function mayHaveKernel(folder: string): boolean {
  if (hasUsualKernel(folder)) return true;
  const texts = ["prime.toml", "pyproject.toml"].map((name) => readText(path.join(folder, name), MOST.written) ?? "");
  return texts.some((text) => /proto_code_dir|\\[uUx]/.test(text));
}

/**
 * The kernel of entry scripts in a repo that has a configuration of prime's own. Only one that is there is an input:
 * without one its scripts start as any other.
 */
export function kernelBeside(folder: string, files: InputCollector): string | undefined {
  const kernel = PLACES.map((place) => path.join(folder, place, KERNEL_FILE)).find(isFile);
  if (kernel !== undefined) files.note("present", kernel);
  return kernel;
}

function hasSign(file: string, files: InputCollector): boolean {
  const there = isFitFile(file) || (isFolder(file) && readText(file) !== undefined); // a folder is refused by name
  if (there) files.note("present", file);
  else files.absence(file, "no-file");
  return there;
}
