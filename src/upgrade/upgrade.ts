import * as path from "node:path";
import type { BuildPlace } from "../builder/aside.ts";
import { buildAside } from "../builder/build.ts";
import type { Job } from "../builder/job.ts";
import { collectOld } from "../builder/sweep.ts";
import { rootMutex, takeOwnTurn } from "../builder/turn.ts";
import type { Context } from "../context.ts";
import { type Asked, askFor } from "../decision/asked.ts";
import { type Decision, decide } from "../decision/decide.ts";
import { linkOf } from "../decision/shown.ts";
import { now } from "../edges/clock.ts";
import { makeNewFolder, writePlain } from "../edges/files/change.ts";
import { refuseReadOnly, whyNotWritten } from "../edges/files/committed.ts";
import { makerMark } from "../edges/files/own/maker-mark.ts";
import { remove } from "../edges/files/own/remove.ts";
import { readText } from "../edges/files/read.ts";
import { withStandIns } from "../edges/files/stand-ins.ts";
import { differences } from "../environment/history.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import type { Changeover } from "../environment/state.ts";
import { beginChangeover, settleChangeover } from "../environment/upgraded/changeover.ts";
import { PrimeError } from "../errors.ts";
import type { Cold } from "../start/cold.ts";
import { settleIn } from "../start/settle.ts";
import type { UvTool } from "../uv/tool.ts";
import { type Candidate, digestOfCandidate } from "./candidate.ts";

/** What an upgrade is made of, and what must hold before it is put in force. */
export interface Upgrade {
  readonly decision: Decision;
  readonly candidate: Candidate;
  readonly uv: UvTool | undefined;
  /** The environment in use. */
  readonly before: Manifest | undefined;
  readonly cold: Cold;
  readonly why: string;
  /** How many environments are kept to go back to. */
  readonly keep: number;
  readonly trial: Changeover["trial"];
  /** Throws for an environment that is not good enough to be shown. */
  readonly check: (place: BuildPlace, asked: Asked) => Promise<void>;
}

export interface Upgraded {
  readonly manifest: Manifest;
  /** What differs from the environment before, a phrase each. */
  readonly changes: readonly string[];
  readonly readyLine: string;
}

/**
 * Builds what a candidate asks for as a generation of its own, has it checked, and puts it in force: files, link and
 * history, all or none. Until then nothing that is in use is touched. `undefined` when a file is not any more what the
 * candidate was made for: another upgrade or an edit was faster.
 */
export async function upgrade(job: Job, order: Upgrade): Promise<Upgraded | undefined> {
  const { context } = job;
  const { decision, candidate } = order;
  const { folders, config } = decision;
  for (const { path: file } of candidate.files) {
    refuseReadOnly(file);
    const outside = whyNotWritten(file, folders.root);
    if (outside !== undefined)
      throw new PrimeError(
        "upgrade-outside",
        `could not upgrade ${context.root}: ${file} ${outside}`,
        `put a file in its place, or upgrade where it is: \`./prime uv lock --upgrade\` there`,
      );
  }
  const lock = await takeOwnTurn(context, config, rootMutex(folders.data), {
    doing: `upgrading ${context.root}`,
    reason: order.why,
    beside: "upgrading",
  });
  try {
    if (candidate.files.some(({ path: file, before }) => (readText(file) ?? null) !== before)) return undefined;
    const staged = await stage(job, order);
    context.terminal.detail("validated: it is put in force");
    const upgraded = await putInForce(context, order, staged);
    collectOld(context, folders, linkOf(context, decision), order.keep);
    return upgraded;
  } finally {
    lock.release();
  }
}

interface Staged {
  readonly asked: Asked;
  readonly manifest: Manifest;
}

/**
 * Decides as a start will decide once the files are in place, so that this very generation is what it asks for then.
 */
async function stage(job: Job, { decision, candidate, uv, why, check }: Upgrade): Promise<Staged> {
  const { context } = job;
  const { folders, driver, selected } = decision;
  const folder = path.join(folders.work, `work-uv.${makerMark()}`);
  makeNewFolder(folder);
  try {
    const texts = candidate.files.map(({ path: file, after }, index) => {
      const standIn = path.join(folder, `${index}-${path.basename(file)}`);
      writePlain(standIn, after);
      return [file, standIn] as const;
    });
    const { coming, asked } = await withStandIns(new Map(texts), async () => {
      const coming = { ...(await decide(context, false)), driver, selected };
      const base = candidate.base ?? coming.asked?.base;
      if (base === undefined) throw noInterpreter(context);
      return { coming, asked: askFor(context, coming, base) };
    });
    const lock = candidate.files.find(({ path: file }) => file === candidate.lock);
    const manifest = await buildAside(
      job,
      { ...coming, asked },
      asked,
      uv,
      { anew: false, reason: why },
      {
        lock: lock && { path: lock.path, text: lock.after },
        resolution: candidate.resolution,
        check: (place) => check(place, asked),
      },
    );
    return { asked, manifest };
  } finally {
    remove(folder);
  }
}

async function putInForce(context: Context, order: Upgrade, { asked, manifest }: Staged): Promise<Upgraded> {
  const { decision, candidate, before, cold, why, trial } = order;
  const { folders } = decision;
  const changes = differences(before, manifest);
  beginChangeover(folders, {
    generation: manifest.id,
    from: before?.id ?? null,
    asked: asked.digest,
    candidate: digestOfCandidate(candidate),
    build: candidate.build,
    files: [...candidate.files],
    why,
    changes,
    at: now(),
    trial,
  });
  const settled = settleChangeover(folders); // undefined: a start that came in between has finished it
  if (settled?.isDone === false) throw undone(context, settled.why);
  const later = { ...context, startedAt: now() };
  const { readyLine } = await settleIn(
    later,
    await decide(later, false),
    manifest,
    { ...cold, reason: why },
    "upgrade",
  );
  return { manifest, changes, readyLine };
}

function undone({ root }: Context, why: string | undefined): PrimeError {
  return new PrimeError(
    "upgrade-undone",
    `could not put the upgrade of ${root} in force: ${why}`,
    "all is as it was; ./prime upgrade does it anew",
  );
}

function noInterpreter({ root }: Context): PrimeError {
  return new PrimeError(
    "upgrade-python",
    `could not upgrade ${root}: no interpreter for it is known here`,
    "run ./prime first",
  );
}
