import { sourceText } from "../config/evaluation.ts";
import { PRIME_LOCK } from "../config/lock/prime-lock.ts";
import type { Context } from "../context.ts";
import { pinOf } from "../decision/asked.ts";
import { type Decision, look, once } from "../decision/decide.ts";
import { holdOf } from "../decision/shown.ts";
import type { Survey } from "../decision/survey.ts";
import { isoTime, localTime } from "../edges/clock.ts";
import { sha256OfFile } from "../edges/files/read.ts";
import { findDrift } from "../environment/drift.ts";
import { generationFolder } from "../environment/folders.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import { readState } from "../environment/state.ts";
import { readSeen } from "../environment/upgraded/seen.ts";
import { type Answer, DONE } from "../launch/answer.ts";
import { servesTouched } from "../plan/ready-plan.ts";
import { inspectProject } from "../project/inspect.ts";
import { fromCache } from "../provision/uv.ts";
import { endedLife } from "../python/end-of-life.ts";
import { describe } from "../python/version.ts";
import { oneLine } from "../quoted.ts";
import { counted } from "../size.ts";
import { type Cold, FAILED_PREFIX, lastCold, lastFailure, whyCold } from "../start/cold.ts";

/** What `status` shows; the names are those of the JSON form. */
interface Status {
  readonly launcher: { readonly path: string; readonly version: string; readonly sha256: string };
  readonly root: string;
  /** Which one is in force, and how it was found. */
  readonly configuration: string;
  /** Null where only a start can tell. */
  readonly selected_python: { readonly path: string | null; readonly version: string | null; readonly how: string };
  readonly required_python: { readonly request: string; readonly source: string };
  readonly driver: { readonly name: string; readonly source: string };
  readonly uv: { readonly version: string; readonly path: string | null };
  readonly project: { readonly name: string; readonly kind: string; readonly notes: readonly string[] };
  readonly environment: {
    readonly generation: string;
    readonly python: string;
    readonly packages: number;
    readonly built_at: string;
    readonly built_by: string;
    readonly reason: string;
    /** When a rollback put it in the place of what the inputs ask for; it holds until one of them changes. */
    readonly rolled_back_at: string | null;
    readonly drift: readonly string[];
    /** The month in which its minor version of Python got its last security release. */
    readonly end_of_life: string | null;
    /** What the last look for an upgrade has found: the interpreter to move to, and how many packages would change. */
    readonly newer: { readonly python: string | null; readonly packages: number; readonly seen_at: string } | null;
    /** While the first starts after an upgrade are watched: how many are left, and what comes back when all fail. */
    readonly trial: { readonly starts: number; readonly previous: string } | null;
  } | null;
  readonly pins: readonly { readonly name: string; readonly version: string; readonly until: string | null }[];
  readonly inputs: readonly { readonly kind: string; readonly path: string }[];
  readonly freshness: { readonly mode: string; readonly state: string; readonly last_cold: string | null };
}

/** `./prime status`: what is in force and where each came from. Nothing is built, changed, or run of what the repo names. */
export async function showStatus(context: Context, json: boolean): Promise<Answer> {
  const status = await statusOf(context);
  if (json) context.print.json(status);
  else context.print.text(renderStatus(status));
  return DONE;
}

async function statusOf(context: Context): Promise<Status> {
  const looked = await look(context);
  const decision = "notKnown" in looked ? undefined : looked;
  const { config, loaded } = looked;
  const { warnings, project, inputs } = decision ?? (await undecided(context, looked));
  for (const warning of warnings) context.terminal.warn(warning);
  const cold = whyCold(context);
  const last = lastCold(context);
  const failure = lastFailure(last);
  const { trust, places } = context;
  const place = decision && { pin: pinOf(config), python: decision.selected, cacheFolder: places.cache, trust };
  const uv = place && fromCache(place);
  return {
    launcher: { path: context.launcher, version: context.version, sha256: sha256OfFile(context.launcher) ?? "" },
    root: context.root,
    configuration: loaded.from,
    selected_python: {
      path: decision?.selected.path ?? null,
      version: decision?.selected.version ?? null,
      how: "notKnown" in looked ? `${NOT_KNOWN} (${looked.notKnown.cause})` : looked.how,
    },
    required_python: {
      request: describe(looked.request),
      source:
        config.primeLock.python === null ? sourceText(config.required_python_version.source, context.root) : PRIME_LOCK,
    },
    driver: {
      name: decision?.driver ?? config.venv_driver.value,
      source: sourceText(config.venv_driver.source, context.root),
    },
    uv: { version: pinOf(config).version, path: uv?.file ?? null },
    project: { name: project.name, kind: project.kind, notes: [...project.notes, ...project.omissions] },
    environment: decision === undefined ? null : environmentOf(decision, context.startedAt),
    pins: config.primeLock.pins.map(({ name, version, until }) => ({ name, version, until })),
    inputs: inputs.map(({ kind, path: file }) => ({ kind, path: file })),
    freshness: {
      mode: config.freshness.value,
      state: isWarm(context, cold) ? "fresh" : `the next start is cold: ${cold.reason}`,
      last_cold:
        last === undefined ? null : last.reason + (failure === undefined ? "" : `; ${FAILED_PREFIX}${failure}`),
    },
  };
}

function isWarm({ plans, flagKey }: Context, { renew, changes }: Cold): boolean {
  if (renew === undefined || plans === undefined || flagKey === undefined) return false;
  const touched = changes.map(({ path: file }) => file);
  return servesTouched({ ...plans, flagKey }, touched);
}

/** What there is to say where only a start can decide. */
async function undecided({ root }: Context, { config, loaded, folders }: Survey) {
  const project = await inspectProject(root, config, config.venv_driver.value);
  return {
    project,
    warnings: once([...loaded.warnings, ...folders.warnings, ...project.warnings]),
    inputs: [...loaded.inputs, ...folders.inputs, ...project.inputs],
  };
}

function environmentOf(decision: Decision, now: number): Status["environment"] {
  const { asked, generations, folders } = decision;
  const hold = holdOf(decision);
  const manifest: Manifest | undefined = generations.find(({ id, digest }) =>
    hold === undefined ? digest === asked?.digest : id === hold.generation,
  );
  if (manifest === undefined) return null;
  const generation = generationFolder(folders, manifest.id);
  const { implementation, version } = manifest.interpreter;
  const { trial } = readState(folders);
  const seen = readSeen(folders, manifest.id);
  return {
    generation,
    python: `${manifest.interpreter.anchor} (${manifest.interpreter.version})`,
    packages: Object.keys(manifest.packages).length,
    built_at: isoTime(manifest.builtAt),
    built_by: `${manifest.builtBy.user} on ${manifest.builtBy.host}`,
    reason: manifest.reason,
    rolled_back_at: hold === undefined ? null : isoTime(hold.since),
    drift: findDrift(generation, manifest),
    end_of_life: (implementation === "cpython" && endedLife(version, now)) || null,
    newer: seen ? { python: seen.python, packages: seen.packages, seen_at: isoTime(seen.at) } : null,
    trial: trial?.generation === manifest.id ? { starts: trial.starts, previous: trial.previous } : null,
  };
}

function renderStatus(status: Status): string {
  const { launcher, selected_python: selected, required_python: required, environment, project, freshness } = status;
  const isUnknown = status.selected_python.path === null;
  const rows: Row[] = [
    ["launcher", `${launcher.path} ${launcher.version} (sha256 ${launcher.sha256.slice(0, 12)})`],
    ["root", status.root],
    ["configuration", status.configuration],
    ["required python", `${required.request} — ${required.source}`],
    ["selected python", isUnknown ? selected.how : `${selected.path} ${selected.version} — ${selected.how}`],
    ["driver", `${status.driver.name} — ${status.driver.source}`],
    ["uv", `${status.uv.version}${isUnknown ? "" : ` — ${status.uv.path ?? FETCHED}`}`],
    [
      "project",
      [`${project.name} (${project.kind})`, ...project.notes].map((note) => note.replace(/\.$/, "")).join("; "),
    ],
    ...(isUnknown ? [["environment", NOT_KNOWN] as const] : environmentRows(environment)),
    ...status.pins.map(
      ({ name, version, until }) =>
        ["pinned", `${name} ${version}${until === null ? "" : `, until ${until}`}`] as const,
    ),
    ["inputs", `${status.inputs.length} watched (${freshness.mode}); --json lists them`],
    ["freshness", freshness.state],
    ["last cold start", freshness.last_cold],
  ];
  return rows.map(([name, value]) => (value === null ? "" : `${name.padEnd(16)} ${oneLine(value)}\n`)).join("");
}

/** Null: there is nothing to tell. */
type Row = readonly [name: string, value: string | null];

const FETCHED = "fetched when something has to be built";
const NOT_KNOWN = "not known: start it once";

function environmentRows(environment: Status["environment"]): Row[] {
  if (environment === null) return [["environment", "not built yet: run ./prime"]];
  const { generation, python, packages, built_at: at, built_by: by, reason, drift, trial } = environment;
  const { rolled_back_at: rolledBack, end_of_life: ended, newer } = environment;
  return [
    ["environment", `${generation}, ${counted(packages, "package")}, on ${python}`],
    ["built", `${localTime(at)} by ${by} — ${reason}`],
    ["rolled back", rolledBack && `${localTime(rolledBack)} — until an input changes, or ./prime rollback --cancel`],
    ["end of life", ended && `${ended}: no more security releases; ./prime upgrade --python moves on`],
    ["newer", newer && newerText(newer)],
    [
      "on trial",
      trial && `${counted(trial.starts, "start")} still watched; ${trial.previous} comes back when all fail`,
    ],
    ...drift.map((one) => ["drift", one] as const),
  ];
}

function newerText({
  python,
  packages,
  seen_at: at,
}: NonNullable<NonNullable<Status["environment"]>["newer"]>): string {
  const parts = [python && `Python ${python}`, packages > 0 && counted(packages, "package")];
  return `${parts.filter(Boolean).join(", ")}, seen ${localTime(at)}: ./prime upgrade --dry-run tells more`;
}
