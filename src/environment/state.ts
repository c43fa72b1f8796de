import * as path from "node:path";
import * as v from "valibot";
import { makeFolder, writeBackdated } from "../edges/files/change.ts";
import { PATH, parseJson, readOwnText, TEXT, TIME } from "../edges/files/own/own-json.ts";
import { removeFile } from "../edges/files/own/remove.ts";
import { exists } from "../edges/files/read.ts";
import { PrimeError } from "../errors.ts";
import type { Input } from "../inputs/input.ts";
import type { Folders } from "./folders.ts";

/** Raised when the form changes: a state of a newer form is refused, not misread. */
const FORM = 1;

const HOLD = v.object({ generation: TEXT, since: TIME, by: v.exactOptional(v.literal("trial")) });

/** A file that an upgrade changes: its text before (null: there was no file), and its text after. */
const REPLACED = v.object({ path: PATH, before: v.nullable(v.string()), after: v.string() });

/** sha256 of the archive of the interpreter that is moved to. */
const BUILD = v.optional(TEXT);

const CHANGEOVER = v.object({
  generation: TEXT,
  from: v.nullable(TEXT),
  asked: TEXT,
  candidate: TEXT,
  build: BUILD,
  files: v.array(REPLACED),
  why: TEXT,
  changes: v.array(TEXT),
  at: TIME,
  trial: v.nullable(v.object({ starts: v.number(), windowMs: v.number() })),
});

const TRIAL = v.object({
  generation: TEXT,
  previous: TEXT,
  asked: TEXT,
  candidate: TEXT,
  build: BUILD,
  starts: v.number(),
  windowMs: v.number(),
});

/**
 * What proved bad. `generation`: its id, or the name of the build when none came about. `demands`: a digest of what the
 * validation asked; without it, the candidate is bad whatever is asked.
 */
const BAD = v.object({
  candidate: TEXT,
  build: BUILD,
  demands: v.optional(TEXT),
  generation: TEXT,
  at: TIME,
  why: TEXT,
});

const ANY_STATE = v.object({ form: v.number() });
const STATE = v.object({
  form: v.literal(FORM),
  holds: v.record(TEXT, HOLD),
  given: v.optional(v.array(PATH), []),
  changeover: v.exactOptional(CHANGEOVER),
  trial: v.exactOptional(TRIAL),
  bad: v.optional(v.array(BAD), []),
});

/** What state.json holds, beside its form. */
export type State = Readonly<Omit<v.InferOutput<typeof STATE>, "form">>;
/** A rollback that is in force: for these inputs and flags another generation is shown. */
export type Hold = Readonly<v.InferOutput<typeof HOLD>>;
/** An upgrade that is being put in force. By this note any later start finishes or undoes it. */
export type Changeover = Readonly<v.InferOutput<typeof CHANGEOVER>>;
/** The trial of an upgrade: its first starts are watched. */
export type Trial = Readonly<v.InferOutput<typeof TRIAL>>;
export type Bad = Readonly<v.InferOutput<typeof BAD>>;
export type Replaced = Readonly<v.InferOutput<typeof REPLACED>>;

const NOTHING: State = { holds: {}, given: [], bad: [] };

/** The state; a lost or torn one counts as empty. All else can be read from the generations' manifests. */
export function readState(folders: Folders): State {
  const state = parseState(stateFile(folders));
  return state === "torn" ? NOTHING : state;
}

/** Whether the state is torn. Throws `newer-state` for one that a newer prime wrote. */
export function isTornState(folders: Folders): boolean {
  return parseState(stateFile(folders)) === "torn";
}

/** Removes a torn state, so that it is told of once; gives its path. */
export function dropTornState(folders: Folders): string | undefined {
  const file = stateFile(folders);
  if (parseState(file) !== "torn") return undefined;
  removeFile(file);
  return file;
}

function parseState(file: string): State | "torn" {
  const text = readOwnText(file);
  if (text === undefined) return NOTHING;
  const { form } = parseJson(text, ANY_STATE) ?? {};
  if (form !== undefined && form > FORM) {
    throw new PrimeError(
      "newer-state",
      `could not use ${file}: a newer prime wrote it (form ${form})`,
      "use the launcher of that prime, or remove the file: only rollbacks are lost",
    );
  }
  const state = parseJson(text, STATE);
  if (state === undefined) return "torn";
  const { form: _, ...rest } = state;
  return rest;
}

/** Changes parts of the present state; `undefined` removes a part. */
export function changeState(folders: Folders, change: { readonly [K in keyof State]?: State[K] | undefined }): void {
  const { given, bad, ...others } = { ...readState(folders), ...change };
  const lists = { ...(given?.length ? { given } : {}), ...(bad?.length ? { bad } : {}) };
  makeFolder(folders.data);
  writeBackdated(stateFile(folders), `${JSON.stringify({ form: FORM, ...others, ...lists }, undefined, 2)}\n`);
}

/** What freshness must watch, so that a rollback, an upgrade or a trial is seen by every start. */
export function stateInput(folders: Folders): Input {
  const file = stateFile(folders);
  return { kind: exists(file) ? "file" : "absent", path: file };
}

export function stateFile({ data }: Folders): string {
  return path.join(data, "state.json");
}
