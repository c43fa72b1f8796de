import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { AppBox } from "../../support/apps/apps.ts";
import { LONG_AGO } from "../../support/sandbox.ts";

/** `npm run crowd`: ten times in a row. */
const again = { repeats: process.env.PRIME_TEST_CROWD === "whole" ? 9 : 0, timeout: 7_200_000 };

const crowd = (app: AppBox, count: number, word: string) =>
  Promise.all(Array.from({ length: count }, () => app.run([word])));

const events = async (app: AppBox, event: string): Promise<number> =>
  (await app.says(["self", "log", "--json"])).split("\n").filter((line) => JSON.parse(line).event === event).length;

it(
  "50 starts of an app when a check is due leave one updater; 25 in the middle of the swap run one release each",
  again,
  async () => {
    const app = new AppBox();
    app.publish("1");
    await app.init();
    const first = await crowd(app, 10, "w");
    expect(first.filter(({ code, stdout }) => code !== 0 || stdout !== "foo 1 w\n")).toEqual([]);
    expect(await events(app, "activate")).toBe(1);
    app.publish("2");
    fs.utimesSync(path.join(app.home, "due"), LONG_AGO, LONG_AGO);
    const due = await crowd(app, 50, "x");
    expect(due.filter(({ code, stdout }) => code !== 0 || stdout !== "foo 1 x\n")).toEqual([]);
    await app.idle();
    expect([await events(app, "stage"), await events(app, "check")]).toEqual([1, 1]);
    const swap = await crowd(app, 25, "y");
    expect(swap.filter(({ code, stdout }) => code !== 0 || !/^foo [12] y\n$/.test(stdout))).toEqual([]);
    expect(await app.says(["z"])).toBe("foo 2 z");
    expect(await events(app, "activate")).toBe(2);
    expect(await app.status()).toMatchObject({ version: "2", trial: null, updater: null });
  },
);
