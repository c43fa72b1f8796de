import * as path from "node:path";
import type { VenvDriver } from "../config/source.ts";
import { isFile, isFolder, readText } from "../edges/files/read.ts";
import type { InputCollector } from "../inputs/collector.ts";
import { type Pyproject, readPyproject } from "./files/pyproject.ts";
import { readSetupCfg, type SetupCfg } from "./files/setup-cfg.ts";
import { readSetupPy, type SetupPy } from "./files/setup-py.ts";
import { readWorkspace, type Workspace } from "./files/uv/workspace.ts";

/** The files in a root that can say what is to be installed. */
export interface RootFiles {
  readonly root: string;
  readonly pyproject: Pyproject | undefined;
  readonly workspace: Workspace | undefined;
  /** The lock of the workspace, absolute, where it is one for uv: beside the pyproject.toml that declares it. */
  readonly uvLock: string | undefined;
  readonly hasPylock: boolean;
  /** Only a setup.py that describes one. */
  readonly setupPy: SetupPy | undefined;
  /** Only a setup.cfg that describes a distribution. */
  readonly setupCfg: SetupCfg | undefined;
  /** What stands for `requirements.txt`, relative to root. */
  readonly mainRequirements: string | undefined;
  /** Development requirement files beside it, relative to root. */
  readonly devRequirements: readonly string[];
  /** Those that name the tests. */
  readonly testRequirements: readonly string[];
  /** Locks and manifests that are not read, relative to root. */
  readonly foreign: readonly string[];
}

/** A requirement file, which Rye writes. */
export const DEV_LOCK = "requirements-dev.lock";

/** What people call such a file. */
const named = (word: string): string[] =>
  ["-", "_", "."].flatMap((joint) => [`requirements${joint}${word}.txt`, `${word}${joint}requirements.txt`]);

const DEV_REQUIREMENTS = named("dev");

const TEST_REQUIREMENTS = [
  ...named("test"),
  "requirements-tests.txt",
  "requirements_for_test.txt",
  "test/requirements.txt",
  "tests/requirements.txt",
];

/** In a folder of requirement files without a requirements.txt beside it; the first that is there counts. */
const FOLDER_MAIN = ["base", "common", "requirements", "main", "default"].flatMap((name) => [
  `requirements/${name}.txt`,
  `requirements/${name}.in`,
]);

const FOLDER_DEV = ["dev", "development", "devel", "develop", "local"].map((name) => `requirements/${name}.txt`);

const FOLDER_TEST = ["requirements/test.txt", "requirements/tests.txt", "requirements/testing.txt"];

export const FOREIGN = ["poetry.lock", "pdm.lock", "Pipfile.lock", "Pipfile"];

/** Reads them, and gathers each as an input, there or not, as long as it can change the outcome. */
export async function readRootFiles(root: string, inputs: InputCollector, driver: VenvDriver): Promise<RootFiles> {
  const look = looking(root, inputs);
  const pyproject = look("pyproject.toml") ? await readPyproject(path.join(root, "pyproject.toml")) : undefined;
  const workspace = pyproject === undefined ? undefined : await readWorkspace(pyproject, inputs);
  const lock = path.join(workspace?.root.folder ?? root, "uv.lock");
  const uvLock = look(lock) && isForUv(pyproject) && driver === "venv_uv" ? lock : undefined;
  const hasPylock = uvLock === undefined && look("pylock.toml");
  const setupPy = look("setup.py") ? readSetupPy(path.join(root, "setup.py")) : undefined;
  const setupCfg = look("setup.cfg") ? readSetupCfg(path.join(root, "setup.cfg")) : undefined;
  const found = uvLock !== undefined || hasPylock ? undefined : findRequirements(root, inputs, pyproject);
  return {
    root,
    pyproject,
    workspace,
    uvLock,
    hasPylock,
    setupPy: setupPy?.describes === true ? setupPy : undefined,
    setupCfg: setupCfg?.declaresProject === true ? setupCfg : undefined,
    mainRequirements: found?.main,
    devRequirements: found?.dev ?? [],
    testRequirements: found?.test ?? [],
    foreign: ["uv.lock", ...FOREIGN].filter((name) => {
      const file = path.join(root, name);
      return file !== uvLock && isFile(file);
    }),
  };
}

/** Whether a file is there, which is an input then; a folder in its place is refused by name. */
function looking(root: string, inputs: InputCollector): (name: string) => boolean {
  return (name) => {
    const file = path.resolve(root, name);
    return inputs.file(file) || (isFolder(file) && readText(file) !== undefined);
  };
}

/** Whether uv finds something to install in it; beside any other pyproject.toml, `uv sync` makes an empty environment. */
export function isForUv(pyproject: Pyproject | undefined): boolean {
  if (pyproject === undefined) return false;
  return pyproject.project !== undefined || pyproject.uv.workspace !== undefined || pyproject.groups.entries.size > 0;
}

/** Whether a name, relative to root, is that of a requirement file. */
export function isRequirementFile(name: string): boolean {
  return /^(?!.*(?:conda|constraint))(?:.*\/)?(?:(?:[^/]*(?:requirements?|(?<![a-z])reqs?(?![a-z]))[^/]*|req\w*\/[^/]+)\.(?:txt|in|lock)|requirements|\w+-requires)$/.test(
    name,
  );
}

interface FoundRequirements {
  readonly main: string | undefined;
  readonly dev: readonly string[];
  readonly test: readonly string[];
}

/** A requirements.in counts where nobody compiled it. */
function findRequirements(root: string, inputs: InputCollector, pyproject?: Pyproject): FoundRequirements {
  const look = looking(root, inputs);
  const plain = ["requirements.txt", "requirements.in"].find(look);
  const dev = [...DEV_REQUIREMENTS, ...(pyproject?.tool.rye ? [DEV_LOCK] : [])].filter(look);
  const test = TEST_REQUIREMENTS.filter(look);
  if (!isFolder(path.join(root, "requirements"))) {
    inputs.presence(path.join(root, "requirements"));
    return { main: plain, dev, test };
  }
  const main = plain ?? FOLDER_MAIN.find(look);
  const folderDev = (plain === undefined ? FOLDER_DEV : FOLDER_DEV.slice(0, -1)).find(look);
  const folderTest = FOLDER_TEST.find(look);
  return { main, dev: [...dev, folderDev ?? []].flat(), test: [...test, folderTest ?? []].flat() };
}
