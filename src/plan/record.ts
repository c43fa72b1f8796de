import * as v from "valibot";
import type { Environment } from "../edges/command.ts";
import { writeTellable } from "../edges/files/change.ts";
import { PATH, readOwnJson, TEXT, TIME } from "../edges/files/own/own-json.ts";
import { type FileFacts, facts } from "../edges/files/read.ts";
import type { Input } from "../inputs/input.ts";
import { contentsOf, isStamped, keyOf, type Observed } from "../inputs/observation.ts";
import { remembered } from "../secrets.ts";
import type { Activation } from "../shells/activation.ts";
import { APP_START, type AppStart } from "./app/start.ts";
import type { PlannedTasks } from "./commands/tasks.ts";
import { INDEX_VARIABLES } from "./index-variables.ts";

/** A number that may be too large for a double. */
const NUMERAL = v.pipe(TEXT, v.regex(/^-?\d{1,20}$/));
/** Raised when the form changes: a record of another form is not read. */
const FORM = 1;
/**
 * Milliseconds: two writes within this time can leave the same times behind, since some file systems and shells have
 * coarse ones.
 */
export const YOUNG_MS = 2000;

/** What the last start that was not warm knew, kept as JSON beside the ready plan. */
export interface LaunchRecord {
  readonly form: typeof FORM;
  /** Absolute paths. */
  readonly launcher: string;
  readonly root: string;
  readonly flagKey: string;
  readonly activation: Activation;
  readonly readyLine: string;
  readonly freshness: "mtime" | "strict";
  /** Values of the variables that can change the outcome, as they are `remembered`; null: not set. */
  readonly variables: Readonly<Record<string, string | null>>;
  readonly observed: readonly Observed[];
  /** Name of the stamps folder beside the plan. */
  readonly stamps: string;
  /** See `ReadyPlan`. */
  readonly kernel?: string | undefined;
  readonly bootsCold: boolean;
  readonly tasks: PlannedTasks;
  /** See `ReadyPlan`. */
  readonly app?: AppStart | undefined;
  /** See `ReadyPlan`. */
  readonly movable?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
}

export interface InputChange {
  /** Absolute path, or `$NAME` of a variable. */
  readonly path: string;
  readonly what: string;
}

export interface RecordComparison {
  /** Whether all that counts is the same: then the stamps alone are renewed. */
  readonly same: boolean;
  /** What differs in what counts. */
  readonly changes: readonly InputChange[];
  /** What has another time and the same contents. */
  readonly touched: readonly InputChange[];
}

export function newRecord(parts: Omit<LaunchRecord, "form">): LaunchRecord {
  return { ...parts, form: FORM };
}

/** The facts of a file, as a record keeps them. */
export const FACTS = v.object({
  kind: v.picklist(["file", "folder", "link", "other"]),
  dev: NUMERAL,
  ino: NUMERAL,
  size: v.number(),
  mtimeNs: NUMERAL,
  ctimeNs: NUMERAL,
  mode: v.number(),
  uid: v.number(),
});

/** An input, as a record keeps it. */
export const INPUT = v.union([
  v.object({ kind: v.picklist(["file", "listing", "absent", "no-file", "dead", "present"]), path: PATH }),
  v.object({ kind: v.literal("same"), path: PATH, target: PATH }),
]);

const OBSERVED = v.object({
  input: INPUT,
  facts: v.exactOptional(FACTS),
  contents: v.exactOptional(TEXT),
});

const TASKS = v.object({
  own: v.array(v.object({ name: TEXT, words: v.array(TEXT), cwd: PATH, variables: v.record(TEXT, TEXT) })),
  elsewhere: v.array(v.object({ name: TEXT, flags: v.array(TEXT) })),
});

const RECORD = v.object({
  form: v.literal(FORM),
  launcher: PATH,
  root: PATH,
  flagKey: TEXT,
  activation: v.object({
    generation: PATH,
    prompt: TEXT,
    variables: v.record(TEXT, TEXT),
    hidden: v.array(TEXT),
  }),
  readyLine: TEXT,
  freshness: v.picklist(["mtime", "strict"]),
  variables: v.record(TEXT, v.nullable(TEXT)),
  observed: v.array(OBSERVED),
  stamps: v.pipe(TEXT, v.regex(/^[^/]+$/)),
  kernel: v.exactOptional(PATH),
  bootsCold: v.boolean(),
  tasks: TASKS,
  app: v.exactOptional(APP_START),
  movable: v.exactOptional(PATH),
  writtenAt: TIME,
});

/** Undefined when there is no record, or one that this version can't read. */
export function readRecord(file: string): LaunchRecord | undefined {
  return readOwnJson(file, RECORD);
}

export function writeRecord(file: string, record: LaunchRecord, mode: number): void {
  writeTellable(file, JSON.stringify(record), mode);
}

/** Compares the present with a record: by facts where they can be relied on, else by contents. */
export function compareWithRecord(record: LaunchRecord, env: Environment): RecordComparison {
  const changes: InputChange[] = [];
  const touched: InputChange[] = [];
  for (const [name, was] of Object.entries(record.variables)) {
    const is = remembered(name, env[name]);
    if (!env[name] && INDEX_VARIABLES.includes(name)) continue;
    if (is !== was) changes.push({ path: `$${name}`, what: `${tell(was)} before, ${tell(is)} now` });
  }
  for (const one of record.observed) {
    const untouched = !isStamped(one.input) || hasSameFacts(one, facts(one.input.path));
    if (untouched && provesContents(one, record.writtenAt)) continue;
    const contents = contentsOf(one.input);
    if (contents === undefined || contents !== one.contents) {
      changes.push({ path: one.input.path, what: difference(one, contents) });
    } else if (!untouched) touched.push({ path: one.input.path, what: "touched, contents the same" });
  }
  return { same: changes.length === 0, changes, touched };
}

/** Tells the contents of an input that has these facts now, if the record proves them. */
export function knownContents({
  observed,
  writtenAt,
}: LaunchRecord): (input: Input, is: FileFacts) => string | undefined {
  const known = new Map(observed.map((one) => [keyOf(one.input), one]));
  return (input, is) => {
    const one = known.get(keyOf(input));
    return one !== undefined && hasSameFacts(one, is) && provesContents(one, writtenAt) ? one.contents : undefined;
  };
}

function hasSameFacts({ facts: was }: Observed, is: FileFacts | undefined): boolean {
  if (is === undefined || was === undefined) return false;
  return (["dev", "ino", "size", "mtimeNs", "ctimeNs"] as const).every((fact) => is[fact] === was[fact]);
}

/**
 * Whether equal facts prove equal contents: not when the file changed shortly before they were taken, since another
 * change then may have the same times.
 */
function provesContents({ facts: was, contents }: Observed, takenAt: number): boolean {
  if (was === undefined || contents === undefined) return false;
  return takenAt - Number(BigInt(was.ctimeNs) / 1_000_000n) >= YOUNG_MS;
}

function difference({ input, contents: was }: Observed, is: string | undefined): string {
  switch (input.kind) {
    case "file":
    case "listing":
      if (is === undefined) return "is gone";
      if (was === undefined) return "was changed while the environment was made";
      return input.kind === "file" ? "has other contents" : "holds other names";
    case "absent":
    case "no-file":
      return is === "no" ? "has appeared" : "is gone";
    case "dead":
      return "leads somewhere now";
    case "present":
      return is === "no" ? "is gone" : "has appeared";
    case "same":
      return is === "no" ? `is no longer ${input.target}` : `is ${input.target} again`;
  }
}

function tell(value: string | null): string {
  return value === null ? "not set" : JSON.stringify(value);
}
