import * as path from "node:path";
import { exists } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import { quoted } from "../../quoted.ts";
import type { PlacedLine } from "./requirements.ts";

/** What requirement files say of where packages come from and how they are built. Variables (`${NAME}`) are not replaced. */
export interface RequirementOptions {
  readonly indexUrl: string | undefined;
  readonly extraIndexUrls: readonly string[];
  readonly findLinks: readonly string[];
  readonly noIndex: boolean;
  readonly noBinary: readonly string[];
  readonly onlyBinary: readonly string[];
  readonly trustedHosts: readonly string[];
  readonly pre: boolean;
  readonly requireHashes: boolean;
  /** Those that have no meaning for uv, `--name (file:line)`. */
  readonly passedOver: readonly string[];
}

/** uv goes on without them: they ask pip for what uv does in any case, or for pip's own features. */
const PIPS_OWN = ["--prefer-binary", "--use-feature"];

/**
 * Reads the options by pip's rules as far as uv takes them, and refuses the others by name; uv itself passes some over in
 * silence that change what is installed (`--pre`, `--trusted-host`, `--require-hashes`).
 */
export function readOptions(lines: readonly PlacedLine[]): RequirementOptions {
  const all: Record<string, string[]> = {};
  for (const line of lines) {
    if (line.kind === "requirement" || line.kind === "editable") refuseOwnOptions(line);
    if (line.kind !== "option") continue;
    const [name, value] = split(line.value);
    const key = NAMES[name];
    if (key === undefined) throw unknown(line, name);
    all[key] ??= [];
    if (key === "passedOver") all[key].push(`${name} (${line.file}:${line.line})`);
    else all[key].push(key === "findLinks" ? besideFile(value, line.file) : value);
  }
  const of = (key: string) => all[key] ?? [];
  return {
    indexUrl: of("indexUrl").at(-1),
    extraIndexUrls: of("extraIndexUrls"),
    findLinks: of("findLinks"),
    noIndex: of("noIndex").length > 0,
    noBinary: of("noBinary"),
    onlyBinary: of("onlyBinary"),
    trustedHosts: of("trustedHosts"),
    pre: of("pre").length > 0,
    requireHashes: of("requireHashes").length > 0,
    passedOver: of("passedOver"),
  };
}

/** Each option that a requirement file may have for uv, and what it says. */
export const NAMES: Readonly<Record<string, keyof RequirementOptions>> = {
  "-i": "indexUrl",
  "--index-url": "indexUrl",
  "--extra-index-url": "extraIndexUrls",
  "-f": "findLinks",
  "--find-links": "findLinks",
  "--no-index": "noIndex",
  "--no-binary": "noBinary",
  "--only-binary": "onlyBinary",
  "--trusted-host": "trustedHosts",
  "--pre": "pre",
  "--require-hashes": "requireHashes",
  ...Object.fromEntries(PIPS_OWN.map((name) => [name, "passedOver"] as const)),
};

function split(text: string): [name: string, value: string] {
  const [, name = text, value = ""] = /^(--?[A-Za-z][\w-]*)(?:\s*=\s*|\s+|$)(.*)$/s.exec(text) ?? [];
  return [name, value.trim().replace(/^(["'])(.*)\1$/, "$2")];
}

/** pip looks for `--find-links DIR` beside the file that says it, if there is such a folder. */
function besideFile(value: string, file: string): string {
  const beside = path.resolve(path.dirname(file), value);
  return exists(beside) ? beside : value;
}

/** uv takes digests behind a requirement, and nothing else. */
function refuseOwnOptions(line: PlacedLine): void {
  const name = /\s(--(?!hash\b)[a-z][\w-]*)/.exec(line.value)?.[1];
  if (name !== undefined) throw unknown(line, name);
}

function unknown({ file, line }: PlacedLine, name: string): PrimeError {
  return new PrimeError(
    "requirement-option",
    `could not install ${file}:${line}: uv has no meaning for \`${quoted(name)}\` in a requirement file`,
    'take it out, or set `venv_driver = "venv_pip"`',
  );
}
