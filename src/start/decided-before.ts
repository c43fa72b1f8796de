import { strangeVariables } from "../config/variables.ts";
import type { Context } from "../context.ts";
import { generationsHere } from "../decision/decide.ts";
import { mayMoveLink } from "../decision/shown.ts";
import { ownership, thisUser } from "../edges/files/ownership.ts";
import { findDrift } from "../environment/drift.ts";
import { type Folders, generationFolder } from "../environment/folders.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import { type Kept, keptDecision } from "../plan/kept.ts";
import { type Change, compareWithRecord } from "../plan/record.ts";
import type { Cold } from "./cold.ts";

/** An earlier decision that is the one of now. */
export interface DecidedBefore extends Kept {
  readonly folders: Folders;
  readonly generations: readonly Manifest[];
  /** What was decided for. */
  readonly manifest: Manifest;
  /** The `.venv` link that is to show it, absolute. */
  readonly link: string | undefined;
  /** What is to be looked at once more. */
  readonly touched: readonly Change[];
}

/**
 * A decision is a function of its inputs: where all those of an earlier one are what they were then, as on a branch that is come
 * back to, it is the decision of now, and none is made. That holds while nothing but the repo's files has changed since the last
 * start; whatever else there is to say or to mend takes the full way.
 */
export function decidedBefore(context: Context, folders: Folders, cold: Cold): DecidedBefore | undefined {
  const { plans, flagKey, root, env, terminal } = context;
  if (plans === undefined || flagKey === undefined || cold.before === undefined || terminal.verbosity > 0)
    return undefined;
  if (cold.changes.length === 0 || strangeVariables(env).length > 0 || ownership(root)?.uid !== thisUser())
    return undefined;
  if (folders.shared !== undefined || folders.warnings.length > 0) return undefined;
  const generations = generationsHere(folders, root);
  const shown = generations.find(({ id }) => generationFolder(folders, id) === cold.before);
  if (shown === undefined) return undefined;
  for (const manifest of generations) {
    const youngest = generations.find(({ digest }) => digest === manifest.digest);
    if (manifest === shown || manifest !== youngest) continue;
    const kept = keptDecision({ ...plans, flagKey }, manifest.id);
    const fit = kept && fitNow(context, folders, kept, cold.changes);
    if (kept === undefined || fit === undefined) continue;
    const drifted = [shown, manifest].some((one) => findDrift(generationFolder(folders, one.id), one).length > 0);
    return drifted ? undefined : { ...kept, ...fit, folders, generations, manifest };
  }
  return undefined;
}

/** The link and what was touched, where all that was decided by is as it was. */
function fitNow(
  context: Context,
  folders: Folders,
  { record }: Kept,
  changes: readonly Change[],
): Pick<DecidedBefore, "link" | "touched"> | undefined {
  const { root, activation, observed, variables } = record;
  const link = observed.find(({ input: is }) => is.kind === "same" && is.target === activation.generation)?.input.path;
  const known = [...observed.map(({ input }) => input.path), ...Object.keys(variables).map((name) => `$${name}`)];
  const isOfRepo = ({ path: it }: Change) =>
    known.includes(it) &&
    it !== link &&
    (it.startsWith("$") || it.startsWith(`${root}/`)) &&
    !it.startsWith(`${folders.data}/`);
  if (root !== context.root || mayMoveLink(context, folders) !== (link !== undefined)) return undefined;
  if (!changes.every(isOfRepo)) return undefined;
  const now = compareWithRecord(record, context.env);
  const isAsItWas = now.changes.every(({ path: it }) => it === link);
  return isAsItWas ? { link, touched: [...now.touched, ...now.changes] } : undefined;
}
