import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { type Call, readReport, supervised, supervisor } from "../../fault/supervisor/supervisor.ts";
import { Customer, filesBelow, leading, PASSPHRASE } from "../../support/apps/channel.ts";
import type { Ended, RunOptions } from "../../support/sandbox.ts";

/** `npm run kills` tries them all. */
const SAMPLE = process.env.PRIME_TEST_KILLS === "whole" ? Number.POSITIVE_INFINITY : 4;

const built = supervisor();

interface Operation {
  /** Absolute folders: all that it changes, which is put back before each try. */
  readonly folders: readonly string[];
  run(options: RunOptions): Promise<Ended>;
  /** Looks at what is left behind, and does it again. */
  settle(call: string): Promise<void>;
}

/** Kills an operation at each of its writes into the folders, or at a sample of them, and has each looked at. */
async function killAtWrites({ folders, run, settle }: Operation, base: string): Promise<number> {
  const file = "missing" in built ? "" : built.file;
  const report = path.join(base, "report");
  const kept = folders.map((folder) => `${folder}.kept`);
  for (const [at, folder] of folders.entries())
    fs.cpSync(folder, kept[at] as string, { recursive: true, verbatimSymlinks: true });
  const restore = () => {
    for (const [at, folder] of folders.entries()) {
      fs.rmSync(folder, { recursive: true, force: true });
      fs.cpSync(kept[at] as string, folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    }
  };
  const seen = await run({ shell: supervised(file, report, undefined) });
  expect([seen.code, seen.stderr]).toEqual([0, expect.any(String)]);
  const isMeant = ({ who, path: name }: Call) => who === "own" && folders.some((folder) => name.startsWith(folder));
  const calls = readReport(report).calls.filter(isMeant);
  const step = Math.max(1, calls.length / SAMPLE);
  let fired = 0;
  for (let next = step / 2; next < calls.length; next += step) {
    const { at, name, path: where } = calls[Math.floor(next)] as Call;
    restore();
    await run({ shell: supervised(file, report, { kind: "kill", who: "own", at }) });
    const { fired: isFired, fault } = readReport(report);
    fired += Number(isFired);
    await settle(`${name} ${where} (${fault?.name} ${fault?.path})`);
  }
  return fired;
}

/** Each file of metadata is whole. */
function refuseTorn(folder: string, call: string): void {
  for (const name of fs.existsSync(folder) ? filesBelow(folder) : []) {
    if (!/^(?:\d+\.)?\w+\.json$/.test(path.basename(name))) continue;
    const text = fs.readFileSync(path.join(folder, name), "utf8");
    expect(() => JSON.parse(text), `${name} after ${call}`).not.toThrow();
  }
}

describe.skipIf("missing" in built)("SIGKILL at each write", () => {
  const timeout = SAMPLE === Number.POSITIVE_INFINITY ? 7_200_000 : 240_000;

  it.each([
    ["publish", "3.2.2 is released"],
    ["promote", "stable points at 3.2.1"],
  ])("of channel %s leaves the old or the new, and the next finishes it", { timeout }, async (name) => {
    const maintainer = await leading(["3.2.0", "3.2.1"]);
    const { box, to } = maintainer;
    const words = name === "publish" ? ["publish", maintainer.wheel("3.2.2")] : ["promote", "stable", "3.2.1"];
    const root = fs.readFileSync(box.path("channel/root.json"));
    const fired = await killAtWrites(
      {
        folders: [box.path("channel"), to],
        run: (options) =>
          maintainer.run(words, { ...options, ...(name === "publish" ? { stdin: `${PASSPHRASE}\n` } : {}) }),
        settle: async (call) => {
          refuseTorn(box.path("channel"), call);
          refuseTorn(path.join(to, "metadata"), call);
          const seen = await maintainer.run(["verify", to]);
          expect([seen.code, seen.stdout], call).toEqual([0, expect.stringMatching(/^stable: 3\.2\.[01] /)]);
          expect(fs.readFileSync(box.path("channel/root.json")).equals(root), call).toBe(true);
          await maintainer.good(...words);
          const { channels, releases } = await maintainer.status();
          if (name === "publish")
            expect(
              releases.map(({ version }) => version),
              call,
            ).toContain("3.2.2");
          else expect(channels.stable?.version, call).toBe("3.2.1");
          expect((await maintainer.run(["verify", to])).code, call).toBe(0);
        },
      },
      box.base,
    );
    expect(fired).toBeGreaterThan(2);
  });

  it("of a customer's refresh leaves the old or the new, and the next follows", { timeout }, async () => {
    const maintainer = await leading(["3.2.0", "3.2.1"]);
    const customer = await new Customer().install(maintainer);
    expect(await customer.says([])).toBe("foo 3.2.0");
    await maintainer.good("resign", "--all"); // another root, too
    await maintainer.good("promote", "stable", "3.2.1");
    const fired = await killAtWrites(
      {
        folders: [path.join(customer.box.home, ".local/state/prime/apps")],
        run: (options) => customer.run(["self", "update"], options),
        settle: async (call) => {
          refuseTorn(path.join(customer.home, "channel/metadata"), call);
          expect(await customer.says([]), call).toMatch(/^foo 3\.2\.[01]$/);
          await customer.says(["self", "update"]);
          expect(await customer.says([]), call).toBe("foo 3.2.1");
        },
      },
      customer.box.base,
    );
    expect(fired).toBeGreaterThan(2);
  });
});
