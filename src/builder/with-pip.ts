import * as path from "node:path";
import type { Command } from "../edges/command.ts";
import { writeAtomic } from "../edges/files/change.ts";
import { PrimeError } from "../errors.ts";
import { pipEnvironment } from "../provision/uv.ts";
import { type Job, runStep, tryStep } from "./job.ts";
import type { Target } from "./target.ts";

/** The first that installs a project editable whose backend is not setuptools (PEP 660). */
const PIP_NEEDED = "pip>=21.3";

/** A venv made by the interpreter itself; gives pip's commands in it. */
export async function makePipVenv(job: Job, { generation, python, project }: Target) {
  await runStep(
    job,
    "make the venv",
    command(job, python, ["-I", "-m", "venv", `--prompt=${project.name}`, generation]),
    {
      id: "venv-failed",
      hint: "install the package that holds venv and ensurepip (Debian, Ubuntu: `apt-get install python3-venv`)",
    },
  );
  return pipIn(job, generation);
}

/** pip's commands in a venv. */
export function pipIn(job: Job, generation: string): (...args: string[]) => Command {
  const python = path.join(generation, "bin", "python");
  return (...args) => command(job, python, ["-I", "-m", "pip", ...args]);
}

export async function updatePip(job: Job, pip: (...args: string[]) => Command): Promise<void> {
  await runStep(job, "update pip", pip("install", PIP_NEEDED), {
    id: "install-failed",
    hint: "check the network and the index that pip is configured for",
  });
}

/** The same environment by `python -m venv` and pip. Gives the list of what was installed, a file, if anything was. */
export async function buildWithPip(job: Job, target: Target): Promise<string | undefined> {
  const { project } = target;
  const pip = await makePipVenv(job, target);
  if (project.kind === "nothing") return undefined;
  if (project.kind === "pylock") {
    throw new PrimeError(
      "pylock-by-pip",
      `could not install ${path.join(job.context.root, "pylock.toml")} by the driver venv_pip`,
      {
        hint: "use the driver `venv_uv`, which reads PEP 751 locks",
      },
    );
  }
  await updatePip(job, pip);
  const wanted = wantedByPip(job, target);
  const preferred = target.known ?? target.preferred;
  const kept =
    preferred === undefined || wanted.length === 0
      ? undefined
      : await tryStep(job, "install packages as before", pip("install", "--constraint", preferred, ...wanted), {
          otherwise: "they do not fit",
        });
  if (kept?.ok !== true && wanted.length > 0) {
    await runStep(job, "install packages", pip("install", ...wanted), {
      id: "install-failed",
      hint: "correct the requirements, or check the index and the network",
    });
  }
  const frozen = await runStep(job, "list packages", pip("freeze", "--exclude-editable"), { id: "install-failed" });
  const list = path.join(target.work, "resolution.txt");
  writeAtomic(list, frozen.stdout);
  return list;
}

/** pip knows nothing of sources and workspaces: without their folders it would look for such projects on an index. */
function wantedByPip(job: Job, { project }: Target): string[] {
  const root = job.context.root;
  const extras = new Map(project.editables.map((one) => [one.folder, one.extras]));
  const folders = new Set([...extras.keys(), ...project.localProjects]);
  return [
    ...[...folders].flatMap((folder) => {
      const chosen = extras.get(folder) ?? [];
      return ["--editable", chosen.length === 0 ? folder : `${folder}[${chosen.join(",")}]`];
    }),
    ...project.virtualRequirements,
    ...project.groupRequirements,
    ...project.requirementFiles.flatMap((file) => ["--requirement", path.join(root, file)]),
  ];
}

function command(job: Job, file: string, args: readonly string[]): Command {
  return { file, args, env: pipEnvironment(job.context.env), cwd: job.context.root };
}
