import * as path from "node:path";
import {
  type FileFacts,
  facts,
  linkFacts,
  listFolder,
  makeFolder,
  nonce,
  readText,
  remove,
  writeAtomic,
} from "../edges/files.ts";
import { quoteForShell } from "../edges/process.ts";
import { callForSh, type EntryCall } from "./entry-scripts.ts";
import { freshnessForSh, type Watch } from "./freshness.ts";
import { type Observer, observe } from "./observation.ts";
import { type PlanPlace, pinObservation, planFolder, scriptsFile } from "./ready.ts";

/** A script that was started here before, as it was then. */
export interface KnownScript {
  /** The last part of the path that it was started by. */
  readonly name: string;
  /** Absolute and physical. */
  readonly path: string;
  readonly calls: EntryCall | null;
  readonly facts: FileFacts;
  readonly watch: Watch;
}

type Place = Omit<PlanPlace, "flagKey">;

/** Scripts are told apart by name first: most starts look at one file. */
function renderScripts(scripts: readonly KnownScript[]): string {
  const texts = scripts.map(
    ({
      name,
      path: file,
      calls,
      watch,
    }) => `case \${1##*/} in ${quoteForShell(name)}) if [ "$1" -ef ${quoteForShell(file)} ]; then
${freshnessForSh(watch)}${callForSh(calls)}return 0
fi ;; esac
`,
  );
  return texts.join("");
}

/** The script among those that are known, when it is as it was. */
export function knownScript(place: Place, name: string, file: string): KnownScript | undefined {
  const is = facts(file);
  return readScripts(place).find(
    (one) => one.name === name && one.path === file && JSON.stringify(one.facts) === JSON.stringify(is),
  );
}

/**
 * Remembers what a script calls, so that its next start is warm; gives the reason when that cannot be yet. What else
 * is known stays, except scripts that are gone.
 */
export function rememberScript(
  place: Place,
  script: Pick<KnownScript, "name" | "path" | "calls">,
  observer: Observer & { readonly freshness: "mtime" | "strict" },
): string | undefined {
  const folder = planFolder(place);
  makeFolder(folder, 0o700);
  const stamps = path.join(folder, `script-${nonce()}`);
  const observation = observe([{ kind: "file", path: script.path }], { stamps, observed: [] }, observer);
  const pinned = pinObservation(observation, observer);
  const seen = observation.observed[0]?.facts;
  if (pinned.reason !== undefined || seen === undefined) {
    removeStamps(stamps);
    return pinned.reason ?? `${script.path} is gone`;
  }
  const watch = {
    inputs: [{ kind: "file", path: script.path }] as const,
    stamps,
    strict: pinned.strict,
    variables: {},
  };
  const others = readScripts(place).filter(
    (one) => (one.name !== script.name || one.path !== script.path) && facts(one.path) !== undefined,
  );
  const all = [...others, { ...script, facts: seen, watch }];
  writeAtomic(recordFile(place), JSON.stringify(all), 0o600);
  writeAtomic(scriptsFile(place), renderScripts(all), 0o600);
  const used = new Set(all.map((one) => path.basename(one.watch.stamps)));
  for (const name of listFolder(folder) ?? []) {
    const isStamps = /^script-[0-9a-f]+$/.test(name) && linkFacts(path.join(folder, name))?.kind === "folder";
    if (isStamps && !used.has(name)) removeStamps(path.join(folder, name));
  }
  return undefined;
}

function readScripts(place: Place): KnownScript[] {
  try {
    return JSON.parse(readText(recordFile(place)) ?? "[]");
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function recordFile(place: Place): string {
  return `${scriptsFile(place)}.json`;
}

function removeStamps(stamps: string): void {
  for (const ending of ["", ".pin", ".ctime"]) remove(`${stamps}${ending}`);
}
