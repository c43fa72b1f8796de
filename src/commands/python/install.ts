import { obtainInterpreter } from "../../builder/obtain.ts";
import type { Context } from "../../context.ts";
import { now } from "../../edges/clock.ts";
import { EXIT_POLICY, PrimeError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { nameOf } from "../../provision/python/build-lists.ts";
import { listKept, openStore } from "../../provision/python/store.ts";
import { upstreamBuilds } from "../../provision/python/upstream.ts";
import { chooseBuild, describeBuildRequest, parseBuildRequest, refusedBuild } from "../../upgrade/interpreter.ts";
import { pythonScene, unpackingJob } from "./scene.ts";

/** `./prime python install REQUEST`: the newest build that fits and that policy allows, in this user's store. */
export async function installPython(context: Context, text: string): Promise<Answer> {
  const asked = parseBuildRequest(text);
  const scene = await pythonScene(context);
  const { surveyed, policy, here } = scene;
  const { builds, from } = await upstreamBuilds(context, policy).catch((error: unknown) => {
    const kept = listKept(openStore(context)).map(({ build }) => build);
    if (!(error instanceof PrimeError) || error.exitCode === EXIT_POLICY || kept.length === 0) throw error;
    context.terminal.warn(`${error.message}; only what is kept is known`);
    return { builds: kept, from: "what is kept here" };
  });
  const question = { ...asked, builds, here, ranges: [], current: null, policy, now: now(), root: context.root };
  const { to, refused } = chooseBuild(question);
  if (to === null) throw refusedBuild(describeBuildRequest(asked), from, here, refused);
  const { job, uv } = await unpackingJob(context, scene);
  const { executable } = await obtainInterpreter(job, surveyed, to, uv, EXIT_POLICY);
  context.terminal.say(`kept: ${nameOf(to)}, ${executable}`);
  return DONE;
}
