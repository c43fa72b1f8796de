/*
 * Ends, tears and fails prime's operations at the calls that write, and looks at what each leaves behind.
 *
 *   npm run fault                              all; writes docs/reliability.md and README.md's sum. What was tried is not tried again
 *   npm run fault -- --only rebuild,gc         these operations; writes nothing but the results so far
 *   npm run fault -- --only rebuild --write    writes these all the same, with what was tried so far; of others the page keeps what it says
 *   npm run fault -- --family kill,sync        these faults
 *   npm run fault -- --seed 7                  other calls where not each one is tried
 *   npm run fault -- --limit 20                so many of each operation this time, chosen by the seed
 *   npm run fault -- --jobs 1                  one at a time; two are the rule
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { anyPython } from "../fixtures/python.ts";
import { makeSeed } from "../support/seed.ts";
import { PackageIndex } from "../support/servers/index-server.ts";
import { fetchNode, NODES } from "../support/system/nodes.ts";
import { HINDRANCES, tryHindrance, whyNoMounts } from "./hindrances.ts";
import { OPERATIONS, type Operation, PACKAGE, VERSIONS } from "./operations/operations.ts";
import { faulted, prepare, type Ready, traced } from "./operations/trial.ts";
import { Place } from "./place.ts";
import { Results } from "./results.ts";
import { specOf, supervisor } from "./supervisor/supervisor.ts";
import { type Planned, planFor, thinned } from "./sweep.ts";
import { renderTable, withSum } from "./table.ts";

const ROOT = path.join(import.meta.dirname, "../..");
/** One operation is tried in so many places at once. */
const JOBS = 2;
const SEED = 1;

interface Sweep {
  readonly results: Results;
  readonly supervisor: string;
  readonly index: string;
  readonly families: readonly string[] | undefined;
  readonly jobs: number;
  readonly seed: number;
  readonly limit: number | undefined;
}

async function sweepOperation(sweep: Sweep, name: string, operation: Operation): Promise<void> {
  const { results } = sweep;
  const isDone = results.plan(name) !== undefined && chosen(sweep, name).length === 0;
  if (isDone && hindrancesOf(sweep, name).length === 0) return;
  const places = Array.from({ length: sweep.jobs }, () => new Place(sweep.index));
  try {
    const ready = await Promise.all(places.map((place) => prepare(place, operation)));
    if (results.plan(name) === undefined) {
      const seen = await traced(ready[0] as Ready, sweep.supervisor);
      results.setPlan(name, planFor(operation, seen, sweep.seed));
    }
    const all = chosen(sweep, name);
    const queue = sweep.limit === undefined ? all : thinned(all, sweep.limit, sweep.seed);
    console.log(`${name}: ${queue.length} to try`);
    await Promise.all(ready.map((one) => work(sweep, name, one, queue)));
    await hinderAll(sweep, name, ready[0] as Ready);
  } finally {
    for (const place of places) place.remove();
  }
}

function chosen({ results, families }: Sweep, name: string): Planned[] {
  return results.missing(name).filter(({ family }) => families?.includes(family) ?? true);
}

async function work({ results, supervisor: file }: Sweep, operation: string, ready: Ready, queue: Planned[]) {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { family, fault } = next;
    const outcome = await faulted(ready, file, fault);
    results.add({ operation, family, spec: specOf(fault), ...outcome });
    for (const problem of outcome.problems) {
      console.log(`${operation} ${family} ${specOf(fault)}: ${outcome.call}: ${problem}`);
    }
  }
}

/** The hindrances of an operation that are still to be tried, each in all its measures. */
function hindrancesOf({ results, families }: Sweep, operation: string) {
  return Object.entries(HINDRANCES)
    .filter(([id, one]) => one.operation === operation && (families?.includes(id) ?? true))
    .flatMap(([id, one]) => one.measures.map((measure) => ({ id, one, measure })))
    .filter(({ id, measure }) => !results.isSound({ operation, family: id, spec: String(measure) }));
}

async function hinderAll(sweep: Sweep, operation: string, ready: Ready): Promise<void> {
  for (const { id, one, measure } of hindrancesOf(sweep, operation)) {
    const why = one.mounts ? whyNoMounts(path.join(ready.place.base, "disk")) : undefined;
    if (why !== undefined) {
      console.log(`${id} is not tried: ${why}`);
      continue;
    }
    const outcome = await tryHindrance(ready, one, measure);
    sweep.results.add({ operation, family: id, spec: String(measure), ...outcome });
    for (const problem of outcome.problems) console.log(`${operation} ${id} ${measure}: ${problem}`);
  }
}

/** Disks are mounted where nobody else sees them, and are gone with this process (mount_namespaces(7)). */
function isApart(): boolean {
  if (process.env.PRIME_FAULT_APART !== undefined || process.getuid?.() !== 0) return true;
  const words = [
    "--mount",
    "--propagation",
    "private",
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  const { status, error } = spawnSync("unshare", words, {
    stdio: "inherit",
    env: { ...process.env, PRIME_FAULT_APART: "1" },
  });
  if (error !== undefined) return true;
  process.exitCode = status ?? 1;
  return false;
}

async function main(): Promise<void> {
  if (!isApart()) return;
  const { values: flags } = parseArgs({
    options: {
      only: { type: "string" },
      family: { type: "string" },
      seed: { type: "string", default: String(SEED) },
      jobs: { type: "string", default: String(JOBS) },
      limit: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  for (const version of Object.values(NODES)) fetchNode(version);
  const failure = makeSeed(path.join(ROOT, "prime"), anyPython());
  if (failure !== undefined) throw new Error(failure);
  const built = supervisor();
  if ("missing" in built) throw new Error(built.missing);
  const index = await new PackageIndex().start();
  try {
    for (const version of VERSIONS) index.publish(PACKAGE, version);
    const seed = Number(flags.seed);
    const results = new Results(seed);
    const families = flags.family?.split(",");
    const limit = flags.limit === undefined ? undefined : Number(flags.limit);
    const sweep = {
      results,
      supervisor: built.file,
      index: index.url,
      families,
      jobs: Number(flags.jobs),
      seed,
      limit,
    };
    for (const name of flags.only?.split(",").filter(Boolean) ?? Object.keys(OPERATIONS)) {
      const operation = OPERATIONS[name];
      if (operation === undefined)
        throw new Error(`no operation ${name}: there are ${Object.keys(OPERATIONS).join(", ")}`);
      await sweepOperation(sweep, name, operation);
    }
    const page = path.join(ROOT, "docs/reliability.md");
    const table = renderTable(results, seed, fs.readFileSync(page, "utf8"));
    if (flags.write || (flags.only === undefined && families === undefined)) {
      fs.writeFileSync(page, table);
      const readme = path.join(ROOT, "README.md");
      fs.writeFileSync(readme, withSum(fs.readFileSync(readme, "utf8"), table));
    }
    console.log(table);
  } finally {
    index.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
