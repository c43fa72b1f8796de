import { obtainInterpreter } from "../../builder/obtain.ts";
import type { Context } from "../../context.ts";
import { now } from "../../edges/clock.ts";
import { EXIT_POLICY } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { nameOf } from "../../provision/python/build-lists.ts";
import { upstreamBuilds } from "../../provision/python/upstream.ts";
import { describe } from "../../python/version.ts";
import { chooseBuild, parseBuildRequest, refusedBuild } from "../../upgrade/interpreter.ts";
import { pythonScene, unpackingJob } from "./scene.ts";

/** `./prime python install REQUEST`: the newest build that fits and that policy allows, in this user's store. */
export async function installPython(context: Context, text: string): Promise<Answer> {
  const asked = parseBuildRequest(text);
  const scene = await pythonScene(context);
  const { surveyed, policy, here } = scene;
  const { builds, from } = await upstreamBuilds(context, policy);
  const question = { ...asked, builds, here, ranges: [], current: null, policy, now: now(), root: context.root };
  const { to, refused } = chooseBuild(question);
  if (to === null) throw refusedBuild(asked.request === null ? text : describe(asked.request), from, here, refused);
  const { job, uv } = unpackingJob(context, scene);
  const { executable } = await obtainInterpreter(job, surveyed, to, uv, EXIT_POLICY);
  context.terminal.say(`kept: ${nameOf(to)}, ${executable}`);
  return { kind: "exit", code: 0 };
}
