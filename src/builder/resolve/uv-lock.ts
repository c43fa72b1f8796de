import * as path from "node:path";
import type { Decision } from "../../decision/decide.ts";
import { backdate } from "../../edges/files/change.ts";
import { writeCommitted } from "../../edges/files/committed.ts";
import { removeFile } from "../../edges/files/own/remove.ts";
import { isOutside, isWritable, readText, realPath } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import { diffLocks, readLock, registriesIn, requiresSame } from "../../project/files/uv/uv-lock.ts";
import { firstOf } from "../../quoted.ts";
import { type LockCheck, previewLock, updateLock } from "../../uv/lock-commands.ts";
import { noteDrafts } from "../../uv/lock-drafts.ts";
import type { UvTool } from "../../uv/tool.ts";
import { type Job, runStep, tryStep } from "../job.ts";
import { tryCheck } from "./lock-by-text.ts";

/**
 * Brings uv.lock in step with the project's requirements, as the config's lock policy says. Only a changed requirement
 * is a reason: when an index or a mirror answers with other addresses, the lock stays. Gives whether the lock was in
 * step. Throws `lock-outdated`.
 */
export async function settleLock(job: Job, decision: Decision, uv: UvTool, python: string): Promise<boolean> {
  const { terminal } = job.context;
  const policy = decision.config.lock.value;
  const file = decision.project.uvLock;
  if (file === null || policy === "frozen") return true;
  const isAbove = path.dirname(file) !== job.context.root;
  const leadsOut = isOutside(file, path.dirname(file));
  const isFixed = leadsOut || (isAbove && !isWritable(path.dirname(file)));
  const before = readText(file) ?? "";
  const { rebuilt } = decision.project;
  const isChecked = policy === "check" || isFixed;
  const inStep = async (question: Question) => (await (isChecked ? fits : fitsOffline)(job, uv, question)) === true;
  const seen = { python, registries: registriesIn(before), rebuilt };
  if (await inStep(seen)) return true;
  const old = await readLock(before, file);
  const question = { ...seen, registries: old.registries };
  if (`${seen.registries}` !== `${old.registries}` && (await inStep(question))) return true;
  if (isChecked) {
    const why = leadsOut
      ? "is left as it is, since it is a link out of the repo"
      : isFixed
        ? "it can't be written"
        : `is left as it is, because ${reasonOfPolicy(decision)}`;
    const lacks = await pendingLockChanges(job, uv, question);
    throw new PrimeError(
      "lock-outdated",
      `${file} does not fit what pyproject.toml asks for${lacks}, and ${why}`,
      `run \`./prime uv lock\` where the lock may be written, and commit it (uv's own words are in ${job.log})`,
    );
  }
  const note = isAbove ? undefined : noteDrafts(decision.folders.data, job.context.root);
  try {
    await runStep(job, "update uv.lock", updateLock(uv, python, rebuilt), {
      id: "lock-failed",
      hint: "correct the requirements in pyproject.toml, or check the index",
    });
  } finally {
    if (note !== undefined) removeFile(note);
  }
  const after = readText(file) ?? "";
  if (after === before) return false;
  const fresh = await readLock(after, file);
  if (requiresSame(old, fresh)) {
    writeCommitted(file, path.dirname(file), before);
    return false;
  }
  backdate(realPath(file) ?? file);
  const changes = diffLocks(old, fresh);
  const told = firstOf(changes, MOST_CHANGES) || "the same versions";
  terminal.say(`${isAbove ? file : "uv.lock"} was rewritten to fit pyproject.toml: ${told}`);
  return false;
}

function reasonOfPolicy({ config }: Decision): string {
  const { source } = config.lock;
  if (source.kind === "inferred" && source.reason !== undefined) return source.reason;
  return `\`lock\` is "check"${source.where === undefined ? "" : ` (${source.where})`}`;
}

const MOST_CHANGES = 5;

/** What uv would change in the lock, in its own words; empty when they say nothing. */
async function pendingLockChanges(job: Job, uv: UvTool, { python, registries, rebuilt }: Question): Promise<string> {
  const command = previewLock(uv, { python, registries, rebuilt });
  const { ok, output } = await tryStep(job, "see what uv.lock lacks", command, { otherwise: "that can't be told" });
  const changes = ok ? [...output.matchAll(/^(Add|Update|Remove) (\S[^\n]*)$/gm)] : [];
  const told = changes.map(([, verb = "", what]) => `${verb.toLowerCase()} ${what}`);
  return told.length === 0 ? "" : ` (it would ${firstOf(told, MOST_CHANGES)})`;
}

/** Whether uv.lock fits the project's requirements; undefined when that can't be told. Writes nothing. */
export async function lockFits(
  job: Job,
  { project }: Decision,
  uv: UvTool,
  python: string,
): Promise<boolean | undefined> {
  const file = project.uvLock ?? "";
  const { registries } = await readLock(readText(file) ?? "", file);
  return fits(job, uv, { python, registries, rebuilt: project.rebuilt });
}

type Question = Omit<LockCheck, "offline" | "builds">;

async function fits(job: Job, uv: UvTool, question: Question): Promise<boolean | undefined> {
  return (await fitsOffline(job, uv, question)) ?? check(job, uv, { ...question, offline: false });
}

/**
 * Whether uv.lock fits, without the network. Undefined also when a project has to be built for that: no cache is
 * trusted with its requirements.
 */
async function fitsOffline(job: Job, uv: UvTool, question: Question): Promise<boolean | undefined> {
  return question.rebuilt.length > 0 ? undefined : check(job, uv, { ...question, offline: true });
}

/**
 * Whether uv.lock fits. Undefined: that can't be told, for example since a project has to be built for it and what
 * builds it is not there.
 */
async function check(job: Job, uv: UvTool, question: Omit<LockCheck, "builds">): Promise<boolean | undefined> {
  const { exitCode } = await tryCheck(job, uv, { ...question, builds: true });
  return exitCode === 0 ? true : exitCode === 1 ? false : undefined;
}
