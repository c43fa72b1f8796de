import * as path from "node:path";
import { withoutNode } from "../../support/system/no-node.ts";
import { type Ended, LOOK_WORDS, type Place } from "../place.ts";
import { rubbishOf } from "../rubbish.ts";
import { type Call, type Fault, type Report, readReport, supervised } from "../supervisor/supervisor.ts";
import type { Operation } from "./operations.ts";

/** What one fault came to. */
export interface Outcome {
  /** What `.venv` showed right after it; null: the run never came as far as the fault. */
  readonly shows: "old" | "new" | "none" | null;
  readonly code: number | null;
  /** The call that the fault came at, as text. */
  readonly call: string;
  /** What is not as it has to be; empty in a sound prime. */
  readonly problems: readonly string[];
}

/** A place in which an operation can be tried again and again. */
export interface Ready {
  readonly place: Place;
  readonly operation: Operation;
  readonly args: readonly string[];
  /** What `.venv` shows before. */
  readonly before: string | undefined;
}

export async function prepare(place: Place, operation: Operation): Promise<Ready> {
  const args = await operation.prepare(place);
  await place.keep();
  return { place, operation, args, before: shownBy(operation, place) };
}

async function restored({ place, operation }: Ready): Promise<void> {
  await place.restore();
  await operation.inCopy?.(place);
}

/** All calls that an operation makes when nothing fails. */
export async function traced(ready: Ready, file: string): Promise<Report> {
  const { place, args } = ready;
  await restored(ready);
  const report = path.join(place.base, "report");
  const ended = await place.prime(args, { through: supervised(file, report, undefined) });
  if (ended.code !== 0) throw new Error(`./prime ${args.join(" ")} ended with ${ended.code}:\n${ended.stderr}`);
  return readReport(report);
}

/** Does the operation with one fault, then looks at what it left. */
export async function faulted(ready: Ready, file: string, fault: Fault): Promise<Outcome> {
  const { place, args } = ready;
  await restored(ready);
  const report = path.join(place.base, "report");
  const ended = await place.prime(args, { through: supervised(file, report, fault) });
  const { fired, fault: call } = readReport(report);
  if (!fired) return { shows: null, code: ended.code, call: "", problems: [] };
  const problems = fault.kind === "fail" ? faultOfWords(ready, ended) : [];
  return { ...(await aftermath(ready, ended, problems)), call: describeCall(place, call) };
}

/** Does the operation where something hinders it (words in front of it, a place without room), lifts that and looks at what it left. */
export async function hindered(ready: Ready, hinder: () => readonly string[], lift: () => void): Promise<Outcome> {
  const { place, args } = ready;
  await restored(ready);
  const ended = await place.prime(args, { through: hinder() });
  lift();
  return aftermath(ready, ended, faultOfWords(ready, ended));
}

function shownBy({ app }: Operation, place: Place): string | undefined {
  return app === undefined ? place.shown() : app.selected(place);
}

async function aftermath(ready: Ready, ended: Ended, said: readonly string[]): Promise<Outcome> {
  const { place, operation, before, args } = ready;
  const id = shownBy(operation, place);
  const shows = id === undefined ? "none" : id === before ? "old" : "new";
  const problems = [...said];
  if (operation.app !== undefined) problems.push(...(await operation.app.aftermath(place, args)));
  else
    for (const check of [lookAtVenv, nextStart, again, afterGc]) {
      const found = await check(ready);
      problems.push(...found);
      if (found.length > 0) break; // what follows would tell of the same
    }
  return { shows, code: ended.code, call: "", problems };
}

/** The old environment or the new one, whole; only before the first there may be none. */
async function lookAtVenv({ place, operation }: Ready): Promise<string[]> {
  if (place.shown() === undefined) return operation.before === null ? [] : ["the environment is gone"];
  const seen = await packagesOf(place, [path.join(place.root, ".venv/bin/python"), ...LOOK_WORDS]);
  return isOneOf(seen, [operation.before, operation.after]) ? [] : [`.venv has ${seen}`];
}

/** `./prime run` works with what the inputs ask for, and nothing else reaches standard output. */
async function nextStart({ place, operation }: Ready): Promise<string[]> {
  const seen = await packagesOf(place, [path.join(place.root, "prime"), "-q", "run", "python", ...LOOK_WORDS]);
  const right = operation.asksForAfter ? [operation.after] : [operation.before, operation.after];
  return isOneOf(seen, right) ? [] : [`the next start has ${seen}`];
}

/** The same operation again succeeds, and leaves what it should have left at once. */
async function again({ place, operation, args }: Ready): Promise<string[]> {
  const ended = await place.prime(args);
  if (ended.code !== 0) return [`done again it ended with ${ended.code}: ${ended.stderr}`];
  const seen = await packagesOf(place, [path.join(place.root, ".venv/bin/python"), ...LOOK_WORDS]);
  return isOneOf(seen, [operation.after]) ? [] : [`done again .venv has ${seen}`];
}

/** A gc leaves no rubbish, and an environment that starts without Node. */
async function afterGc({ place }: Ready): Promise<string[]> {
  const ended = await place.prime(["gc"]);
  if (ended.code !== 0) return [`gc ended with ${ended.code}: ${ended.stderr}`];
  const left = rubbishOf(place);
  if (left.length > 0) return [`left after gc: ${left.join(", ")}`];
  const warm = await place.start([path.join(place.root, "prime"), "run", "python", "-c", ""], {
    PATH: withoutNode(place),
  });
  return warm.code === 0 ? [] : [`the start after gc is not warm: ${warm.stderr}`];
}

/**
 * A failure of prime's says what was being done, to which path, why, and what to do next. Where Node cannot even load the
 * program, Node's own words stand before the head's.
 */
function faultOfWords({ place }: Ready, { code, stdout, stderr }: Ended): string[] {
  if (code === 0) return [];
  if (code !== 125 || stdout !== "") return [`it ended with ${code}: ${stdout}${stderr}`];
  if (/^prime: (?:the program ended with status|(?:.+; )?found no Node\.js that works)/m.test(stderr)) return [];
  const message = /^prime: error: (.+?)^ {2}next: ./ms.exec(stderr)?.[1] ?? "";
  return message.includes(place.base) && /could not|is not sound/.test(message) ? [] : [`it only said: ${stderr}`];
}

async function packagesOf(place: Place, words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await place.start(words);
  return code === 0 ? stdout : `status ${code}: ${stdout}${stderr}`;
}

function isOneOf(seen: string, versions: readonly (Readonly<Record<string, string>> | null)[]): boolean {
  return versions.some((one) => {
    try {
      return one !== null && JSON.stringify(JSON.parse(seen)) === JSON.stringify(one);
    } catch {
      return false;
    }
  });
}

function describeCall(place: Place, call: Call | undefined): string {
  if (call === undefined) return "";
  const named = call.path.replace(place.live, "").replace(/[0-9a-f]{8}-[0-9a-f]{8}/g, "ID");
  return `${call.program} ${call.name} ${named}`;
}
