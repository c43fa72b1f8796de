import * as path from "node:path";
import * as v from "valibot";
import { backdate, makeFolder, writeAtomic } from "../edges/files/change.ts";
import { PATH, parseJson, readOwnText, TEXT, TIME } from "../edges/files/own/own-json.ts";
import { removeFile } from "../edges/files/own/remove.ts";
import { exists, linkFacts } from "../edges/files/read.ts";
import { PrimeError } from "../errors.ts";
import type { Input } from "../inputs/input.ts";
import type { Folders } from "./folders.ts";

/** Raised when the form changes: a state of a newer form is refused, not misread. */
const FORM = 1;

/** A rollback that holds: what is asked for by these inputs and flags is shown as another generation. */
export interface Hold {
  /** Id of the generation. */
  readonly generation: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Digest of inputs and flags → hold. A changed input has another digest, so that a hold ends with what it was made for. */
export type Holds = Readonly<Record<string, Hold>>;

/** What state.json holds, beside its form. */
interface State {
  readonly holds: Holds;
  /** Places of links, absolute, that were given back to what stood there before prime. */
  readonly given: readonly string[];
}

/** A state that is lost or torn holds nothing: all else is told by the generations' manifests. */
export function readHolds(folders: Folders): Holds {
  return readState(folders).holds;
}

/** Whether the place of a link was given back, so that prime puts none there. */
export function isGivenBack(folders: Folders, link: string): boolean {
  return linkFacts(link)?.kind === "folder" && readState(folders).given.includes(link);
}

export function setGivenBack(folders: Folders, link: string, isGiven: boolean): void {
  const { given, holds } = readState(folders);
  if (given.includes(link) === isGiven) return;
  const others = given.filter((one) => one !== link);
  writeState(folders, { holds, given: isGiven ? [...others, link] : others });
}

/** Whether there is a state that is none; throws `newer-state` for one that a newer prime wrote. */
export function isTornState(folders: Folders): boolean {
  return parseState(stateFile(folders)) === "torn";
}

/** Takes a state away that can't be read, so that it is told of once; gives its path. */
export function dropTornState(folders: Folders): string | undefined {
  const file = stateFile(folders);
  if (parseState(file) !== "torn") return undefined;
  removeFile(file);
  return file;
}

function readState(folders: Folders): State {
  const state = parseState(stateFile(folders));
  return state === "torn" ? NOTHING : state;
}

const ANY_STATE = v.object({ form: v.number() });
const STATE = v.object({
  form: v.literal(FORM),
  holds: v.record(TEXT, v.object({ generation: TEXT, since: TIME })),
  given: v.optional(v.array(PATH), []),
});

const NOTHING: State = { holds: {}, given: [] };

function parseState(file: string): State | "torn" {
  const text = readOwnText(file);
  if (text === undefined) return NOTHING;
  const { form } = parseJson(text, ANY_STATE) ?? {};
  if (form !== undefined && form > FORM) {
    throw new PrimeError("newer-state", `could not use ${file}: a newer prime wrote it (form ${form})`, {
      hint: "use the launcher that this checkout had last, or remove the file: only holds of rollbacks are lost",
    });
  }
  return parseJson(text, STATE) ?? "torn";
}

/** Sets a hold, or takes it away with `undefined`. */
export function writeHold(folders: Folders, digest: string, hold: Hold | undefined): void {
  const { given, holds: all } = readState(folders);
  const { [digest]: present, ...others } = all;
  if (hold === undefined && present === undefined) return;
  writeState(folders, { holds: hold === undefined ? others : { ...others, [digest]: hold }, given });
}

function writeState(folders: Folders, { holds, given }: State): void {
  const state = { form: FORM, holds, ...(given.length === 0 ? {} : { given }) };
  makeFolder(folders.data);
  writeAtomic(stateFile(folders), `${JSON.stringify(state, undefined, 2)}\n`);
  backdate(stateFile(folders));
}

/** What freshness must watch, so that a rollback is seen by every start. */
export function holdsInput(folders: Folders): Input {
  const file = stateFile(folders);
  return { kind: exists(file) ? "file" : "absent", path: file };
}

export function stateFile({ data }: Folders): string {
  return path.join(data, "state.json");
}
