import * as path from "node:path";
import { explain } from "@renovatebot/pep440";
import type { Environment } from "../../edges/command.ts";
import { writePlain } from "../../edges/files/change.ts";
import type { Interpreter } from "../../python/interpreter.ts";
import type { Fetched } from "../../sources/fetched.ts";
import { type Limits, limitArguments } from "../../uv/limits.ts";
import type { UvTool } from "../../uv/tool.ts";
import { SETTINGS, type Wanted } from "./wanted.ts";

/** A version of a package, above which one is looked for. */
export interface Above {
  readonly name: string;
  readonly version: string;
}

interface Question {
  /** The file that uv writes its answer to; absolute, as `work` is, a folder for what it is asked with. */
  readonly output: string;
  readonly work: string;
  readonly limits: Limits;
  /** Constraints (PEP 508) beside those of the limits. */
  readonly but: readonly string[];
  readonly above: Above | undefined;
}

/**
 * What uv is asked, with its constraints written to a file for it. Nothing that was installed or resolved before is preferred, and what uv has
 * cached of indexes is asked for again. uv takes a pre-release where nothing else is within a range, which is no answer to what is newer than a
 * release (PEP 440), unless one is asked for.
 */
export function commandArguments({ root }: Wanted, base: Interpreter, question: Question): string[] {
  const { output, work, limits, but, above } = question;
  const constraints = path.join(work, "constraints.txt");
  const newer = above === undefined ? [] : [`${above.name} >${above.version}`];
  const limiting = [...limits.constraints, ...but, ...newer];
  writePlain(constraints, `${limiting.join("\n")}\n`);
  return [
    ...["pip", "compile", "--python", base.executable, "--no-header", "--format", "pylock.toml", "--refresh"],
    ...["--index-strategy", "first-index", "--output-file", output, path.join(root, "pyproject.toml")],
    ...(limiting.length === 0 ? [] : ["--constraints", constraints]), // of an empty one uv warns
    ...(above === undefined || explain(above.version)?.is_prerelease !== false
      ? []
      : ["--prerelease-package", `${above.name}=explicit`]),
    ...limitArguments(limits),
  ];
}

/** Where the user's own indexes have no say, none of their settings has. */
export function environmentOf({ env }: UvTool, { root, asksUser }: Wanted, fetched: Fetched): Environment {
  const own = Object.entries(env).filter(
    ([name]) => !/^UV_(?:INDEX$|INDEX_URL|DEFAULT_INDEX|EXTRA_INDEX|FIND_LINKS|NO_INDEX|CONFIG_FILE)/.test(name),
  );
  const alone = { ...Object.fromEntries(own), UV_CONFIG_FILE: path.join(root, SETTINGS) };
  return { ...(asksUser ? env : alone), ...fetched.direct(env) };
}
