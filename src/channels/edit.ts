import { PrimeError } from "../errors.ts";
import { moment } from "./model/texts.ts";
import { addTargets, publishEdition, type Session } from "./session.ts";
import { keepWaiting } from "./to-sign.ts";
import { parse } from "./tuf/metadata.ts";
import {
  type Edition,
  keysOf,
  type MetadataFile,
  nextEdition,
  OFFLINE,
  ROLES,
  type RoleName,
  signingOf,
} from "./tuf/repository.ts";
import { type Signer, signedBy } from "./tuf/signing.ts";

/** What a command changes in the metadata: see `Edition`. */
export type RepositoryChange = Pick<Edition, "root" | "delegations" | "files" | "restarted" | "begun">;

/**
 * Days until what is signed now expires: by a key that is at hand every day (online), and by one that is kept in a safe
 * (offline).
 */
const DAYS = { online: 30, offline: 365 };
const DAY_MS = 86_400_000;

export function expiryOf(role: RoleName, now: number): string {
  return moment(now + (isOnline(role) ? DAYS.online : DAYS.offline) * DAY_MS);
}

export function isOnline(role: RoleName): boolean {
  return !(OFFLINE as readonly RoleName[]).includes(role);
}

/** The ids of all keys that a change has to be signed by. */
export function keysFor({ repository }: Pick<Session, "repository">, change: RepositoryChange): readonly string[] {
  const { root, targets } = repository;
  const delegations = change.delegations ?? targets.signed.delegations;
  const before = change.root === undefined ? [] : (root.signed.roles.root?.keyIDs ?? []);
  return [...before, ...rolesOf(change).flatMap((role) => keysOf(change.root ?? root.signed, delegations, role))];
}

/** Whether a change has to be signed by an offline key. */
export function isOffline(change: RepositoryChange): boolean {
  return !rolesOf(change).every(isOnline);
}

function rolesOf({ root, delegations, files = {} }: RepositoryChange): readonly RoleName[] {
  const isSigned = (role: RoleName) =>
    role === "snapshot" ||
    role === "timestamp" ||
    (role === "root" && root !== undefined) ||
    (role === "targets" && delegations !== undefined) ||
    role in files;
  return ROLES.filter(isSigned);
}

/**
 * The signatures that a role lacks to be believed: which keys have signed it, how many have to, and which others can.
 */
export interface Lack {
  readonly by: readonly string[];
  readonly threshold: number;
  readonly others: readonly string[];
}

/**
 * Carries a change out: uploads the targets, then the metadata, which make it true. When too few keys have signed it,
 * it waits for others, and nothing is uploaded.
 */
export async function carryOutChange(
  session: Session,
  change: RepositoryChange,
  { signers, now }: { readonly signers: ReadonlyMap<string, Signer>; readonly now: number },
): Promise<Lack | undefined> {
  const { folder, place, repository, timestamp } = session;
  const edition: Edition = { ...change, expires: (role) => expiryOf(role, now), signersOf: signersBy(signers) };
  const isTaken = async (name: string) => (await place.read(`metadata/${name}`, MOST)) !== undefined;
  const made = await nextEdition(repository, edition, isTaken);
  const lack = lackOf(session, change, made);
  if (lack !== undefined) {
    const begun = made.filter(({ role }) => !isOnline(role));
    keepWaiting(session, change.files?.releases ?? {}, begun);
    return lack;
  }
  for (const files of Object.values(change.files ?? {})) await addTargets(place, files);
  await publishEdition(folder, place, timestamp, made);
  return undefined;
}

/**
 * The first role that too few keys have signed. A new root must be signed as the one before it asks as well (TUF
 * specification, 6.1).
 */
function lackOf({ repository }: Session, change: RepositoryChange, made: readonly MetadataFile[]): Lack | undefined {
  const root = change.root ?? repository.root.signed;
  const delegations = change.delegations ?? repository.targets.signed.delegations;
  const lacks = made.flatMap(({ role, bytes }) => {
    if (isOnline(role)) return [];
    const roots = role === "root" ? [repository.root.signed, root] : [root];
    return roots.flatMap((delegator) => {
      const { keyIDs, threshold } = signingOf(delegator, delegations, role);
      const { keys = {} } = (role === "releases" ? delegations : delegator) ?? {};
      const by = signedBy(parse(role === "root" ? "root" : "targets", bytes), keyIDs, keys);
      return by.length < threshold ? { by, threshold, others: keyIDs.filter((id) => !by.includes(id)) } : [];
    });
  });
  return lacks[0];
}

const MOST = 5_000_000;

/** Signs by those of a role's keys that are at hand. Throws `key` when there is none. */
export function signersBy(signers: ReadonlyMap<string, Signer>): Edition["signersOf"] {
  return (role, ids) => {
    const found = ids.flatMap((id) => signers.get(id) ?? []);
    if (found.length > 0) return found;
    throw new PrimeError(
      "key",
      `could not sign ${role}: none of its keys is at hand`,
      "put a key of it into the folder keys/ and name it in channel.json",
    );
  };
}
