import * as path from "node:path";
import type { Context } from "../context.ts";
import { now } from "../edges/clock.ts";
import { isFile, sha256IfAny } from "../edges/files/read.ts";
import { findDrift } from "../environment/drift.ts";
import { generationFolder } from "../environment/folders.ts";
import { recordHistory } from "../environment/history.ts";
import {
  type InterpreterRecord,
  recordOfInterpreter,
  type SeenInterpreter,
} from "../environment/manifest/interpreter-record.ts";
import { type Manifest, writeManifest } from "../environment/manifest/manifest.ts";
import { judgeEnvironment, type Silence, type Verdict } from "../environment/upgraded/verdict.ts";
import { tolerate } from "../errors.ts";
import { anchorOf } from "../python/anchor.ts";
import { distributorOf } from "../python/distributor.ts";
import { type Failure, isFailure } from "../python/interpreter.ts";
import { interpreterAt } from "../python/search/search.ts";
import { fits, parseRequest } from "../python/version.ts";
import type { Asked } from "./asked.ts";
import type { Decision } from "./decide.ts";
import { loadExtensions } from "./load-extensions.ts";

/** Whether a generation's packages are still as they were installed. */
export function isSound({ folders }: Decision, manifest: Manifest): boolean {
  return findDrift(generationFolder(folders, manifest.id), manifest).length === 0;
}

/** The youngest generation that has what is asked for, is as it was built, and whose interpreter can run it. */
export async function findUsable(context: Context, decision: Decision, asked: Asked): Promise<Manifest | undefined> {
  for (const manifest of decision.generations) {
    if (manifest.digest !== asked.digest || !isSound(decision, manifest)) continue;
    const usable = await asUsable(context, decision, manifest);
    if (usable !== undefined) return usable;
  }
  return undefined;
}

/**
 * The generation, if its interpreter can run it. When that interpreter was patched, the extension modules are loaded
 * once, and from then on the manifest has the new patch.
 */
export async function asUsable(
  context: Context,
  decision: Decision,
  manifest: Manifest,
): Promise<Manifest | undefined> {
  const verdict = await judgeGeneration(context, decision, manifest);
  if (verdict.kind === "patch") return survivePatch(context, decision, manifest, verdict.now);
  return verdict.kind === "sound" ? manifest : undefined;
}

/**
 * Judges a generation by its interpreter. That is started once at most, and not at all when its answer is known or it
 * is gone.
 */
export async function judgeGeneration(context: Context, decision: Decision, manifest: Manifest): Promise<Verdict> {
  const { interpreter: was } = manifest;
  const found = decision.answers.get(was.anchor) ?? (await interpreterAt(was.anchor, decision.search));
  const pyvenv = sha256IfAny(path.join(generationFolder(decision.folders, manifest.id), "pyvenv.cfg"));
  const { requestText } = decision; // not the version that prime.lock pins, which was another build at another time
  const isAsked = isFailure(found) || manifest.request !== requestText || fits(parseRequest(requestText), found);
  const interpreter = isFailure(found) ? silenceOf(found, was) : recordOfInterpreter(found, anchorOf(found));
  return judgeEnvironment(manifest, { root: context.root, pyvenv, interpreter, fits: isAsked });
}

/** When os.py is gone, the missing standard library is the reason, whatever the interpreter says. */
function silenceOf({ kind, why }: Failure, was: InterpreterRecord): Silence {
  const isStdlib = kind !== "gone" && kind !== "unasked" && !isFile(path.join(was.stdlib, "os.py"));
  return { kind: isStdlib ? "stdlib" : (kind ?? "other"), why };
}

async function survivePatch(
  context: Context,
  decision: Decision,
  manifest: Manifest,
  is: SeenInterpreter,
): Promise<Manifest | undefined> {
  const { terminal } = context;
  const { interpreter: was, id } = manifest;
  const patch =
    was.version === is.version
      ? `${was.anchor} was replaced by a Python of the same version, ${is.version}`
      : `${was.anchor} is Python ${is.version} now, and was ${was.version}`;
  terminal.say(patch);
  const { loaded, failed } = await loadExtensions(context, generationFolder(decision.folders, id), manifest);
  const [first] = failed;
  if (first !== undefined) {
    const [file, why] = first;
    const count = `${failed.length} of ${loaded + failed.length} extension modules`;
    terminal.say(`environment ${id} is not used with it: ${count} can't be loaded (${path.basename(file)}: ${why})`);
    return undefined;
  }
  terminal.say(`environment ${id} goes on with it${loaded === 0 ? "" : `: its extension modules load (${loaded})`}`);
  const distributor =
    is.realPath === was.realPath ? was.distributor : await distributorOf(is, context.env, context.root);
  return renewRecord(context, decision, manifest, { ...is, distributor }, patch);
}

/**
 * Writes the interpreter's new record into the manifest; the rest stays as it was. When it can't be written, the next
 * cold start looks again.
 */
function renewRecord(
  context: Context,
  { folders }: Decision,
  manifest: Manifest,
  is: InterpreterRecord,
  why: string,
): Manifest {
  const { id, interpreter: was } = manifest;
  const renewed = { ...manifest, interpreter: is };
  const changes = was.version === is.version ? [] : [`Python ${was.version} -> ${is.version}`];
  const entry = { what: "patch", why, flags: context.flagKey ?? "", from: id, to: id, changes } as const;
  tolerate(
    () => {
      writeManifest(generationFolder(folders, id), renewed);
      recordHistory(folders, { at: now(), ...entry });
    },
    ({ message }) => context.terminal.detail(`the next cold start looks at the interpreter again: ${message}`),
  );
  return renewed;
}
