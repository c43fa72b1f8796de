import { isRealFolder } from "../../edges/files/read.ts";
import type { Folders } from "../folders.ts";
import { changeState, type Hold, readState } from "../state.ts";

/**
 * From the digest of inputs and flags to the hold. A changed input has another digest, so that a hold ends with what it
 * was made for.
 */
type Holds = Readonly<Record<string, Hold>>;

export function readHolds(folders: Folders): Holds {
  return readState(folders).holds;
}

/** Sets the hold for a digest; `undefined` ends it. */
export function writeHold(folders: Folders, digest: string, hold: Hold | undefined): void {
  const { holds } = readState(folders);
  if (hold === undefined && holds[digest] === undefined) return;
  changeState(folders, { holds: withHold(holds, digest, hold) });
}

/** The holds with this one; `undefined` ends the one that there is. */
export function withHold({ ...holds }: Holds, digest: string, hold: Hold | undefined): Holds {
  const { [digest]: _, ...others } = holds;
  return hold === undefined ? others : { ...others, [digest]: hold };
}

/** Whether a rollback gave the link's place back to somebody's own venv, so that prime puts no link there. */
export function isGivenBack(folders: Folders, link: string): boolean {
  return isRealFolder(link) && readState(folders).given.includes(link);
}

export function setGivenBack(folders: Folders, link: string, isGiven: boolean): void {
  const { given } = readState(folders);
  if (given.includes(link) === isGiven) return;
  const others = given.filter((one) => one !== link);
  changeState(folders, { given: isGiven ? [...others, link] : others });
}
