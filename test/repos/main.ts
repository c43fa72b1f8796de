/*
 * npm run repos -- FOLDER: runs the documented test command of public repos, fresh, at the first try: by ./prime run, and by the
 * uv that prime pins. FOLDER holds a checkout of each by its name. Writes docs/repos.md.
 *
 *   npm run repos -- FOLDER --only click,tox    only these anew; of the others what came out before
 *   npm run repos -- FOLDER --path A:B          more folders for PATH, behind the system's: other CPythons
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { Place } from "../bench/place.ts";
import { REPOS, type TriedRepo } from "./repos.ts";
import { paper, type Tried } from "./table.ts";

const ROOT = path.join(import.meta.dirname, "../..");
/** The whole output is there, for whoever wants to know why. */
const RESULTS = path.join(ROOT, "test/.results/repos");
const LIMIT_MS = 300_000;

interface Ran {
  readonly code: number | null;
  /** Both streams. */
  readonly said: string;
  readonly seconds: number;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: "string" }, path: { type: "string" } },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error("name the folder of the checkouts: npm run repos -- FOLDER");
  const only = values.only?.split(",");
  mkdirSync(RESULTS, { recursive: true });
  for (const repo of REPOS.filter(({ name }) => only?.includes(name) ?? true)) {
    const tried = tryRepo(path.resolve(folder), repo, values.path);
    writeFileSync(resultOf(repo), JSON.stringify(tried));
  }
  const results = REPOS.filter((repo) => existsSync(resultOf(repo)));
  const tried = results.map((repo): Tried => ({ ...JSON.parse(readFileSync(resultOf(repo), "utf8")), repo }));
  writeFileSync(path.join(ROOT, "docs/repos.md"), paper(tried));
}

function resultOf({ name }: TriedRepo): string {
  return path.join(RESULTS, `${name}.json`);
}

/** Each in a home of its own, with nothing in it but prime's uv. */
function tryRepo(checkouts: string, repo: TriedRepo, behind = ""): Tried {
  const place = new Place(path.join(ROOT, "prime"));
  try {
    place.deployUv();
    const fresh = (name: string): string => {
      const copy = path.join(place.folder, name);
      cpSync(path.join(checkouts, repo.name), copy, { recursive: true, verbatimSymlinks: true });
      return path.join(copy, repo.member ?? "");
    };
    const run = (cwd: string, file: string, ...args: string[]): Ran => {
      const started = performance.now();
      const PATH = [place.env.PATH, behind].filter(Boolean).join(":");
      const env = { ...place.env, PATH, PYTEST_ADDOPTS: "-p no:cacheprovider" };
      const done = spawnSync(file, args, { cwd, env, encoding: "utf8", timeout: LIMIT_MS, maxBuffer: 1 << 28 });
      const seconds = (performance.now() - started) / 1000;
      return { code: done.status, said: named(`${done.stdout}${done.stderr}`, place), seconds };
    };
    const words = [...repo.command, ...(repo.sample ?? [])];
    const ours = fresh("by-prime");
    cpSync(path.join(ROOT, "prime"), path.join(ours, "prime"));
    const first = run(ours, "./prime", ...(repo.flags ?? []), "run", ...words);
    const again = run(ours, "./prime", ...(repo.flags ?? []), "run", "true");
    const theirs = fresh("by-uv");
    const byUv = run(theirs, place.uv, ...repo.uv, ...(repo.sample ?? []));
    const commit = run(path.join(checkouts, repo.name), "git", "log", "-1", "--format=%h");
    console.error(`${repo.name}: prime ${first.code}, uv ${byUv.code}`);
    return { repo, commit: commit.said.trim(), first, again, byUv };
  } finally {
    place.remove();
  }
}

/** The folders of this machine by what they are. */
function named(text: string, { folder, home }: Place): string {
  return text
    .replaceAll(/\/\S*?\/python-build-standalone\/\S*/g, "…")
    .replaceAll(home, "~")
    .replaceAll(`${folder}/by-`, "/by-");
}

main();
