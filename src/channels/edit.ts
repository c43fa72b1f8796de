import { PrimeError } from "../errors.ts";
import { moment } from "./model/texts.ts";
import { addTargets, publishEdition, type Session } from "./session.ts";
import { type Edition, keysOf, nextEdition, ROLES, type RoleName } from "./tuf/repository.ts";
import type { Signer } from "./tuf/signing.ts";

/** What a command changes: see `Edition`. */
export type Change = Pick<Edition, "root" | "delegations" | "files" | "restarted">;

/** Days until what is signed now expires: by a key that is at hand every day, and by one that lies in a safe. */
const DAYS = { online: 30, offline: 365 };
const ONLINE: readonly RoleName[] = ["channels", "snapshot", "timestamp"];
const DAY_MS = 86_400_000;

export function expiryOf(role: RoleName, now: number): string {
  return moment(now + (ONLINE.includes(role) ? DAYS.online : DAYS.offline) * DAY_MS);
}

export function isOnline(role: RoleName): boolean {
  return ONLINE.includes(role);
}

/** The ids of all keys that a change has to be signed by. */
export function keysFor({ repository }: Pick<Session, "repository">, change: Change): readonly string[] {
  const { root, targets } = repository;
  const delegations = change.delegations ?? targets.signed.delegations;
  const before = change.root === undefined ? [] : (root.signed.roles.root?.keyIDs ?? []);
  return [...before, ...rolesOf(change).flatMap((role) => keysOf(change.root ?? root.signed, delegations, role))];
}

function rolesOf({ root, delegations, files = {} }: Change): readonly RoleName[] {
  const isSigned = (role: RoleName) =>
    role === "snapshot" ||
    role === "timestamp" ||
    (role === "root" && root !== undefined) ||
    (role === "targets" && delegations !== undefined) ||
    role in files;
  return ROLES.filter(isSigned);
}

/** Carries a change out: targets first, then the metadata, which make it true. */
export async function carryOut(
  { folder, place, repository, timestamp }: Session,
  change: Change,
  { signers, now }: { readonly signers: ReadonlyMap<string, Signer>; readonly now: number },
): Promise<void> {
  for (const files of Object.values(change.files ?? {})) await addTargets(place, files);
  const edition: Edition = { ...change, expires: (role) => expiryOf(role, now), signersOf: signersBy(signers) };
  const isTaken = async (name: string) => (await place.read(`metadata/${name}`, MOST)) !== undefined;
  await publishEdition(folder, place, timestamp, await nextEdition(repository, edition, isTaken));
}

const MOST = 5_000_000;

/** Those of the keys that are at hand: one for each role is enough. */
export function signersBy(signers: ReadonlyMap<string, Signer>): Edition["signersOf"] {
  return (role, ids) => {
    const found = ids.flatMap((id) => signers.get(id) ?? []);
    if (found.length > 0) return found;
    throw new PrimeError("key", `could not sign ${role}: none of its keys is at hand`, {
      hint: "put a key of it into the folder keys/ and name it in channel.json",
    });
  };
}
