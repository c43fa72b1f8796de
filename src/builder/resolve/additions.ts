import { installBeside } from "../../uv/commands.ts";
import type { UvTool } from "../../uv/tool.ts";
import type { BuildTarget } from "../drivers/target.ts";
import { pipIn } from "../drivers/with-pip.ts";
import { type Job, runStep } from "../job.ts";

/**
 * Installs what one start wants beside what the repo asks for (`--with`). When the two contradict each other, `--with`
 * wins, and that is said.
 */
export async function addRequirements(
  job: Job,
  uv: UvTool | undefined,
  { generation, project }: Pick<BuildTarget, "generation" | "project">,
  requirements: readonly string[],
): Promise<void> {
  if (requirements.length === 0) return;
  const command =
    uv === undefined
      ? pipIn(job, generation)("install", ...requirements)
      : installBeside(uv, generation, requirements, project.requirementOptions);
  const { output } = await runStep(job, `install ${requirements.join(", ")}`, command, {
    id: "install-failed",
    hint: "correct what stands behind --with, or check the index and the network",
  });
  const replaced = [...output.matchAll(/^ - (\S+)$|Successfully uninstalled (\S+)$/gm)].map(
    ([, one, other]) => one ?? other,
  );
  if (replaced.length > 0)
    job.context.terminal.warn(`--with takes the place of what the repo asks for: ${replaced.join(", ")}`);
}
