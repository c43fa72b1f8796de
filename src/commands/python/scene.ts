import type { PythonBuild } from "../../config/lock/python-build.ts";
import { loadPolicy } from "../../config/policy/load.ts";
import type { Policy } from "../../config/policy/policy.ts";
import type { Context } from "../../context.ts";
import { decideTools } from "../../decision/decide.ts";
import { now } from "../../edges/clock.ts";
import { EXIT_POLICY } from "../../errors.ts";
import { platformHere } from "../../provision/python/platforms.ts";
import {
  type BuildQuestion,
  chooseBuild,
  describeBuildRequest,
  type PythonBuildRequest,
  refusedBuild,
} from "../../upgrade/interpreter.ts";

/** What the commands for interpreters look at: the repo, the rules that hold in it, and the machine. */
export async function pythonScene(context: Context) {
  const surveyed = await decideTools(context);
  for (const warning of surveyed.loaded.warnings) context.terminal.warn(warning);
  const policy: Policy = await loadPolicy(surveyed.config, EXIT_POLICY);
  return { surveyed, policy, here: platformHere(surveyed.selected) };
}

/** The build of these that policy and ranges let be taken; throws where there is none. */
export function buildFor(
  { root }: Context,
  { policy, here }: Awaited<ReturnType<typeof pythonScene>>,
  asked: PythonBuildRequest,
  { builds, from, ranges }: Pick<BuildQuestion, "builds" | "ranges"> & { readonly from: string },
): PythonBuild {
  const { to, refused } = chooseBuild({ ...asked, builds, here, ranges, current: null, policy, now: now(), root });
  if (to === null) throw refusedBuild(describeBuildRequest(asked), from, here, refused);
  return to;
}
