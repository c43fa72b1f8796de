import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { type LockOptions, takeMutex } from "../../../src/edges/processes/locks/mutex.ts";
import { PrimeError } from "../../../src/errors.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prime-mutex-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

it("what fails in the look for what another has made is no failure of the lock", async () => {
  const place = path.join(folder, "lock");
  const failed: string[] = [];
  const options: LockOptions<never> = {
    doing: "building",
    reason: "",
    patienceMs: 60_000,
    onWait: () => {},
    onImpatience: () => {},
    onFailure: (why) => void failed.push(why),
    look: async () => undefined,
  };
  const first = await takeMutex(place, options);
  const release = () => "lock" in first && first.lock.release();
  const look = async () => {
    throw new PrimeError("config-value", "could not use what was made", "mend it");
  };
  const second = takeMutex(place, { ...options, onWait: release, look });
  await expect(second).rejects.toThrow("could not use what was made");
  expect(failed).toEqual([]);
});
