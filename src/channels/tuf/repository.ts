import { createHash } from "node:crypto";
import { type Key, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp } from "@tufjs/models";
import { parse } from "./metadata.ts";
import { type Signer, signed } from "./signing.ts";

/** The roles below the targets role, and the paths that each may have. */
export const DELEGATED = {
  releases: ["releases/*", "releases/*/*"],
  channels: ["channels/*"],
} as const;
type Delegated = keyof typeof DELEGATED;
export type Delegations = NonNullable<Targets["delegations"]>;

const TARGETS_ROLES = ["targets", "releases", "channels"] as const;
export const ROLES = ["root", ...TARGETS_ROLES, "snapshot", "timestamp"] as const;
export type RoleName = (typeof ROLES)[number];
/** The roles whose keys are kept in a safe. */
export const OFFLINE = ["root", "targets", "releases"] as const;

/** All metadata of a repository, as they are served. */
export interface Repository {
  readonly root: Metadata<Root>;
  readonly targets: Metadata<Targets>;
  readonly releases: Metadata<Targets>;
  readonly channels: Metadata<Targets>;
  readonly snapshot: Metadata<Snapshot>;
  readonly timestamp: Metadata<Timestamp>;
}

/** What changes in the next edition of a repository; snapshot and timestamp always follow. */
export interface Edition {
  readonly root?: Pick<Root, "keys" | "roles">;
  readonly delegations?: Delegations;
  /** By role, targets that take the place of those with the same path; an empty object signs the role anew. */
  readonly files?: Partial<Record<Delegated, Readonly<Record<string, Buffer>>>>;
  /** Roles whose versions begin again at 1: with the keys, clients forget the versions (TUF specification, 5.3.11). */
  readonly restarted?: ReadonlySet<RoleName>;
  /** Metadata that others have begun to sign; signatures are added to them as they are. */
  readonly begun?: Begun;
  /** When what is signed here expires, by role. */
  readonly expires: (role: RoleName) => string;
  readonly signersOf: (role: RoleName, ids: readonly string[]) => readonly Signer[];
}

/** Metadata of the offline roles that some of the keys have signed. */
export interface Begun {
  readonly root?: Metadata<Root>;
  readonly targets?: Metadata<Targets>;
  readonly releases?: Metadata<Targets>;
}

/** A file of the metadata folder, to be written. */
export interface MetadataFile {
  readonly role: RoleName;
  readonly name: string;
  readonly bytes: Buffer;
}

const specVersion = "1.0.31";

/** Which keys sign a role, and how many of them have to. */
export interface Signing {
  readonly keyIDs: readonly string[];
  readonly threshold: number;
}

/** Which keys sign a role, as its delegator says: the delegations, or the root. */
export function signingOf(root: Pick<Root, "roles">, delegations: Delegations | undefined, role: RoleName): Signing {
  const named = role in DELEGATED ? delegations?.roles?.[role] : root.roles[role];
  return named ?? { keyIDs: [], threshold: 1 };
}

/** The keys of a role. */
export function keysOf(...of: Parameters<typeof signingOf>): readonly string[] {
  return signingOf(...of).keyIDs;
}

/**
 * The files of the next edition, in the order in which they are uploaded: each names only files before it, a new root
 * comes when all that it vouches for is there, and the timestamp, which makes everything true at once, is the last. A
 * version that an interrupted writer has used up (`isTaken`) is skipped.
 */
export async function nextEdition(
  now: Repository | undefined,
  edition: Edition,
  isTaken: (name: string) => Promise<boolean>,
): Promise<readonly MetadataFile[]> {
  const made: MetadataFile[] = [];
  const keysBefore = now?.root.signed;
  const keys = edition.root ?? keysBefore;
  const delegations = edition.delegations ?? now?.targets.signed.delegations;
  if (keys === undefined || delegations === undefined) throw new Error("the first edition has a root and delegations");
  const sign = (role: RoleName, name: string, next: Root | Targets | Snapshot | Timestamp, ids: readonly string[]) => {
    const begun = edition.begun?.[role as keyof Begun] as Metadata<Root> | undefined;
    const bytes = signed(begun ?? new Metadata(next), edition.signersOf(role, ids));
    made.push({ role, name, bytes });
    return new MetaFile({ version: next.version, length: bytes.length, hashes: digestsOf(bytes) });
  };
  const versionOf = (role: Exclude<RoleName, "root">) =>
    edition.restarted?.has(role) ? 0 : (now?.[role].signed.version ?? 0);
  const signNext = async (role: Exclude<RoleName, "root">, make: (version: number) => Targets | Snapshot) => {
    const begun = edition.begun?.[role as keyof Begun]?.signed.version;
    let version = begun ?? versionOf(role) + 1;
    while (begun === undefined && (await isTaken(`${version}.${role}.json`))) version += 1;
    return sign(role, `${version}.${role}.json`, make(version), keysOf(keys, delegations, role));
  };
  const meta: Snapshot["meta"] = { ...now?.snapshot.signed.meta };
  for (const role of TARGETS_ROLES) {
    const files = role === "targets" ? edition.delegations && {} : edition.files?.[role];
    if (files === undefined) continue;
    meta[`${role}.json`] = await signNext(role, (version) => {
      const targets = { ...now?.[role].signed.targets, ...targetFiles(files) };
      const common = { specVersion, version, expires: edition.expires(role), targets };
      return new Targets(role === "targets" ? { ...common, delegations } : common);
    });
  }
  const snapshotMeta = await signNext(
    "snapshot",
    (version) => new Snapshot({ specVersion, version, expires: edition.expires("snapshot"), meta }),
  );
  if (edition.root !== undefined) {
    const version = (keysBefore?.version ?? 0) + 1;
    const { keys: all, roles } = edition.root;
    const root = new Root({ specVersion, version, expires: edition.expires("root"), keys: all, roles });
    // Signed by the keys from before and by the new ones (TUF specification, 6.1).
    const ids = new Set([...(keysBefore?.roles.root?.keyIDs ?? []), ...keysOf(keys, delegations, "root")]);
    sign("root", `${version}.root.json`, root, [...ids]);
  }
  const version = versionOf("timestamp") + 1;
  const timestamp = new Timestamp({ specVersion, version, expires: edition.expires("timestamp"), snapshotMeta });
  sign("timestamp", "timestamp.json", timestamp, keysOf(keys, delegations, "timestamp"));
  return made;
}

function targetFiles(files: Readonly<Record<string, Buffer>>): Targets["targets"] {
  return Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => [
      path,
      new TargetFile({ path, length: bytes.length, hashes: digestsOf(bytes) }),
    ]),
  );
}

/** The digests that metadata have of these bytes. */
export function digestsOf(bytes: Buffer): { readonly sha256: string } {
  return { sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** The name by which a repository with consistent snapshots serves a target (TUF specification, 5.7.3). */
export function servedAs(path: string, digest: string): string {
  const cut = path.lastIndexOf("/") + 1;
  return `${path.slice(0, cut)}${digest}.${path.slice(cut)}`;
}

/** The whole repository that a client believes, from the files in its memory. */
export function repositoryOf(read: (role: string) => Buffer | undefined): Repository {
  const bytes = (role: string) => read(role) ?? Buffer.alloc(0);
  return {
    root: parse("root", bytes("root")),
    targets: parse("targets", bytes("targets")),
    releases: parse("targets", bytes("releases"), "releases"),
    channels: parse("targets", bytes("channels"), "channels"),
    snapshot: parse("snapshot", bytes("snapshot")),
    timestamp: parse("timestamp", bytes("timestamp")),
  };
}

/**
 * The delegations by which these keys sign the delegated roles, and `threshold` of them releases. The library's models
 * export no class for it.
 */
export function delegate(keys: Readonly<Record<Delegated, readonly Key[]>>, threshold = 1): Delegations {
  const all = [...keys.releases, ...keys.channels];
  const roles = Object.entries(DELEGATED).map(([name, paths]) => ({
    name,
    ...signedBy(keys[name as Delegated], name === "releases" ? threshold : 1),
    terminating: true,
    paths: [...paths],
  }));
  const data = { keys: listed(all), roles };
  const common = { _type: "targets", spec_version: specVersion, version: 1, expires: "", targets: {} };
  return Targets.fromJSON({ ...common, delegations: data }).delegations as Delegations;
}

/**
 * The keys and roles of a root by which these keys sign the top-level roles, and `threshold` of them the offline ones.
 */
export function rootOf(
  keys: Readonly<Record<Exclude<RoleName, Delegated>, readonly Key[]>>,
  threshold = 1,
): Pick<Root, "keys" | "roles"> {
  const roles = { root: keys.root, targets: keys.targets, snapshot: keys.snapshot, timestamp: keys.timestamp };
  const all = Object.values(roles).flat();
  return Root.fromJSON({
    _type: "root",
    spec_version: specVersion,
    version: 1,
    expires: "",
    consistent_snapshot: true,
    keys: listed(all),
    roles: Object.fromEntries(
      Object.entries(roles).map(([role, its]) => [
        role,
        signedBy(its, role === "root" || role === "targets" ? threshold : 1),
      ]),
    ),
  });
}

function listed(keys: readonly Key[]) {
  return Object.fromEntries(keys.map((key) => [key.keyID, key.toJSON()]));
}

function signedBy(keys: readonly Key[], threshold: number) {
  return { keyids: keys.map(({ keyID }) => keyID), threshold };
}
