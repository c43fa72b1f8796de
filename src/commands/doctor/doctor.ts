import * as path from "node:path";
import type { Config } from "../../config/config.ts";
import { loadConfig } from "../../config/load.ts";
import type { Context } from "../../context.ts";
import { pinOf } from "../../decision/asked.ts";
import { type Decision, decide, look } from "../../decision/decide.ts";
import { holdOf } from "../../decision/shown.ts";
import { now } from "../../edges/clock.ts";
import type { Fault } from "../../edges/files/own/own-folder.ts";
import { realPath } from "../../edges/files/read.ts";
import { droppedVariables } from "../../edges/machine.ts";
import { type Folders, foldersOf } from "../../environment/folders.ts";
import { readManifest } from "../../environment/manifest/manifest.ts";
import { PrimeError, passOn } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { inspectProject } from "../../project/inspect.ts";
import { lastCold, lastFailure, whyCold } from "../../start/cold.ts";
import { environmentFindings } from "./examine/built/environment.ts";
import { recordFindings } from "./examine/built/records.ts";
import { configFindings } from "./examine/config.ts";
import { askGit, trackedFindings } from "./examine/git.ts";
import { launcherFacts, launcherFindings } from "./examine/launcher.ts";
import { machineFindings, timedFiles } from "./examine/machine.ts";
import { ownerFindings } from "./examine/owner.ts";
import { pinnedFindings } from "./examine/pinned.ts";
import { stateFindings } from "./examine/state.ts";
import { upgradeFindings } from "./examine/upgrade.ts";
import { uvFinding } from "./examine/uv.ts";
import { type Finding, isSound, sound, wrong } from "./finding.ts";
import { PAINTED, renderFindings, reportOf } from "./report.ts";

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
  const mended = fix ? await (await import("./mend.ts")).mend(context, before) : [];
  const findings = mended.length === 0 ? before : await examine(context, fix);
  if (json) context.print.json({ ...reportOf(findings), mended });
  else context.print.text(renderFindings(findings), { painted: PAINTED });
  return { kind: "exit", code: isSound(findings) ? 0 : 1 };
}

/**
 * All checks, from what everything stands on to what is shown. What can't be decided leaves the others to be made. Only to mend
 * something is anything of the repo and of its environment run.
 */
async function examine(context: Context, fix: boolean): Promise<Finding[]> {
  const { env, root, places, node } = context;
  const config = await configFindings(() => loadConfig(context));
  const folders = foldersOf(root, places.state, config.loaded?.config.protoprimer);
  const link = path.resolve(root, config.loaded?.config.local_venv_dir_rel_path.value ?? ".venv");
  const decided = config.loaded === undefined ? undefined : await tryToDecide(context, fix);
  const project = await told("project", () => projectFindings(root, config.loaded?.config));
  return [
    ...machineFindings({
      env,
      node: { path: node, version: process.version },
      dropped: droppedVariables(context.shell.pid, env),
      now: now(),
      files: timedFiles(root, folders.data),
    }),
    ...(context.cacheFault === undefined ? [] : [cacheFinding(context.cacheFault)]),
    ...launcherFindings(launcherFacts(context)),
    ...trackedFindings(await askGit(context, link)),
    ...config.findings,
    ...(await told("state", () => stateFindings(root, link, folders))),
    ...(config.loaded === undefined ? [] : await upgradeFindings(config.loaded.config, folders, now())),
    ...(await told("state", () => [...recordFindings(context), ...ownerFindings(root, projectsOf(decided))])),
    ...(decided === undefined ? [] : decidedFindings(context, decided, project)),
    ...(await told("environment", () => shownFindings(context, { link, folders, decided, loads: fix }))),
  ];
}

function projectsOf(decided: Decision | Finding | undefined): readonly string[] {
  return decided === undefined || "check" in decided ? [] : decided.project.localProjects;
}

function cacheFinding({ why, cure }: Fault): Finding {
  return wrong("cache", `nothing is kept from one start to the next: ${why}`, cure);
}

async function tryToDecide(context: Context, fix: boolean): Promise<Decision | Finding> {
  try {
    const decided = await (fix ? decide(context, false) : look(context));
    if (!("notKnown" in decided)) return decided;
    return sound("selected python", `${decided.notKnown.message}; ${decided.notKnown.hint}`);
  } catch (error) {
    return failed("selected python", error);
  }
}

/** What can't be looked at is a finding: the others are still to be told. */
async function told(check: string, look: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [failed(check, error)];
  }
}

function failed(check: string, error: unknown): Finding {
  passOn(error);
  return wrong(check, error.message, error.hint ?? "mend that, and start again");
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
}

/** What the last start showed, else what the link does; the inputs may ask for another one by now. */
async function shownFindings(context: Context, { link, folders, decided, loads }: Shown): Promise<Finding[]> {
  const linked = realPath(link);
  const isOurs = linked !== undefined && path.dirname(linked) === realPath(folders.generations);
  const generation = whyCold(context).before ?? (isOurs ? linked : undefined);
  if (generation === undefined) {
    const why = lastFailure(lastCold(context));
    const none = "none was made yet: ";
    return [why ? wrong("environment", none + why, "./prime tells more") : sound("environment", `${none}./prime does`)];
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
