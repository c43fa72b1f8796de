import * as fs from "node:fs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { failure } from "../../support/failures.ts";
import { edit, generations, good, isWarm, repo, shown } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";

const PRINT_SIX = ["run", "python", "-c", "import six; print(six.__version__)"];

let box: Sandbox;
/** Ids of the environments with six 1.16.0 and with 1.17.0. */
let old: string;
let present: string;
let state: string;

beforeAll(async () => {
  box = repo({ "requirements.txt": "six==1.16.0\n" });
  state = box.path(".prime/state.json");
  await good(box);
  old = shown(box);
  edit(box, "requirements.txt", "six==1.17.0\n");
  await good(box);
  present = shown(box);
});

describe("a state that is", () => {
  beforeEach(async () => {
    await good(box, ["rollback", old]);
    expect((await good(box, PRINT_SIX)).stdout).toBe("1.16.0\n");
  });

  it.each([
    ["lost", (file: string) => fs.rmSync(file), "is gone"],
    ["torn", (file: string) => fs.truncateSync(file, 20), "was torn and is removed"],
    ["not what it should be", (file: string) => fs.writeFileSync(file, '{"form": 1, "holds": [7]}'), "was torn"],
  ])("%s: is told of once, and the environments are known by their manifests", async (_, damage, words) => {
    damage(state);
    const { stdout, stderr } = await good(box, PRINT_SIX);
    expect(stderr.split(`prime: warning: ${state} ${words}`)).toHaveLength(2);
    expect([stdout, shown(box)]).toEqual(["1.17.0\n", present]);
    expect((await good(box)).stderr).toMatch(/^prime: ready: .*\n$/);
    expect(await isWarm(box)).toBe(true);
    expect(generations(box)).toEqual([old, present].sort());
    await good(box, ["rollback", old]);
    fs.renameSync(box.path(".prime"), box.path("kept")); // a copy would be young, and the next start cold
    expect((await good(box)).stderr.split(`${state} is gone`)).toHaveLength(2);
    fs.rmSync(box.path(".prime"), { recursive: true });
    fs.renameSync(box.path("kept"), box.path(".prime"));
  });

  it("of a newer form: every start is refused, until it is gone", async () => {
    fs.writeFileSync(state, '{"form": 2, "pins": {}}\n');
    for (const args of [PRINT_SIX, [], ["rollback", "--cancel"], ["gc"]]) {
      const said = failure(await box.run(args), "newer-state");
      expect(said).toContain(`could not use ${state}: a newer prime wrote it (form 2)`);
    }
    expect(fs.readFileSync(state, "utf8")).toBe('{"form": 2, "pins": {}}\n');
    expect(shown(box)).toBe(old);
    fs.rmSync(state);
    expect((await good(box, PRINT_SIX)).stdout).toBe("1.17.0\n");
  });
});

it("a history whose last line is torn tells of all others, and goes on", async () => {
  const file = box.path(".prime/history.jsonl");
  const told = async () => JSON.parse((await good(box, ["history", "--json"])).stdout) as { at: number; to: string }[];
  await good(box, ["rollback", old]);
  const [last, ...others] = await told();
  expect(last?.to).toBe(old);
  fs.truncateSync(file, fs.statSync(file).size - 10);
  expect(await told()).toEqual(others);
  await good(box, ["rollback", "--cancel"]);
  await good(box, ["rollback", old]);
  const [latest, ...before] = await told();
  expect(latest?.to).toBe(old);
  expect(before.slice(-others.length)).toEqual(others);
});

describe("an environment", () => {
  const accountOf = (id: string): string => box.path(".prime/generations", id, "prime.json");

  it("of a newer layout is neither used nor removed", async () => {
    await good(box, ["rollback", "--cancel"]);
    const { resolution } = JSON.parse(fs.readFileSync(accountOf(old), "utf8"));
    const newer = JSON.stringify({ layout: 1000, accounts: [] });
    fs.writeFileSync(accountOf(old), newer);
    const said = failure(await box.run(["rollback", old]), "rollback-refused", 2);
    expect(said).toContain(`a newer prime built the environment ${old}`);
    edit(box, "requirements.txt", "six==1.16.0\n");
    expect((await good(box, PRINT_SIX)).stdout).toBe("1.16.0\n");
    expect(shown(box)).not.toBe(old);
    await good(box, ["gc", "--keep", "0", "--older", "0"]);
    expect(fs.readFileSync(accountOf(old), "utf8")).toBe(newer);
    expect(fs.readdirSync(box.path(".prime/resolved"))).toContain(resolution);
  });

  it("of an older layout goes when it is old", async () => {
    fs.writeFileSync(accountOf(old), JSON.stringify({ layout: 1, root: box.root, builtAt: Date.now() }));
    await good(box, ["gc"]);
    expect(fs.existsSync(accountOf(old))).toBe(true);
    const { stderr } = await good(box, ["gc", "--older", "0"]);
    expect(stderr).toContain(`removed ${box.path(".prime/generations", old)} (by an older prime)`);
  });

  it("with a torn account is none: it is built anew, and its folder goes once another one was shown before", async () => {
    const torn = shown(box);
    fs.truncateSync(accountOf(torn), 100);
    fs.rmSync(box.path(".venv"));
    await good(box);
    expect(shown(box)).not.toBe(torn);
    await good(box, ["gc"]);
    expect(generations(box)).toContain(torn);
    edit(box, "requirements.txt", "");
    await good(box);
    await good(box, ["gc"]);
    expect(generations(box)).not.toContain(torn);
  });

  it("is gone back to although nothing tells any more in which order they were shown", async () => {
    const [last, before] = JSON.parse((await good(box, ["history", "--json"])).stdout) as { from: string }[];
    expect(before).toBeDefined();
    fs.rmSync(box.path(".prime/history.jsonl"));
    await good(box, ["rollback"]);
    expect(shown(box)).toBe(last?.from);
    await good(box, ["rollback", "--cancel"]);
    expect((await good(box, ["history"])).stdout).toContain("asked for by the user, who cancelled the rollback");
    expect((await good(box, ["rollback", "--cancel"])).stderr).toContain("no rollback is in force");
  });

  it("is examined although a newer prime wrote the state or its account", async () => {
    fs.writeFileSync(box.path(".prime/state.json"), '{"form": 1000}\n');
    const state = await box.run(["doctor"]);
    expect([state.code, state.stdout]).toEqual([1, expect.stringContaining("a newer prime wrote it (form 1000)")]);
    fs.rmSync(box.path(".prime/state.json"));
    fs.writeFileSync(accountOf(shown(box)), '{"layout": 1000}\n');
    expect((await box.run(["doctor"])).stdout).toContain(`a newer prime built ${fs.realpathSync(box.path(".venv"))}`);
  });
});
