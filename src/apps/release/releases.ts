import * as path from "node:path";
import * as v from "valibot";
import type { Policy } from "../../config/policy/policy.ts";
import type { Environment } from "../../edges/command.ts";
import { backdate, copyFile, makeFolder, rename, writeAtomic, writeBackdated } from "../../edges/files/change.ts";
import { finalNameOf, isAbandoned, makerMark } from "../../edges/files/own/maker-mark.ts";
import { readMendable, TEXT } from "../../edges/files/own/own-json.ts";
import { remove } from "../../edges/files/own/remove.ts";
import {
  facts,
  isExecutableFile,
  isFile,
  namesInFolder,
  readText,
  realPath,
  sha256,
  sha256OfFile,
} from "../../edges/files/read.ts";
import { trustOf, whyOthersDecide } from "../../edges/files/trust.ts";
import { foldersInUse } from "../../edges/processes/in-use.ts";
import { deadHolder } from "../../edges/processes/locks/lock-holder.ts";
import { driftSinceUse, markDamaged } from "../../environment/drift.ts";
import { hasManifest, readManifest } from "../../environment/manifest/manifest.ts";
import { PrimeError } from "../../errors.ts";
import type { AppStart } from "../../plan/app/start.ts";
import { DETACH_PY, RUN_APP_PY } from "../../python/texts/texts.ts";
import type { App } from "../app.ts";
import { writeRules } from "../rules-file.ts";
import { checkFile, claimFile, dueFile, RELEASE_ID, readCheck, readSelection, updateLog } from "../state.ts";
import type { LocalFile, Resolved } from "./resolution.ts";
import { moduleWheel } from "./wheels/module-wheel.ts";

const RELEASE = v.object({
  version: TEXT,
  python: TEXT,
  packages: v.record(TEXT, TEXT),
  verify: v.exactOptional(v.array(TEXT)),
  /** The sha256 of its lock. */
  lock: v.exactOptional(TEXT),
});
export type Release = v.InferOutput<typeof RELEASE>;

/** The root of a release, in which its environment is built; absolute. */
export function releaseRoot({ home }: Pick<App, "home">, id: string): string {
  return path.join(home, "releases", id);
}

/** Writes a release down as a root that prime builds as any other; what says so is written last. */
export async function writeRelease(
  app: App,
  { id, version, python, pylock, packages, files, verify = [] }: Resolved,
): Promise<void> {
  const root = releaseRoot(app, id);
  makeFolder(root);
  for (const file of files) keepFile(root, file);
  const module = moduleWheel();
  const wheel = path.join(root, "files", module.name);
  makeFolder(path.dirname(wheel));
  writeBackdated(wheel, module.bytes);
  const lock = packages["prime-app"] === undefined ? pylock + module.entry : pylock;
  // Another text has another id: nobody has to wait until a time tells them apart.
  writeBackdated(path.join(root, LOCK_FILE), lock);
  writeBackdated(path.join(root, RUNNER), RUN_APP_PY);
  await writeRules(app, root, python);
  writeAtomic(
    path.join(root, "release.json"),
    JSON.stringify({ version, python, packages, verify: [...verify], lock: sha256(lock) } satisfies Release),
  );
}

const LOCK_FILE = "pylock.toml";
const RUNNER = "run_app.py";

/** Whether what a release is made of is as it was written: its lock, and where they are known its files. */
export function isReleaseIntact(app: App, id: string, files?: readonly LocalFile[]): boolean {
  const root = releaseRoot(app, id);
  const digest = (name: string) => sha256OfFile(path.join(root, name));
  const { lock } = readRelease(app, id) ?? {};
  if (lock !== undefined && digest(LOCK_FILE) !== lock) return false;
  if (files === undefined) return true;
  const module = digest(`files/${moduleWheel().name}`); // that of the prime that wrote the release
  const isLocked = module !== undefined && readText(path.join(root, LOCK_FILE))?.includes(module);
  return isLocked === true && files.every(({ to, sha256: known }) => digest(to) === known);
}

/** Before a release starts: has what can be written anew here so, and what an environment lacks count. */
export async function mend(app: App, id: string): Promise<void> {
  const root = releaseRoot(app, id);
  await writeRules(app, root, readRelease(app, id)?.python);
  const runner = path.join(root, RUNNER);
  if (!isFile(runner)) writeBackdated(runner, RUN_APP_PY);
  const generation = realPath(path.join(root, ".venv"));
  const script = generation === undefined ? undefined : scriptOf(app, generation);
  if (generation !== undefined && script !== undefined && !isExecutableFile(script) && hasManifest(generation))
    markDamaged(generation, [`${path.relative(generation, script)} is gone`]);
}

/** Without its lock, an environment of nothing would be built. */
export function refuseTorn(app: App, id: string): void {
  if (isReleaseIntact(app, id)) return;
  const lock = path.join(releaseRoot(app, id), LOCK_FILE);
  throw new PrimeError("release-torn", `could not make ${id} anew: ${lock} is gone, or changed`);
}

/** Whether an environment (absolute) can be started as it is. */
export function isSound(app: App, generation: string, env: Environment): boolean {
  const python = path.join(generation, "bin/python");
  const script = scriptOf(app, generation);
  return (
    driftSinceUse(generation).length === 0 &&
    [python, script ?? python].every(isExecutableFile) &&
    whyOthersDecide(python, trustOf(env)) === undefined
  );
}

/** The console script that an app starts; undefined where that is a function. */
function scriptOf({ config: { entry } }: App, generation: string): string | undefined {
  return entry.includes(":") ? undefined : path.join(generation, "bin", entry);
}

function keepFile(root: string, { from, to, sha256: digest }: LocalFile): void {
  const file = path.join(root, to);
  if (sha256OfFile(file) === digest) return;
  makeFolder(path.dirname(file));
  const draft = `${file}.${makerMark()}`;
  remove(draft);
  copyFile(from, draft);
  backdate(draft);
  if (sha256OfFile(draft) !== digest) {
    remove(draft);
    throw new PrimeError("changed-file", `could not take ${from}: it was changed just now`, "start again");
  }
  rename(draft, file);
}

/** undefined: it is gone, or not whole. */
export function readRelease(app: Pick<App, "home">, id: string | null): Release | undefined {
  return id === null ? undefined : readMendable(path.join(releaseRoot(app, id), "release.json"), RELEASE);
}

/** The environment of a release stands on it; undefined: nobody knows, or there is none. */
export function interpreterOf(app: Pick<App, "home">, id: string | null) {
  return id === null ? undefined : readManifest(realPath(path.join(releaseRoot(app, id), ".venv")) ?? "")?.interpreter;
}

/** What the ids of two built releases do not say: `Python 3.11.7 to 3.13.0`, and of one version, `six 1.16.0 to 1.17.0`. */
export function whatMoved(app: App, from: string | null, to: string | null): string {
  const [before, after] = [from, to].map((id) => interpreterOf(app, id)?.version);
  const moved = before === undefined || after === undefined || before === after ? [] : [`Python ${before} to ${after}`];
  const [old, current] = [readRelease(app, from), readRelease(app, to)];
  if (old === undefined || old.version !== current?.version) return moved.join("");
  const names = Object.keys({ ...old.packages, ...current.packages }).sort();
  const changed = names.filter((name) => old.packages[name] !== current.packages[name]);
  return [
    ...moved,
    ...changed.map((name) => `${name} ${old.packages[name] ?? "none"} to ${current.packages[name] ?? "none"}`),
  ].join(", ");
}

/** All releases that are there whole. */
export function releasesOf(app: App): string[] {
  const names = namesInFolder(path.join(app.home, "releases")).filter((name) => RELEASE_ID.test(name));
  return names.filter((id) => isFile(path.join(releaseRoot(app, id), "release.json")));
}

/** Removes releases that nobody comes back to and nothing runs in; `keep`: how many are kept in any case, the youngest. */
export function collectReleases(app: App, { keep }: Policy): void {
  const { current, previous, staged, trial } = readSelection(app);
  const kept = new Set([current, previous, staged, trial?.id, readCheck(app).building]);
  const age = (id: string) => Number(facts(releaseRoot(app, id))?.mtimeNs ?? 0);
  const old = releasesOf(app)
    .sort((one, other) => age(other) - age(one))
    .slice(keep.value)
    .filter((id) => !kept.has(id))
    .map((id) => releaseRoot(app, id));
  const used = foldersInUse(old);
  for (const root of old) if (!used.has(root)) remove(root);
}

/** Removes what updaters that were killed have left. Only the one updater does so: nobody else works on a release. */
export function collectScraps(app: App): void {
  const [whole, { building }] = [new Set(releasesOf(app)), readCheck(app)];
  const isScrap = (file: string, name: string) =>
    LOCK.test(name) ? deadHolder(file) : (finalNameOf(name) ?? WORK.exec(name)) && isAbandoned(file, 0);
  const scraps = [app.home, path.join(app.home, "wanted")].flatMap((folder) =>
    namesInFolder(folder)
      .filter((name) => isScrap(path.join(folder, name), name))
      .map((name) => path.join(folder, name)),
  );
  const torn = namesInFolder(path.join(app.home, "releases")).filter(
    (id) => RELEASE_ID.test(id) && !whole.has(id) && id !== building,
  );
  for (const file of [...scraps, ...torn.map((id) => releaseRoot(app, id))]) remove(file);
}

/** What a resolution works in, and the lock of a lock. */
const WORK = /^(?:work|indexes)\.\d/;
const LOCK = /^lock\.[0-9a-f]{16}$/;

/** What a start runs in a generation (absolute) of a release; on trial by the runner, and `trial` is the file (absolute) that tells of it. */
export function appStart(app: App, id: string, generation: string, trial?: string): AppStart {
  const { config, start } = app;
  const { entry, name } = config;
  const isFunction = entry.includes(":");
  const script = path.join(generation, "bin", isFunction ? name : entry);
  const runner = [path.join(generation, "bin/python"), path.join(releaseRoot(app, id), RUNNER), entry, name];
  return {
    words: [...(trial !== undefined || isFunction ? runner : []), script],
    variables: { PRIME_LAUNCHER: start, PRIME_GENERATION: id, ...(trial === undefined ? {} : { PRIME_TRIAL: trial }) },
    selfCommand: config.selfCommand,
    check:
      app.isOwn && config.everyMs !== null
        ? { due: dueFile(app), last: checkFile(app), isForCi: config.isScheduled, byPlan: byPlan(app, generation) }
        : null,
  };
}

/** What is ready, and who waits for an update, is for the program to judge. */
function byPlan(app: App, generation: string): NonNullable<AppStart["check"]>["byPlan"] {
  if (app.config.adopt === "now" || readSelection(app).staged !== null) return null;
  const python = path.join(generation, "bin/python");
  return { claim: claimFile(app), words: [python, "-ISBc", DETACH_PY, updateLog(app), app.start] };
}

/** Throws where an environment has not what the app starts. */
export function refuseWithoutEntry(app: App, generation: string): void {
  const { entry, name } = app.config;
  const script = scriptOf(app, generation);
  if (script === undefined || isExecutableFile(script)) return;
  throw new PrimeError(
    "no-entry",
    `could not start ${name}: its packages bring no command ${entry}`,
    `there are ${
      namesInFolder(path.join(generation, "bin"))
        .filter((one) => !/^(?:python|activate|pydoc|deactivate)/.test(one))
        .join(", ") || "none"
    }; \`entry\` names the one that is meant`,
  );
}
