import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it } from "vitest";
import { SlowRepo, succeeded } from "../../support/checkouts/slow-repo.ts";
import { generations, isWarm, repo, shown } from "../../support/repos.ts";
import { LAUNCHER } from "../../support/sandbox.ts";
import { PIP_CACHE, UV_CACHE } from "../../support/seed.ts";
import { give, userOf } from "../../support/system/users.ts";

/** `npm run crowd`: more, and ten times in a row. */
const isWhole = process.env.PRIME_TEST_CROWD === "whole";
const STARTS = 100;
const ROOTS = isWhole ? 20 : 5;
const again = { repeats: isWhole ? 9 : 0, timeout: 7_200_000 };

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

it(`${STARTS} first starts at once: one builds, all succeed, and each that waits says for whom`, again, async () => {
  const slow = new SlowRepo();
  const { box } = slow;
  const crowd = numbers(STARTS).map((number) => box.start(["run", "echo", `${number}`], { env: slow.env }));
  let waiting = 0;
  const allWait = new Promise<void>((resolve, reject) => {
    for (const one of crowd) {
      one.until("waiting for").then(
        () => {
          waiting += 1;
          if (waiting === STARTS - 1) resolve();
        },
        () => {}, // the one that builds
      );
      one.ended.then(({ code, stderr }) => code !== 0 && reject(new Error(stderr)), reject);
    }
  });
  const gate = await slow.reached(Promise.race(crowd.map(({ ended }) => ended)));
  await allWait;
  const { pid } = slow.holder;
  await gate.close();
  const ends = await Promise.all(crowd.map(({ ended }) => ended));
  expect(ends.map(({ code, stdout }) => `${code} ${stdout}`)).toEqual(numbers(STARTS).map((number) => `0 ${number}\n`));
  const who = `waiting for process ${pid} on ${os.hostname()} (the first start here), which is building for ${box.root}\n`;
  const others = ends.map(({ stderr }) => stderr).filter((said) => said !== who);
  expect(others).toEqual([expect.stringContaining("prime: ready: ")]);
  expect(slow.builds).toBe(1);
  expect(generations(box)).toEqual([shown(box)]);
  expect(fs.readFileSync(box.path(".prime/history.jsonl"), "utf8").trim().split("\n")).toHaveLength(1);
  expect(fs.readdirSync(box.path(".prime")).filter((name) => /lock|work|tmp/.test(name))).toEqual([]);
  expect(await isWarm(box)).toBe(true);
});

it(`${ROOTS} roots without uv share one cache: uv is fetched once, and each has its environment`, again, async () => {
  const box = repo({}, { cache: "empty" });
  const env = { PIP_CACHE_DIR: PIP_CACHE, UV_CACHE_DIR: UV_CACHE };
  const crowd = numbers(ROOTS).map((number) => {
    box.file(`${number}/requirements.txt`, "six==1.16.0\n");
    const launcher = box.path(`${number}`, "prime");
    fs.copyFileSync(LAUNCHER, launcher);
    return box.start(["run", "python", "-c", "import six; print(six.__version__)"], { env, launcher });
  });
  const ends = await Promise.all(crowd.map(({ ended }) => ended));
  expect(ends.map(({ code, stdout }) => [code, stdout])).toEqual(ends.map(() => [0, "1.16.0\n"]));
  const all = ends.map(({ stderr }) => stderr).join("");
  expect(all.match(/^prime: get uv [\d.]+$/gm)).toHaveLength(1);
  expect(all).not.toContain("warning");
  expect(fs.readdirSync(path.join(box.home, ".cache/prime/uv"))).toHaveLength(1);
});

it("two users who share one checkout by a group wait for one another, and replace one another's dead locks", async () => {
  const slow = new SlowRepo({}, { python: null });
  const { box } = slow;
  const [one, other] = [userOf(box, 54321, "002"), userOf(box, 54322, "002")];
  give(box.root);
  execFileSync("chmod", ["-R", "g+w", box.root]);
  const env = { PRIME_SAFE_DIRECTORY: box.root };
  fs.chmodSync(slow.env.GATE as string, 0o666);

  const first = box.start(["run", "echo", "first"], { ...one, env: { ...one.env, ...env, GATE: slow.env.GATE } });
  const gate = await slow.reached(first.ended);
  const second = box.start(["run", "echo", "second"], { ...other, env: { ...other.env, ...env } });
  await second.until(`waiting for process ${slow.holder.pid} on ${os.hostname()}`);
  process.kill(-(first.child.pid as number), "SIGKILL");
  await first.ended;
  await gate.close();
  succeeded(await second.ended, "second\n");
  const built = shown(box);
  succeeded(await box.run(["run", "echo", "third"], { ...one, env: { ...one.env, ...env } }), "third\n");
  expect(shown(box)).toBe(built);
  expect(slow.isLocked).toBe(false);
});
