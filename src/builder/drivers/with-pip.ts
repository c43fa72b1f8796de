import * as path from "node:path";
import type { Command } from "../../edges/command.ts";
import { writeAtomic } from "../../edges/files/change.ts";
import { PrimeError } from "../../errors.ts";
import { wayOf } from "../../provision/network.ts";
import { pipEnvironment, pipInstall, WITH_ENSUREPIP } from "../../provision/uv.ts";
import { type Job, runStep, tryStep } from "../job.ts";
import { refuseOutsideLimits } from "../resolve/limits.ts";
import { type PipChoices, pipChoices } from "./pip-choices.ts";
import type { BuildTarget } from "./target.ts";

/** The first pip that can install a project editable whose backend is not setuptools (PEP 660). */
const PIP_NEEDED = "pip>=21.3";

/** Has the interpreter make a venv; gives pip's commands in it. */
export async function makePipVenv(job: Job, { generation, python, project }: BuildTarget) {
  await runStep(
    job,
    "make the venv",
    command(job, python, ["-I", "-m", "venv", `--prompt=${project.name}`, generation]),
    {
      id: "venv-failed",
      hint: WITH_ENSUREPIP,
    },
  );
  return pipIn(job, generation);
}

/** pip's commands in a venv. */
export function pipIn(job: Job, generation: string): (word: string, ...args: string[]) => Command {
  const python = path.join(generation, "bin", "python");
  return (word, ...args) =>
    command(job, python, [
      "-I",
      "-m",
      "pip",
      ...(word === "install" ? pipInstall({ prefix: generation }) : [word]),
      ...args,
    ]);
}

export async function updatePip(job: Job, pip: (word: string, ...args: string[]) => Command): Promise<void> {
  await runStep(job, "update pip", pip("install", PIP_NEEDED), {
    id: "install-failed",
    hint: "check the network and the index that pip is configured for",
  });
}

/**
 * Makes the environment by `python -m venv` and pip. Gives a file with the list of what was installed, if anything was.
 */
export async function buildWithPip(job: Job, target: BuildTarget): Promise<string | undefined> {
  const { project } = target;
  if (project.kind === "pylock") {
    throw new PrimeError(
      "pylock-by-pip",
      `could not install ${path.join(job.context.root, "pylock.toml")} by the driver venv_pip`,
      "use the driver `venv_uv`, which reads PEP 751 locks",
    );
  }
  refuseOutsideLimits(project, target.base);
  const choices = await pipChoices(target, job.context.env);
  const pip = await makePipVenv(job, target);
  if (project.kind === "nothing") return undefined;
  await updatePip(job, pip);
  const wanted = wantedByPip(job, target, choices);
  const install = (...args: string[]): Command => {
    const said = pip("install", ...choices.args, ...args);
    return { ...said, env: { ...said.env, ...choices.env } };
  };
  const preferred = target.known ?? target.preferred;
  const kept =
    preferred === undefined || wanted.length === 0
      ? undefined
      : await tryStep(job, "install packages as before", install("--constraint", preferred, ...wanted), {
          otherwise: "they do not fit",
        });
  if (kept?.ok !== true && wanted.length > 0) {
    await runStep(job, "install packages", install(...wanted), {
      id: "install-failed",
      hint: "correct the requirements, or check the index and the network",
    });
  }
  const frozen = await runStep(job, "list packages", pip("freeze", "--exclude-editable"), { id: "install-failed" });
  const list = path.join(target.work, "resolution.txt");
  writeAtomic(list, frozen.stdout);
  return list;
}

/**
 * What pip has to install. It knows nothing of sources and workspaces: without their folders it would look for such
 * projects on an index.
 */
function wantedByPip(job: Job, { project, work }: BuildTarget, { wanted }: PipChoices): string[] {
  const root = job.context.root;
  const named = [...project.virtualRequirements, ...project.groupRequirements];
  const file = path.join(work, "wanted.txt"); // pip reads names of its arguments before folders, and asks the index for them
  if (named.length > 0) writeAtomic(file, `${named.join("\n")}\n`);
  return [
    ...project.editables.flatMap(({ folder, extras }) => [
      "--editable",
      extras.length === 0 ? folder : `${folder}[${extras.join(",")}]`,
    ]),
    ...wanted,
    ...(named.length === 0 ? [] : ["--requirement", file]),
    ...project.requirementFiles.flatMap((file) => ["--requirement", path.join(root, file)]),
  ];
}

function command(job: Job, file: string, args: readonly string[]): Command {
  return { file, args, env: pipEnvironment({ ...job.context.env, ...wayOf(job.context.root) }), cwd: job.context.root };
}
