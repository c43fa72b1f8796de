import { beginJob } from "../../builder/job.ts";
import { provision } from "../../builder/uv-tool.ts";
import { loadPolicy } from "../../config/policy/load.ts";
import type { Policy } from "../../config/policy/policy.ts";
import type { Context } from "../../context.ts";
import { decideTools } from "../../decision/decide.ts";
import { EXIT_POLICY } from "../../errors.ts";
import { platformHere } from "../../provision/python/platforms.ts";

/** What the commands for interpreters look at: the repo, the rules that hold in it, and the machine. */
export async function pythonScene(context: Context) {
  const surveyed = await decideTools(context);
  for (const warning of surveyed.loaded.warnings) context.terminal.warn(warning);
  const policy: Policy = await loadPolicy(surveyed.config, EXIT_POLICY);
  return { surveyed, policy, here: platformHere(surveyed.selected) };
}

/** Unpacks by the pinned uv, which is got when it is needed. */
export async function unpackingJob(
  context: Context,
  { surveyed }: Pick<Awaited<ReturnType<typeof pythonScene>>, "surveyed">,
) {
  const job = await beginJob(context, surveyed.folders);
  return { job, uv: () => provision(job, surveyed) };
}
