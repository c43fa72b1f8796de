import * as path from "node:path";
import { declaredRange, isOfProject } from "../config/required.ts";
import type { Context } from "../context.ts";
import type { Decision } from "../decision/decide.ts";
import { elsewhere } from "../edges/files/own/own-folder.ts";
import { SAFE_VARIABLE, whyOthersDecide } from "../edges/files/trust.ts";
import { PrimeError } from "../errors.ts";
import { InputCollector } from "../inputs/collector.ts";
import { type Interpreter, isFailure } from "../python/interpreter.ts";
import { folderOfUv } from "../python/search/candidates.ts";
import { interpreterAt, searchPython } from "../python/search/search.ts";
import { describe, fits, minorOf, parseRequest, uvRequest } from "../python/version.ts";
import { findManaged, installManaged } from "../uv/python-commands.ts";
import type { UvTool } from "../uv/tool.ts";
import { type Job, runStep, tryStep } from "./job.ts";

/**
 * The required python, when the selected one is another version: the first on PATH that fits, which a selector may have
 * passed by; else one that uv has installed earlier, or installs now.
 */
export async function requirePython(job: Job, decision: Decision, uv: UvTool): Promise<Interpreter> {
  const request = uvRequest(decision.request);
  const what = describe(decision.request);
  const { search } = decision;
  const onPath =
    decision.config.python_selector_file_rel_path.value === null
      ? undefined
      : await searchPython(decision.request, search);
  if (onPath?.selected !== undefined && onPath.fits) return onPath.selected;
  refuseForeignStore(job.context, what);
  const known = await tryStep(job, `look for ${what}`, findManaged(uv, request), { otherwise: "uv has none yet" });
  if (!known.ok) {
    await runStep(job, `install ${what}`, installManaged(uv, request), {
      id: "python-not-installed",
      note: `${await wayAround(decision)}install ${what} yourself and put it on PATH, or ask for another version (${whereFrom(decision)})`,
    });
  }
  const found = known.ok
    ? known
    : await runStep(job, `look for ${what}`, findManaged(uv, request), { id: "python-not-found" });
  const interpreter = await interpreterAt(found.stdout.trim(), { ...search, exclude: [] });
  if (isFailure(interpreter)) {
    throw new PrimeError(
      "python-not-found",
      `uv gave ${interpreter.path} for ${what}, which does not work: ${interpreter.why}`,
      `remove it (\`./prime uv python uninstall ${request}\`) and start again`,
    );
  }
  if (!fits(decision.request, interpreter)) {
    throw new PrimeError(
      "python-not-found",
      `uv gave ${interpreter.path} for ${what}, which is ${interpreter.version}`,
      `install ${what} yourself and put it on PATH, or ask for another version`,
    );
  }
  return interpreter;
}

/**
 * Throws `python-store` when others can write uv's store of interpreters: uv starts them to ask what they are, before
 * prime can look at them.
 */
function refuseForeignStore({ env, root, trust }: Context, what: string): void {
  const folder = path.resolve(root, folderOfUv(env));
  const why = whyOthersDecide(folder, trust);
  if (why === undefined) return;
  throw new PrimeError(
    "python-store",
    `could not have uv look for ${what} in ${folder}: ${why}`,
    `put ${what} on PATH, ${elsewhere("UV_PYTHON_INSTALL_DIR")}, or name that one in ${SAFE_VARIABLE}`,
  );
}

/**
 * The beginning of a hint: a Python that is here would do for one start, if only a file that is not the project's own
 * asks for another.
 */
async function wayAround({ config, request, search, ...decision }: Decision): Promise<string> {
  const [, minor = null] = /^\D*(3\.\d+)/.exec(request.text) ?? [];
  const { selected = decision.selected } = await searchPython(parseRequest(minor), search);
  const range = await declaredRange(config.root, new InputCollector()); // its files are inputs already
  const isFit =
    !isOfProject(config.required_python_version.source) && fits(parseRequest(range?.value ?? null), selected);
  return isFit ? `for one start, ./prime --python ${minorOf(selected.version)} run …; else ` : "";
}

function whereFrom({ config }: Decision): string {
  const { source } = config.required_python_version;
  return [source.where, source.key].filter((part) => part !== undefined).join(", ") || source.kind;
}
