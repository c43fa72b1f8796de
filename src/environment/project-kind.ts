import * as path from "node:path";
import type { VenvDriver } from "../config/config.ts";
import { isFile, isFolder } from "../edges/files.ts";
import { PrimeError } from "../errors.ts";
import { isTable } from "../toml.ts";
import type { ProjectKind } from "./project.ts";
import type { InputCollector } from "./project-inputs.ts";
import { type Pyproject, readPyproject } from "./project-pyproject.ts";
import { readSetupCfg, type SetupCfg } from "./project-setup-cfg.ts";
import { readSetupPy, type SetupPy } from "./project-setup-py.ts";

/** The files in a root that can say what is to be installed. */
export interface RootFiles {
  readonly root: string;
  readonly pyproject: Pyproject | undefined;
  readonly hasUvLock: boolean;
  readonly hasPylock: boolean;
  readonly setupPy: SetupPy | undefined;
  /** Only a setup.cfg that describes a distribution. */
  readonly setupCfg: SetupCfg | undefined;
  /** What stands for `requirements.txt`, relative to root. */
  readonly mainRequirements: string | undefined;
  /** Development requirement files beside it, relative to root. */
  readonly devRequirements: readonly string[];
  /** Locks and manifests that are not read, relative to root. */
  readonly foreign: readonly string[];
}

const DEV_REQUIREMENTS = ["requirements-dev.txt", "dev-requirements.txt"];
/** In a folder of requirement files without a requirements.txt beside it; the first that is there counts. */
const FOLDER_MAIN = ["requirements/base.txt", "requirements/requirements.txt", "requirements/main.txt"];
const FOLDER_DEV = ["requirements/dev.txt", "requirements/development.txt", "requirements/local.txt"];
const FOREIGN = ["poetry.lock", "pdm.lock", "Pipfile.lock", "Pipfile"];

/** Reads them, and gathers each as an input, there or not, as long as it can change the outcome. */
export async function readRootFiles(root: string, inputs: InputCollector, driver: VenvDriver): Promise<RootFiles> {
  const look = (name: string) => inputs.file(path.join(root, name));
  const pyproject = look("pyproject.toml") ? await readPyproject(path.join(root, "pyproject.toml")) : undefined;
  const hasUvLock = look("uv.lock") && isForUv(pyproject) && driver === "venv_uv";
  const hasPylock = !hasUvLock && look("pylock.toml");
  const setupPy = look("setup.py") ? readSetupPy(path.join(root, "setup.py")) : undefined;
  const setupCfg = look("setup.cfg") ? readSetupCfg(path.join(root, "setup.cfg")) : undefined;
  const found = hasUvLock || hasPylock ? undefined : findRequirements(root, inputs);
  return {
    root,
    pyproject,
    hasUvLock,
    hasPylock,
    setupPy,
    setupCfg: setupCfg?.declaresProject === true ? setupCfg : undefined,
    mainRequirements: found?.main,
    devRequirements: found?.dev ?? [],
    foreign: [...(hasUvLock ? [] : ["uv.lock"]), ...FOREIGN].filter((name) => isFile(path.join(root, name))),
  };
}

/** What kind of repo this is; the first rule that fits. `requirements`: the files named in the configuration, if any. */
export function kindOf(files: RootFiles, requirements: readonly string[] | null): ProjectKind {
  const { pyproject } = files;
  const hasSetup = files.setupPy !== undefined || files.setupCfg !== undefined;
  const found = files.mainRequirements === undefined ? files.devRequirements : [files.mainRequirements];
  if (files.hasUvLock || files.hasPylock) {
    refuseBeside(files.hasUvLock ? "uv.lock" : "pylock.toml", files.root, requirements);
    return files.hasUvLock ? "uv-lock" : "pylock";
  }
  if (pyproject?.project !== undefined) return "pyproject";
  if (pyproject?.hasBuildSystem === true && hasSetup) return "setup";
  if ((requirements ?? found).length > 0) return "requirements";
  if (hasSetup) return "setup";
  refuseForeign(files);
  if (pyproject?.hasBuildSystem === true) return "setup";
  return isForUv(pyproject) ? "pyproject" : "nothing";
}

/** Whether uv finds something to install in it; beside any other pyproject.toml, `uv sync` makes an empty environment. */
function isForUv(pyproject: Pyproject | undefined): boolean {
  if (pyproject === undefined) return false;
  return pyproject.project !== undefined || pyproject.uv.workspace !== undefined || pyproject.groups.entries.size > 0;
}

function findRequirements(root: string, inputs: InputCollector): { main: string | undefined; dev: string[] } {
  const look = (name: string) => inputs.file(path.join(root, name));
  const plain = look("requirements.txt") ? "requirements.txt" : undefined;
  const dev = DEV_REQUIREMENTS.filter(look);
  if (!isFolder(path.join(root, "requirements"))) {
    inputs.presence(path.join(root, "requirements"));
    return { main: plain, dev };
  }
  const main = plain ?? FOLDER_MAIN.find(look);
  const folderDev = (main === undefined || main === plain ? FOLDER_DEV.slice(0, 1) : FOLDER_DEV).find(look);
  return { main, dev: folderDev === undefined ? dev : [...dev, folderDev] };
}

function refuseBeside(lock: string, root: string, requirements: readonly string[] | null): void {
  if (requirements === null || requirements.length === 0) return;
  const names = requirements.join(", ");
  const message = `could not install ${names} in ${root}: the key \`requirements\` names it, and ${lock} says all that is installed`;
  throw new PrimeError("requirements-beside-lock", message, {
    hint: `take the key out; \`./prime uv add --dev -r ${requirements[0]}\` brings a file's requirements into a uv.lock`,
  });
}

function refuseForeign(files: RootFiles): void {
  const { root, pyproject, foreign } = files;
  const poetry = isTable(pyproject?.tool.poetry);
  if (!poetry && !foreign.some((name) => FOREIGN.includes(name))) return;
  const tool = poetry || foreign.includes("poetry.lock") ? "Poetry" : foreign.includes("pdm.lock") ? "PDM" : "Pipenv";
  const where = poetry ? "[tool.poetry] of pyproject.toml" : foreign.join(" and ");
  const exporting = EXPORTS[tool];
  const message = `could not tell what to install in ${root}: it is described for ${tool} alone (${where}), which prime does not read`;
  throw new PrimeError("foreign-lock", message, {
    hint:
      `\`uvx migrate-to-uv\` moves it to [project] and uv.lock; or \`${exporting} > requirements.txt\` ` +
      "writes a requirement file beside it, which prime installs",
  });
}

const EXPORTS = {
  Poetry: "poetry export --with dev --without-hashes",
  PDM: "pdm export --no-hashes",
  Pipenv: "pipenv requirements --dev",
} as const;
