import * as path from "node:path";
import type { VenvDriver } from "../config/source.ts";
import { isFile, isFolder } from "../edges/files/read.ts";
import type { InputCollector } from "../inputs/collector.ts";
import { type Pyproject, readPyproject } from "./files/pyproject.ts";
import { readSetupCfg, type SetupCfg } from "./files/setup-cfg.ts";
import { readSetupPy, type SetupPy } from "./files/setup-py.ts";

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

export const FOREIGN = ["poetry.lock", "pdm.lock", "Pipfile.lock", "Pipfile"];

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

/** Whether uv finds something to install in it; beside any other pyproject.toml, `uv sync` makes an empty environment. */
export function isForUv(pyproject: Pyproject | undefined): boolean {
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
