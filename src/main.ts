import { now } from "./edges/clock.ts";
import { realPath } from "./edges/files/read.ts";
import { trustOf } from "./edges/files/trust.ts";
import { endWithUser, stillWanted } from "./edges/processes/ending.ts";
import { surroundings } from "./edges/surroundings.ts";
import { writeMessage } from "./edges/terminal/streams.ts";
import { plain } from "./edges/terminal/text.ts";
import { closeToOthers } from "./edges/umask.ts";
import { EXIT_FAILURE } from "./errors.ts";
import { type CompiledModule, keepCompiled } from "./launch/compiled.ts";
import { answerPlan } from "./launch/handover.ts";
import { hideValuesOf } from "./secrets.ts";
import { renewTouched } from "./start/renew.ts";

// biome-ignore lint/complexity/noUselessEmptyExport: without it the bundler takes `module`, which the loader gives, for CommonJS
export {};

/** One start. The program itself is loaded where there is more to do than to renew a ready plan. */
async function main(): Promise<number> {
  const started = { ...surroundings(), at: now(), launcher: realPath(__filename) ?? __filename };
  hideValuesOf(started.env);
  closeToOthers();
  endWithUser(started.shell);
  const answer = renewTouched(started) ?? (await (await import("./cli/program.ts")).follow(started));
  await stillWanted();
  return answerPlan(answer, started);
}

main().then(
  (code) => {
    process.exitCode = code;
    keepCompiled(module as CompiledModule, { env: process.env, args: process.argv, trust: trustOf(process.env) });
  },
  (error: unknown) => {
    writeMessage(plain(`prime: could not hand over: ${error instanceof Error ? error.message : error}\n`));
    process.exitCode = EXIT_FAILURE;
  },
);
