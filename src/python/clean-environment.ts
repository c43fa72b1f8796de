import * as path from "node:path";
import type { Environment } from "../edges/command.ts";

const FOREIGN = /^(?:PYTHON|CONDA|_CE_|VIRTUAL_ENV|__PYVENV_LAUNCHER__$|_OLD_VIRTUAL_|UV_INTERNAL)/;

/**
 * What git sets for the hooks of one repository (`git rev-parse --local-env-vars`); a build that asks git for its version would hear
 * of that one. Settings that GIT_CONFIG_COUNT and the like hold are the user's.
 */
const OF_ONE_REPOSITORY =
  /^GIT_(?:(?:COMMON_)?DIR|(?:IMPLICIT_)?WORK_TREE|(?:INDEX|GRAFT|SHALLOW)_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|QUARANTINE_PATH|NAMESPACE|(?:INTERNAL_SUPER_)?PREFIX|NO_REPLACE_OBJECTS|REPLACE_REF_BASE)$/;

/** Lists of folders in which an entry that is empty or relative means one below the folder that a process stands in (ld.so(8)). */
const LISTS = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];
/** An empty PATH would mean the folder that a process stands in, too. */
const STANDARD_PATH = "/usr/bin:/bin";

/**
 * The environment without what another venv, conda or the user's shell sets for Python: such a variable changes which
 * packages an interpreter sees, or whether it starts at all. Nothing is found in a repo because prime stands there, and git's
 * variables of another repository are gone. All else stays, e.g. PYENV_VERSION, which names an interpreter.
 */
export function cleanEnvironment(env: Environment): Environment {
  const kept = Object.fromEntries(
    Object.entries(env).filter(([name]) => !FOREIGN.test(name) && !OF_ONE_REPOSITORY.test(name)),
  );
  for (const name of LISTS) {
    const list = kept[name]?.split(path.delimiter);
    const absolute = list?.filter((folder) => path.isAbsolute(folder));
    if (list === undefined || absolute?.length === list.length) continue;
    if (absolute !== undefined && absolute.length > 0) kept[name] = absolute.join(path.delimiter);
    else delete kept[name];
  }
  return { ...kept, PATH: kept.PATH ?? STANDARD_PATH };
}
