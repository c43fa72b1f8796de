import * as fs from "node:fs";
import * as path from "node:path";
import { quoteForShell } from "../../src/edges/command.ts";
import { NODES, nodeBinary } from "../support/system/nodes.ts";
import { appCheck, appOffline, appStart } from "./apps.ts";
import { PAST, type Place, type Repo } from "./place.ts";
import { protoReady, protoScript } from "./protoprimer.ts";
import { SMALL, SMALL_AND_MORE, USUAL, workspace } from "./repos.ts";
import type { Arm, Scenario } from "./scenario.ts";
import { upgrade } from "./upgrade.ts";

/** Lines of `./prime -v` that tell that a stage has begun. */
export const STAGES = ["stage node", "stage python", "stage venv"] as const;

/** A scenario is prepared right before it is measured; a text says why it can't be. */
export type Preparation = (place: Place) => Scenario | string;

/** How often each is measured, before the user's own factor. */
const ROUNDS = { warm: 200, cold: 40, first: 15, uv: 8 };

export const SCENARIOS: Readonly<Record<string, Preparation>> = {
  "warm-small": (place) => warm(place, place.repo("small", SMALL), "warm-small"),
  "warm-50": (place) => warm(place, place.repo("fifty", workspace(34)), "warm-50"),
  "warm-1000": (place) => warm(place, place.repo("thousand", workspace(984)), "warm-1000"),
  ready: bareReady,
  uv: gettingUv,
  touched,
  switch: branchSwitch,
  rollback,
  upgrade,
  first: firstRun,
  nodes: touchedByNode,
  "proto-ready": protoReady,
  "proto-script": protoScript,
  "app-start": appStart,
  "app-check": appCheck,
  "app-offline": appOffline,
};

function warm(place: Place, repo: Repo, id: string): Scenario {
  repo.commit();
  repo.makeReady();
  const clone = repo.cloneForUv();
  const title = `warm \`./prime run true\`, ${repo.inputs} inputs`;
  const arms = {
    ...bare(place, repo),
    ...throughSh(place, repo),
    ...loop(place, repo),
    ...runs(repo),
    ...uvRuns(clone),
  };
  return { id, title, rounds: ROUNDS.warm, arms };
}

/** What a shell does without prime's doing: it looks whether each input has the time of a stamp. */
function loop(place: Place, repo: Repo) {
  const stamp = repo.file(".git/stamp");
  const script = repo.file(".git/loop");
  fs.writeFileSync(stamp, "");
  fs.utimesSync(stamp, PAST, PAST);
  const words = repo.files.map(quoteForShell).join(" \\\n  ");
  const same = `[ -e "$it" ] && ! [ "$it" -nt "$1" ] && ! [ "$it" -ot "$1" ]`;
  fs.writeFileSync(script, `for it in ${words}; do\n  ${same} || differs=$it\ndone\nexec "$2"\n`);
  return { "a loop over the inputs": arm(repo, [place.command("sh"), script, stamp, place.true]) };
}

function bareReady(place: Place): Scenario {
  const repo = place.repo("ready", SMALL);
  repo.commit();
  repo.makeReady();
  const arms = { ...bare(place, repo), ...throughSh(place, repo), "./prime": arm(repo, [repo.prime]) };
  return { id: "ready", title: "bare `./prime` when all is ready", rounds: ROUNDS.warm, arms };
}

function touched(place: Place): Scenario {
  const repo = place.repo("touched", SMALL);
  repo.commit();
  repo.makeReady();
  const clone = repo.cloneForUv();
  const touching = (one: Repo, arms: Record<string, Arm>) =>
    Object.fromEntries(Object.entries(arms).map(([name, it]) => [name, { ...it, touch: one.file("pyproject.toml") }]));
  const arms = {
    ...bare(place, repo),
    ...node(repo),
    ...touching(repo, runs(repo)),
    ...touching(clone, uvRuns(clone)),
  };
  return { id: "touched", title: "an input was touched, its contents are the same", rounds: ROUNDS.cold, arms };
}

/** What the shell does not compare by itself, with each Node that prime supports. */
function touchedByNode(place: Place): Scenario {
  const arms: Record<string, Arm> = {};
  for (const version of Object.values(NODES)) {
    const node = nodeBinary(version);
    if (node === undefined) continue;
    const repo = place.repo(`node-${version}`, SMALL);
    repo.commit();
    repo.makeReady();
    const env = place.envWith(node);
    if (Object.keys(arms).length === 0) Object.assign(arms, bare(place, repo));
    arms[`Node ${version} alone`] = { argv: [node, "-e", "0"], cwd: repo.root, env };
    arms[`./prime, Node ${version}`] = { ...runs(repo)["./prime run"], env, touch: repo.prime };
  }
  return { id: "nodes", title: "the launcher was touched, by Node's version", rounds: ROUNDS.cold, arms };
}

function branchSwitch(place: Place): Scenario {
  const repo = place.repo("switch", SMALL);
  repo.commit();
  repo.makeReady();
  repo.run("git", "checkout", "-q", "-b", "more");
  repo.write(SMALL_AND_MORE);
  repo.commit();
  repo.makeReady();
  const clone = repo.cloneForUv();
  clone.run("git", "checkout", "-q", "main");
  const before = [place.command("git"), "checkout", "-q", "-"];
  const switching = (arms: Record<string, Arm>) =>
    Object.fromEntries(Object.entries(arms).map(([name, it]) => [name, { ...it, before }]));
  const { "uv run": uvRun } = uvRuns(clone);
  const arms = { ...bare(place, repo), ...node(repo), ...switching(runs(repo)), ...switching({ "uv run": uvRun }) };
  return {
    id: "switch",
    title: "the first start after a switch to a branch that was built before",
    rounds: ROUNDS.cold,
    arms,
  };
}

/** Each rollback goes back to what the one before it left. */
function rollback(place: Place): Scenario {
  const repo = place.repo("rollback", SMALL);
  repo.makeReady();
  repo.write(SMALL_AND_MORE);
  repo.run(repo.prime);
  const arms = { ...bare(place, repo), ...node(repo), "./prime rollback": arm(repo, [repo.prime, "rollback"]) };
  return { id: "rollback", title: "back to the environment before", rounds: ROUNDS.cold, arms };
}

function firstRun(place: Place): Scenario {
  const repo = place.repo("usual", USUAL);
  repo.commit();
  const clone = path.join(place.folder, "clone");
  const plans = path.join(place.home, ".local/state/prime/at", clone);
  const cloning = `rm -rf "$1" "$2"; git clone -q "$3" "$1"`;
  const before = ["/bin/sh", "-c", cloning, "sh", clone, plans, repo.root];
  const fresh = { cwd: place.folder, env: place.env, before };
  const launcher = path.join(clone, "prime");
  const arms = {
    "uv sync": { ...fresh, argv: [place.uv, "sync", "--quiet", "--project", clone] },
    ...node(repo),
    "./prime run": { ...fresh, argv: [launcher, "run", "true"] },
    "./prime -v run": { ...fresh, argv: [launcher, "-v", "run", "true"], marks: STAGES },
  };
  return { id: "first", title: "the first run in a fresh clone, uv's cache warm", rounds: ROUNDS.first, arms };
}

/** By the same python, with the same cache of pip's; what differs from one start to the next is uv alone. */
function gettingUv(place: Place): Scenario {
  const repo = place.repo("uv", SMALL);
  repo.commit();
  repo.makeReady();
  const cache = path.join(place.folder, "cache");
  const wheels = path.join(place.folder, "wheels");
  const env = { ...place.env, XDG_CACHE_HOME: cache };
  const version = repo.run(place.uv, "--version").split(" ")[1] as string;
  const without = (folder: string) => ["/bin/rm", "-rf", folder];
  const download = ["-I", "-m", "pip", "download", "--quiet", "--no-deps", `--dest=${wheels}`, `uv==${version.trim()}`];
  const asked = { argv: [repo.prime, "uv", "--version"], cwd: repo.root, env };
  const arms = {
    "./prime uv, there already": { ...asked, env: place.env },
    "./prime uv, none there": { ...asked, before: without(path.join(cache, "prime/uv")) },
    "pip download": { argv: [place.python, ...download], cwd: repo.root, env, before: without(wheels) },
  };
  return { id: "uv", title: "getting uv, pip's cache warm", rounds: ROUNDS.uv, arms };
}

function bare(place: Place, repo: Repo) {
  return { "bare command": arm(repo, [place.true]) };
}

function throughSh(place: Place, repo: Repo) {
  return { "sh that becomes it": arm(repo, [place.throughSh(), "true"]) };
}

function node(repo: Repo) {
  return { "Node alone": arm(repo, [process.execPath, "-e", "0"]) };
}

function runs(repo: Repo) {
  return { "./prime run": arm(repo, [repo.prime, "run", "true"]) };
}

function uvRuns(clone: Repo) {
  const { uv } = clone.place;
  return {
    "uv run": arm(clone, [uv, "run", "true"]),
    "uv run --no-sync": arm(clone, [uv, "run", "--no-sync", "true"]),
  };
}

function arm(repo: Repo, argv: readonly string[]): Arm {
  return { argv, cwd: repo.root, env: repo.place.env };
}
