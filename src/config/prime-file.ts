import * as path from "node:path";
import { EXIT_FAILURE, PrimeError } from "../errors.ts";
import type { InputCollector } from "../inputs/collector.ts";
import { isTable, lineOf, quotedToml, type Table, valueAt } from "../toml.ts";
import type { Layer } from "./layer.ts";

/** What `prime.toml` says, else `[tool.prime]` in pyproject.toml; the first that is there is the only one that counts. */
export async function readPrimeConfig(root: string, files: InputCollector): Promise<Layer | undefined> {
  const own = path.join(root, "prime.toml");
  const values = await files.toml(own);
  if (values !== undefined) return fileLayer(own, files.text(own) ?? "", [], values);
  const shared = path.join(root, "pyproject.toml");
  const text = files.text(shared);
  if (text === undefined || !canHoldPrime(text)) return undefined;
  const section = valueAt((await files.toml(shared)) ?? {}, SECTION);
  if (section === undefined) return undefined;
  if (isTable(section)) return fileLayer(shared, text, SECTION, section);
  const message = `could not use ${place(shared, text, SECTION)}: \`tool.prime\` must be a table, found ${quotedToml(section)}`;
  throw new PrimeError("config-value", message, "write the keys below a line [tool.prime]");
}

const SECTION = ["tool", "prime"];

/**
 * False when the key `prime` cannot be in a TOML text, so that most repos are not parsed for it: the key stands there as
 * it is, or with letters written as escapes (TOML 1.0, "Basic strings"; 1.1 adds `\x`).
 */
function canHoldPrime(text: string): boolean {
  return /prime|\\[uUx]/.test(text);
}

/** What is said of an app (`[app]`) is read where one is started: no environment of the repo's is made of it. */
function fileLayer(file: string, text: string, section: readonly string[], { app: _, ...values }: Table): Layer {
  return {
    values,
    sourceOf: (key) => ({ kind: "file", where: file, key: [...section, key].join(".") }),
    placeOf: (keys) => place(file, text, [...section, ...keys]),
    exitCode: EXIT_FAILURE,
    isFile: true,
  };
}

function place(file: string, text: string, keys: readonly string[]): string {
  const line = lineOf(text, keys);
  return line === undefined ? file : `${file}:${line}`;
}
