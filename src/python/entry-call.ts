import * as v from "valibot";
import type { Environment } from "../edges/command.ts";
import { parseJson } from "../edges/files/own/own-json.ts";
import { runSync } from "../edges/processes/run-sync.ts";
import { PrimeError } from "../errors.ts";
import type { EntryCall } from "../plan/commands/script-start.ts";
import { cleanEnvironment } from "./clean-environment.ts";
import { ENTRY_CALL_PY } from "./texts/texts.ts";

const CALLS = v.array(v.nullable(v.picklist(["boot_env", "start_app"])));

/**
 * Which of protoprimer's two functions each script calls; null for a script of another kind. Told from its syntax by
 * `python`, which is the one that runs them; nothing of the script is run. Paths are absolute.
 */
export function entryCalls(python: string, scripts: readonly string[], env: Environment): (EntryCall | null)[] {
  const args = ["-I", "-S", "-c", ENTRY_CALL_PY, ...scripts];
  const fail = (reason: string): never => {
    throw new PrimeError(
      "entry-script",
      `could not look at ${scripts.join(", ")} by ${python}: ${reason}`,
      "`./prime reboot` builds the environment anew",
    );
  };
  const answer = runSync({ file: python, args, env: cleanEnvironment(env), cwd: "/" }, "", fail);
  const calls = parseJson(answer ?? "", CALLS);
  return calls?.length === scripts.length ? calls : fail("its answer is none");
}
