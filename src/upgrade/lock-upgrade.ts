import * as path from "node:path";
import { type Job, runStep } from "../builder/job.ts";
import { makeLockView } from "../builder/resolve/lock-view.ts";
import type { Decision } from "../decision/decide.ts";
import { makeFolder } from "../edges/files/change.ts";
import { makerMark } from "../edges/files/own/maker-mark.ts";
import { remove } from "../edges/files/own/remove.ts";
import { readText } from "../edges/files/read.ts";
import { readLock } from "../project/files/uv/uv-lock.ts";
import { changedPackages } from "../project/packages.ts";
import type { UvTool } from "../uv/commands.ts";
import { upgradeLock } from "../uv/lock-commands.ts";

/** What a uv.lock becomes within the declared ranges. */
export async function upgradedLock(job: Job, decision: Decision, uv: UvTool, python: string, names: readonly string[]) {
  const { folders, project } = decision;
  const lock = project.uvLock;
  if (lock === null) return undefined;
  const folder = path.join(folders.work, `work-uv.${makerMark()}`);
  makeFolder(folder);
  try {
    const before = readText(lock) ?? "";
    const root = makeLockView({ folder: path.join(folder, "view"), root: job.context.root, path: lock, text: before });
    await runStep(job, "see what uv.lock becomes", upgradeLock({ ...uv, root }, python, names), {
      id: "lock-failed",
      hint: "correct the requirements in pyproject.toml, or check the index",
    });
    const view = path.join(root, path.relative(job.context.root, lock));
    const after = readText(view) ?? "";
    const versions = async (text: string) => {
      const { packages } = await readLock(text, lock);
      return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
    };
    const changes = changedPackages(await versions(before), await versions(after)).map(({ name, was, is }) => ({
      name,
      from: was ?? null,
      to: is ?? null,
      why: "newest within what is declared",
    }));
    return { changes, refused: [], files: after === before ? [] : [{ path: lock, before, after }] };
  } finally {
    remove(folder);
  }
}
