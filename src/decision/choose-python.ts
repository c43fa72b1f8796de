import * as path from "node:path";
import type { Config } from "../config/config.ts";
import type { Context } from "../context.ts";
import { type Folders, generationFolders } from "../environment/folders.ts";
import { usageError } from "../errors.ts";
import { type Interpreter, isFailure } from "../python/interpreter.ts";
import { readAnswer } from "../python/probe/probe-cache.ts";
import { type Selection, selectPython } from "../python/search/choose.ts";
import { isNotKnown, refuseUnasked } from "../python/search/not-known.ts";
import { interpreterAt, type SearchOptions } from "../python/search/search.ts";
import { findable, type Starting } from "../python/starting.ts";
import { fits, type VersionRequest } from "../python/version.ts";
import type { Recalled } from "./known-python.ts";
import type { Survey } from "./survey.ts";

/** The selected python. Its inputs are left out: freshness watches the interpreter below the environment. */
export type Chosen = Omit<Selection, "inputs">;

/**
 * How interpreters are looked for; those within generations are left out, since no environment may stand on another.
 */
export function searchOptions(
  { env, root, places }: Context,
  config: Config,
  folders: Folders,
  starting: Starting,
): SearchOptions {
  const limitMs = config.probe_limit_s.value * 1000;
  return { env, root, cacheFolder: places.cache, limitMs, starting, exclude: generationFolders(folders) };
}

/**
 * Chooses the selected python. A later stage takes what the first one chose. Else a selector is asked. Without one, an
 * interpreter that a generation of this root stands on is taken again; when it is lost, another one of its ABI. A look
 * takes a known interpreter also when the selector would have to be asked.
 */
export async function choosePython(
  context: Context,
  surveyed: Survey,
  { known, lost }: Pick<Recalled, "known" | "lost">,
): Promise<Chosen> {
  const { config, request, search } = surveyed;
  if (request.file !== undefined) return namedPython(request.file, surveyed);
  const selectorFile = config.python_selector_file_rel_path.value;
  const before = context.progress?.facts;
  if (before !== undefined && isOwnChoice(context, selectorFile, surveyed, before.python)) {
    const chosenBefore = await interpreterAt(before.python, search);
    if (!isFailure(chosenBefore)) return chosen(chosenBefore, request, before.how);
  }
  const selectorLimitMs = config.selector_limit_s.value * 1000;
  const stands = known === undefined ? "" : `what generation ${known.id} stands on`;
  const takeKnown = known && ((more = "") => chosen(known.interpreter, request, stands + more));
  if (selectorFile !== null) {
    const selector = path.resolve(context.root, selectorFile);
    return selectPython({ ...search, request, selector, selectorLimitMs }).catch((error: unknown) => {
      if (isNotKnown(error) && takeKnown !== undefined) return takeKnown("; a start asks the python selector");
      throw error;
    });
  }
  const soabi = lost?.manifest.interpreter.soabi;
  const isBest = soabi === undefined || soabi === known?.interpreter.soabi;
  if (takeKnown !== undefined && isBest) return takeKnown();
  const searching = { ...search, request, selector: null, selectorLimitMs };
  const found = await selectPython(soabi === undefined ? searching : { ...searching, soabi });
  return takeKnown !== undefined && found.selected.soabi !== soabi ? takeKnown() : found;
}

/** Nothing else than what a flag names can take its place. */
async function namedPython(file: string, { request, search }: Survey): Promise<Chosen> {
  const named = await interpreterAt(file, search);
  if (!isFailure(named)) return chosen(named, request, "named by --python");
  refuseUnasked([named]);
  throw usageError(
    "no-python",
    `could not use ${file} (--python): ${named.why}`,
    "name the file of an interpreter, or a version",
  );
}

/** Whether an earlier stage can have chosen this interpreter: anybody could have written the variable that says so. */
function isOwnChoice({ root, env }: Context, selectorFile: string | null, options: Survey, python: string): boolean {
  if (findable(env)(python)) return true;
  if (selectorFile === null) return false;
  const question = { selector: path.resolve(root, selectorFile), request: options.request.text };
  return readAnswer(options.search.cacheFolder, question) === python;
}

function chosen(selected: Interpreter, request: VersionRequest, how: string): Chosen {
  return { selected, how, fits: fits(request, selected), warnings: [], printed: "", passedOver: [] };
}
