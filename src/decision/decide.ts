import * as path from "node:path";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import type { PythonBuild } from "../config/lock/python-build.ts";
import type { VenvDriver } from "../config/source.ts";
import type { Context } from "../context.ts";
import { type Folders, foldersOf, generationFolders } from "../environment/folders.ts";
import { listGenerations, type Manifest } from "../environment/manifest/manifest.ts";
import { isOthers } from "../environment/shared-folder.ts";
import type { PrimeError } from "../errors.ts";
import type { Input } from "../inputs/input.ts";
import { readUserSettings } from "../project/files/uv/user-settings.ts";
import { inspectProject } from "../project/inspect.ts";
import { KINDS } from "../project/kinds.ts";
import { markerEnvironment } from "../project/markers.ts";
import type { Project } from "../project/project.ts";
import { unmet } from "../project/pylock-fit.ts";
import { outsideRange, withinRange } from "../project/ranges/python.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { interpreterInputs } from "../python/search/choose.ts";
import { isNotKnown } from "../python/search/not-known.ts";
import { asLook, asStart } from "../python/starting.ts";
import { compareVersions, type Version } from "../python/version.ts";
import { type Asked, askFor } from "./asked.ts";
import { type Chosen, choosePython, searchOptions } from "./choose-python.ts";
import { type Lost, type Recalled, recall, replacementError, returnInputs } from "./known-python.ts";
import { findPinned, ofSamePin, requestOf, withinPin } from "./pinned-python.ts";
import { refuseMisfit } from "./pip-misfit.ts";
import type { Survey } from "./survey.ts";
import { refuseForeignRepo, refuseForeignWorkspace } from "./whose-repo.ts";

/** What the repo asks for and what this machine has for it: all that a start decides before it builds anything. */
export interface Decision extends Survey, Omit<Chosen, "fits"> {
  readonly driver: VenvDriver;
  /** What the start asks for; undefined while uv has yet to find or install an interpreter for it. */
  readonly asked: Asked | undefined;
  /** The generation that would be used if its interpreter served. */
  readonly lost: Lost | undefined;
  /** What the interpreters below generations answered, by anchor. */
  readonly answers: Recalled["answers"];
  readonly project: Project;
  /** The build that prime.lock has this root stand on. */
  readonly pinned: PythonBuild | undefined;
  readonly inputs: readonly Input[];
}

/** What a look knows when only a start can decide. */
export interface Undecided extends Survey {
  readonly notKnown: PrimeError;
}

/** The oldest Python that uv's own wheels are for. */
const UV_OLDEST: Version = { implementation: "cpython", version: "3.8.0" };

/**
 * The finished generations of this root that were built here, or could have been: those in this user's own folder
 * first, the youngest first.
 */
function generationsHere(folders: Folders, root: string): Manifest[] {
  return generationFolders(folders).flatMap((generations) =>
    listGenerations(generations).filter((one) => one.root === root && !isOthers(one, { root, generations })),
  );
}

/** Reads the config and the project and chooses the selected python, which can start what the repo names. Builds nothing. */
export async function decide(context: Context, anew: boolean): Promise<Decision> {
  return decideBy(context, await toStart(context), anew);
}

/** What uv's own commands need. They work in every project, and may be what makes it one that prime can install. */
export async function decideTools(context: Context): Promise<Survey & Pick<Decision, "selected">> {
  const surveyed = await toStart(context, true);
  const memory = await remember(context, surveyed, surveyed.generations);
  return { ...surveyed, selected: (await choosePython(context, surveyed, memory)).selected };
}

/** Decides as `decide` does, but by what is recorded: nothing of the repo is run. */
export async function look(context: Context): Promise<Decision | Undecided> {
  const surveyed = await lookAround(context);
  try {
    return await decideBy(context, surveyed, false);
  } catch (error) {
    if (isNotKnown(error)) return { ...surveyed, notKnown: error };
    throw error;
  }
}

/** What there is to decide on. */
function lookAround(context: Context): Promise<Survey> {
  return survey(context, asLook);
}

/**
 * The survey of a start, which runs what the repo names. `tools`: for uv's own commands. Throws `foreign-repo`,
 * `foreign-workspace`.
 */
async function toStart(context: Context, tools = false): Promise<Survey> {
  refuseForeignRepo(context);
  await refuseForeignWorkspace(context);
  return survey(context, asStart, tools);
}

async function survey(context: Context, startingBy: typeof asStart, tools = false): Promise<Survey> {
  const { trust, env, root, repo } = context;
  const loaded = await loadConfig(context);
  const ranged = await withinRange(loaded.config);
  const { config, warnings } = await withinPin(ranged.config, tools);
  const folders = foldersOf(root, context.places.state, config.protoprimer);
  return {
    loaded: { ...loaded, warnings: [...loaded.warnings, ...ranged.warnings, ...warnings] },
    config,
    folders,
    request: requestOf(config),
    requestText: config.required_python_version.value ?? "",
    generations: generationsHere(folders, root),
    search: searchOptions(context, config, folders, startingBy(trust, env, [root, repo.folder])),
  };
}

function remember(
  { progress }: Context,
  { config, request, requestText, search }: Survey,
  generations: readonly Manifest[],
): Promise<Recalled> {
  return recall(ofSamePin(config, generations), request, requestText, search, progress?.facts.lost);
}

async function decideBy(context: Context, surveyed: Survey, anew: boolean): Promise<Decision> {
  const { loaded, config, folders, request, search } = surveyed;
  const generations = anew ? [] : surveyed.generations;
  const memory = await remember(context, surveyed, generations);
  const { lost } = memory;
  const selection = await choosePython(context, surveyed, memory).catch((error: unknown) => {
    throw lost === undefined ? error : replacementError(lost, context.env, error);
  });
  const pinned = await findPinned(context, config, search, selection.selected);
  const base = pinned === undefined ? fitting(selection, memory) : pinned.interpreter;
  const driver = driverFor(config, selection.selected);
  // Not skipped when an earlier environment fits: whether a selector's answer will do must not depend on what was built before.
  const bySelector = config.python_selector_file_rel_path.value !== null;
  if (bySelector && pinned === undefined && driver.value === "venv_pip")
    refuseMisfit(request, selection.selected, config.venv_driver.value);
  const inspected = await inspectProject(context.root, config, driver.value);
  const resolves = !KINDS[inspected.kind].isLocked && inspected.kind !== "nothing";
  const project = resolves ? { ...inspected, userSettings: await readUserSettings(context.env) } : inspected;
  const wish = { config, project, driver: driver.value, folders, pinned: pinned?.build };
  const asked = base && askFor(context, wish, base);
  return {
    ...surveyed,
    project,
    driver: driver.value,
    selected: selection.selected,
    pinned: pinned?.build,
    asked,
    lost,
    answers: memory.answers,
    how: selection.how,
    passedOver: selection.passedOver,
    printed: selection.printed,
    warnings: once([
      ...loaded.warnings,
      ...folders.warnings,
      ...selection.warnings,
      ...driver.warnings,
      ...project.warnings,
      ...unfitLock(project, base ?? selection.selected),
      ...(base === undefined ? [] : await outsideRange(config, base)),
    ]),
    inputs: [
      ...loaded.inputs,
      ...folders.inputs,
      ...selectorInputs(context, config),
      ...interpreterInputs(base ?? selection.selected),
      ...(lost === undefined ? [] : returnInputs(lost)),
      ...project.inputs,
      ...project.userSettings.inputs,
      ...(asked?.madeOf.archives ?? []).map(([file]) => ({ kind: "file", path: file }) as const),
    ],
  };
}

/** Without repeats: the readers of the configuration and of the project can both warn of one file. */
export function once(warnings: readonly string[]): string[] {
  return [...new Set(warnings)];
}

function fitting({ fits, selected }: Chosen, { known }: Recalled): Interpreter | undefined {
  return fits ? selected : known?.interpreter;
}

/**
 * Warns of a pylock.toml that has become too old for pyproject.toml. It is installed as it is all the same, since only
 * its maker knows how to make it anew.
 */
export function unfitLock({ lockedNeeds }: Project, base: Interpreter): string[] {
  if (lockedNeeds === null) return [];
  const missing = unmet(lockedNeeds, markerEnvironment(base));
  return missing.length === 0
    ? []
    : [`pylock.toml does not fit pyproject.toml: nothing in it meets ${missing.join(", ")}`];
}

/** The selected python and the driver, as if nothing had been built here yet. */
interface Anew {
  /** Undefined when only a start can tell: then a warning says so. */
  readonly selected: Interpreter | undefined;
  /** Whether the selector answered with it. */
  readonly isAnswer: boolean;
  readonly driver: VenvDriver;
  readonly warnings: readonly string[];
}

/** Looks as if there had been no start before. When only a start can tell, a warning says so. */
export async function lookAnew(context: Context): Promise<Anew> {
  const surveyed = await lookAround(context);
  const { config } = surveyed;
  try {
    const { selected, warnings } = await choosePython(context, surveyed, { known: undefined, lost: undefined });
    const driver = driverFor(config, selected);
    // A selector whose answer is not taken is a warning.
    const isAnswer = config.python_selector_file_rel_path.value !== null && warnings.length === 0;
    return { selected, isAnswer, warnings: [...warnings, ...driver.warnings], driver: driver.value };
  } catch (error) {
    if (!isNotKnown(error)) throw error;
    const warnings = [`${error.message}; ${error.hint}`];
    return { selected: undefined, isAnswer: false, warnings, driver: config.venv_driver.value };
  }
}

function selectorInputs({ root }: Context, config: Config): Input[] {
  const selector = config.python_selector_file_rel_path.value;
  return selector === null ? [] : [{ kind: "file", path: path.resolve(root, selector) }];
}

function driverFor(config: Config, selected: Interpreter): { value: VenvDriver; warnings: string[] } {
  if (config.venv_driver.value === "venv_pip" || compareVersions(selected, UV_OLDEST) >= 0) {
    return { value: config.venv_driver.value, warnings: [] };
  }
  const why = `uv needs a selected python of 3.8 or newer, and ${selected.path} is ${selected.version}`;
  return { value: "venv_pip", warnings: [`${why}: pip makes the environment instead`] };
}
