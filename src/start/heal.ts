import * as path from "node:path";
import type { Context } from "../context.ts";
import type { Decision } from "../decision/decide.ts";
import { judgeGeneration } from "../decision/usable.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import type { Verdict } from "../environment/upgraded/verdict.ts";
import { describe } from "../python/version.ts";
import type { Cold } from "./cold.ts";

/**
 * Says in two lines what became of the interpreter below the environment of the last start, and what is done about it.
 * Patches and changes by hand are told elsewhere.
 */
export async function tellHealing(
  context: Context,
  decision: Decision,
  { before }: Cold,
  known: Manifest | undefined,
): Promise<void> {
  const manifest = decision.generations.find(({ id }) => id === path.basename(before ?? ""));
  if (manifest === undefined || manifest.id === known?.id) return;
  const verdict = await judgeGeneration(context, decision, manifest);
  const what = describeVerdict(verdict, manifest, decision);
  if (what === undefined) return;
  context.terminal.say(what);
  context.terminal.say(`${nextOf(decision, known)}; ${manifest.id} stays${returnOf(verdict, manifest)}`);
}

/** What is wrong with an interpreter, in one sentence; `undefined` for a verdict that has nothing to do with it. */
export function describeVerdict(
  verdict: Verdict,
  { id, interpreter }: Manifest,
  decision: Decision,
): string | undefined {
  const { anchor, version, distributor } = interpreter;
  const below = `${anchor}${distributor.package === null ? "" : ` (${distributor.package})`}, which environment ${id} stands on,`;
  switch (verdict.kind) {
    case "gone":
      return `${below} is gone`;
    case "stdlib":
      return `${below} has lost its standard library: ${path.join(interpreter.stdlib, "os.py")} is not there`;
    case "library":
      return `${below} can't be started, since a shared library is missing or another one: ${verdict.why}`;
    case "format":
      return `${below} is a program for another machine`;
    case "unasked":
      return `${below} was not started: ${verdict.why}`;
    case "other":
      return `${below} does not work: ${verdict.why}`;
    case "another":
      return `${anchor} is Python ${verdict.now.version} now, and environment ${id} was made for ${version}${abiOf(verdict.now.soabi, interpreter)}`;
    case "unfit":
      return `${anchor} is Python ${verdict.now.version} now, and ${describe(decision.request)} is required`;
    default:
      return undefined;
  }
}

function abiOf(soabi: string, was: Manifest["interpreter"]): string {
  return soabi === was.soabi ? "" : ` (ABI ${soabi}, not ${was.soabi})`;
}

function nextOf({ asked }: Decision, known: Manifest | undefined): string {
  if (known !== undefined) return `environment ${known.id} takes its place`;
  return asked === undefined
    ? "uv looks for another Python, or installs one"
    : `building a new environment on ${asked.seen.anchor} (${asked.base.version})`;
}

/** When the old environment is used again: it stays until its interpreter is back. */
function returnOf({ kind }: Verdict, { interpreter: { distributor, version } }: Manifest): string {
  if (kind === "another" || kind === "unfit") return `, and is used again when Python ${version} is back there`;
  return distributor.restore === null
    ? ", and is used again when its interpreter is back"
    : `, and is used again after \`${distributor.restore}\``;
}
