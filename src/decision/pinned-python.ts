import * as path from "node:path";
import type { Config } from "../config/config.ts";
import { sourceText } from "../config/evaluation.ts";
import { PRIME_LOCK } from "../config/lock/prime-lock.ts";
import type { PythonBuild } from "../config/lock/python-build.ts";
import { declaredRange } from "../config/required.ts";
import type { Sourced } from "../config/source.ts";
import type { Context } from "../context.ts";
import { quoteForShell } from "../edges/command.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import { PrimeError, tolerate } from "../errors.ts";
import { InputCollector } from "../inputs/collector.ts";
import { type Interpreter, isFailure } from "../python/interpreter.ts";
import { interpreterAt, type SearchOptions } from "../python/search/search.ts";
import { allows, parseFlag, parseRequest, type Version, type VersionRequest } from "../python/version.ts";

/** The interpreter that `prime.lock` pins for a root on this machine. */
export interface Pinned {
  readonly build: PythonBuild;
  /** Undefined while it is still to be fetched. */
  readonly interpreter: Interpreter | undefined;
}

/**
 * The configuration with the pin of prime.lock, if it holds for this start: a version that a flag names comes before
 * it. For `tools`, which may be there to mend the pin, a pin that the repo does not allow any more does not hold,
 * either. Throws `python-contradiction`.
 */
export async function withinPin(
  config: Config,
  tools: boolean,
): Promise<{ config: Config; warnings: readonly string[] }> {
  const { primeLock, required_python_version: required, root } = config;
  if (primeLock.python === null) return { config, warnings: [] };
  const file = path.join(root, PRIME_LOCK);
  const pinned = `${file} pins Python ${primeLock.python.version}`;
  const version = asVersion(primeLock.python);
  const range = await declaredRange(root, new InputCollector()); // its files are inputs already
  const unmet = [required, ...(range === undefined ? [] : [range])].find(({ value }) => {
    const request = parseFlag(value);
    return request.file !== undefined || !allows(request, version);
  });
  if (unmet === undefined) return { config, warnings: [] };
  const isFlag = unmet.source.kind === "flag";
  if (isFlag || tools) {
    const by = isFlag ? `${unmet.source.where ?? "a flag"} asks for ${unmet.value}` : describeRange(unmet);
    const warning = `${pinned}, and ${by}: this start goes by that`;
    return { config: { ...config, primeLock: { ...primeLock, python: null } }, warnings: [warning] };
  }
  throw new PrimeError(
    "python-contradiction",
    `could not choose a Python for ${root}: ${pinned}, and ${describeRange(unmet)}`,
    `pin a version within that range: ./prime python pin ${quoteForShell(unmet.value ?? "")}`,
  );
}

function describeRange({ value, source }: Sourced<string | null>): string {
  const { where, key } = source;
  return `${where ?? source.kind} allows ${value} alone${key === undefined ? "" : ` (\`${key}\`)`}`;
}

/** What a start asks of its interpreter: exactly the pinned version, else what the repo requires. */
export function requestOf({ root, primeLock: { python }, required_python_version: required }: Config): VersionRequest {
  if (python !== null) return parseRequest(`${python.implementation}-${python.version}`);
  const { value, source } = required;
  return tolerate(
    () => parseFlag(value),
    ({ id, message, hint }) => {
      throw new PrimeError(id, `${message} (${sourceText(source, root)})`, hint);
    },
  );
}

/** A locked version in the form that requests are compared with. */
export function asVersion({ implementation, version }: Pick<PythonBuild, "implementation" | "version">): Version {
  const [, release = version, prerelease = ""] = /^([\d.]+)(.*)$/.exec(version) ?? [];
  return { implementation, version: release, prerelease };
}

/**
 * The generations that a start may go on with: those of the pin that is in force; without a pin, those that were built
 * without one.
 */
export function ofSamePin({ primeLock }: Config, generations: readonly Manifest[]): readonly Manifest[] {
  const digests = new Set(primeLock.python?.builds.map(({ sha256 }) => sha256));
  return generations.filter(({ madeOf: { pinned } }) =>
    primeLock.python === null ? pinned === undefined : digests.has(pinned ?? null),
  );
}

/**
 * The build that prime.lock names for this machine, and its interpreter if it is here. Throws `prime-lock-platform`
 * when it names none for it.
 */
export async function findPinned(
  context: Context,
  { primeLock: { python }, root }: Config,
  search: SearchOptions,
  selected: Interpreter,
): Promise<Pinned | undefined> {
  if (python === null) return undefined;
  const { bestOf, platformHere } = await import("../provision/python/platforms.ts");
  const { findKept, openStore } = await import("../provision/python/store.ts");
  const here = platformHere(selected);
  const build = bestOf(python.builds, here);
  if (build === undefined) {
    const file = path.join(root, PRIME_LOCK);
    const has = python.builds.map(({ platform }) => platform).join(", ");
    throw new PrimeError(
      "prime-lock-platform",
      `could not go by ${file}: it has no build for ${here}, only for ${has}`,
      `add one, and commit it: ./prime python pin ${python.version}`,
    );
  }
  const kept = findKept(openStore(context), build);
  if (kept === undefined) return { build, interpreter: undefined };
  const interpreter = await interpreterAt(kept.executable, { ...search, exclude: [] });
  return { build, interpreter: isFailure(interpreter) ? undefined : interpreter };
}
