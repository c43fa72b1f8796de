import * as v from "valibot";
import type { PythonBuild } from "../../config/lock/python-build.ts";
import { BUILD_LIST_SCHEMA, PYTHON_VERSION } from "../../config/schema/lock-schema.ts";
import { PrimeError } from "../../errors.ts";
import { quoted } from "../../quoted.ts";
import { withoutSecrets } from "../../secrets.ts";
import { isTable } from "../../toml.ts";
import { platformOf } from "./platforms.ts";

/** What a list of interpreters holds for systems that prime runs on. */
export interface BuildList {
  readonly builds: readonly PythonBuild[];
  /** What is in it and not taken, a sentence each. */
  readonly warnings: readonly string[];
}

/** An entry of uv's `download-metadata.json`; what else it says does not matter here. */
const UV_ENTRY = v.object({
  name: v.string(),
  arch: v.object({ family: v.string(), variant: v.nullish(v.string(), null) }),
  os: v.string(),
  libc: v.string(),
  major: v.number(),
  minor: v.number(),
  patch: v.number(),
  prerelease: v.nullish(v.string(), ""),
  url: v.string(),
  sha256: v.nullish(v.string(), null),
  variant: v.nullish(v.string(), null),
  build: v.nullish(v.union([v.string(), v.number()]), ""),
});

const IMPLEMENTATIONS = new Set(["cpython", "pypy"]);

/**
 * Reads a list of interpreters, in uv's form or in ours, by what is in it; addresses in it are relative to `at`, its own (absolute URL).
 * Throws `python-list`.
 */
export function readBuildList(text: string, at: URL): BuildList {
  const table = parse(text, at);
  const all = "releases" in table ? ours(table, at) : uvs(table, at);
  return withoutContradictions(all);
}

function parse(text: string, at: URL): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refusal(at, `it is torn, or no JSON (${quoted((error as Error).message)})`);
  }
  if (isTable(value)) return value;
  throw refusal(at, "it is no JSON object");
}

function ours(table: unknown, at: URL): PythonBuild[] {
  const read = v.safeParse(BUILD_LIST_SCHEMA, table, { abortEarly: true });
  if (!read.success) throw unfit(read.issues[0], at, [], read.issues[0].message);
  return Object.entries(read.output.releases).flatMap(([version, builds]) =>
    builds.map(({ url, sha256 = null, variant = null, ...rest }) => {
      return { ...rest, version, variant, sha256, url: resolved(url, at) };
    }),
  );
}

function uvs(table: Readonly<Record<string, unknown>>, at: URL): PythonBuild[] {
  return Object.entries(table).flatMap(([key, entry]) => {
    const read = v.safeParse(UV_ENTRY, entry, { abortEarly: true });
    if (!read.success) throw unfit(read.issues[0], at, [key], "uv writes it otherwise");
    const { name, arch, os, libc, major, minor, patch, prerelease, url, sha256, variant, build } = read.output;
    const platform = platformOf({ os, family: arch.family, level: arch.variant, libc });
    const version = `${major}.${minor}.${patch}${prerelease ?? ""}`;
    if (platform === undefined || !IMPLEMENTATIONS.has(name) || !PYTHON_VERSION.test(version)) return [];
    if (sha256 !== null && !/^[0-9a-f]{64}$/.test(sha256)) throw refusal(at, `the sha256 of ${quoted(key)} is none`);
    const tag = String(build ?? "");
    return [{ implementation: name, version, platform, variant, build: tag, url: resolved(url, at), sha256 }];
  });
}

function resolved(url: string, at: URL): string {
  try {
    const to = new URL(url, at);
    if (/^(?:https?|file):$/.test(to.protocol)) return to.href;
  } catch {}
  throw refusal(at, `\`${quoted(url)}\` in it is no address`);
}

/** What is said twice counts once; two different archives that call themselves the same are both left out. */
function withoutContradictions(all: readonly PythonBuild[]): BuildList {
  const byName = new Map<string, PythonBuild[]>();
  for (const build of all) {
    const name = nameOf(build);
    const others = byName.get(name) ?? [];
    if (!others.some(({ sha256, url }) => sha256 === build.sha256 && (sha256 !== null || url === build.url)))
      byName.set(name, [...others, build]);
  }
  const builds = [...byName.values()].flatMap((same) => (same.length === 1 ? same : []));
  const warnings = [...byName].flatMap(([name, same]) =>
    same.length === 1 ? [] : [`${name} is listed ${same.length} times with different archives: none is taken`],
  );
  return { builds, warnings };
}

/** A build, as messages name it. */
export function nameOf({
  implementation,
  version,
  variant,
  platform,
  build,
}: Omit<PythonBuild, "url" | "sha256">): string {
  return `${implementation}-${version}${variant === null ? "" : `+${variant}`}-${platform}${build === "" ? "" : ` (build ${build})`}`;
}

function unfit(issue: v.BaseIssue<unknown>, at: URL, keys: readonly string[], why: string): PrimeError {
  const chain = [...keys, ...(issue.path ?? []).map(({ key }) => String(key))];
  return refusal(at, `\`${quoted(chain.join("."))}\` does not fit: ${why}`);
}

function refusal(at: URL, why: string): PrimeError {
  return new PrimeError(
    "python-list",
    `could not read the list of interpreters ${withoutSecrets(at.href)}: ${why}`,
    "mend the list, or name another one by `manifest` in [upgrade] of prime.toml; `./prime python manifest DIR` makes one",
  );
}
