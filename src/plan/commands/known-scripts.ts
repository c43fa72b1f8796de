import * as path from "node:path";
import * as v from "valibot";
import { now } from "../../edges/clock.ts";
import { quoteForShell } from "../../edges/command.ts";
import { writeAtomic } from "../../edges/files/change.ts";
import { PATH, readOwnJson, TEXT } from "../../edges/files/own/own-json.ts";
import { exists, type FileFacts, facts, namesInFolder } from "../../edges/files/read.ts";
import { nonce } from "../../edges/nonce.ts";
import { type Observer, observe } from "../../inputs/observation.ts";
import { freshnessForSh, stampsForSh } from "../freshness.ts";
import { type Comparing, pinObservation } from "../pin.ts";
import { makePlanFolder, type PlanFolder, planFolder, scriptsFile } from "../place.ts";
import { removeStamps } from "../ready-plan.ts";
import { FACTS } from "../record.ts";
import { callForSh, type EntryCall } from "./script-start.ts";

/** A script, and the function of protoprimer's that it calls; null: it calls none, so it is no entry script. */
export interface ScriptCall {
  /** The last part of the path that it is started by. */
  readonly name: string;
  /** Absolute and physical. */
  readonly path: string;
  readonly calls: EntryCall | null;
}

/** A script as it was when it was looked at. */
interface KnownScript extends ScriptCall {
  readonly facts: FileFacts;
  /** Its stamps, absolute. */
  readonly stamps: string;
  /** Lines of sh that return when the script has changed. */
  readonly freshness: string;
}

function renderScripts(scripts: readonly KnownScript[]): string {
  return scripts.map((one) => renderScript(one, one.freshness)).join("");
}

/**
 * Lines of sh that set `prime_call` when `$1` is this script. `freshness`: lines that return when the script has
 * changed. The names are compared first, so that most starts look at one file.
 */
export function renderScript({ name, path: file, calls }: ScriptCall, freshness: string): string {
  return `case \${1##*/} in ${quoteForShell(name)}) if [ "$1" -ef ${quoteForShell(file)} ]; then
${freshness}${callForSh(calls)}return 0
fi ;; esac
`;
}

/** The most scripts that are remembered: the start of one reads the lines of all. */
const MOST = 200;
/** Another start may be making its stamps right now. */
const ABANDONED_MS = 86_400_000;

/** What is remembered of a script, if the script has not changed since. */
export function knownScript(place: PlanFolder, name: string, file: string): KnownScript | undefined {
  const is = JSON.stringify(facts(file));
  const same = (one: KnownScript): boolean =>
    one.name === name && one.path === file && JSON.stringify(one.facts) === is;
  return readScripts(place).find((one) => same(one) && exists(one.stamps));
}

/**
 * Remembers what scripts call, so that their next starts are warm. Gives the reason when a script can't be remembered
 * yet. Other scripts stay remembered, unless they are gone.
 */
export function rememberScripts(
  place: PlanFolder,
  scripts: readonly ScriptCall[],
  observer: Observer & Comparing,
): string | undefined {
  const folder = planFolder(place);
  makePlanFolder(place);
  const added: KnownScript[] = [];
  for (const script of scripts) {
    const stamps = path.join(folder, `script-${nonce()}`);
    const observation = observe([{ kind: "file", path: script.path }], { stamps, observed: [] }, observer);
    const watch = pinObservation(observation, observer);
    if (typeof watch === "string") {
      for (const one of [stamps, ...added.map((other) => other.stamps)]) removeStamps(one);
      return watch;
    }
    const seen = observation.observed[0]?.facts;
    if (seen !== undefined)
      added.push({ ...script, facts: seen, stamps, freshness: stampsForSh(stamps) + freshnessForSh(watch).quick });
  }
  const others = readScripts(place).filter(
    (one) =>
      facts(one.path) !== undefined && !added.some(({ name, path: file }) => one.name === name && one.path === file),
  );
  const all = [...others, ...added].slice(-MOST);
  writeAtomic(scriptsRecordFile(place), JSON.stringify(all), 0o600);
  writeAtomic(scriptsFile(place), renderScripts(all), 0o600);
  const used = new Set(all.map((one) => path.basename(one.stamps)));
  for (const name of namesInFolder(folder)) {
    if (!/^script-[0-9a-f]{8}$/.test(name) || used.has(name)) continue;
    const made = facts(path.join(folder, name))?.ctimeNs ?? "0";
    if (now() - Number(BigInt(made) / 1_000_000n) > ABANDONED_MS) removeStamps(path.join(folder, name));
  }
  return undefined;
}

const SCRIPTS = v.array(
  v.object({
    name: TEXT,
    path: PATH,
    calls: v.nullable(v.picklist(["boot_env", "start_app"])),
    facts: FACTS,
    stamps: PATH,
    freshness: TEXT,
  }),
);

function readScripts(place: PlanFolder): KnownScript[] {
  return readOwnJson(scriptsRecordFile(place), SCRIPTS) ?? [];
}

function scriptsRecordFile(place: PlanFolder): string {
  return `${scriptsFile(place)}.json`;
}
