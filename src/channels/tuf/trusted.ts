import { createHash } from "node:crypto";
import type { Metadata } from "@tufjs/models";
import {
  type Delegator,
  parse,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp,
  verifySigned,
} from "./metadata.ts";
import { Refused } from "./refused.ts";

/**
 * What a client believes, by the detailed client workflow (TUF specification, 5). Each step takes bytes, and either
 * believes them, or throws `Refused` and leaves everything as it was. The steps come in the order root, timestamp,
 * snapshot, targets. This class uses neither files nor the network.
 */
export class Trusted {
  #root: Metadata<Root>;
  #timestamp: Metadata<Timestamp> | undefined;
  #snapshot: Metadata<Snapshot> | undefined;
  readonly #now: Date;

  /** The root that the client was given, or came to believe earlier (5.2). */
  constructor(root: Buffer, now: Date) {
    this.#now = now;
    this.#root = parse("root", root);
    verifySigned(this.#root, "root", this.#root);
  }

  get root(): Root {
    return this.#root.signed;
  }

  get timestamp(): Timestamp | undefined {
    return this.#timestamp?.signed;
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot?.signed;
  }

  /** The next root, signed as it and the one before ask (5.3.4 to 5.3.6). */
  takeRoot(bytes: Buffer): void {
    const next = parse("root", bytes);
    verifySigned(this.#root, "root", next);
    verifySigned(next, "root", next);
    if (next.signed.version !== this.root.version + 1) {
      throw new Refused("root", `root ${next.signed.version} can't follow root ${this.root.version}`);
    }
    this.#root = next;
  }

  /** After the last root (5.3.10). */
  refuseExpiredRoot(): void {
    this.#refuseExpired("root", this.root);
  }

  /**
   * Takes the timestamp that was believed last: a lower version than its own is a rollback, even when it has expired.
   * It no longer counts once other keys must sign it (5.3.11).
   */
  recallTimestamp(bytes: Buffer): void {
    const known = parse("timestamp", bytes);
    verifySigned(this.#root, "timestamp", known);
    this.#timestamp = known;
  }

  /** Takes a timestamp; true when it is newer than the one that was believed (5.4). */
  takeTimestamp(bytes: Buffer): boolean {
    const next = parse("timestamp", bytes);
    verifySigned(this.#root, "timestamp", next);
    const known = this.timestamp;
    if (known !== undefined) {
      refuseLower("timestamp", next.signed.version, known.version);
      refuseLower("the snapshot of timestamp", next.signed.snapshotMeta.version, known.snapshotMeta.version);
    }
    this.#refuseExpired("timestamp", next.signed);
    if (next.signed.version === known?.version) {
      this.#refuseExpired("timestamp", known);
      return false;
    }
    this.#timestamp = next;
    return true;
  }

  /** As `recallTimestamp`, for the snapshot. */
  recallSnapshot(bytes: Buffer): void {
    const known = parse("snapshot", bytes);
    verifySigned(this.#root, "snapshot", known);
    this.#snapshot = known;
  }

  /** Whether the snapshot that was believed is still the current one (5.5); then it need not be fetched. */
  hasSnapshot(): boolean {
    if (this.snapshot?.version !== this.timestamp?.snapshotMeta.version) return false;
    return !this.#isExpired(this.snapshot);
  }

  takeSnapshot(bytes: Buffer): void {
    const { snapshotMeta } = this.#needed(this.timestamp);
    verifyLengthAndHashes("snapshot", bytes, snapshotMeta);
    const next = parse("snapshot", bytes);
    verifySigned(this.#root, "snapshot", next);
    refuseMixed("snapshot", next.signed.version, snapshotMeta.version);
    for (const [name, { version }] of Object.entries(this.snapshot?.meta ?? {})) {
      const now = next.signed.meta[name];
      if (now === undefined) throw new Refused("rollback", `snapshot ${next.signed.version} no longer has ${name}`);
      refuseLower(name, now.version, version);
    }
    this.#refuseExpired("snapshot", next.signed);
    this.#snapshot = next;
  }

  /** Takes the top-level targets role, or one that `delegator` delegates to (5.6). */
  takeTargets(bytes: Buffer, role = "targets", delegator?: Metadata<Targets>): Metadata<Targets> {
    const meta = this.metaOf(role);
    verifyLengthAndHashes(role, bytes, meta);
    const next = parse("targets", bytes, role);
    verifySigned((delegator ?? this.#root) as Delegator, role, next);
    refuseMixed(role, next.signed.version, meta.version);
    this.#refuseExpired(role, next.signed);
    return next;
  }

  /** Throws `Refused`, "mixed", for a role that the snapshot does not have. */
  metaOf(role: string): Snapshot["meta"][string] {
    const meta = this.#needed(this.snapshot).meta[`${role}.json`];
    if (meta === undefined) throw new Refused("mixed", `the snapshot has no ${role}`);
    return meta;
  }

  #needed<T>(step: T | undefined): T {
    if (step === undefined) throw new Error("the steps of the workflow have an order");
    return step;
  }

  #isExpired(signed: { readonly expires: string } | undefined): boolean {
    return signed !== undefined && this.#now >= new Date(signed.expires);
  }

  #refuseExpired(role: string, signed: { readonly expires: string }): void {
    if (!this.#isExpired(signed)) return;
    throw new Refused(
      "expired",
      `${role} has expired at ${signed.expires}, and the clock says ${this.#now.toISOString()}`,
    );
  }
}

interface Expected {
  readonly length?: number | undefined;
  readonly hashes?: Readonly<Record<string, string>> | undefined;
}

/**
 * Compares bytes with the length and the digests that metadata give; those that they do not give are not compared.
 * Throws `Refused`.
 */
export function verifyLengthAndHashes(what: string, bytes: Buffer, { length, hashes = {} }: Expected): void {
  if (length !== undefined && bytes.length !== length) {
    throw new Refused("length", `${what} has ${bytes.length} bytes in place of ${length}`);
  }
  for (const [algorithm, digest] of Object.entries(hashes)) {
    if (digestOf(algorithm, bytes) !== digest) throw new Refused("digest", `${what} has another ${algorithm}`);
  }
}

function digestOf(algorithm: string, bytes: Buffer): string | undefined {
  try {
    return createHash(algorithm).update(bytes).digest("hex");
  } catch {
    return undefined; // what can't be computed fits nothing
  }
}

function refuseLower(what: string, version: number, known: number): void {
  if (version < known) throw new Refused("rollback", `${what} went back from version ${known} to ${version}`);
}

function refuseMixed(role: string, version: number, named: number): void {
  if (version === named) return;
  throw new Refused("mixed", `${role} has version ${version}, and ${named} is what belongs together`);
}
