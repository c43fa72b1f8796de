import * as path from "node:path";
import type { Command } from "../edges/command.ts";
import { copyFile, writeAtomic } from "../edges/files/change.ts";
import type { Project } from "../project/project.ts";
import * as commands from "../uv/commands.ts";
import { type Job, runStep, tryStep } from "./job.ts";

export interface Target {
  /** The generation's own folder, absolute; it does not exist yet. */
  readonly generation: string;
  /** A folder for files that only this build needs, absolute. */
  readonly work: string;
  /** The interpreter below it. */
  readonly python: string;
  readonly project: Project;
  /** What exactly this was resolved to before, for what has no lock; a file, absolute. */
  readonly known: string | undefined;
  /** The resolution to stay near to, if there is one; absolute. */
  readonly preferred: string | undefined;
}

const FAILED = {
  id: "install-failed",
  hint: "mend what the words above name; what worked before still works",
} as const;

/** Makes the venv and installs what the project asks for. Gives the resolution that was used, a file, if any. */
export async function buildWithUv(job: Job, uv: commands.UvTool, target: Target): Promise<string | undefined> {
  const { generation, python, project, known } = target;
  if (project.kind === "uv-lock") {
    await runStep(job, "install from uv.lock", commands.syncLock(uv, generation, python, project), FAILED);
    return undefined;
  }
  await runStep(job, "make the venv", commands.createVenv(uv, generation, python, project.name), {
    id: "venv-failed",
    hint: "check that this python works",
  });
  if (project.kind === "nothing") return undefined;
  if (project.kind === "pylock") {
    const lock = path.join(uv.root, "pylock.toml");
    await runStep(job, "install from pylock.toml", commands.installPylock(uv, generation, lock, project), FAILED);
    await installEditables(job, uv, target);
    return undefined;
  }
  const resolution = known ?? (await resolveAnew(job, uv, target));
  const install = installCommand(uv, target, resolution);
  if (known !== undefined && (await installFromCache(job, install, project))) return known;
  await runStep(job, "install packages", install, FAILED);
  return resolution;
}

/** What was installed before is likely to be here still: then no index is asked, and none has to answer. */
async function installFromCache(job: Job, install: Command, { rebuilt }: Project): Promise<boolean> {
  if (rebuilt.length > 0) return false;
  const offline = { ...install, args: [...install.args, "--offline"] };
  return (await tryStep(job, "install packages from the cache", offline, { otherwise: "not all are there" })).ok;
}

async function installEditables(job: Job, uv: commands.UvTool, target: Target): Promise<void> {
  if (target.project.editables.length === 0) return;
  await runStep(job, "install the project", installCommand(uv, target, writeEditables(target)), FAILED);
}

/** Adds what a resolution leaves out: from where packages come, and which bytes they may be. */
function installCommand(uv: commands.UvTool, { generation, project, work }: Target, resolution: string): Command {
  const write = (name: string, lines: readonly string[]): string[] => {
    if (lines.length === 0) return [];
    writeAtomic(path.join(work, name), `${lines.join("\n")}\n`);
    return [path.join(work, name)];
  };
  return commands.installResolved(uv, generation, {
    files: [resolution, ...write("options.in", project.requirementOptions)],
    constraints: write("hashed.in", project.hashedRequirements),
    rebuilt: project.rebuilt,
  });
}

/** The answer is kept only when the environment made from it stands. */
async function resolveAnew(job: Job, uv: commands.UvTool, target: Target): Promise<string> {
  const answer = path.join(target.work, "resolution.txt");
  if (target.preferred !== undefined) copyFile(target.preferred, answer);
  await runStep(job, "resolve requirements", resolveCommand(uv, target, answer), {
    id: "resolve-failed",
    hint: "correct the requirements, or check the index and the network; what worked before still works",
  });
  return answer;
}

function resolveCommand(uv: commands.UvTool, target: Target, output: string): Command {
  const { project } = target;
  const pyproject = path.join(uv.root, "pyproject.toml");
  const isVirtual = project.virtualRequirements.length > 0 && !project.installsRoot;
  const files = [
    ...(project.editables.length === 0 ? [] : [writeEditables(target)]),
    ...(isVirtual ? [pyproject] : []),
    ...project.requirementFiles.map((file) => path.join(uv.root, file)),
  ];
  const groups = (project.groups ?? []).map((name) => `${pyproject}:${name}`);
  return commands.resolve(uv, target.generation, {
    files: files.length + groups.length === 0 ? [writeEditables(target)] : files, // uv refuses to resolve nothing at all
    groups,
    extras: isVirtual ? project.extras : [],
    output,
    rebuilt: project.rebuilt,
  });
}

/** The root with its extras, and the chosen members, as a requirement file. */
function writeEditables({ project, work }: Target): string {
  const file = path.join(work, "editables.in");
  const lines = project.editables.map((folder, index) =>
    commands.editableLine(folder, index === 0 && project.installsRoot ? project.extras : []),
  );
  writeAtomic(file, `${lines.join("\n")}\n`);
  return file;
}
