import { now } from "./edges/clock.ts";
import { realPath } from "./edges/files/read.ts";
import { trustOf } from "./edges/files/trust.ts";
import { endWithUser, leaveSignals, stillWanted } from "./edges/processes/ending.ts";
import { surroundings } from "./edges/surroundings.ts";
import { writeMessage } from "./edges/terminal/streams.ts";
import { plain } from "./edges/terminal/text.ts";
import { closeToOthers, restoreUmask } from "./edges/umask.ts";
import { EXIT_FAILURE, PrimeError } from "./errors.ts";
import { type CompiledModule, keepCompiled } from "./launch/compiled.ts";
import { answerPlan } from "./launch/handover.ts";
import { hideValuesOf } from "./secrets.ts";
import { renewTouched } from "./start/renew.ts";

// biome-ignore lint/complexity/noUselessEmptyExport: without it the bundler takes `module`, which the loader gives, for CommonJS
export {};

const own = module as CompiledModule;

/** One start, and its status; undefined where another one of this process goes on with it, for which more is loaded. */
async function main(): Promise<number | undefined> {
  const started = { ...surroundings(), at: now(), launcher: realPath(__filename) ?? __filename };
  hideValuesOf(started.env);
  closeToOthers();
  endWithUser(started.shell);
  const { goOn } = own;
  const renewed = goOn && renewal(started);
  if (goOn !== undefined && renewed === undefined) {
    await stillWanted();
    leaveSignals();
    restoreUmask();
    goOn();
    return undefined;
  }
  const answer = renewed ?? (await (await import("./cli/program.ts")).follow(started));
  await stillWanted();
  return answerPlan(answer, started);
}

/** What is in the way of that is told by the program, which knows what to do. */
function renewal(started: Parameters<typeof renewTouched>[0]): ReturnType<typeof renewTouched> {
  try {
    return renewTouched(started);
  } catch (error) {
    if (error instanceof PrimeError) return undefined;
    throw error;
  }
}

main().then(
  (code) => {
    if (code === undefined) return;
    keepCompiled(own, { env: process.env, args: process.argv, trust: trustOf(process.env) });
    process.exit(code); // all is written, and the head waits for this process's end: Node would clear up first
  },
  (error: unknown) => {
    writeMessage(plain(`prime: could not hand over: ${error instanceof Error ? error.message : error}\n`));
    process.exitCode = EXIT_FAILURE;
  },
);
