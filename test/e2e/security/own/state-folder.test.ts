import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { failure } from "../../../support/failures.ts";
import { good, repo } from "../../../support/repos.ts";
import { describeEachShell } from "../../../support/sandbox.ts";
import { somebody } from "../../../support/system/users.ts";
import { ALL_SHELLS, warmShells } from "../../../support/warm.ts";

const RUN = ["run", "echo", "done"];

/** A repo of root's whose state folder stands in one that every user can write, and another user. */
class Shared {
  readonly box = repo({});
  readonly state = path.join(this.box.base, "state");
  readonly own = path.join(this.state, "prime");
  readonly env = { XDG_STATE_HOME: this.state };
  private readonly other = somebody(this.box);

  constructor(mode = 0o1777) {
    fs.mkdirSync(this.state);
    fs.chmodSync(this.state, mode);
  }

  /** Runs sh as the other user. */
  attack(script: string, ...args: readonly string[]): void {
    const [file, ...words] = [...this.other, "/bin/sh", "-euc", script, "sh", ...args];
    execFileSync(file as string, words, { cwd: this.state });
  }

  /** A file of root's own that would tell if it were sourced, in a tree laid out as a state folder. */
  bait(tree: string): string {
    const folder = path.join(tree, `at${this.box.root}`, ".plan");
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "plan"), "echo sourced\nexit 0\n");
    return path.join(folder, "plan");
  }
}

/** What a start says that believes nothing in its state folder, and what its command prints. */
async function untrusting({ box, env }: Shared, shell: readonly string[] = []): Promise<string> {
  const { stdout, stderr } = await good(box, RUN, { env, shell });
  expect(stdout).toBe("done\n");
  const [, why = ""] =
    /^prime: warning: this start goes on, and the next ones are slower without a ready plan: (.*)$/m.exec(stderr) ?? [];
  return why;
}

const ELSEWHERE = "set XDG_STATE_HOME to a folder that you alone can write";

describeEachShell("the ready plan is believed", ({ words }) => {
  it("in a folder that every user can write, if prime made its own there", async () => {
    const { box, env } = new Shared();
    await good(box, RUN, { env });
    expect(fs.statSync(path.join(env.XDG_STATE_HOME, "prime")).mode & 0o7777).toBe(0o1700);
    expect(await box.run(RUN, { env, shell: words })).toEqual({ code: 0, signal: null, stdout: "done\n", stderr: "" });
  });

  it("not in a folder that another user made before, be the plan a link or another name of one's own file", async () => {
    const shared = new Shared();
    const bait = shared.bait(path.join(shared.box.home, "clone"));
    const plan = path.join(shared.own, `at${shared.box.root}`, ".plan/plan");
    shared.attack('mkdir -p "${2%/*}" && ln -s "$1" "$2"', bait, plan);
    const belongs = `${shared.own} belongs to another user (uid 54321); ${ELSEWHERE}`;
    expect(await untrusting(shared, words)).toBe(belongs);
    fs.rmSync(plan);
    fs.linkSync(bait, plan);
    expect(await untrusting(shared, words)).toBe(belongs);
  });

  it("not through another user's links to a tree of one's own", async () => {
    const shared = new Shared();
    const clone = path.join(shared.box.home, "clone");
    shared.bait(clone);
    shared.attack('ln -s "$1" prime', clone);
    expect(await untrusting(shared, words)).toBe(`${shared.own} belongs to another user (uid 54321); ${ELSEWHERE}`);
    fs.rmSync(shared.own);
    fs.symlinkSync(clone, shared.own);
    expect(await untrusting(shared, words)).toBe(`${shared.own} is a link; ${ELSEWHERE}`);
    fs.rmSync(shared.own);
    shared.attack('mkdir prime && ln -s "$1/at" prime/at', clone);
    expect(await untrusting(shared, words)).toContain("belongs to another user");
  });

  it("not where another user can put a tree of one's own in its place", async () => {
    const shared = new Shared(0o777);
    const clone = path.join(shared.state, "clone");
    shared.bait(clone);
    shared.attack("mv clone prime");
    expect(await untrusting(shared, words)).toBe(`others can write ${shared.state}; ${ELSEWHERE}`);
  });

  it("not where it is a link, even in one's own folder", async () => {
    const shared = new Shared();
    const { box, env } = shared;
    await good(box, RUN, { env });
    const bait = shared.bait(path.join(box.home, "clone"));
    const plan = path.join(shared.own, `at${box.root}`, ".plan/plan");
    fs.rmSync(plan);
    fs.symlinkSync(bait, plan);
    expect((await good(box, RUN, { env, shell: words })).stdout).toBe("done\n");
    expect(await warmShells(box, [], { env })).toEqual(ALL_SHELLS);
  });
});

describe("a state folder that is open to others", () => {
  it.each([0o777, 0o775, 0o770])("by mode %o is not believed; made anew it is", async (mode) => {
    const shared = new Shared();
    const { box, env, own } = shared;
    await good(box, RUN, { env });
    fs.chownSync(own, 0, 54321);
    fs.chmodSync(own, mode);
    expect(await warmShells(box, [], { env })).toEqual([]);
    expect(await untrusting(shared)).toBe(`others can write ${own}; remove it: it is made anew, for you alone`);
    fs.rmSync(own, { recursive: true });
    expect(await untrusting(shared)).toBe("");
    expect(await warmShells(box, [], { env })).toEqual(ALL_SHELLS);
  });

  it("to nobody's writing is closed to reading, too", async () => {
    const shared = new Shared();
    fs.mkdirSync(shared.own, { mode: 0o755 });
    expect(await untrusting(shared)).toBe("");
    expect(fs.statSync(shared.own).mode & 0o7777).toBe(0o1700);
  });
});

describe("the way to the state folder", () => {
  it("through another user's folder or link is not believed, unless that is named safe", async () => {
    const shared = new Shared();
    const { box } = shared;
    shared.attack('mkdir theirs && mkdir -m 777 theirs/state && ln -s "$1" link', box.home);
    const theirs = path.join(shared.state, "theirs/state");
    const through = { ...shared, env: { XDG_STATE_HOME: theirs } } as Shared;
    const first = path.dirname(theirs);
    expect(await untrusting(through)).toBe(`${first} belongs to another user (uid 54321); ${ELSEWHERE}`);
    const link = path.join(shared.state, "link");
    const byLink = { ...shared, env: { XDG_STATE_HOME: link } } as Shared;
    expect(await untrusting(byLink)).toBe(`${link} belongs to another user (uid 54321); ${ELSEWHERE}`);
    const named = { ...through.env, PRIME_SAFE_DIRECTORY: `/nowhere:${first}:${first}/*` };
    expect((await good(box, RUN, { env: named })).stderr).toBe("");
    expect(await warmShells(box, [], { env: named })).toEqual(ALL_SHELLS);
  });

  it("may lead through links of one's own", async () => {
    const shared = new Shared();
    fs.symlinkSync("state", path.join(shared.box.base, "link"));
    const env = { XDG_STATE_HOME: path.join(shared.box.base, "link") };
    expect((await good(shared.box, ["-q", ...RUN], { env })).stderr).toBe("");
    expect(await warmShells(shared.box, [], { env })).toEqual(ALL_SHELLS);
  });
});

describe("what is in a state folder that is not believed", () => {
  it("is neither read nor written", async () => {
    const shared = new Shared();
    const { box, env, own } = shared;
    await good(box, RUN, { env });
    execFileSync("chown", ["-R", "54321:54321", own]);
    const listing = () => execFileSync("find", [own, "-printf", "%p %T@ %i\n"], { encoding: "utf8" });
    const before = listing();
    const { stdout } = await good(box, RUN, { env });
    expect(stdout).toBe("done\n");
    expect((await good(box, ["why"], { env })).stdout).toContain("No start was cold yet");
    expect(listing()).toBe(before);
  });

  it("is no place for what a seal is made from", async () => {
    const shared = new Shared();
    shared.attack("mkdir prime");
    const end = await shared.box.run(["seal"], { env: shared.env });
    expect(failure(end, "seal-refused")).toContain(`${shared.own} belongs to another user (uid 54321)`);
  });
});

describeEachShell("a state folder that a checkout brings", ({ words }) => {
  it("is not believed, and is closed only once what it brought is out of the way", async () => {
    const box = repo({});
    const state = box.path("state/prime");
    const env = { XDG_STATE_HOME: path.dirname(state) };
    const folder = path.join(state, `at${box.root}/.plan`);
    fs.mkdirSync(folder, { recursive: true });
    for (const name of ["plan", "plan--group=test", "plan--any-command"])
      fs.writeFileSync(path.join(folder, name), "echo sourced\nexit 0\n");
    const starts = [RUN, RUN, ["--any-command", ...RUN], ["--any-command", ...RUN]];
    const said: string[] = [];
    for (const args of starts) {
      const { stdout, stderr } = await good(box, args, { env, shell: words });
      expect(stdout).toBe("done\n");
      said.push(...stderr.split("\n").filter((line) => line.includes("not believed")));
    }
    const end = await box.run(["--group", "test", ...RUN], { env, shell: words });
    expect([end.stdout, end.code]).toEqual(["", 125]);
    const [aside = ""] = fs.readdirSync(state).filter((name) => name.startsWith("at.not-made-here-"));
    expect(fs.readdirSync(path.join(state, aside, box.root, ".plan"))).toHaveLength(3);
    expect(said).toEqual([expect.stringContaining(path.join(state, aside))]);
  });
});

it("by what a checkout brings as prime's state folder no app is removed, nor what that names as a plan of it", async () => {
  const box = repo({});
  const kept = path.join(box.base, "kept/file");
  fs.mkdirSync(path.dirname(kept));
  fs.writeFileSync(kept, "keep\n");
  const state = box.path("state/prime");
  const planKey = `/${path.relative(path.join(state, "at/a/.plan/plan"), kept)}`;
  const owner = { identity: "", name: "foo", launcher: "/a/prime", start: "/a/prime", planKey, from: [] };
  fs.mkdirSync(path.join(state, "at/a/.plan/plan"), { recursive: true });
  box.file("state/prime/apps/foo/app.json", JSON.stringify(owner));
  box.file("state/prime/apps/bar/app.json", JSON.stringify({ ...owner, name: "bar", planKey: "+app" }));
  const env = { XDG_STATE_HOME: box.path("state") };
  failure(await box.run(["app", "remove", "foo"], { env }), "no-app", 2);
  expect(failure(await box.run(["app", "remove", "bar"], { env }), "remove-refused")).toContain("nothing proves");
  expect([fs.existsSync(kept), fs.existsSync(path.join(state, "apps/bar/app.json"))]).toEqual([true, true]);
});
