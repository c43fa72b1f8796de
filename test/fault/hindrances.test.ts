import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PackageIndex } from "../support/servers/index-server.ts";
import { HINDRANCES, type Hindrance, tryHindrance, whyNoMounts } from "./hindrances.ts";
import { OPERATIONS, type Operation, PACKAGE, VERSIONS } from "./operations/operations.ts";
import { prepare } from "./operations/trial.ts";
import { Place } from "./place.ts";

const index = new PackageIndex();

beforeAll(async () => {
  await index.start();
  for (const version of VERSIONS) index.publish(PACKAGE, version);
});

afterAll(() => index.stop());

describe("an operation that is hindered leaves the old environment or the new one, and says why", () => {
  it.for([
    ["full-root", 16],
    ["full-cache", 16],
    ["full-state", 4],
    ["full-tmp", 0],
    ["read-only-cache", 0],
    ["few-descriptors", 22],
  ] as const)("%s (%i)", async ([name, measure], { skip }) => {
    const hindrance = HINDRANCES[name] as Hindrance;
    const place = new Place(index.url);
    try {
      const why = hindrance.mounts ? whyNoMounts(place.tmp) : undefined;
      if (why !== undefined) skip(why);
      const ready = await prepare(place, OPERATIONS[hindrance.operation] as Operation);
      const outcome = await tryHindrance(ready, hindrance, measure);
      expect(outcome.problems).toEqual([]);
      if (name.startsWith("full-") && name !== "full-state" && name !== "full-tmp") expect(outcome.code).toBe(125);
      if (name.startsWith("read-only") || name === "full-tmp") expect(outcome.code).toBe(0);
    } finally {
      place.remove();
    }
  });
});
