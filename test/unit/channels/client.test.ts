import { describe, expect, it } from "vitest";
import type { Memory } from "../../../src/channels/tuf/client.ts";
import { Refused } from "../../../src/channels/tuf/refused.ts";
import { delegate, type RoleName, rootOf } from "../../../src/channels/tuf/repository.ts";
import { MemoryRepository, NOW, newSigner, refresh, remember, signJson } from "../../support/apps/tuf.ts";
import { Random } from "../../support/random.ts";

const A = "releases/a";
const begin = () => MemoryRepository.begin({ releases: { [A]: Buffer.from("a") }, channels: {} });

/** Why a client that remembers this refuses what is served; undefined: it does not. */
async function refusal(repository: MemoryRepository, memory: Memory, now = NOW): Promise<string | undefined> {
  try {
    const client = await refresh(repository, memory, now);
    await client.find(A);
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.reason;
    throw error;
  }
}

const versions = (memory: Memory) =>
  Object.fromEntries(
    ["root", "timestamp", "snapshot", "targets", "releases"].map((role) => [
      role,
      (JSON.parse(memory.read(role)?.toString() ?? '{"signed":{}}') as { signed: { version?: number } }).signed.version,
    ]),
  );

/** A client that has seen the first edition. */
async function seen() {
  const repository = await begin();
  const memory = remember(repository.firstRoot);
  expect(await refusal(repository, memory)).toBeUndefined();
  return { repository, memory };
}

describe("a client of TUF metadata", () => {
  it("believes what is signed, and finds a target by the role that has it", async () => {
    const { repository, memory } = await seen();
    const client = await refresh(repository, memory);
    const found = await client.find(A);
    expect(found).toMatchObject({ path: A, length: 1 });
    expect(client.servedAs(found as never)).toMatch(/^releases\/[0-9a-f]{64}\.a$/);
    expect(await client.find("channels/none")).toBeUndefined();
    expect(await client.find("elsewhere/a")).toBeUndefined();
  });

  it("asks for the root that follows and the timestamp alone where nothing is new", async () => {
    const { repository, memory } = await seen();
    repository.asked.length = 0;
    await refresh(repository, memory);
    expect(repository.asked).toEqual(["2.root.json", "timestamp.json"]);
  });

  it.each(["timestamp", "snapshot", "targets", "releases"] as const)(
    "refuses a %s that its key has not signed",
    async (role) => {
      const { repository, memory } = await seen();
      const before = versions(memory);
      await repository.publish({ delegations: delegate(repository.keys), files: { releases: {} } });
      dropDigests(repository); // what names it would tell of them first
      repository.forge(role === "timestamp" ? "timestamp.json" : `2.${role}.json`, role, () => {}, [newSigner()]);
      expect(await refusal(repository, memory)).toBe("signature");
      expect(versions(memory)[role]).toBe(before[role]);
    },
  );

  it.each([
    ["timestamp", "rollback"],
    ["snapshot", "mixed"],
    ["targets", "mixed"],
    ["releases", "mixed"],
  ] as const)("refuses yesterday's %s", async (role, reason) => {
    const repository = await begin();
    const name = role === "timestamp" ? "timestamp.json" : `1.${role}.json`;
    const yesterday = repository.served.get(`metadata/${name}`) as Buffer;
    await repository.publish({ delegations: delegate(repository.keys), files: { releases: {} } });
    const memory = remember(repository.firstRoot);
    expect(await refusal(repository, memory)).toBeUndefined();
    await repository.publish({ delegations: delegate(repository.keys), files: { releases: {} } });
    dropDigests(repository);
    repository.served.set(`metadata/${role === "timestamp" ? name : `3.${role}.json`}`, yesterday);
    expect(await refusal(repository, memory)).toBe(reason);
  });

  it("refuses a snapshot that goes back with a role, or has lost one", async () => {
    for (const change of [
      (meta: Record<string, { version: number }>) => ((meta["releases.json"] as { version: number }).version = 1),
      (meta: Record<string, unknown>) => delete meta["channels.json"],
    ]) {
      const repository = await begin();
      await repository.publish({ files: { releases: {} } });
      const memory = remember(repository.firstRoot);
      expect(await refusal(repository, memory)).toBeUndefined();
      await repository.publish({ files: { releases: {} } });
      dropDigests(repository);
      repository.forge("3.snapshot.json", "snapshot", ({ meta }) => change(meta as never));
      expect(await refusal(repository, memory)).toBe("rollback");
    }
  });

  it("tells another digest and another length from each other", async () => {
    for (const [reason, change] of [
      ["digest", (bytes: Buffer) => Buffer.from(bytes.toString().replace('"version": 2', '"version": 3'))],
      ["length", (bytes: Buffer) => Buffer.concat([bytes, Buffer.from(" ")])],
    ] as const) {
      const { repository, memory } = await seen();
      await repository.publish({ files: { releases: {} } });
      const name = "metadata/2.releases.json";
      repository.served.set(name, change(repository.served.get(name) as Buffer));
      const error = await refusal(repository, memory).catch((one: Error) => one.message);
      expect(error).toBe(reason === "length" ? "too long" : "digest");
    }
  });

  it.each(["root", "timestamp", "snapshot", "targets", "releases"] as const)(
    "adopts nothing of an expired %s",
    async (role) => {
      const { repository, memory } = await seen();
      repository.expires = (one: RoleName) => (one === role ? "2030-05-31T23:59:59Z" : "2031-01-01T00:00:00Z");
      const keys = repository.keys;
      await repository.publish({ root: rootOf(keys), delegations: delegate(keys), files: { releases: {} } });
      expect(await refusal(repository, memory)).toBe("expired");
      expect(versions(memory)[role]).toBe(role === "root" ? 2 : 1);
    },
  );

  it("goes on from an expired memory once there is something new", async () => {
    const { repository, memory } = await seen();
    const later = new Date("2031-06-01T00:00:00Z");
    expect(await refusal(repository, memory, later)).toBe("expired");
    repository.expires = () => "2032-01-01T00:00:00Z";
    const keys = repository.keys;
    await repository.publish({
      root: rootOf(keys),
      delegations: delegate(keys),
      files: { releases: {}, channels: {} },
    });
    expect(await refusal(repository, memory, later)).toBeUndefined();
  });

  it("follows roots one by one, each signed by the one before and by itself", async () => {
    const { repository, memory } = await seen();
    const old = repository.signers.root;
    for (let turn = 0; turn < 3; turn += 1) {
      const before = repository.signers.root;
      repository.signers = { ...repository.signers, root: [newSigner()] };
      await repository.publish({ root: rootOf(repository.keys) }, before);
    }
    const offline = remember(repository.firstRoot);
    expect(await refusal(repository, offline)).toBeUndefined();
    expect(versions(offline).root).toBe(4);
    // By the first key again, which is no longer believed.
    const data = JSON.parse((repository.served.get("metadata/4.root.json") as Buffer).toString()) as {
      signed: Record<string, unknown>;
    };
    repository.served.set(
      "metadata/5.root.json",
      signJson({ ...data.signed, version: 5 }, [...old, ...repository.signers.root.slice(1)]),
    );
    expect(await refusal(repository, memory)).toBe("signature");
    expect(versions(memory).root).toBe(4);
    repository.served.set("metadata/5.root.json", signJson({ ...data.signed, version: 6 }, repository.signers.root));
    expect(await refusal(repository, memory)).toBe("root");
  });

  it("forgets versions that a stolen key has raised, once the key is another", async () => {
    const { repository, memory } = await seen();
    repository.forge("timestamp.json", "timestamp", (signed) => {
      signed.version = 2 ** 53 - 1;
    });
    expect(await refusal(repository, memory)).toBeUndefined();
    expect(versions(memory).timestamp).toBe(2 ** 53 - 1);
    repository.signers = { ...repository.signers, timestamp: [newSigner()] };
    await repository.publish({ root: rootOf(repository.keys), restarted: new Set(["timestamp"]) });
    expect(await refusal(repository, memory)).toBeUndefined();
    expect(versions(memory).timestamp).toBe(1);
  });

  it.each([
    ["as it is", (key: string) => key],
    ["in capitals", (key: string) => key.toUpperCase()],
  ])("does not count one key twice, by whatever ids: %s", async (_, written) => {
    const repository = await begin();
    const [signer] = repository.signers.snapshot;
    const keys = rootOf(repository.keys);
    const twin = {
      ...signer?.key.toJSON(),
      keyval: { public: written(signer?.key.keyVal.public ?? "") },
      note: "the same",
    };
    const root = JSON.parse(repository.firstRoot.toString()) as { signed: Record<string, unknown> };
    const id = "f".repeat(64);
    root.signed = {
      ...root.signed,
      version: 2,
      keys: { ...(root.signed.keys as object), [id]: twin },
      roles: {
        ...(root.signed.roles as object),
        snapshot: { keyids: [keys.roles.snapshot?.keyIDs[0], id], threshold: 2 },
      },
    };
    repository.served.set("metadata/2.root.json", signJson(root.signed, repository.signers.root));
    expect(await refusal(repository, remember(repository.firstRoot))).toBe("malformed");
  });

  it.each([
    ["an expiry that never comes", { expires: "never" }],
    ["an expiry in a form that sorts otherwise", { expires: "20310101T000000Z" }],
    ["a version of none", { version: 0 }],
    ["a version beyond counting", { version: 2 ** 53 }],
    ["another kind", { _type: "snapshot" }],
    ["another specification", { spec_version: "2.0.0" }],
    ["no meta", { meta: null }],
    ["a length below zero", { meta: { "snapshot.json": { version: 1, length: -1 } } }],
  ])("refuses a timestamp with %s", async (_, change) => {
    const { repository, memory } = await seen();
    repository.forge("timestamp.json", "timestamp", (signed) => Object.assign(signed, change));
    expect(await refusal(repository, memory)).toBe("malformed");
  });

  it("asks a role that is delegated to twice for the keys of each", async () => {
    const repository = await begin();
    const keys = repository.keys;
    const both = delegate(keys);
    await repository.publish({ delegations: both, files: { releases: {} } });
    const other = newSigner();
    // The same name for other paths, by another key.
    repository.forge("2.targets.json", "targets", (signed) => {
      const delegations = signed.delegations as { keys: object; roles: { name: string; keyids: string[] }[] };
      delegations.keys = { ...delegations.keys, [other.key.keyID]: other.key.toJSON() };
      for (const role of delegations.roles) if (role.name === "releases") role.keyids = [other.key.keyID];
    });
    dropDigests(repository);
    const memory = remember(repository.firstRoot);
    expect(await refusal(repository, memory)).toBe("signature");
  });

  it("takes bytes that were tampered with for what they are, whatever they are", { timeout: 120_000 }, async () => {
    const { repository } = await seen();
    await repository.publish({ files: { releases: {} } });
    const names = ["timestamp.json", "2.snapshot.json", "2.releases.json", "1.targets.json"].map(
      (name) => `metadata/${name}`,
    );
    const random = new Random(20);
    for (let turn = 0; turn < MUTATIONS; turn += 1) {
      const name = random.of(names);
      const right = repository.served.get(name) as Buffer;
      const mutated = mutate(right, random);
      repository.served.set(name, mutated);
      const memory = remember(repository.firstRoot);
      const why = await refusal(repository, memory).catch((error: Error) => error.message);
      // Equal in meaning, or refused.
      if (why === undefined) expect(meaning(mutated), `turn ${turn} of ${name}`).toEqual(meaning(right));
      repository.served.set(name, right);
    }
  });
});

/** `PRIME_TEST_MUTATIONS=10000` tries as many. */
const MUTATIONS = Number(process.env.PRIME_TEST_MUTATIONS ?? 1000);

function mutate(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length);
  const kinds = [
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from([random.below(256)]), bytes.subarray(at + 1)]),
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(random.below(bytes.length))]),
    () =>
      Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(random.of(['"', "{", "}", "[", "]", ",", "0", "-", "1e9", "null", "__proto__"])),
        bytes.subarray(at),
      ]),
    () =>
      Buffer.from(
        bytes.toString().replace(/\d+/g, (number) => (random.below(5) === 0 ? String(random.below(1000)) : number)),
      ),
  ];
  return random.of(kinds)();
}

/** Signatures that were not needed may be others. */
function meaning(bytes: Buffer): unknown {
  return (JSON.parse(bytes.toString()) as { signed: unknown }).signed;
}

/** Has the snapshot and the timestamp name versions alone, by their own keys. */
function dropDigests(repository: MemoryRepository): void {
  const strip = (meta: Record<string, { length?: number; hashes?: object }>) => {
    for (const one of Object.values(meta)) {
      delete one.length;
      delete one.hashes;
    }
  };
  for (const name of [...repository.served.keys()].filter((one) => one.endsWith(".snapshot.json"))) {
    repository.forge(name.slice("metadata/".length), "snapshot", ({ meta }) => strip(meta as never));
  }
  repository.forge("timestamp.json", "timestamp", ({ meta }) => strip(meta as never));
}
