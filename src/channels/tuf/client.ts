import type { Metadata } from "@tufjs/models";
import type { Targets } from "./metadata.ts";
import { Refused } from "./refused.ts";
import { servedAs } from "./repository.ts";
import { Trusted } from "./trusted.ts";

/** Where metadata comes from. */
export interface MetadataSource {
  /** A file of the metadata folder, whole; undefined when the server has none. Throws when it can't be told, or is longer than `most` bytes. */
  metadata(name: string, most: number): Promise<Buffer | undefined>;
}

/** The metadata that this client believed last, by role. */
export interface Memory {
  read(role: string): Buffer | undefined;
  /** Old or new, nothing between. */
  write(role: string, bytes: Buffer): void;
}

/** What the metadata say of a target. */
export interface Target {
  readonly path: string;
  /** Bytes. */
  readonly length: number;
  readonly hashes: Readonly<Record<string, string>>;
  readonly custom: Readonly<Record<string, unknown>>;
}

/**
 * The most bytes that are read of each kind of file; the most new roots in one run, and the most delegated roles for
 * one target.
 */
const MOST = { root: 512_000, timestamp: 16_384, snapshot: 2_000_000, targets: 5_000_000, roots: 256, roles: 32 };

/** A client of one repository, for one run of the workflow (TUF specification, 5). */
export class Client {
  readonly #repository: MetadataSource;
  readonly #memory: Memory;
  readonly #trusted: Trusted;
  /** Bytes of targets roles, as they were fetched in this run. */
  readonly #fetched = new Map<string, Buffer>();
  #targets: Metadata<Targets> | undefined;

  /** The memory holds the root that is trusted to begin with. Throws `Refused`. */
  constructor(repository: MetadataSource, memory: Memory, now: Date) {
    this.#repository = repository;
    this.#memory = memory;
    const root = memory.read("root");
    if (root === undefined) throw new Refused("root", "there is no trusted root to begin with");
    this.#trusted = new Trusted(root, now);
  }

  /**
   * Brings the top-level roles up to date, and writes each to the memory as soon as it is believed. Throws `Refused`,
   * or what the repository throws.
   */
  async refresh(): Promise<void> {
    await this.#refreshRoot();
    await this.#refreshTimestamp();
    await this.#refreshSnapshot();
    this.#targets = await this.#takeRole("targets", undefined);
  }

  /** The target of a path, by the first role that has it, depth first (5.6.7); undefined: no role has it. */
  async find(path: string): Promise<Target | undefined> {
    if (this.#targets === undefined) await this.refresh();
    const visited = new Set<string>();
    const waiting: { role: string; delegator: Metadata<Targets> | undefined }[] = [
      { role: "targets", delegator: undefined },
    ];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { role, delegator } = next;
      if (visited.has(role)) continue;
      if (visited.size > MOST.roles) throw new Refused("malformed", `more than ${MOST.roles} roles may have ${path}`);
      const metadata =
        delegator === undefined && this.#targets !== undefined ? this.#targets : await this.#takeRole(role, delegator);
      visited.add(role);
      const found = Object.hasOwn(metadata.signed.targets, path) ? metadata.signed.targets[path] : undefined;
      if (found !== undefined) return { path, length: found.length, hashes: found.hashes, custom: found.custom };
      const below: typeof waiting = [];
      for (const { role: name, terminating } of metadata.signed.delegations?.rolesForTarget(path) ?? []) {
        below.push({ role: name, delegator: metadata });
        if (!terminating) continue;
        waiting.length = 0;
        break;
      }
      waiting.push(...below.reverse());
    }
    return undefined;
  }

  /** Which of the top-level roles expires first, and when. */
  get expires(): { readonly role: string; readonly at: string } {
    const { root, timestamp, snapshot } = this.#trusted;
    const roles = Object.entries({ root, timestamp, snapshot, targets: this.#targets?.signed });
    const ends = roles.flatMap(([role, its]) => (its === undefined ? [] : [{ role, at: its.expires }]));
    return ends.reduce((one, other) => (other.at < one.at ? other : one));
  }

  /** The ids of the keys that sign a role right below the targets role. */
  keysOf(role: string): readonly string[] {
    return this.#targets?.signed.delegations?.roles?.[role]?.keyIDs ?? [];
  }

  /** The paths that a role right below the targets role has. */
  async names(role: string): Promise<string[]> {
    if (this.#targets === undefined) await this.refresh();
    return Object.keys((await this.#takeRole(role, this.#targets)).signed.targets);
  }

  /** The name by which the repository serves a target (5.7.3). */
  servedAs({ path, hashes }: Target): string {
    const digest = Object.values(hashes)[0];
    if (!this.#trusted.root.consistentSnapshot || digest === undefined) return path;
    return servedAs(path, digest);
  }

  async #refreshRoot(): Promise<void> {
    const first = this.#trusted.root.version;
    for (let version = first + 1; version <= first + MOST.roots; version += 1) {
      const bytes = await this.#ask(`${version}.root.json`, MOST.root);
      if (bytes === undefined) break;
      this.#trusted.takeRoot(bytes);
      this.#memory.write("root", bytes);
    }
    this.#trusted.refuseExpiredRoot();
  }

  async #refreshTimestamp(): Promise<void> {
    this.#recall("timestamp", (bytes) => this.#trusted.recallTimestamp(bytes));
    const bytes = await this.#ask("timestamp.json", MOST.timestamp);
    if (bytes === undefined) throw new Refused("malformed", "no channel is served there: there is no timestamp.json");
    if (this.#trusted.takeTimestamp(bytes)) this.#memory.write("timestamp", bytes);
  }

  async #refreshSnapshot(): Promise<void> {
    this.#recall("snapshot", (bytes) => this.#trusted.recallSnapshot(bytes));
    if (this.#trusted.hasSnapshot()) return;
    const { version = 0, length } = this.#trusted.timestamp?.snapshotMeta ?? {};
    const bytes = await this.#get("snapshot", version, length ?? MOST.snapshot);
    this.#trusted.takeSnapshot(bytes);
    this.#memory.write("snapshot", bytes);
  }

  /**
   * A targets role from the memory, if that is the one the snapshot names, else fetched. It is verified against this
   * delegator in any case.
   */
  async #takeRole(role: string, delegator: Metadata<Targets> | undefined): Promise<Metadata<Targets>> {
    const { version, length } = this.#trusted.metaOf(role);
    let known: Metadata<Targets> | undefined;
    this.#recall(role, (bytes) => {
      known = this.#trusted.takeTargets(bytes, role, delegator);
    });
    if (known !== undefined) return known;
    const bytes = this.#fetched.get(role) ?? (await this.#get(role, version, length ?? MOST.targets));
    this.#fetched.set(role, bytes);
    const metadata = this.#trusted.takeTargets(bytes, role, delegator);
    this.#memory.write(role, bytes);
    return metadata;
  }

  async #get(role: string, version: number, most: number): Promise<Buffer> {
    const file = `${encodeURIComponent(role)}.json`;
    const name = this.#trusted.root.consistentSnapshot ? `${version}.${file}` : file;
    const bytes = await this.#ask(name, most);
    if (bytes === undefined) throw new Refused("mixed", `the repository has no ${name}, which belongs to the rest`);
    return bytes;
  }

  /** Fetches a file. One that is too long is refused, even when only blanks follow. */
  async #ask(name: string, most: number): Promise<Buffer | undefined> {
    const bytes = await this.#repository.metadata(name, most);
    if (bytes === undefined || bytes.length <= most) return bytes;
    throw new Refused("length", `${name} has more than ${most} bytes`);
  }

  /** Takes what the memory has of a role, if it can still be believed. */
  #recall(role: string, take: (bytes: Buffer) => void): void {
    const bytes = this.#memory.read(role);
    if (bytes === undefined) return;
    try {
      take(bytes);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
}
