import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { isAmong, type Pointer } from "../../../src/channels/model/pointer.ts";
import { Customer, leading, Maintainer, putServer } from "../../support/apps/channel.ts";

/** `npm run customers` has 200. */
const CLIENTS = Number(process.env.PRIME_TEST_CLIENTS ?? 6);
const AT_ONCE = 4;

it("all customers end where a rollout and a fallback want them, and starts of a scheduler say not a word", {
  timeout: CLIENTS * 60_000,
}, async () => {
  const folder = fs.mkdtempSync(path.join(new Maintainer().box.base, "served-"));
  const server = await putServer(folder);
  const maintainer = await leading(["3.2.0", "3.2.1"], server.url);
  const { box, launcher } = await new Customer().install(maintainer);
  const homes = Array.from({ length: CLIENTS }, (_, at) => path.join(box.base, `client-${at}`));
  for (const home of homes) {
    fs.mkdirSync(home);
    fs.symlinkSync(path.join(box.home, ".cache"), path.join(home, ".cache"));
  }
  /** One start of each, as a scheduler makes it; what they print, by home. */
  const startAll = async (wish: string) => {
    const asked = server.asked.length;
    const waiting = [...homes];
    const told = new Map<string, string>();
    const work = async () => {
      for (let home = waiting.pop(); home !== undefined; home = waiting.pop()) {
        const env = {
          HOME: home,
          XDG_STATE_HOME: path.join(home, ".local/state"),
          TERM: undefined,
          USER: undefined,
          PRIME_UPDATE: wish,
        };
        const shell = ["setsid", "--wait"];
        const { code, stdout, stderr } = await box.run([], { launcher, cwd: "/", shell, env });
        told.set(home, `${stdout}${wish === "never" ? "" : stderr}${code === 0 ? "" : `ended with ${code}`}`.trim());
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { told, asked: server.asked.slice(asked).filter((one) => one.startsWith("GET")).length };
  };
  const all = (version: string) => new Map(homes.map((home) => [home, `foo ${version}`]));

  const first = await startAll("never");
  expect(first.told).toEqual(all("3.2.0"));

  await maintainer.good("promote", "stable", "3.2.1", "--percent", "40");
  const name = fs
    .readdirSync(path.join(folder, "targets/channels"))
    .map((one) => path.join(folder, "targets/channels", one));
  const pointers = name.map((file) => JSON.parse(fs.readFileSync(file, "utf8")) as Pointer);
  const pointer = pointers.find(({ serial }) => serial === 2) as Pointer;
  const wanted = new Map(
    homes.map((home) => {
      const state = path.join(home, ".local/state/prime/apps/foo/channel/state.json");
      const { installation } = JSON.parse(fs.readFileSync(state, "utf8")) as { installation: string };
      return [home, isAmong(installation, pointer) ? "foo 3.2.1" : "foo 3.2.0"];
    }),
  );
  const rollout = await startAll("wait");
  expect(rollout.told).toEqual(wanted);

  await maintainer.good("fallback", "stable", "3.2.0", "--reason", "3.2.1 loses data");
  const fallback = await startAll("wait");
  expect(fallback.told).toEqual(all("3.2.0"));
  const settled = await startAll("wait");
  expect(settled.told).toEqual(all("3.2.0"));
  // The next root and the timestamp: no more is asked for where nothing was moved.
  expect(settled.asked).toBe(2 * CLIENTS);
  const reached = [...wanted.values()].filter((one) => one === "foo 3.2.1").length;
  console.log(
    `${CLIENTS} customers: ${reached} reached by 40 %; requests: ${first.asked} first, ${rollout.asked} rollout, ${fallback.asked} fallback, ${settled.asked} where nothing was moved`,
  );
});
