import * as path from "node:path";
import { backdate, exists, readText, writeAtomic } from "../edges/files.ts";
import { PrimeError } from "../errors.ts";
import type { Input } from "../launch/input.ts";
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

/** A state that is lost or torn holds nothing: all else is told by the generations' manifests. */
export function readHolds(folders: Folders): Holds {
  const file = stateFile(folders);
  let state: { form?: unknown; holds?: Holds } | null;
  try {
    state = JSON.parse(readText(file) ?? "null");
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
  if (typeof state?.form === "number" && state.form > FORM) {
    throw new PrimeError("newer-state", `could not use ${file}: a newer prime wrote it (form ${state.form})`, {
      hint: "use the launcher that this checkout had last, or remove the file: only holds of rollbacks are lost",
    });
  }
  return state?.holds ?? {};
}

/** Sets a hold, or takes it away with `undefined`. */
export function writeHold(folders: Folders, digest: string, hold: Hold | undefined): void {
  const { [digest]: present, ...others } = readHolds(folders);
  if (hold === undefined && present === undefined) return;
  const holds = hold === undefined ? others : { ...others, [digest]: hold };
  writeAtomic(stateFile(folders), `${JSON.stringify({ form: FORM, holds }, undefined, 2)}\n`);
  backdate(stateFile(folders));
}

/** What freshness must watch, so that a rollback is seen by every start. */
export function holdsInput(folders: Folders): Input {
  const file = stateFile(folders);
  return { kind: exists(file) ? "file" : "absent", path: file };
}

function stateFile({ data }: Folders): string {
  return path.join(data, "state.json");
}
