import { describe, expect, it } from "vitest";
import { type Follower, followPointer, openChannels } from "../../../src/channels/follow.ts";
import { type Move, moved, type Pointer, pointerFile } from "../../../src/channels/model/pointer.ts";
import {
  type Contents,
  RELEASES_STATE_FILE,
  type ReleasesState,
  releaseFile,
  releaseId,
} from "../../../src/channels/model/release.ts";
import { Refused } from "../../../src/channels/tuf/refused.ts";
import { delegate } from "../../../src/channels/tuf/repository.ts";
import { MemoryRepository, NOW, newSigner, remember } from "../../support/apps/tuf.ts";

/** What somebody signed, whatever its form. */
const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));
const AT = "2030-01-01T00:00:00Z";
const contents = (version: string): Contents => ({
  app: "foo",
  version,
  python: null,
  platforms: [],
  lock: { name: "pylock.toml", sha256: "0".repeat(64) },
  files: [],
  verify: [],
  notes: "",
  launcher: null,
});
const pointed = (version: string) => ({ version, release_id: releaseId(contents(version)) });

/** A channel "stable" with three releases. */
class Channel {
  pointer: Pointer | undefined;
  state: ReleasesState;
  readonly repository: MemoryRepository;

  private constructor(repository: MemoryRepository, state: ReleasesState) {
    this.repository = repository;
    this.state = state;
  }

  static async begin(): Promise<Channel> {
    const versions = ["3.2.0", "3.2.1", "3.2.2"];
    const releases = versions.map((version) => ({ ...pointed(version), created: AT }));
    const state: ReleasesState = { app: "foo", releases, withdrawn: {}, floor: {} };
    const files = versions.map((version) => [
      releaseFile(version),
      bytesOf({ ...contents(version), ...pointed(version), created: AT }),
    ]);
    const described = { ...Object.fromEntries(files), [RELEASES_STATE_FILE]: bytesOf(state) };
    return new Channel(await MemoryRepository.begin({ releases: described, channels: {} }), state);
  }

  async point(version: string, more: Partial<Move> = {}): Promise<void> {
    const base = { direction: "promote", percent: 100, urgent: false, reason: "", by: "", at: AT, seed: "s" } as const;
    this.pointer = moved("stable", this.pointer, { ...base, to: pointed(version), ...more });
    await this.serve(this.pointer);
  }

  serve(pointer: Pointer): Promise<void> {
    return this.repository.publish({ files: { channels: { [pointerFile("stable")]: bytesOf(pointer) } } });
  }

  async say(change: Partial<ReleasesState>): Promise<void> {
    this.state = { ...this.state, ...change };
    await this.repository.publish({ files: { releases: { [RELEASES_STATE_FILE]: bytesOf(this.state) } } });
  }
}

/** One installation, from check to check. */
function installation(channel: Channel, id = "somebody") {
  const memory = remember(channel.repository.firstRoot);
  let known: Pick<Follower, "runs" | "seen"> = { runs: undefined, seen: undefined };
  return async (more: Partial<Follower> = {}): Promise<string> => {
    const follower = { channel: "stable", installation: id, takesUrgent: false, ...known, ...more };
    try {
      const { release, seen } = await followPointer(
        await openChannels(channel.repository.place, memory, NOW),
        follower,
      );
      known = { runs: release.release_id, seen };
      return release.version;
    } catch (error) {
      if (error instanceof Refused) return error.reason;
      throw error;
    }
  };
}

describe("who follows a channel", () => {
  it("goes forwards and backwards with it", async () => {
    const channel = await Channel.begin();
    const check = installation(channel);
    await channel.point("3.2.0");
    expect(await check()).toBe("3.2.0");
    await channel.point("3.2.2");
    expect(await check()).toBe("3.2.2");
    await channel.point("3.2.1", { direction: "fallback", reason: "3.2.2 breaks" });
    expect(await check()).toBe("3.2.1");
  });

  it("is reached by a rollout or not, stays when it is narrowed, and goes back with everybody", async () => {
    const channel = await Channel.begin();
    const checks = Array.from({ length: 40 }, (_, number) => installation(channel, `installation ${number}`));
    const all = () => Promise.all(checks.map((check) => check()));
    await channel.point("3.2.0");
    await all();
    await channel.point("3.2.1", { percent: 30 });
    const some = await all();
    expect(new Set(some)).toEqual(new Set(["3.2.0", "3.2.1"]));
    await channel.point("3.2.1", { percent: 60 });
    const more = await all();
    expect(more.filter((one, at) => some[at] === "3.2.1" && one !== "3.2.1")).toEqual([]);
    expect(more.filter((one) => one === "3.2.1").length).toBeGreaterThan(some.filter((one) => one === "3.2.1").length);
    await channel.point("3.2.1", { percent: 1 });
    expect(await all()).toEqual(more);
    await channel.point("3.2.0", { direction: "fallback" });
    expect(new Set(await all())).toEqual(new Set(["3.2.0"]));
  });

  it("takes what is urgent past the percent where its policy lets it", async () => {
    const channel = await Channel.begin();
    await channel.point("3.2.0");
    await channel.point("3.2.1", { percent: 0, urgent: true });
    expect(await installation(channel)()).toBe("3.2.0");
    expect(await installation(channel)({ takesUrgent: true })).toBe("3.2.1");
  });

  it("refuses a serial that has fallen, by whoever holds the key", async () => {
    const channel = await Channel.begin();
    const check = installation(channel);
    await channel.point("3.2.0");
    const first = channel.pointer as Pointer;
    await channel.point("3.2.1");
    expect(await check()).toBe("3.2.1");
    await channel.serve(first);
    expect(await check()).toBe("rollback");
  });

  it("forgets a serial that a stolen key has raised, once the key is another", async () => {
    const channel = await Channel.begin();
    const check = installation(channel);
    await channel.point("3.2.1");
    await channel.serve({ ...(channel.pointer as Pointer), serial: 2 ** 53 - 1 });
    expect(await check()).toBe("3.2.1");
    const { repository } = channel;
    repository.signers = { ...repository.signers, channels: [newSigner()] };
    const pointer = { ...(channel.pointer as Pointer), ...pointed("3.2.0"), serial: 3 };
    const channels = { [pointerFile("stable")]: bytesOf(pointer) };
    await repository.publish({ delegations: delegate(repository.keys), files: { channels } });
    expect(await check()).toBe("3.2.0");
  });

  it("never goes below the floor, to what was withdrawn, or to what the offline key has not signed", async () => {
    const channel = await Channel.begin();
    const check = installation(channel);
    await channel.say({ floor: { stable: "3.2.1" }, withdrawn: { "3.2.2": { at: AT, reason: "" } } });
    for (const version of ["3.2.0", "3.2.2"]) {
      await channel.point(version);
      expect(await check()).toBe("floor");
    }
    await channel.serve({ ...(channel.pointer as Pointer), version: "3.2.1", release_id: "f".repeat(64), serial: 9 });
    expect(await check()).toBe("floor");
    await channel.point("3.2.1");
    await channel.serve({ ...(channel.pointer as Pointer), serial: 10 });
    expect(await check()).toBe("3.2.1");
  });

  it("refuses a target that was swapped, and one that is gone", async () => {
    const channel = await Channel.begin();
    await channel.point("3.2.0");
    const { served } = channel.repository;
    const name = [...served.keys()].find((one) => one.endsWith(".stable.json")) as string;
    const right = served.get(name) as Buffer;
    for (const [bytes, reason] of [
      [Buffer.from(right.toString().replace("3.2.0", "3.2.1")), "digest"],
      [right.subarray(1), "length"],
      [undefined, "mixed"],
    ] as const) {
      if (bytes === undefined) served.delete(name);
      else served.set(name, bytes);
      expect(await installation(channel)()).toBe(reason);
    }
  });

  it("refuses a release whose files lie elsewhere than beside each other", async () => {
    const channel = await Channel.begin();
    await channel.point("3.2.0");
    for (const name of ["../../x", "a/b", "/etc/x", "..", ".x"]) {
      const files = [{ name, sha256: "0".repeat(64), size: 1 }];
      const release = { ...contents("3.2.0"), ...pointed("3.2.0"), files, created: AT };
      await channel.repository.publish({ files: { releases: { [releaseFile("3.2.0")]: bytesOf(release) } } });
      expect(await installation(channel)()).toBe("malformed");
    }
  });

  it("refuses another channel's pointer in place of its own, and one of another form", async () => {
    const channel = await Channel.begin();
    await channel.point("3.2.0");
    await channel.serve({ ...(channel.pointer as Pointer), channel: "beta" });
    expect(await installation(channel)()).toBe("mixed");
    await channel.serve({ ...(channel.pointer as Pointer), serial: "1" } as unknown as Pointer);
    expect(await installation(channel)()).toBe("malformed");
  });

  it("is told of a clock that is behind, by which nothing would expire", async () => {
    const channel = await Channel.begin();
    await channel.point("3.2.0");
    const seen = (now: Date) => openChannels(channel.repository.place, remember(channel.repository.firstRoot), now);
    const follower = { channel: "stable", installation: "x", runs: undefined, seen: undefined, takesUrgent: false };
    const [hour, day] = [3_600_000, 86_400_000];
    const earlier = async (ms: number) => followPointer(await seen(new Date(Date.parse(AT) - ms)), follower);
    await expect(earlier(23 * hour)).resolves.toMatchObject({ release: { version: "3.2.0" } });
    await expect(earlier(3650 * day)).rejects.toMatchObject({
      reason: "expired",
      message: expect.stringContaining("the clock says"),
    });
  });
});
