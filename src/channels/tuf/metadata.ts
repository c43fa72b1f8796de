import { Metadata, MetadataKind, type Root, type Snapshot, Targets, type Timestamp } from "@tufjs/models";
import { quoted } from "../../quoted.ts";
import { isTable } from "../../toml.ts";
import { Refused } from "./refused.ts";

export type { Key, Root, Snapshot, Targets, Timestamp } from "@tufjs/models";

/** What says which keys sign a role: the root, or the targets role that delegates to it. */
export type Delegator = Metadata<Root | Targets>;

interface Kinds {
  readonly root: Root;
  readonly timestamp: Timestamp;
  readonly snapshot: Snapshot;
  readonly targets: Targets;
}
export type Kind = keyof Kinds;

const KINDS: Readonly<Record<Kind, MetadataKind>> = {
  root: MetadataKind.Root,
  timestamp: MetadataKind.Timestamp,
  snapshot: MetadataKind.Snapshot,
  targets: MetadataKind.Targets,
};

/** TUF specification, 4.2.1. */
const DATE_TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Parses metadata of one kind (TUF specification, 4). Throws `Refused`, "malformed", for anything else. */
export function parse<K extends Kind>(kind: K, bytes: Buffer, role: string = kind): Metadata<Kinds[K]> {
  try {
    const data: unknown = JSON.parse(bytes.toString("utf8"));
    if (!isTable(data)) throw new Error("it is no object");
    // The models' overloads take one kind each.
    const metadata = Metadata.fromJSON(KINDS[kind] as MetadataKind.Root, data as never) as Metadata<Root>;
    refuseLoose(metadata.signed, data.signed as Record<string, unknown>);
    return metadata as unknown as Metadata<Kinds[K]>;
  } catch (error) {
    throw new Refused("malformed", `${role} is no metadata: ${quoted((error as Error).message)}`);
  }
}

/**
 * Refuses what the library's models accept and the specification does not: other numbers, impossible dates, a role or a
 * key under two names.
 */
function refuseLoose(signed: Root | Timestamp | Snapshot | Targets, raw: Readonly<Record<string, unknown>>): void {
  if (!isCount(signed.version)) throw new Error(`its version is ${signed.version}`);
  if (!DATE_TIME.test(signed.expires)) throw new Error("it does not say when it expires");
  if (signed instanceof Targets) refuseLooseTargets(signed, raw);
  if ("meta" in signed) for (const { version, length } of Object.values(signed.meta)) refuseNumbers(version, length);
  if ("snapshotMeta" in signed) refuseNumbers(signed.snapshotMeta.version, signed.snapshotMeta.length);
  if ("roles" in signed) refuseLooseRoles(Object.values(signed.roles), signed.keys);
}

function refuseLooseTargets({ targets, delegations }: Targets, raw: Readonly<Record<string, unknown>>): void {
  for (const { length, hashes, path } of Object.values(targets)) {
    refuseNumbers(1, length);
    if (Object.keys(hashes).length === 0) throw new Error(`it has no digest of ${path}`);
  }
  if (delegations === undefined) return;
  const roles = Object.values(delegations.roles ?? {});
  const listed = (raw.delegations as { roles?: readonly { name: string }[] }).roles ?? [];
  // An object has names that are numbers first, and each name once: the order of delegations would be another.
  if (roles.length !== listed.length || roles.some(({ name }, at) => name !== listed[at]?.name)) {
    throw new Error("the names of its delegated roles are numbers, or not unique");
  }
  refuseLooseRoles(
    [...roles, ...(delegations.succinctRoles === undefined ? [] : [delegations.succinctRoles])],
    delegations.keys,
  );
}

interface Role {
  readonly threshold: number;
  readonly keyIDs: readonly string[];
}

/** A key with two ids would count twice for a threshold; so would one whose digits are in capitals. */
function refuseLooseRoles(roles: readonly Role[], keys: Root["keys"]): void {
  for (const { threshold, keyIDs } of roles) {
    if (!isCount(threshold)) throw new Error(`a threshold is ${threshold}`);
    const values = keyIDs.flatMap((id) => keys[id]?.keyVal.public?.replace(/\s/g, "").toLowerCase() ?? []);
    if (new Set(values).size !== values.length) throw new Error("a role has one key twice");
  }
}

function refuseNumbers(version: number, length: number | undefined): void {
  if (!isCount(version)) throw new Error(`a version is ${version}`);
  if (length !== undefined && !(Number.isSafeInteger(length) && length >= 0)) throw new Error(`a length is ${length}`);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/** Throws `Refused`, "signature", unless enough of the keys that the delegator names have signed it. */
export function verifySigned(
  delegator: Delegator,
  role: string,
  metadata: Metadata<Root | Timestamp | Snapshot | Targets>,
): void {
  try {
    delegator.verifyDelegate(role, metadata as Metadata<Root>);
  } catch (error) {
    throw new Refused("signature", (error as Error).message);
  }
}
