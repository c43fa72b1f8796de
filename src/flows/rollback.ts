import * as path from "node:path";
import { now } from "../edges/clock.ts";
import { readHistory } from "../environment/history.ts";
import { writeHold } from "../environment/holds.ts";
import type { Manifest } from "../environment/manifest.ts";
import { EXIT_USAGE, PrimeError } from "../errors.ts";
import type { Answer } from "../launch/plan.ts";
import { isFailure } from "../python/probe.ts";
import { interpreterAt } from "../python/search.ts";
import { boot } from "./boot.ts";
import { findGeneration, isSound } from "./build/build.ts";
import { type Cold, whyCold } from "./cold.ts";
import type { Context } from "./context.ts";
import { type Decision, decide, digestFor } from "./decide.ts";
import { settleIn } from "./settle.ts";

/**
 * `./prime rollback [ID]`: shows the previous generation, or the one named, in place of what the inputs ask for. It holds
 * until an input changes, or until `--cancel`. Nothing is built and no network is used.
 */
export async function rollBack(context: Context, id: string | undefined): Promise<Answer> {
  if (context.flagKey === undefined)
    throw refusal("a rollback is kept for the launcher's own root", "leave --root away");
  const decision = await decide(context, false);
  const { base } = decision;
  if (base === undefined) throw refusal("no environment was built yet", "run ./prime first");
  const cold = whyCold(context);
  const target = id === undefined ? previousOf(context, decision, cold) : named(decision, id);
  await refuseUnusable(context, decision, target);
  const digest = digestFor(context, decision, base);
  const isAsked = findGeneration(decision, digest)?.id === target.id;
  writeHold(decision.folders, digest, isAsked ? undefined : { generation: target.id, since: now() });
  const { readyLine } = await settleIn(
    context,
    decision,
    target,
    { ...cold, reason: "asked for by the user" },
    "rollback",
  );
  context.terminal.say(readyLine);
  return { kind: "exit", code: 0 };
}

/** `./prime rollback --cancel`: what the inputs ask for is shown again. */
export async function cancelRollback(context: Context): Promise<Answer> {
  const decision = await decide(context, false);
  if (decision.base !== undefined) {
    writeHold(decision.folders, digestFor(context, decision, decision.base), undefined);
  }
  const booted = await boot(context, { anew: false });
  if (booted.kind === "hop") return booted.answer;
  context.terminal.say(booted.readyLine);
  return { kind: "exit", code: 0 };
}

/** What these flags showed before what they show now. */
function previousOf({ flagKey }: Context, { folders, generations }: Decision, { before }: Cold): Manifest {
  const current = before === undefined ? undefined : path.basename(before);
  const entries = readHistory(folders).filter(({ flags, to }) => flags === flagKey && to === current);
  const from = entries.at(-1)?.from;
  const manifest = generations.find((one) => one.id === from);
  if (manifest !== undefined) return manifest;
  throw refusal(
    "there is no environment before this one",
    "./prime history lists those that are kept: name one by its id",
  );
}

function named({ generations }: Decision, id: string): Manifest {
  const [found, ...others] = generations.filter((manifest) => manifest.id.startsWith(id));
  if (found !== undefined && others.length === 0) return found;
  const ids = (found === undefined ? generations : [found, ...others]).map((manifest) => manifest.id).join(", ");
  throw refusal(
    `${found === undefined ? "no" : "more than one"} environment has an id that begins with ${id}`,
    `there are: ${ids || "none"}`,
  );
}

/** An environment is never run by an interpreter of another ABI than it was built for. */
async function refuseUnusable(context: Context, decision: Decision, target: Manifest): Promise<void> {
  if (!isSound(decision, target)) {
    throw refusal(
      `the environment ${target.id} is not as it was built`,
      "./prime reboot builds what the inputs ask for anew",
    );
  }
  const { anchor, soabi } = target.interpreter;
  const found = await interpreterAt(anchor, {
    env: context.env,
    root: context.root,
    cacheFolder: context.places.cache,
    limitMs: decision.config.probeLimit.value * 1000,
    exclude: [],
  });
  const why = isFailure(found)
    ? found.why
    : found.soabi === soabi
      ? undefined
      : `its ABI is ${found.soabi} now, not ${soabi}`;
  if (why !== undefined)
    throw refusal(
      `the interpreter ${anchor} of environment ${target.id} can't run it: ${why}`,
      "restore that interpreter",
    );
}

function refusal(why: string, hint: string): PrimeError {
  return new PrimeError("rollback-refused", `could not roll back: ${why}`, { exitCode: EXIT_USAGE, hint });
}
