import * as path from "node:path";
import { build } from "../../builder/build.ts";
import { beginJob, runStep } from "../../builder/job.ts";
import { takeOwnTurn } from "../../builder/turn.ts";
import { provision } from "../../builder/uv-tool.ts";
import type { Context } from "../../context.ts";
import { type Decision, decide } from "../../decision/decide.ts";
import { linkOf } from "../../decision/shown.ts";
import { now } from "../../edges/clock.ts";
import { copyFile, makeExecutable, makeFolder, rename, writeBackdated } from "../../edges/files/change.ts";
import { remove } from "../../edges/files/own/remove.ts";
import { exists, physicalPath } from "../../edges/files/read.ts";
import { nonce } from "../../edges/nonce.ts";
import { markDamaged } from "../../environment/drift.ts";
import { readManifest } from "../../environment/manifest/manifest.ts";
import { passOn } from "../../errors.ts";
import { excludeFromGit } from "../../git/exclude.ts";
import { whyCold } from "../../start/cold.ts";
import { settleIn } from "../../start/settle.ts";
import { forgetPackages } from "../../uv/commands.ts";
import type { Finding, Fix, Rebuild } from "./finding.ts";

/** Makes the repairs that findings name, each once, the rebuild last of all, and says so. Gives what was done, a sentence each. */
export async function makeRepairs(context: Context, findings: readonly Finding[]): Promise<string[]> {
  const damage: Finding[] = [];
  const repairs = new Map<string, Repair>();
  for (const finding of findings) {
    const { fix } = finding;
    if (fix?.kind === "rebuild") damage.push(finding);
    else if (fix !== undefined) repairs.set(JSON.stringify(fix), fix);
  }
  const done: string[] = [];
  const tell = (what: string): void => {
    done.push(what);
    context.terminal.say(`mended: ${what}`);
  };
  const attempt = async (repair: () => Promise<string>): Promise<void> => {
    try {
      tell(await repair());
    } catch (error) {
      passOn(error);
      context.terminal.warn(`not mended: ${error.message}`);
    }
  };
  for (const repair of repairs.values()) await attempt(() => make(context, repair));
  if (damage.length > 0) await attempt(() => rebuild(context, damage));
  return done;
}

type Repair = Exclude<Fix, Rebuild>;

async function make(context: Context, fix: Repair): Promise<string> {
  switch (fix.kind) {
    case "executable":
      makeExecutable(fix.file);
      return `${fix.file} may be executed now`;
    case "lock": {
      const { config } = await decide(context, false);
      const turn = { doing: "mending", reason: "./prime doctor --fix", beside: "going on" };
      (await takeOwnTurn(context, config, fix.file, turn)).release();
      return `${fix.file}, which a process left that has ended, was removed`;
    }
    case "replace":
      return replace((await decide(context, false)).folders.aside, fix.file, fix.text);
    case "exclude": {
      const decision = await decide(context, false);
      const file = excludeFromGit(context.root, linkOf(context, decision));
      return `git ignores ${path.basename(linkOf(context, decision))} now${file === undefined ? "" : `: a line was added to ${file}`}`;
    }
    case "uv": {
      remove(physicalPath(fix.folder));
      const { uv } = await toolOf(context, await decide(context, false));
      return `uv was installed anew: ${uv.file}`;
    }
  }
}

function replace(aside: string, file: string, text: string | null): string {
  let kept = "";
  if (exists(file)) {
    makeFolder(aside);
    const copy = path.join(aside, `${path.basename(file)}-${nonce()}`);
    if (text === null) rename(file, copy);
    else copyFile(file, copy);
    kept = `; the old one is kept as ${copy}`;
  }
  if (text !== null) writeBackdated(file, text);
  return `${file} was ${text === null ? "moved away" : "written anew"}${kept}`;
}

async function toolOf(context: Context, decision: Decision) {
  const job = await beginJob(context, decision.folders, decision.project);
  return { job, uv: await provision(job, decision) };
}

/**
 * Drift is seen by every start; what only a look at each file finds is written down, or the damaged one would be shown again some
 * day. What uv hard-linked from its cache is there as damaged as here: it forgets that before it installs again.
 */
async function rebuild(context: Context, damage: readonly Finding[]): Promise<string> {
  const rebuilds = damage.flatMap(({ fix }) => (fix?.kind === "rebuild" ? fix : []));
  const packages = [...new Set(rebuilds.flatMap((fix) => fix.packages))];
  const cold = whyCold(context);
  const decision = await decide(context, false);
  if (packages.length > 0 && decision.driver === "venv_uv") {
    const { job, uv } = await toolOf(context, decision);
    await runStep(job, `have uv forget ${packages.join(", ")}`, forgetPackages(uv, packages), { id: "uv-cache" });
  }
  const seen = damage.filter(({ check }) => check !== "drift").map(({ found }) => found.replaceAll("\n", " "));
  const folders = new Set(
    rebuilds.map(({ damaged }) => damaged).filter((folder) => readManifest(folder) !== undefined),
  );
  if (seen.length > 0) for (const folder of folders) markDamaged(folder, seen);
  const request = {
    anew: false,
    reason: "asked for by the doctor",
    look: async () => undefined,
    silent: undefined,
    telling: undefined,
  };
  const made = await build(context, decision, request);
  const manifest = "built" in made ? made.built : made.found.manifest;
  const later = { ...context, startedAt: now() };
  const why = { ...cold, reason: request.reason };
  await settleIn(later, await decide(later, false), manifest, why, "build");
  const forgotten = packages.length === 0 ? "" : `, after uv had forgotten what it cached of ${packages.join(", ")}`;
  return `built generation ${manifest.id} beside the damaged one${forgotten}`;
}
