import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PackageIndex } from "../support/servers/index-server.ts";
import { OPERATIONS, PACKAGE, VERSIONS } from "./operations/operations.ts";
import { faulted, prepare, type Ready, traced } from "./operations/trial.ts";
import { Place } from "./place.ts";
import { specOf, supervisor } from "./supervisor/supervisor.ts";
import { type Planned, planFor } from "./sweep.ts";

/** As many as a minute has room for; `npm run fault` tries them all. */
const SAMPLE = { kill: 3, "kill-tool": 1, rename: 1 } as const;
const SEED = 5;

const built = supervisor();
const index = new PackageIndex();

beforeAll(async () => {
  await index.start();
  for (const version of VERSIONS) index.publish(PACKAGE, version);
});

afterAll(() => index.stop());

/** What `planFor` has of a family, thinned out to so many that lie evenly apart. */
function sampleOf(all: readonly Planned[]): Planned[] {
  return Object.entries(SAMPLE).flatMap(([family, count]) => {
    const own = all.filter((one) => one.family === family);
    const step = own.length / count;
    return Array.from({ length: Math.min(count, own.length) }, (_, i) => own[Math.floor((i + 0.5) * step)] as Planned);
  });
}

async function tryAll(ready: Ready, file: string): Promise<void> {
  const seen = await traced(ready, file);
  for (const { fault } of sampleOf(planFor(ready.operation, seen, SEED))) {
    const { call, problems } = await faulted(ready, file, fault);
    expect(problems, `${fault.kind} ${specOf(fault)}, ${call}`).toEqual([]);
  }
}

describe("an operation that is killed or fails leaves the old environment or the new one", () => {
  const names = Object.keys(OPERATIONS).filter(
    (name) => !["download", "newcomer", "lock", "interpreter"].includes(name),
  );
  it.concurrent.for(names)("%s", async (name, { skip }) => {
    if ("missing" in built) return skip(built.missing);
    const place = new Place(index.url);
    try {
      await tryAll(await prepare(place, OPERATIONS[name] as (typeof OPERATIONS)[string]), built.file);
    } finally {
      place.remove();
    }
  });
});

describe("the supervisor", () => {
  it("sees a torn write, which a start after it mends", async ({ skip }) => {
    if ("missing" in built) return skip(built.missing);
    const place = new Place(index.url);
    try {
      const ready = await prepare(place, OPERATIONS.switch as (typeof OPERATIONS)[string]);
      const { calls } = await traced(ready, built.file);
      const history = calls.find(({ name, path }) => name === "write" && path.endsWith("/history.jsonl"));
      const outcome = await faulted(ready, built.file, { kind: "tear", who: "own", at: history?.at ?? 0 });
      expect(outcome).toMatchObject({ code: 137, problems: [] });
      const entries = JSON.parse((await place.good(["history", "--json"])).stdout) as { to: string }[];
      expect(entries.at(-1)?.to).toBe(place.shown());
    } finally {
      place.remove();
    }
  });
});
