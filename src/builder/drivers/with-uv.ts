import * as commands from "../../uv/commands.ts";
import type { UvTool } from "../../uv/tool.ts";
import { type Job, runStep } from "../job.ts";
import { installRepoLock, installResolved } from "../resolve/resolution.ts";
import { writeEditables } from "../resolve/resolving.ts";
import { refuseUnreadSettings } from "../resolve/unread-settings.ts";
import { type BuildTarget, INSTALL_FAILED } from "./target.ts";

/** Makes the venv and installs what the project asks for. Gives the file of the resolution that was used, if any. */
export async function buildWithUv(job: Job, uv: UvTool, target: BuildTarget): Promise<string | undefined> {
  const { generation, python, project } = target;
  if (project.kind === "uv-lock") {
    await installLock(job, uv, target);
    return undefined;
  }
  const made = await runStep(job, "make the venv", commands.createVenv(uv, generation, python, project.name), {
    id: "venv-failed",
    hint: "check that this python works",
  });
  refuseUnreadSettings(job, made.output);
  if (project.kind === "nothing") return undefined;
  if (project.kind !== "pylock") return installResolved(job, uv, target);
  await installRepoLock(job, uv, target);
  if (project.editables.length > 0) {
    const alone = commands.installAlone(uv, generation, writeEditables(target), project.rebuilt);
    await runStep(job, "install the project", alone, INSTALL_FAILED);
  }
  return undefined;
}

/**
 * Installs from uv.lock. Also with the lock of an upgrade, the repo's own projects are installed from where they are,
 * not from the view that shows the lock.
 */
async function installLock(job: Job, uv: UvTool, { generation, python, project, lockView }: BuildTarget) {
  const sync = (tool: UvTool, part?: "fetched" | "local") =>
    runStep(job, "install from uv.lock", commands.syncLock(tool, generation, python, project, part), INSTALL_FAILED);
  if (lockView === undefined) return sync(uv);
  await sync({ ...uv, root: lockView }, "fetched");
  return sync(uv, "local");
}
