import type { Environment } from "../edges/command.ts";

const FOREIGN = /^(?:PYTHON|CONDA|_CE_|VIRTUAL_ENV|__PYVENV_LAUNCHER__$|_OLD_VIRTUAL_|UV_INTERNAL)/;

/**
 * The environment without what another venv, conda or the user's shell sets for Python: such a variable changes which
 * packages an interpreter sees, or whether it starts at all. All else stays, e.g. PYENV_VERSION, which names an
 * interpreter.
 */
export function cleanEnvironment(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN.test(name)));
}
