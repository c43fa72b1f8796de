import * as path from "node:path";
import { cleanEnvironment } from "../edges/clean.ts";
import { realPath } from "../edges/files.ts";
import { PrimeError } from "../errors.ts";
import type { EntryStart } from "../launch/entry-scripts.ts";
import { knownScript, rememberScript } from "../launch/known-scripts.ts";
import { entryCalls } from "../python/entry-call.ts";
import type { Context } from "./context.ts";
import type { Ready } from "./settle.ts";

/**
 * How a script starts where protoprimer has entry scripts: which of its functions the script calls is found out once,
 * and told to the next starts. `script` is as the user wrote it.
 */
export function entryStart(context: Context, ready: Ready, script: string): EntryStart | undefined {
  const { kernel, freshness, activation } = ready;
  if (kernel === undefined) return undefined;
  const { launcher, places, cwd, env, startedAt, terminal } = context;
  const file = realPath(script.startsWith("/") ? script : `${cwd}/${script}`) ?? path.resolve(cwd, script);
  const place = { state: places.state, launcher };
  const name = path.basename(script);
  const known = knownScript(place, name, file);
  if (known !== undefined) return { kernel, calls: known.calls };
  const python = path.join(activation.generation, "bin", "python");
  const [calls = null] = entryCalls(python, [file], env);
  terminal.detail(`${script} calls ${calls === null ? "no entry function" : `${calls} of ${kernel}`}`);
  try {
    const observer = { python, env: cleanEnvironment(env), since: startedAt, freshness };
    const reason = rememberScript(place, { name, path: file, calls }, observer);
    if (reason !== undefined) terminal.detail(`the next start of ${script} is cold once more: ${reason}`);
  } catch (error) {
    if (!(error instanceof PrimeError)) throw error;
    terminal.warn(`this start goes on, and the next ones of ${script} are slower: ${error.message}`);
  }
  return { kernel, calls };
}
