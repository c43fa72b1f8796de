import * as path from "node:path";
import { validRange } from "@renovatebot/pep440";
import { tryStep } from "../../builder/job.ts";
import { nameOfRequirement } from "../../config/app.ts";
import { makeTemporaryFolder, writePlain } from "../../edges/files/change.ts";
import { namesInFolder, readText } from "../../edges/files/read.ts";
import { packagesOf, renderPylock } from "../../project/files/pylock.ts";
import { normalizeName } from "../../project/packages.ts";
import { type Interpreter, versionOf } from "../../python/interpreter.ts";
import { isWithin } from "../../upgrade/rules/ruling.ts";
import type { App } from "../app.ts";
import { type Above, environmentOf } from "./question.ts";
import { isHigher, type Means, publicOf, type Resolution, type Resolved, resolveOn } from "./resolution.ts";

/** What keeps a newer version, or all of them, from an interpreter. */
export interface Need {
  /** `foo==2 requires Python >=3.13` */
  readonly what: string;
  /** PEP 440: an interpreter that could do is within one of them. */
  readonly ranges: readonly string[];
  /** Of the app's packages, the one that is newer. */
  readonly name?: string;
}

/** What is resolved on one interpreter, and what would need another one. */
export interface Attempt extends Resolution {
  readonly need: Need | undefined;
}

/** Of versions in a row that are for other interpreters. */
const MOST_MISFITS = 40;

/** What the app is made of, by its configuration; normalized. */
export function ownPackages({ config }: App): string[] {
  return [...new Set(config.packages.map((text) => normalizeName(nameOfRequirement(text))))];
}

/**
 * Resolves as pip does: of the app's own packages no version is taken that says it is for another Python. uv passes over upper bounds;
 * what the app depends on is left to it. `isDone`: this was looked at before.
 */
export async function attempt(
  means: Means,
  base: Interpreter,
  isDone: (found: Resolved) => boolean,
  above?: Above,
): Promise<Attempt> {
  const but: string[] = [];
  let need: Need | undefined;
  for (;;) {
    const resolution = await resolveOn(means, base, but, above);
    const { found, output, error } = resolution;
    if (found === undefined) return { ...resolution, need: need ?? (error ? needIn(output) : undefined) };
    const misfit = isDone(found) || but.length === MOST_MISFITS ? undefined : await misfitOf(means, base, resolution);
    if (misfit === undefined) return { ...resolution, need };
    const { name, version, range } = misfit;
    need ??= { what: `${name}==${version} requires Python ${range}`, ranges: [range], name };
    but.push(`${name} !=${version}`);
  }
}

/** What is newer than what was found, were it not for the interpreter: uv tells when it is asked for it. */
export async function needForNewer(means: Means, base: Interpreter, { found }: Attempt): Promise<Need | undefined> {
  for (const name of ownPackages(means.app)) {
    const version = publicOf(found?.packages[name] ?? "");
    const newest = means.fetched.newestOf(name);
    if (!version || (newest !== undefined && !isHigher(newest, version))) continue;
    const { output, found: other } = await resolveOn(means, base, [], { name, version });
    const need = other === undefined ? needIn(output) : undefined;
    if (need !== undefined) return { ...need, name };
  }
  return undefined;
}

/** Of a wheel that says so, and of an index that tells it of its files (PEP 503). */
const REQUIRES =
  /(?:(\S+) (?:requires|depends on) Python|does not satisfy Python) ?((?:(?:, ?)?[<>=!~]=?=? ?[\w.*]+)+)/g;
const NO_WHEEL = /(\S+) has no wheels with a matching Python \w+ tag/;
const TAGS = /following Python \w+ tags?: (.*)/;

/** By uv's words, which its tests pin as they are. */
export function needIn(output: string): Need | undefined {
  const required = [...output.matchAll(REQUIRES)].map(([, who, range = ""]) => ({
    who,
    range: range.replaceAll(" ", ""),
  }));
  const first = required.find(({ who }) => who !== undefined) ?? required[0];
  if (first !== undefined) {
    const ranges = [...new Set(required.map(({ range }) => range))].filter(validRange);
    return { what: `${first.who ?? "what is newer"} requires Python ${first.range}`, ranges };
  }
  const none = NO_WHEEL.exec(output)?.[1];
  if (none === undefined) return undefined;
  const minors = [...(TAGS.exec(output)?.[1] ?? "").matchAll(/`(?:cp|py)3(\d+)/g)].map(([, minor]) => Number(minor));
  return { what: `${none} has no wheel for it`, ranges: [minors.length === 0 ? ">=3" : `>=3.${Math.min(...minors)}`] };
}

async function misfitOf(
  means: Means,
  base: Interpreter,
  { table }: Resolution,
): Promise<{ readonly name: string; readonly version: string; readonly range: string } | undefined> {
  const { job, app, uv, wanted, fetched, work } = means;
  const own = new Set(ownPackages(app));
  const folder = makeTemporaryFolder(path.join(work, "own."));
  const lock = path.join(folder, "pylock.own.toml");
  writePlain(lock, renderPylock({ ...table, packages: packagesOf(table).filter(({ name }) => own.has(String(name))) }));
  const args = [
    ...["pip", "install", "--quiet", "--no-deps", "--python", base.executable],
    ...["--target", folder, "--requirement", lock],
  ];
  const command = { file: uv.file, args, env: environmentOf(uv, wanted, fetched), cwd: wanted.root };
  const title = `look which Python ${app.config.name} is for`;
  await tryStep(job, title, command, { otherwise: "it can't be installed" }); // the build tells why
  for (const info of namesInFolder(folder).filter((name) => name.endsWith(".dist-info"))) {
    const [head = ""] = (readText(path.join(folder, info, "METADATA")) ?? "").split(/\r?\n\r?\n/, 1);
    const field = (name: string) => new RegExp(`^${name}: *(.*?)\\s*$`, "im").exec(head)?.[1] ?? "";
    const range = field("Requires-Python").replaceAll(" ", "");
    if (!validRange(range) || isWithin(versionOf(base), range)) continue;
    return { name: normalizeName(field("Name")), version: field("Version"), range };
  }
  return undefined;
}
