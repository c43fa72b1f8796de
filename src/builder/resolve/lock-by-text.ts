import * as path from "node:path";
import { makeFolder, writePlain } from "../../edges/files/change.ts";
import { isBelow, isFile, isFolder, readText, realPath } from "../../edges/files/read.ts";
import { InputCollector } from "../../inputs/collector.ts";
import { expandGlob } from "../../inputs/glob.ts";
import { readLock } from "../../project/files/uv/uv-lock.ts";
import { readUvSettings } from "../../project/files/uv/uv-settings.ts";
import { isTable, parseToml, renderToml, type Table, valueAt } from "../../toml.ts";
import { checkLock, type LockCheck } from "../../uv/lock-commands.ts";
import type { UvTool } from "../../uv/tool.ts";
import { type Job, lastLines, tryStep } from "../job.ts";

/** Whether uv.lock fits the project's requirements, or why only a build can tell. */
export type LockFit = { readonly fits: boolean } | { readonly why: string };

/**
 * The name of a build backend that does not exist, since uv builds editable projects even when it is told to build
 * none.
 */
const NO_BACKEND = "prime_builds_nothing_here";

interface Texts {
  /** The executable that uv is told to resolve for. */
  readonly python: string;
  /** A uv.lock, absolute; the pyproject.toml that declares it is beside it. */
  readonly lock: string;
  /** An empty folder for the copies, absolute. */
  readonly work: string;
}

export function tryCheck(job: Job, uv: UvTool, question: LockCheck) {
  return tryStep(job, "check uv.lock", checkLock(uv, question), {
    otherwise: "it does not fit, or only a build can tell",
  });
}

/**
 * Has uv compare a uv.lock with copies of the pyproject.toml files, in a folder of their own: without what builds them,
 * and beside no code and no environment of the repo's. What they refer to elsewhere is not followed.
 */
export async function lockFitsByText(job: Job, uv: UvTool, { python, lock, work }: Texts): Promise<LockFit> {
  const why = await copyTexts(path.dirname(lock), work);
  if (why !== undefined) return { why };
  const { registries } = await readLock(readText(lock) ?? "", lock);
  const there = { ...uv, root: work };
  for (const offline of [true, false]) {
    const question = { python, registries, rebuilt: [], offline, builds: false };
    const { exitCode, output } = await tryCheck(job, there, question);
    if (exitCode === 0) return { fits: true };
    if (output.includes(NO_BACKEND))
      return { why: "its projects tell their requirements or versions only when they are built" };
    if (exitCode === 1) return { fits: false };
    if (!offline) return { why: `uv says:\n${lastLines(output)}` };
  }
  throw new TypeError("unreachable");
}

/** Copies uv.lock and every pyproject.toml that it leads to; gives the reason if some can't be copied. */
async function copyTexts(root: string, work: string): Promise<string | undefined> {
  const lock = await parseToml(readText(path.join(root, "uv.lock")) ?? "", path.join(root, "uv.lock"));
  const waiting = [root, ...valuesOf(lock, LOCAL).map((place) => path.resolve(root, place))];
  const seen = new Set<string>();
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    const file = path.join(folder, "pyproject.toml");
    if (![folder, realPath(file) ?? file].every((one) => isBelow(one, root)))
      return `it refers to ${folder}, which is outside of ${root}`;
    if (!isFile(file)) {
      if (isFolder(folder)) return `${folder} has no pyproject.toml`;
      continue; // an archive, or nothing
    }
    const project = await parseToml(readText(file) ?? "", file);
    const places = valuesOf(valueAt(project, ["tool", "uv", "sources"]), ["path"]);
    const members = folder === root ? membersOf(project, root) : [];
    if (members === undefined) return `${file} has members outside of ${root}`;
    waiting.push(...members, ...places.map((place) => path.resolve(folder as string, place)));
    await write(path.join(work, path.relative(root, file)), withoutBackend(project));
  }
  const { file, table } = await readUvSettings(root, new InputCollector(), { above: true });
  if (file !== path.join(root, "pyproject.toml")) await write(path.join(work, "uv.toml"), table);
  await write(path.join(work, "uv.lock"), lock);
  return undefined;
}

/** Keys of a uv.lock that name a local project. */
const LOCAL = ["editable", "directory", "virtual"];

/** All texts below one of these keys, at any depth. */
function valuesOf(value: unknown, keys: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => valuesOf(one, keys));
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    typeof one === "string" ? (keys.includes(key) ? [one] : []) : valuesOf(one, keys),
  );
}

function membersOf(project: Table, root: string): string[] | undefined {
  const patterns = [valueAt(project, ["tool", "uv", "workspace", "members"])].flat().map(String);
  if (patterns.some((pattern) => pattern.startsWith("/") || pattern.split("/").includes(".."))) return undefined;
  const inputs = new InputCollector();
  const folders = patterns.flatMap((pattern) => expandGlob(root, pattern, "folders", inputs));
  return folders.filter((folder) => isFile(path.join(folder, "pyproject.toml")));
}

/**
 * The project without its real build backend. Whether it is a package, which uv tells by the build backend, stays the
 * same.
 */
function withoutBackend(project: Table): Table {
  const isPackage = project["build-system"] !== undefined || valueAt(project, ["tool", "uv", "package"]) === true;
  if (!isPackage) return project;
  return { ...project, "build-system": { requires: [], "build-backend": NO_BACKEND } };
}

async function write(file: string, table: Table): Promise<void> {
  makeFolder(path.dirname(file));
  writePlain(file, await renderToml(table));
}
