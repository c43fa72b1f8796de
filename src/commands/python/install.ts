import { beginJob } from "../../builder/job.ts";
import { obtainInterpreter } from "../../builder/obtain.ts";
import { provision } from "../../builder/uv-tool.ts";
import type { Context } from "../../context.ts";
import { EXIT_POLICY, PrimeError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { nameOf } from "../../provision/python/build-lists.ts";
import { listKept, openStore } from "../../provision/python/store.ts";
import { upstreamBuilds } from "../../provision/python/upstream.ts";
import { parseBuildRequest } from "../../upgrade/interpreter.ts";
import { buildFor, pythonScene } from "./scene.ts";

/** `./prime python install REQUEST`: the newest build that fits and that policy allows, in this user's store. */
export async function installPython(context: Context, text: string): Promise<Answer> {
  const asked = parseBuildRequest(text);
  const scene = await pythonScene(context);
  const { surveyed, policy } = scene;
  const known = await upstreamBuilds(context, policy).catch((error: unknown) => {
    const kept = listKept(openStore(context)).map(({ build }) => build);
    if (!(error instanceof PrimeError) || error.exitCode === EXIT_POLICY || kept.length === 0) throw error;
    context.terminal.warn(`${error.message}; only what is kept is known`);
    return { builds: kept, from: "what is kept here" };
  });
  const to = buildFor(context, scene, asked, { ...known, ranges: [] });
  const job = await beginJob(context, surveyed.folders);
  const { executable } = await obtainInterpreter(job, surveyed, to, () => provision(job, surveyed), EXIT_POLICY);
  context.terminal.say(`kept: ${nameOf(to)}, ${executable}`);
  return DONE;
}
