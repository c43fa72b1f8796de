import * as path from "node:path";
import { PRIME_LOCK } from "../../config/lock/prime-lock.ts";
import type { Context } from "../../context.ts";
import type { Asked } from "../../decision/asked.ts";
import { type Decision, decide, look } from "../../decision/decide.ts";
import { holdOf, linkOf, mayMoveLink } from "../../decision/shown.ts";
import { asUsable, isSound, judgeGeneration } from "../../decision/usable.ts";
import { refuseForeignRepo } from "../../decision/whose-repo.ts";
import { now } from "../../edges/clock.ts";
import { quoteForShell } from "../../edges/command.ts";
import { isFile, listFolder } from "../../edges/files/read.ts";
import { isMove, lastEntry } from "../../environment/history.ts";
import { isOfNewerPrime, type Manifest } from "../../environment/manifest/manifest.ts";
import { isGivenBack, setGivenBack, writeHold } from "../../environment/upgraded/holds.ts";
import { findAside, lookAtVenvPlace, restoreAside } from "../../environment/venv-link.ts";
import { type PrimeError, usageError } from "../../errors.ts";
import { trackedBy } from "../../git/index.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { fits, parseRequest } from "../../python/version.ts";
import { type Cold, whyCold } from "../../start/cold.ts";
import { describeVerdict } from "../../start/heal.ts";
import { settleIn } from "../../start/settle.ts";
import { settleUpgrade } from "../../start/state/upgraded.ts";
import { prepare } from "../run/prepare.ts";
import { oneByPrefix } from "./by-prefix.ts";

/**
 * `./prime rollback [ID]`: shows the previous generation, or the one named, in place of what the inputs ask for. It holds
 * until an input changes, or until `--cancel`. Nothing is built, no network is used, and the selector is not asked.
 */
export async function rollBack(context: Context, id: string | undefined): Promise<Answer> {
  if (context.flagKey === undefined)
    throw refusal("a rollback is kept for the launcher's own root", "leave out --root");
  refuseForeignRepo(context);
  await settleUpgrade(context);
  const decision = await look(context);
  if ("notKnown" in decision) throw decision.notKnown;
  const { asked } = decision;
  if (asked === undefined) throw refusal("no environment was built yet", "run ./prime first");
  const cold = whyCold(context);
  const wanted = id === undefined ? previousOf(context, decision, cold) : named(decision, id);
  if (wanted === undefined) return giveVenvBack(context, decision);
  const target = await usableOrRefuse(context, decision, wanted);
  const built = decision.generations.find((one) => one.digest === asked.digest && isSound(decision, one));
  const isAsked = built?.id === target.id;
  writeHold(decision.folders, asked.digest, isAsked ? undefined : { generation: target.id, since: now() });
  const { readyLine } = await settleIn(
    context,
    decision,
    target,
    { ...cold, reason: "asked for by the user" },
    "rollback",
  );
  context.terminal.say(readyLine);
  const advice = isAsked ? undefined : adviceOf(asked, target, decision);
  if (advice !== undefined) context.terminal.say(`to make it last: ${advice}`);
  return DONE;
}

/** How the files become what they were that ask for what is shown no more; they are left as they are. */
function adviceOf({ madeOf, seen }: Asked, { madeOf: was, interpreter }: Manifest, { config }: Decision) {
  const { root } = madeOf;
  const before = new Map(was.inputs.map(([kind, file, contents]) => [file, kind === "file" ? contents : undefined]));
  const isEdited = ([kind, file, contents]: (typeof madeOf.inputs)[number]) =>
    kind === "file" && before.has(file) && before.get(file) !== contents;
  const { value, source } = config.required_python_version;
  const isMoved = source.where === path.join(root, VERSION_FILE) && !fits(parseRequest(value), interpreter);
  const isOther = seen.version !== interpreter.version || seen.realPath !== interpreter.realPath;
  const files = [
    ...madeOf.inputs.filter(isEdited).map(([, file]) => file),
    ...(isMoved ? [VERSION_FILE] : []),
    ...(isOther && isFile(path.join(root, PRIME_LOCK)) ? [PRIME_LOCK] : []),
  ];
  const isNewLock = (file: string) => file.endsWith("uv.lock") && before.get(file) === undefined;
  const isTracked = (file: string) => !isNewLock(file) && trackedBy(path.join(root, file)) !== undefined;
  const isPin = (file: string) => file === PRIME_LOCK && !isTracked(file);
  const named = (is: (file: string) => boolean, before: string) => {
    const names = files.filter(is).map(quoteForShell).join(" ");
    return names === "" ? [] : [before + names];
  };
  const ways = [
    ...named(isTracked, "git checkout -- "),
    ...named((file) => isNewLock(file) || (isPin(file) && was.pinned === undefined), "rm "),
    ...(was.pinned !== undefined && files.some(isPin) ? [`./prime python pin ${interpreter.version}`] : []),
  ];
  const advice = [
    ...(ways.length === 0 ? [] : [`\`${ways.join(" && ")}\``]),
    ...named(isTracked, "where the change is committed, `git checkout COMMIT -- ").map((text) => `${text}\``),
    ...named((file) => !isTracked(file) && !isNewLock(file) && !isPin(file), "undo the change of "),
  ];
  return advice.length === 0 ? undefined : advice.join("; ");
}

const VERSION_FILE = ".python-version";

/** `./prime rollback --cancel`: what the inputs ask for is shown again. */
export async function cancelRollback(context: Context): Promise<Answer> {
  refuseForeignRepo(context);
  await settleUpgrade(context);
  const decision = await decide(context, false);
  const link = linkOf(context, decision);
  if (holdOf(decision) === undefined && !isGivenBack(decision.folders, link))
    context.terminal.say("no rollback is in force");
  setGivenBack(decision.folders, link, false);
  return endHold(context, decision, "cancelled the rollback");
}

/** Shows what the inputs ask for again. */
export function endHold(context: Context, { asked, folders }: Decision, what: string): Promise<Answer> {
  if (asked !== undefined) writeHold(folders, asked.digest, undefined);
  return prepare(context, { anew: false, reason: `asked for by the user, who ${what}` });
}

/**
 * Before the first environment of prime's there can have been a venv of another tool's, which was moved aside: it stands in
 * its place again, where alone it works, and prime leaves it there until `--cancel`.
 */
function giveVenvBack(context: Context, decision: Decision): Answer {
  const link = linkOf(context, decision);
  const kept = mayMoveLink(context, decision.folders) ? findAside(link, decision.folders) : undefined;
  if (kept === undefined || lookAtVenvPlace(link, decision.folders).kind === "foreign") {
    throw refusal(
      "there is no environment before this one",
      "./prime history lists those that are kept: name one by its id",
    );
  }
  setGivenBack(decision.folders, link, true);
  restoreAside(link, kept);
  context.terminal.say(
    `${link} is the venv again that stood there before prime; prime's starts go on beside it, and ./prime rollback --cancel shows their environment there again`,
  );
  return DONE;
}

/** What these flags showed before what they show now. */
function previousOf({ flagKey }: Context, { folders, generations }: Decision, { before }: Cold): Manifest | undefined {
  const current = before === undefined ? undefined : path.basename(before);
  if (lastEntry(folders, isMove) === undefined) return generations.find((one) => one.id !== current); // the history was lost
  const from = lastEntry(folders, (one) => isMove(one) && one.flags === flagKey && one.to === current)?.from;
  return generations.find((one) => one.id === from);
}

function named({ generations, folders }: Decision, id: string): Manifest {
  const meant = oneByPrefix(
    generations.map((manifest) => manifest.id),
    id,
  );
  if ("id" in meant) return generations.find((manifest) => manifest.id === meant.id) as Manifest;
  const newer = (listFolder(folders.generations) ?? []).find((name) => name.startsWith(id));
  if (newer !== undefined && isOfNewerPrime(path.join(folders.generations, newer))) {
    throw refusal(`a newer prime built the environment ${newer}`, "use that prime's launcher, or ./prime reboot");
  }
  throw refusal(meant.why, `there are: ${meant.candidates.join(", ") || "none"}`);
}

/** An environment is never run by an interpreter of another ABI than it was built for. */
async function usableOrRefuse(context: Context, decision: Decision, target: Manifest): Promise<Manifest> {
  if (!isSound(decision, target)) {
    throw refusal(
      `the environment ${target.id} is not as it was built`,
      `./prime adopt ${target.id} makes what it is now an environment, ./prime history lists the others: name one by its id`,
    );
  }
  const why = describeVerdict(await judgeGeneration(context, decision, target), target, decision);
  const usable = why === undefined ? await asUsable(context, decision, target) : undefined;
  if (usable !== undefined) return usable;
  const { anchor, distributor } = target.interpreter;
  throw refusal(
    why ?? `the environment ${target.id} does not work with ${anchor} as it is now`,
    `restore that interpreter${distributor.restore === null ? "" : ` (\`${distributor.restore}\`)`}`,
  );
}

function refusal(why: string, hint: string): PrimeError {
  return usageError("rollback-refused", `could not roll back: ${why}`, hint);
}
