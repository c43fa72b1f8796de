import * as path from "node:path";
import { quoteForShell } from "../edges/command.ts";
import { elsewhere } from "../edges/files/own/own-folder.ts";
import { isOpenToAll, isOurs, isSticky, type Ownership, ownership, thisUser } from "../edges/files/ownership.ts";
import { isWritable, realPath } from "../edges/files/read.ts";
import { belongs } from "../edges/files/trust.ts";
import { PrimeError } from "../errors.ts";
import { trackedBy } from "../git/index.ts";
import type { Input } from "../inputs/input.ts";

/**
 * What prime makes in its data folder, and whether it is a folder or a file. Drafts, locks of locks and work folders
 * come and go beside them.
 */
const PARTS: Readonly<Record<string, "folder" | "file">> = {
  generations: "folder",
  resolved: "folder",
  log: "folder",
  aside: "folder",
  setup: "folder",
  trial: "folder",
  "setup-cfg": "folder",
  ".gitignore": "file",
  "prime.schema.json": "file",
  "state.json": "file",
  "history.jsonl": "file",
  "seen.json": "file",
  lock: "file",
  "setup.lock": "file",
};

export const DATA_NAMES: ReadonlySet<string> = new Set(Object.keys(PARTS));

/**
 * What the `.prime` of a root is to this user. `ours`: prime may write, believe and remove it. `theirs`: prime uses it
 * as it is. `foreign`: somebody else made it, or it came with the repo; nothing of it is used or touched.
 */
export type Standing =
  | { readonly kind: "ours" | "theirs" }
  | { readonly kind: "foreign"; readonly why: string; readonly cure: string; readonly inputs: readonly Input[] };

/** Why a file or folder (absolute) is not prime's. */
interface Fault {
  readonly file: string;
  readonly why: string;
}

/**
 * Judges the data folder of a root; both absolute. Nothing below a link is looked at, since that is somebody else's.
 */
export function standingOf(data: string, root: string): Standing {
  const [is, room] = [ownership(data), ownership(root)];
  const index = trackedBy(data);
  const foreign = (...faults: readonly Fault[]): Standing => ({
    kind: "foreign",
    why: faults.map(({ why }) => why).join("; "),
    cure:
      index === undefined
        ? `remove ${faults.map(({ file }) => file).join(", ")} to have it work in the repo again`
        : `\`git rm -rf ${quoteForShell(path.basename(data))}\` ends that`,
    inputs: [
      ...(index === undefined ? [] : [{ kind: "file", path: index } as const]),
      ...faults
        .filter(({ file }) => realPath(file) !== undefined) // which a dangling link is not
        .map(({ file }) => ({ kind: "present", path: file }) as const),
    ],
  });
  const itself = is && strangeness(data, is, "folder"); // what is below a link is not even looked at
  if (itself !== undefined) return foreign({ file: data, why: itself });
  const parts = Object.keys(PARTS).map((name) => path.join(data, name));
  const there = [data, ...parts].flatMap((file) => {
    const one = ownership(file);
    return one === undefined ? [] : { file, one };
  });
  const faults = (whyNot: (file: string, one: Ownership) => string | undefined): Fault[] => {
    const all = there.flatMap(({ file, one }) => {
      const why = whyNot(file, one);
      return why === undefined ? [] : { file, why };
    });
    return all[0]?.file === data ? all.slice(0, 1) : all; // to remove it removes what is in it
  };
  const strange = faults((file, one) => strangeness(file, one, PARTS[path.relative(data, file)] ?? "folder"));
  if (strange.length > 0) return foreign(...strange);
  if (index !== undefined) return foreign({ file: data, why: `git tracks ${data}` });
  if (is === undefined || room === undefined) return { kind: isWritable(root) ? "ours" : "theirs" };
  if (isUsable(is, room)) return { kind: "theirs" };
  const distrusted = faults((file, one) => distrust(file, one, room));
  return distrusted.length > 0 ? foreign(...distrusted) : { kind: isWritable(data) ? "ours" : "theirs" };
}

/**
 * Whether this user may use what somebody else made: root, or the owner of the checkout, and others can't write it.
 * Root itself uses only what is root's.
 */
function isUsable(one: Ownership, room: Ownership): boolean {
  const isOwners = one.uid === 0 || one.uid === room.uid;
  return thisUser() !== 0 && !isOurs(one, room) && isOwners && !isOpenToAll(one);
}

/**
 * Why prime must not keep anything in a folder below a root, although the configuration says so; undefined: it may. The
 * folder need not be there.
 */
export function whyUnfit(folder: string, root: string): string | undefined {
  const room = ownership(root);
  return whyNotBelow(folder, root, (file, one) => room && distrust(file, one, room));
}

/**
 * Why a folder is not below a root, or is reached by links; undefined: it is below it. The folder need not be there.
 */
export function whyNotBelow(
  folder: string,
  root: string,
  more: (file: string, one: Ownership) => string | undefined = () => undefined,
): string | undefined {
  const names = path.relative(root, folder).split(path.sep);
  if (names[0] === "..") return `${folder} is outside of ${root}`;
  for (const [index] of names.entries()) {
    const file = path.join(root, ...names.slice(0, index + 1));
    const one = ownership(file);
    if (one === undefined) return undefined;
    const why = strangeness(file, one, "folder") ?? more(file, one);
    if (why !== undefined) return why;
  }
  return undefined;
}

/**
 * Throws `state-folder` for a place in this user's state folder that somebody else could have prepared. What is not
 * there yet can't be prepared.
 */
export function refuseForeignState(data: string, state: string): void {
  const names = path.relative(state, data).split(path.sep);
  for (const [index] of ["", ...names].entries()) {
    const file = path.join(state, ...names.slice(0, index));
    const one = ownership(file);
    if (one === undefined) return;
    const why =
      strangeness(file, one, "folder") ??
      (one.uid !== thisUser() && one.uid !== 0 ? belongs(file, one.uid) : undefined) ??
      (isOpenToAll(one) ? `everybody can write ${file}` : undefined);
    if (why !== undefined) {
      throw new PrimeError(
        "state-folder",
        `could not keep anything in ${data}: ${why}`,
        `${elsewhere("XDG_STATE_HOME")}, or remove what is in the way`,
      );
    }
  }
}

function strangeness(file: string, { kind, names }: Ownership, wanted: "folder" | "file"): string | undefined {
  if (kind === "file" && wanted === "file") return names === 1 ? undefined : `${file} has other names (hard links)`;
  if (kind === wanted) return undefined;
  return kind === "link" ? `${file} is a link` : `${file} is no ${wanted === "file" ? "regular file" : "folder"}`;
}

/**
 * Why a file can't be trusted: it is another user's, or everybody can write it. Openness does not count when the folder
 * around it is as open.
 */
function distrust(file: string, one: Ownership, room: Ownership): string | undefined {
  if (!isOurs(one, room)) return belongs(file, one.uid);
  const isRoomOpen = isOpenToAll(room) && !isSticky(room);
  return isOpenToAll(one) && !isRoomOpen ? `everybody can write ${file}` : undefined;
}
