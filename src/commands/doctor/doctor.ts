import * as path from "node:path";
import type { Config } from "../../config/config.ts";
import { loadConfig } from "../../config/load.ts";
import type { Context } from "../../context.ts";
import { pinOf } from "../../decision/asked.ts";
import { type Decision, decide, look } from "../../decision/decide.ts";
import { holdOf } from "../../decision/shown.ts";
import { now } from "../../edges/clock.ts";
import { whyClosed } from "../../edges/files/errors.ts";
import type { Fault } from "../../edges/files/own/own-folder.ts";
import { exists, realPath } from "../../edges/files/read.ts";
import { droppedVariables } from "../../edges/machine.ts";
import { type Folders, foldersOf } from "../../environment/folders.ts";
import { readManifest } from "../../environment/manifest/manifest.ts";
import { PrimeError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { planFolder, SEALED_STATE } from "../../plan/place.ts";
import { inspectProject } from "../../project/inspect.ts";
import { lastCold, lastFailure, whyCold } from "../../start/cold.ts";
import { environmentFindings } from "./examine/built/environment.ts";
import { recordFindings } from "./examine/built/records.ts";
import { configFindings } from "./examine/config.ts";
import { askGitOfClone, trackedFindings } from "./examine/git.ts";
import { launcherFacts, launcherFindings } from "./examine/launcher.ts";
import { machineFindings, timedFiles } from "./examine/machine.ts";
import { ownerFindings } from "./examine/owner.ts";
import { pinnedFindings } from "./examine/pinned.ts";
import { stateFindings } from "./examine/state.ts";
import { upgradeFindings } from "./examine/upgrade.ts";
import { uvFinding } from "./examine/uv.ts";
import { type Finding, orFinding, sound, told, wrong } from "./finding.ts";
import { tellFindings } from "./report.ts";

export interface DoctorRequest {
  /** An environment, or with `all` a folder of them; undefined for the root's own. */
  readonly folder: string | undefined;
  readonly all: boolean;
  readonly fix: boolean;
  readonly json: boolean;
}

/** `./prime doctor`: examines and names; only `--fix` changes anything. Status 1 when something is wrong. */
export async function doctor(context: Context, { folder, all, fix, json }: DoctorRequest): Promise<Answer> {
  if (folder !== undefined) {
    const { examineAll, examineVenv } = await import("./examine/built/venvs.ts");
    return all ? examineAll(context, folder, json) : examineVenv(context, folder, json);
  }
  const before = await examine(context, fix);
  const mended = fix ? await (await import("./mend.ts")).makeRepairs(context, before) : [];
  const findings = mended.length === 0 ? before : await examine(context, fix);
  return tellFindings(context, findings, json, { mended });
}

/**
 * All checks, from what everything stands on to what is shown. What can't be decided leaves the others to be made. Only to mend
 * something is anything of the repo and of its environment run.
 */
async function examine(context: Context, fix: boolean): Promise<Finding[]> {
  const { env, root, places, node } = context;
  const { loaded, findings: configured } = await configFindings(() => loadConfig(context));
  const config = loaded?.config;
  const link = path.resolve(root, config?.local_venv_dir_rel_path.value ?? ".venv");
  const folders = await orFinding("state", () => foldersOf(root, places.state, config?.protoprimer));
  const isClosed = "check" in folders;
  const findings = [
    ...machineFindings({
      env,
      node: { path: node, version: process.version },
      dropped: droppedVariables(context.shell.pid, env),
      now: now(),
      files: timedFiles(root, isClosed ? undefined : folders.data),
    }),
    ...keptFindings(context),
    ...launcherFindings(launcherFacts(context)),
    ...trackedFindings(await askGitOfClone(context, link)),
    ...configured,
  ];
  if (isClosed) return [...findings, folders];
  const decided = config === undefined ? undefined : await tryToDecide(context, fix);
  const project = await told("project", () => projectFindings(root, config));
  findings.push(
    ...(await told("state", () => stateFindings(root, link, folders))),
    ...(config === undefined ? [] : await upgradeFindings(config, folders, now())),
    ...(await told("state", () => [...recordFindings(context), ...ownerFindings(root, projectsOf(decided))])),
    ...(decided === undefined ? [] : decidedFindings(context, decided, project)),
  );
  const isTold = (why: string) => findings.some(({ found }) => found.startsWith(why));
  const shown = { link, folders, decided, loads: fix, isTold };
  return eachOnce([...findings, ...(await told("environment", () => shownFindings(context, shown)))]);
}

/** One finding for all that could not be looked at for one cause, by the command that cures it and names a path. */
function eachOnce(findings: readonly Finding[]): Finding[] {
  const isFailure = ({ found, mend }: Finding) => found.startsWith("could not ") && / \//.test(mend ?? "");
  return findings.filter(
    (one, index) => !isFailure(one) || findings.findIndex((it) => isFailure(it) && it.mend === one.mend) === index,
  );
}

function projectsOf(decided: Decision | Finding | undefined): readonly string[] {
  return decided === undefined || "check" in decided ? [] : decided.project.localProjects;
}

/** Whether anything can be kept from one start to the next; what a start never reaches (a seal serves it) need not be. */
function keptFindings({ cacheFault, stateFault, places, launcher }: Context): Finding[] {
  const isSealed = exists(planFolder({ state: SEALED_STATE, launcher }));
  const closed = stateFault !== undefined || isSealed ? undefined : whyClosed(places.state);
  const state = stateFault ?? (closed && { why: closed.message, cure: `${closed.hint}` });
  const told = (check: string, fault: Fault | undefined, what: string): Finding[] =>
    fault === undefined ? [] : [wrong(check, `${what}: ${fault.why}`, fault.cure)];
  return [
    ...told("cache", cacheFault, "nothing is kept from one start to the next"),
    ...told("state", state, "no start is warm"),
  ];
}

function tryToDecide(context: Context, fix: boolean): Promise<Decision | Finding> {
  return orFinding("selected python", async () => {
    const decided = await (fix ? decide(context, false) : look(context));
    if (!("notKnown" in decided)) return decided;
    return sound("selected python", `${decided.notKnown.message}; ${decided.notKnown.hint}`);
  });
}

/** Nothing but errors: what is wrong with the project ends a look at the interpreter, or is not come to. */
async function projectFindings(root: string, config: Config | undefined): Promise<Finding[]> {
  if (config !== undefined) await inspectProject(root, config, config.venv_driver.value);
  return [];
}

function decidedFindings(context: Context, decided: Decision | Finding, project: Finding[]): Finding[] {
  if ("check" in decided) return project.some(({ found }) => found === decided.found) ? project : [decided, ...project];
  const { places, trust } = context;
  const { selected, how, config } = decided;
  return [
    sound("selected python", `${selected.path} ${selected.version} \u2014 ${how}`),
    uvFinding({ pin: pinOf(config), python: selected, cacheFolder: places.cache, trust }),
    ...pinnedFindings(context, decided),
  ];
}

interface Shown {
  readonly link: string;
  readonly folders: Folders;
  readonly decided: Decision | Finding | undefined;
  readonly loads: boolean;
  /** Whether another check tells of this cause. */
  readonly isTold: (why: string) => boolean;
}

/** What the last start showed, else what the link does; the inputs may ask for another one by now. */
async function shownFindings(context: Context, { link, folders, decided, loads, isTold }: Shown): Promise<Finding[]> {
  const linked = realPath(link);
  const isOurs = linked !== undefined && path.dirname(linked) === realPath(folders.generations);
  const generation = whyCold(context).before ?? (isOurs ? linked : undefined);
  if (generation === undefined) {
    const why = lastFailure(lastCold(context));
    return why === undefined || isTold(why)
      ? [sound("environment", "none was made yet: ./prime does")]
      : [wrong("environment", `none was made yet, the last start failed: ${why}`, "./prime tells more")];
  }
  const decision = decided === undefined || "check" in decided ? undefined : decided;
  const isAsked = decision !== undefined && isAskedFor(decision, generation);
  return [
    ...(decision === undefined || isAsked ? [] : [sound("inputs", otherwise(decision))]),
    ...(await environmentFindings(context, generation, decision, { rebuild: isAsked, loads })),
  ];
}

function isAskedFor(decision: Decision, generation: string): boolean {
  const digest = readManifest(generation)?.digest;
  if (isHeld(decision)) return false;
  return digest === undefined || decision.asked === undefined || decision.asked.digest === digest;
}

/** What a newer prime wrote can't be told; that is a finding of its own. */
function isHeld(decision: Decision): boolean {
  try {
    return holdOf(decision) !== undefined;
  } catch (error) {
    if (error instanceof PrimeError) return false;
    throw error;
  }
}

function otherwise(decision: Decision): string {
  return isHeld(decision)
    ? "ask for another environment than the one that a rollback holds: ./prime rollback --cancel shows it"
    : "ask for another environment than was shown last: the next start shows it";
}
