import * as path from "node:path";
import { EXIT_FAILURE, PrimeError } from "../../errors.ts";
import type { InputCollector } from "../../inputs/collector.ts";
import { lineOf, quotedToml, type Table } from "../../toml.ts";
import { FORM, NO_LOCK, PRIME_LOCK, type PrimeLock } from "./prime-lock.ts";

/** Reads prime.lock of a root; it is an input, and so is its absence. Throws `config-torn`, `config-value`, `prime-lock-newer`. */
export async function readPrimeLock(root: string, files: InputCollector): Promise<PrimeLock> {
  const file = path.join(root, PRIME_LOCK);
  const table = await files.toml(file);
  return table === undefined ? NO_LOCK : understand(table, file, files.text(file) ?? "");
}

const HINT =
  "`git checkout prime.lock` brings back what was committed; or remove it, and `./prime python pin` writes it";

async function understand(table: Table, file: string, text: string): Promise<PrimeLock> {
  const placeOf = (keys: readonly string[]) => `${file}:${lineOf(text, keys) ?? 1}`;
  if (typeof table.version === "number" && table.version > FORM) {
    throw new PrimeError(
      "prime-lock-newer",
      `could not read ${placeOf(["version"])}: a newer prime wrote it, in form ${quotedToml(table.version)}`,
      "use the launcher of the commit that brought this prime.lock",
    );
  }
  const { check } = await import("../schema/validation.ts");
  const { PRIME_LOCK_SCHEMA } = await import("../schema/schema.ts");
  const { python = null, hold = [] } = await check(PRIME_LOCK_SCHEMA, table, {
    placeOf,
    exitCode: EXIT_FAILURE,
    hint: HINT,
  });
  const pins = hold.map(({ name, version, until = null, reason = null }) => ({ name, version, until, reason }));
  if (python === null) return { python, pins };
  const { implementation, version, build: builds } = python;
  const twice = builds.find((one, at) => builds.findIndex(({ platform }) => platform === one.platform) < at);
  if (twice !== undefined)
    throw new PrimeError("config-value", `could not use ${file}: it has two builds for ${twice.platform}`, HINT);
  const common = { implementation, version };
  return {
    python: { ...common, builds: builds.map(({ variant = null, ...one }) => ({ ...common, variant, ...one })) },
    pins,
  };
}
