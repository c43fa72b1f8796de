import { generateKeyPairSync } from "node:crypto";
import { Metadata } from "@tufjs/models";
import { Client, type Memory, type MetadataSource as Source } from "../../../src/channels/tuf/client.ts";
import { memoryOfNothing } from "../../../src/channels/tuf/memory-folder.ts";
import {
  delegate,
  digestsOf,
  type Edition,
  nextEdition,
  type Repository,
  ROLES,
  type RoleName,
  repositoryOf,
  rootOf,
  servedAs,
} from "../../../src/channels/tuf/repository.ts";
import { publicKeyOf, type Signer, signed } from "../../../src/channels/tuf/signing.ts";

export const NOW = new Date("2030-06-01T00:00:00Z");
export const LATER = "2031-01-01T00:00:00Z";

export function newSigner(): Signer {
  const { privateKey } = generateKeyPairSync("ed25519");
  return { privateKey, key: publicKeyOf(privateKey) };
}

export type Signers = Record<RoleName, Signer[]>;

/** A repository of channels in memory, with a key for each role; what it serves can be tampered with. */
export class MemoryRepository {
  /** What is served, by its name below `metadata/` or `targets/`. */
  readonly served = new Map<string, Buffer>();
  signers: Signers;
  expires: (role: RoleName) => string = () => LATER;
  /** What was asked for, in order. */
  readonly asked: string[] = [];
  private memory = new Map<string, Buffer>();

  private constructor(signers: Signers) {
    this.signers = signers;
  }

  static async begin(files: Edition["files"] = { releases: {}, channels: {} }): Promise<MemoryRepository> {
    const signers = Object.fromEntries(ROLES.map((role) => [role, [newSigner()]])) as Signers;
    const made = new MemoryRepository(signers);
    await made.publish({ root: rootOf(made.keys), delegations: delegate(made.keys), files });
    return made;
  }

  get keys() {
    return Object.fromEntries(ROLES.map((role) => [role, this.signers[role].map(({ key }) => key)])) as Record<
      RoleName,
      Signer["key"][]
    >;
  }

  get now(): Repository | undefined {
    return this.memory.size === 0 ? undefined : repositoryOf((role) => this.memory.get(role));
  }

  /** What a client trusts to begin with. */
  get firstRoot(): Buffer {
    return this.served.get("metadata/1.root.json") as Buffer;
  }

  async publish(
    change: Pick<Edition, "root" | "delegations" | "files" | "restarted">,
    more: readonly Signer[] = [],
  ): Promise<void> {
    const all = [...Object.values(this.signers).flat(), ...more];
    const files = await nextEdition(
      this.now,
      {
        ...change,
        expires: (role) => this.expires(role),
        signersOf: (_, ids) =>
          all.filter(
            ({ key }, at) => ids.includes(key.keyID) && all.findIndex((one) => one.key.keyID === key.keyID) === at,
          ),
      },
      async (name) => this.served.has(`metadata/${name}`),
    );
    for (const targets of Object.values(change.files ?? {})) {
      for (const [name, bytes] of Object.entries(targets))
        this.served.set(`targets/${servedAs(name, digestsOf(bytes).sha256)}`, bytes);
    }
    for (const { role, name, bytes } of files) {
      this.served.set(`metadata/${name}`, bytes);
      this.memory.set(role, bytes);
    }
  }

  /** Changes what a role says, and signs it by its keys: what somebody does who has stolen them. */
  forge(
    name: string,
    role: RoleName,
    change: (signed: Record<string, unknown>) => void,
    by = this.signers[role],
  ): void {
    const data = JSON.parse((this.served.get(`metadata/${name}`) as Buffer).toString("utf8")) as {
      signed: Record<string, unknown>;
    };
    change(data.signed);
    this.served.set(`metadata/${name}`, signJson(data.signed, by));
  }

  get source(): Source {
    return {
      metadata: async (name, most) => {
        this.asked.push(name);
        const bytes = this.served.get(`metadata/${name}`);
        if (bytes !== undefined && bytes.length > most) throw new Error("too long");
        return bytes;
      },
    };
  }

  get place() {
    return { read: async (name: string) => this.served.get(name) };
  }
}

/** What is no metadata by the models' own rules can be signed, too. */
export function signJson(data: Record<string, unknown>, by: readonly Signer[]): Buffer {
  const like = { toJSON: () => data } as unknown as Metadata<never>["signed"];
  return signed(new Metadata(like) as never, by);
}

export function remember(root: Buffer): Memory {
  return memoryOfNothing(root);
}

export async function refresh(repository: MemoryRepository, memory: Memory, now = NOW): Promise<Client> {
  const client = new Client(repository.source, memory, now);
  await client.refresh();
  return client;
}
