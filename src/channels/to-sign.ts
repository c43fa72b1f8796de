import * as path from "node:path";
import * as v from "valibot";
import { makeFolder, writeAtomic } from "../edges/files/change.ts";
import { readOwnJson } from "../edges/files/own/own-json.ts";
import { remove, removeFile } from "../edges/files/own/remove.ts";
import { readBytes } from "../edges/files/read.ts";
import type { Session } from "./session.ts";
import { parse } from "./tuf/metadata.ts";
import { Refused } from "./tuf/refused.ts";
import { type Begun, type DELEGATED, delegate, type MetadataFile, OFFLINE, type Repository } from "./tuf/repository.ts";
import { keyId } from "./tuf/signing.ts";
import { verifyLengthAndHashes } from "./tuf/trusted.ts";

/** A change that too few keys have signed: the metadata of the offline roles, and the targets that are new in them. */
export interface Waiting {
  readonly begun: Begun;
  readonly files: Readonly<Record<string, Buffer>>;
}

/** By role, the version that was served when the change was made. It is written last: without it there is no change. */
const BASIS = v.record(v.picklist(OFFLINE), v.number());

const MOST = { metadata: 5_000_000, target: 1_000_000_000 };
/** The only form that paths of releases may have, whoever wrote the metadata. */
const RELEASES_PATH = /^releases(?:\/[^./][^/]*){1,2}$/;

/** The folder in which a change waits for signatures. */
export const toSign = (folder: string): string => path.join(folder, "to-sign");
const basisIn = (folder: string) => path.join(toSign(folder), "basis.json");
const fileOf = (folder: string, role: string) => path.join(toSign(folder), `${role}.json`);
const targetIn = (folder: string, name: string) => path.join(toSign(folder), "targets", ...name.split("/"));

const versionsOf = (repository: Repository) =>
  Object.fromEntries(OFFLINE.map((role) => [role, repository[role].signed.version]));

/** Whether the waiting change was made from what is served now; undefined: no change waits. */
export function isFresh({ folder, repository }: Pick<Session, "folder" | "repository">): boolean | undefined {
  const basis = readOwnJson(basisIn(folder), BASIS);
  const now = versionsOf(repository);
  return basis && OFFLINE.every((role) => basis[role] === now[role]);
}

/** Writes a change that waits, or a waiting change with more signatures. */
export function keepWaiting(
  { folder, repository }: Session,
  files: Waiting["files"],
  begun: readonly MetadataFile[],
): void {
  if (isFresh({ folder, repository }) !== true) dropWaiting(folder);
  const put = (file: string, bytes: Buffer) => {
    makeFolder(path.dirname(file));
    writeAtomic(file, bytes, 0o644);
  };
  for (const [name, bytes] of Object.entries(files)) put(targetIn(folder, name), bytes);
  // Files that an interrupted command left are no part of this change.
  for (const role of OFFLINE) if (begun.every((one) => one.role !== role)) removeFile(fileOf(folder, role));
  for (const { role, bytes } of begun) put(fileOf(folder, role), bytes);
  put(basisIn(folder), Buffer.from(JSON.stringify(versionsOf(repository))));
}

/** Removes a change that was uploaded, or can't be any more. A folder without a change is left. */
export function dropWaiting(folder: string): void {
  if (readOwnJson(basisIn(folder), BASIS) === undefined) return;
  removeFile(basisIn(folder));
  remove(toSign(folder));
}

export function readBegun(folder: string): Begun {
  return Object.fromEntries(
    OFFLINE.flatMap((role) => {
      const bytes = readBytes(fileOf(folder, role), MOST.metadata);
      return bytes === undefined ? [] : [[role, parse(role === "root" ? "root" : "targets", bytes, role)]];
    }),
  );
}

/**
 * The whole change that waits. Throws `Refused` for what no command of prime's makes, and for targets that are not as
 * the metadata describe them.
 */
export function readWaiting({ folder, repository }: Session): Waiting {
  const begun = readBegun(folder);
  refuseOdd(begun, repository);
  const known = repository.releases.signed.targets;
  const files: Record<string, Buffer> = {};
  for (const [name, target] of Object.entries(begun.releases?.signed.targets ?? {})) {
    if (Object.hasOwn(known, name) && isSameJson(known[name], target)) continue;
    if (!RELEASES_PATH.test(name)) throw new Refused("malformed", `${name} is no path of a release`);
    const bytes = readBytes(targetIn(folder, name), MOST.target) ?? Buffer.alloc(0);
    verifyLengthAndHashes(name, bytes, target);
    files[name] = bytes;
  }
  return { begun, files };
}

/** Whether two parts of metadata are the same, in the same order. */
export function isSameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Refuses changes that `sign` would not show to those who add their signatures. */
function refuseOdd({ root, targets, releases }: Begun, repository: Repository): void {
  const { delegations } = targets?.signed ?? {};
  const keysOf = (role: keyof typeof DELEGATED) =>
    (delegations?.roles?.[role]?.keyIDs ?? []).flatMap((id) => delegations?.keys[id] ?? []);
  const like = delegate(
    { releases: keysOf("releases"), channels: keysOf("channels") },
    delegations?.roles?.releases?.threshold,
  );
  const keys = [root?.signed.keys, delegations?.keys].flatMap((all) => Object.entries(all ?? {}));
  const isOdd =
    keys.some(([id, key]) => keyId(key.toJSON()) !== id) ||
    (root !== undefined &&
      !(root.signed.version === repository.root.signed.version + 1 && root.signed.consistentSnapshot)) ||
    (targets !== undefined &&
      !(
        isSameJson(delegations, like) &&
        Object.keys(targets.signed.targets).length === 0 &&
        targets.signed.version > repository.targets.signed.version
      )) ||
    (releases !== undefined &&
      (releases.signed.delegations !== undefined || releases.signed.version <= repository.releases.signed.version));
  if (isOdd) throw new Refused("malformed", "it is not of the form in which prime makes it");
}
