import * as path from "node:path";
import { missingLibraries } from "../../edges/files/formats/elf.ts";
import { isForOtherMachine, isScript } from "../../edges/files/formats/program-file.ts";
import { exists, isFile, readableNames, readBytes, readText, realPath } from "../../edges/files/read.ts";
import type { Failure } from "../interpreter.ts";

/** What an interpreter's files tell of it. */
export interface FileFacts {
  /** `X.Y.Z`, or `X.Y` where no more is to be found; null where nothing tells. */
  readonly version: string | null;
  readonly soabi: string | null;
}

/** What is known of an interpreter (absolute) without starting it, or what is amiss. */
export function interpreterByFiles(file: string): FileFacts | Failure {
  const real = realPath(file) ?? file;
  const fail = (kind: NonNullable<Failure["kind"]>, why: string): Failure => ({ path: file, kind, why });
  if (isForOtherMachine(real)) return fail("format", "it is a program for another machine");
  const minor = /^(?:python|pypy)(3\.\d+)/.exec(path.basename(real))?.[1] ?? onlyMinor(real);
  if (isScript(real) || minor === undefined) return { version: null, soabi: null };
  const [missing] = missingLibraries(real);
  if (missing !== undefined) return fail("library", `${missing}, which it needs, is not there`);
  const [stdlib] = stdlibs(real, minor);
  if (stdlib === undefined) {
    const [place] = placesOf(real, minor);
    return fail("stdlib", `it has lost its standard library: ${path.join(place as string, "os.py")} is not there`);
  }
  return { version: versionIn(real, minor) ?? minor, soabi: soabiIn(stdlib) };
}

function placesOf(real: string, minor: string): string[] {
  const prefix = path.dirname(path.dirname(real));
  const names = [`python${minor}`, `python${minor}t`, `python${minor}d`, `pypy${minor}`];
  const folders = ["lib", "lib64"].flatMap((lib) => names.map((name) => path.join(prefix, lib, name)));
  return [...folders, path.join(prefix, "lib-python", "3")];
}

function stdlibs(real: string, minor: string): string[] {
  const zip = path.join(libOf(real), `python${minor.replace(".", "")}.zip`);
  return [
    ...placesOf(real, minor).filter((folder) => isFile(path.join(folder, "os.py"))),
    ...(exists(zip) ? [zip] : []),
  ];
}

function libOf(real: string): string {
  return path.join(path.dirname(path.dirname(real)), "lib");
}

/** The one minor that stands in the prefix of an executable without a version in its name. */
function onlyMinor(real: string): string | undefined {
  const lib = libOf(real);
  const found = readableNames(lib).flatMap((name) => /^(?:python|pypy)(3\.\d+)$/.exec(name)?.[1] ?? []);
  return found.length === 1 ? found[0] : undefined;
}

/** The text that `Py_GetVersion` begins with ends by a zero in the executable, or in its library; others may end with it. */
function versionIn(real: string, minor: string): string | undefined {
  const lib = libOf(real);
  const libraries = readableNames(lib).filter(
    (name) => name.startsWith(`libpython${minor}.`) || name.startsWith("libpypy"),
  );
  const text = new RegExp(`(?<![\\d.])(${minor.replace(".", "\\.")}\\.\\d+)(?:(?:a|b|rc)\\d+)?\\+?\\0`);
  for (const file of [real, ...libraries.map((name) => path.join(lib, name))]) {
    const found = text.exec(bytesOf(file))?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

function bytesOf(file: string): string {
  try {
    return readBytes(file)?.toString("latin1") ?? "";
  } catch {
    return ""; // larger than any that prime reads
  }
}

/** By the text of what sysconfig imports. */
function soabiIn(stdlib: string): string | null {
  const [name] = readableNames(stdlib).filter((one) => /^_sysconfigdata_.*\.py$/.test(one) && !one.includes("_d_"));
  const text = name === undefined ? "" : (readText(path.join(stdlib, name)) ?? "");
  return /'SOABI': '([^']+)'/.exec(text)?.[1] ?? null;
}
