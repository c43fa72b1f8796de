import * as path from "node:path";
import type { Policy } from "../../config/policy/policy.ts";
import { now } from "../../edges/clock.ts";
import { howEnded, run } from "../../edges/processes/run.ts";
import { PrimeError, passOn } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { endClaim } from "../../plan/app/claim.ts";
import { activated } from "../../shells/activation.ts";
import { Fetched } from "../../sources/fetched.ts";
import { boot } from "../../start/boot.ts";
import type { Ready } from "../../start/ready.ts";
import type { App } from "../app.ts";
import { record } from "../log.ts";
import { passesWindows, policyOf, whyNotNow } from "../policy.ts";
import { readChannelState } from "../release/channel-state.ts";
import {
  collectScraps,
  isReleaseIntact,
  readRelease,
  refuseWithoutEntry,
  releasesOf,
  whatMoved,
  writeRelease,
} from "../release/releases.ts";
import type { Resolved } from "../release/resolution.ts";
import { resolveApp } from "../release/resolve.ts";
import { writeWanted } from "../release/wanted.ts";
import { refuseTornWheels } from "../release/wheels/wheels.ts";
import { alone, claimFile, type Outcome, readCheck, readSelection, writeCheck, writeSelection } from "../state.ts";
import { type Run, releaseContext } from "./run.ts";
import { nextCheck, setDue } from "./schedule.ts";

/** What an update came to, or the next stage of it. */
export type Updated =
  | { readonly kind: "hop"; readonly answer: Answer }
  | { readonly kind: "done"; readonly outcome: Outcome; readonly message: string };

const VERIFY_LIMIT_MS = 60_000;

/**
 * Looks for what a fresh install would give now; builds and validates that aside where it is another release. Never throws for what a
 * source, a release or the network is to blame for: that is an outcome.
 */
export async function update(run: Run, isAnyTime = false): Promise<Updated> {
  const { app } = run;
  try {
    const { building } = readCheck(app);
    if (building !== null && (await releaseContext(run, building, false)).progress !== undefined) {
      return await stage(run, building, isAnyTime);
    }
    return await look(run, isAnyTime);
  } catch (error) {
    passOn(error);
    const { outcome, message, reason } = blameOf(error);
    return finish(run, outcome, message, reason, { retryMs: error.retryMs });
  }
}

/** An error as the status tells of it. */
export function blameOf(error: PrimeError): { outcome: Outcome; message: string; reason: string } {
  return { outcome: outcomeOf(error), message: told(error), reason: error.id.replace(/^channel-/, "") };
}

function told({ message, hint }: PrimeError): string {
  return `${message}${hint === undefined ? "" : `\n  next: ${hint}`}`;
}

async function look(run: Run, isAnyTime: boolean): Promise<Updated> {
  const { app } = run;
  const { current, staged, skipped } = readSelection(app);
  const policy = await policyOf(app);
  const closed = isAnyTime || passesWindows(app, policy) ? undefined : whyNotNow(policy);
  if (closed !== undefined) return finish(run, "refused", told(closed.why), closed.why.id, closed);
  const chosen = chosenBy(app);
  const found = await resolveNow(run, policy, isAnyTime);
  if ("answer" in found) return { kind: "hop", answer: found.answer };
  const { stays } = found;
  if (found.id === current) {
    if (!isReleaseIntact(app, found.id, found.files)) await writeRelease(app, found);
    const message = `${app.config.name} ${found.version} is what there is${passedOver(run, found)}`;
    return finish(run, "current", message, stays === undefined ? null : "python");
  }
  if (found.id === staged) return finish(run, "staged", `${app.config.name} ${found.version} is ready`);
  const skip = found.isRenewed ? undefined : skipped.find(({ id }) => id === found.id);
  if (skip !== undefined) {
    const hint =
      app.self && releasesOf(app).includes(found.id) && `\n  next: \`${app.self} rollback ${found.id}\` runs it`;
    return finish(run, "refused", `${found.id} is not taken again: ${skip.why}${hint || ""}`, "skipped");
  }
  if (stays !== undefined) record(app, "refuse", { message: stays });
  await writeRelease(app, found);
  await alone(app, () => writeCheck(app, { building: found.id, chosen }));
  return stage(run, found.id, isAnyTime);
}

/** Why a newer version that is there is not taken, as far as it can be told. */
function passedOver({ app }: Run, { newer, python, stays, gone = [] }: Resolved): string {
  if (gone.length > 0) return `; passed over, since it is listed and is not there (404): ${gone.join(", ")}`;
  if (stays !== undefined) return `; ${stays}`;
  if (newer === undefined || readSelection(app).pin !== null) return "";
  return `; ${newer} is there, too, and passed over: it does not fit Python ${python} here, or other things that are wanted or excluded`;
}

/** The pin and the channel that the user chose: whoever changes them does not wait for the end of an update. */
function chosenBy(app: App): string {
  return JSON.stringify([readSelection(app).pin, readChannelState(app).follows]);
}

async function stage(run: Run, id: string, isAnyTime: boolean): Promise<Updated> {
  const { app } = run;
  const context = await releaseContext(run, id, false);
  const booted = await boot(context, { anew: false });
  if (booted.kind === "hop") return booted;
  await verify(run, booted, id);
  const isMeant = await alone(app, () => {
    if (readCheck(app).chosen !== chosenBy(app)) return false;
    writeSelection(app, { staged: id });
    return true;
  });
  if (!isMeant) return look(run, isAnyTime);
  const { current } = readSelection(app);
  const move = whatMoved(app, current, id);
  record(app, "stage", { release: id, from: current, message: move });
  return finish(run, "staged", `${app.config.name} ${id} is ready${move && ` (${move})`}`);
}

/** What a fresh install would give, by the rules of this machine; `isWithin`: for a process of the app's that runs, and its interpreter. */
export async function resolveNow(
  run: Run,
  policy: Policy,
  isWithin = false,
): Promise<(Resolved & { readonly isRenewed?: boolean }) | { readonly answer: Answer }> {
  const { app, started } = run;
  if (app.config.channel !== null) {
    return (await import("../release/from-channel.ts")).resolveChannel(run, policy);
  }
  const fetched = new Fetched(path.join(app.home, "fetched"));
  try {
    const warn = (what: string) => run.terminal.warn(what);
    const wanted = await writeWanted(app, readSelection(app).pin, policy, { env: started.env, fetched, warn });
    const { current } = readSelection(app);
    const runs = readRelease(app, current)?.packages ?? {};
    const found = await resolveApp(await run.contextOf(wanted.root), app, wanted, { policy, fetched, runs, isWithin });
    fetched.keep(new Set(found.files.map(({ from }) => from)));
    return found;
  } finally {
    fetched.close();
  }
}

/** The app's own tests of an environment that no user has seen. */
export async function verify({ app, started }: Run, { activation }: Ready, id: string): Promise<void> {
  refuseWithoutEntry(app, activation.generation);
  await refuseTornWheels(activation.generation, started.env);
  const own = [...app.config.verify, ...(readRelease(app, id)?.verify ?? [])].map((line) => ({
    run: line,
    limitMs: VERIFY_LIMIT_MS,
  }));
  for (const { run: line, limitMs } of [...own, ...(await policyOf(app)).verify.value]) {
    const env = activated(activation, { ...started.env, PRIME_APP_TASK: undefined, PRIME_UPDATE: "never" });
    const outcome = await run({ file: "/bin/sh", args: ["-c", line], env, cwd: "/" }, { limitMs });
    if (outcome.ok) continue;
    throw new PrimeError(
      "verify-failed",
      `could not verify the release: \`${line}\` failed (${howEnded(outcome)})\n${outcome.output.slice(-2000)}`.trim(),
      "the release has to be mended",
    );
  }
}

/** `retryMs`: a source asks to be left alone so long; `from`: nothing comes of an earlier check, in milliseconds since the epoch. */
async function finish(
  { app, started }: Run,
  outcome: Outcome,
  message: string,
  reason: string | null = null,
  { retryMs, from = null }: { readonly retryMs?: number | undefined; readonly from?: number | null } = {},
): Promise<Updated> {
  const isGood = outcome === "current" || outcome === "staged" || ["skipped", "outside-windows"].includes(reason ?? "");
  await alone(app, () => {
    const { failures: before } = readCheck(app);
    const failures = isGood ? 0 : before + 1;
    const next = from ?? nextCheck(app, failures, retryMs);
    writeCheck(app, { at: now(), outcome, reason, message, next, failures, attempts: 0, building: null });
    setDue(app, next);
    endClaim(claimFile(app), started.shell);
  });
  collectScraps(app);
  record(app, outcome === "current" || outcome === "staged" ? "check" : "refuse", {
    message: `${outcome}: ${message}`,
  });
  return { kind: "done", outcome, message };
}

const RULES = new Set([
  "no-digest",
  "changed-file",
  "excluded",
  "outside-windows",
  "network-rule",
  "upgrade-refused",
  "machine-policy",
  "python-refused",
]);
const OFFLINE =
  /ECONN|ENOTFOUND|EAI_AGAIN|UNREACH|unreachable|timed out|(?:connect|network) timeout|no network|does not answer|fallen silent|less than \d+ bytes|takes too long|broke off|no connection to|speak TLS|connection was closed/;
const DENIED =
  /(?:says |status |\()40[137]\b|Unauthorized|Forbidden|[Pp]roxy [Aa]uth|a web page instead|AccessDenied|AccessKeyId|SignatureDoesNot|ExpiredToken/;

function outcomeOf({ id, message }: PrimeError): Outcome {
  if (RULES.has(id) || id.startsWith("channel-")) return "refused";
  if (id === "verify-failed") return "invalid"; // whatever the app's own words are
  if (DENIED.test(message)) return "denied";
  if (OFFLINE.test(message)) return "offline";
  return /^(?:resolve-failed|no-source|s3|network|download|file-system)$/.test(id) ? "failed" : "invalid";
}
