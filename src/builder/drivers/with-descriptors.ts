import * as path from "node:path";
import type { Decision } from "../../decision/decide.ts";
import type { Command } from "../../edges/command.ts";
import { writePlain } from "../../edges/files/change.ts";
import { writeCommitted } from "../../edges/files/committed.ts";
import { isFile, readText } from "../../edges/files/read.ts";
import { PrimeError, passOn } from "../../errors.ts";
import type { InstallGroup } from "../../project/project.ts";
import * as commands from "../../uv/commands.ts";
import { type EditableInstall, editableArguments, installEditable } from "../../uv/editable.ts";
import type { UvTool } from "../../uv/tool.ts";
import { type Job, runStep } from "../job.ts";
import type { BuildTarget } from "./target.ts";
import { makePipVenv, updatePip } from "./with-pip.ts";

/**
 * Makes the environment that protoprimer's configuration asks for: each group by a command of its own, under the
 * present constraints, or with `anew` under none. Gives the new constraints, as text.
 */
export async function buildDescriptors(
  job: Job,
  uv: UvTool | undefined,
  target: BuildTarget,
  { anew }: { readonly anew: boolean },
): Promise<string> {
  const { project, work } = target;
  const constraints = anew ? emptyFile(work) : (present(project.constraintsFile) ?? emptyFile(work));
  const install = uv === undefined ? await byPip(job, target) : await byUv(job, uv, target);
  for (const { name, args, projects } of project.installGroups) {
    await runStep(job, titleOf(name), inVenv(target, install.group({ constraints, args, projects })), {
      id: "install-failed",
      hint: `correct what the output above names${args.length === 0 ? "" : ` (\`install_specs\` adds \`${args.join(" ")}\` to the command)`}`,
      note: `the versions are pinned in ${project.constraintsFile}, which ./prime reboot makes anew`,
    });
  }
  return (await runStep(job, "list packages", install.list, { id: "install-failed" })).stdout;
}

/**
 * Writes the constraints of an environment that was built, so that the next one gets the same versions, if `lock`
 * allows it. Gives whether they changed. Throws `lock-outdated`.
 */
export function settleConstraints(job: Job, { config, project }: Decision, text: string): boolean {
  const file = project.constraintsFile;
  if (file === null || readText(file) === text || config.lock.value === "frozen") return false;
  if (config.lock.value === "check") {
    throw new PrimeError(
      "lock-outdated",
      `${file} is not what was installed, and lock is "check"`,
      "run ./prime where the file may be written, and commit it",
    );
  }
  try {
    writeCommitted(file, job.context.root, text);
  } catch (error) {
    passOn(error);
    job.context.terminal.warn(`the versions stay as they were pinned: ${error.message}`);
    return false;
  }
  return true;
}

interface Installer {
  group(install: EditableInstall): Command;
  readonly list: Command;
}

async function byUv(job: Job, uv: UvTool, { generation, python, project }: BuildTarget): Promise<Installer> {
  await runStep(job, "make the venv", commands.createSeededVenv(uv, generation, python, project.name), {
    id: "venv-failed",
    hint: "check that this python works, and that the index has pip",
  });
  return {
    group: (install) => installEditable(uv, generation, install, project.rebuilt),
    list: commands.freeze(uv, generation),
  };
}

async function byPip(job: Job, target: BuildTarget): Promise<Installer> {
  const pip = await makePipVenv(job, target);
  if (target.project.installGroups.length > 0) await updatePip(job, pip);
  return {
    group: (install) => pip("install", ...editableArguments(install)),
    list: pip("freeze", "--exclude-editable"),
  };
}

/** The command with the venv's commands on PATH: so it finds a keyring that an earlier group brought. */
function inVenv({ generation }: BuildTarget, command: Command): Command {
  return { ...command, env: { ...command.env, PATH: `${path.join(generation, "bin")}:${command.env.PATH ?? ""}` } };
}

function titleOf(name: InstallGroup["name"]): string {
  return name === null ? "install the projects" : `install the group ${name}`;
}

function present(file: string | null): string | undefined {
  return file !== null && isFile(file) ? file : undefined;
}

function emptyFile(work: string): string {
  const file = path.join(work, "constraints.txt");
  writePlain(file, "");
  return file;
}
