import { type Table, tomlText } from "../../toml.ts";
import type { PythonBuild } from "./python-build.ts";

export const PRIME_LOCK = "prime.lock";

/** What `prime.lock` says: on what every clone of the repo stands, and what upgrades leave alone. */
export interface PrimeLock {
  readonly python: LockedPython | null;
  readonly pins: readonly Pin[];
}

/** One version of the interpreter, by a build for each platform. */
export interface LockedPython {
  readonly implementation: string;
  /** PEP 440. */
  readonly version: string;
  readonly builds: readonly PythonBuild[];
}

/** A version of a package that upgrades keep. */
export interface Pin {
  /** PEP 503. */
  readonly name: string;
  /** PEP 440. */
  readonly version: string;
  /** `YYYY-MM-DD`, the last day; null: for good. */
  readonly until: string | null;
  readonly reason: string | null;
}

export const NO_LOCK: PrimeLock = { python: null, pins: [] };

/** The form that this prime reads and writes. */
export const FORM = 1;

/** The text of prime.lock, the same for the same contents; "" where there is nothing to keep. */
export function primeLockText({ python, pins }: PrimeLock): string {
  if (python === null && pins.length === 0) return "";
  const parts = [
    ["# Written by prime; commit it. `./prime python pin` and `./prime pin` change it.", `version = ${FORM}`],
  ];
  if (python !== null) {
    const { implementation, version, builds } = python;
    parts.push(["[python]", ...lines({ implementation, version })]);
    for (const { platform, variant, build, url, sha256 } of sortedBy(builds, (one) => one.platform)) {
      parts.push(["[[python.build]]", ...lines({ platform, variant, build, url, sha256 })]);
    }
  }
  for (const { name, version, until, reason } of sortedBy(pins, (one) => one.name)) {
    parts.push(["[[hold]]", ...lines({ name, version, until, reason })]);
  }
  return parts.map((part) => `${part.join("\n")}\n`).join("\n");
}

function lines(values: Table): string[] {
  return Object.entries(values).flatMap(([key, value]) => (value === null ? [] : `${key} = ${tomlText(value)}`));
}

function sortedBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...items].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}
