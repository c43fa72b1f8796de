import * as path from "node:path";
import { compare } from "@renovatebot/pep440";
import type { ReleasesState } from "../../channels/model/release.ts";
import { writeAtomic } from "../../edges/files/change.ts";
import { facts, isWritable, readText, sha256 } from "../../edges/files/read.ts";
import { trustOf, whyOthersDecide } from "../../edges/files/trust.ts";
import { shellOfProcess } from "../../edges/machine.ts";
import { howEnded, run } from "../../edges/processes/run.ts";
import { PrimeError, passOn } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { appKey, appOf, withApp, withoutApp } from "../../launch/app-text.ts";
import { ownDigestFault } from "../../launch/own-digest.ts";
import { whyNoLauncher } from "../../provision/launcher.ts";
import type { App } from "../app.ts";
import { record } from "../log.ts";
import { readChannelState, writeChannelState } from "../release/channel-state.ts";
import type { Run } from "../start/run.ts";
import { keepLauncher, letStandIn, removeLauncher, removeLaunchers } from "./stand-in.ts";

/** What a channel says of prime's launcher. */
export type Offered = NonNullable<ReleasesState["launcher"]>;

/** The environment may be made anew by it, by another uv. */
const DRY_LIMIT_MS = 10 * 60_000;

/**
 * Puts the channel's launcher in place of the app's own, once a dry start of the app by it has gone well; where that can't be written,
 * it stands in for it. Gives the answer that lets it go on with this start; undefined: the one that runs goes on.
 */
export async function takeLauncher(
  run: Run,
  offered: Offered | undefined,
  read: () => Promise<Buffer>,
): Promise<Answer | undefined> {
  const { app, started } = run;
  const own = readText(run.file) ?? "";
  const from = sha256(withoutApp(own));
  if (offered === undefined || !isWanted(run, offered, from)) return undefined;
  const { version } = offered;
  const account = (why: string | null) => writeChannelState(app, { launcher: { ...offered, from, why } });
  const id = `${version}-${offered.sha256.slice(0, 8)}`;
  const shell = shellOfProcess(started.shell.pid);
  try {
    const bytes = await launcherOf(run, offered, await read());
    await tryLauncher(run, keepLauncher(app, id, bytes), shell);
    account(null);
    const file = put(app, id, bytes, started.env);
    record(app, "launcher", { release: version, from: run.version });
    return { kind: "launcher", file, shell };
  } catch (error) {
    passOn(error);
    removeLauncher(app, id);
    account(error.message);
    run.terminal.warn(`${error.message}; prime ${run.version} goes on`);
    record(app, "refuse", { message: `launcher ${version}: ${error.message}` });
    return undefined;
  }
}

/**
 * A repo's launcher is the repo's. One that failed here, or is installed by hand and newer, is left until the channel says another, or the
 * same again.
 */
function isWanted(
  { app, file, version, started }: Run,
  { sha256: is, at, version: offered }: Offered,
  own: string,
): boolean {
  if (is === own || appOf(file) === undefined || (app.config.adopt === "ask" && started.args[1] !== "update"))
    return false;
  const known = readChannelState(app).launcher;
  if (known?.sha256 === is && known.at === at && (known.why !== null || known.from !== own)) return false;
  return compare(offered, version) >= 0 || (known !== undefined && known.sha256 === own);
}

/** The app's own launcher, made of the channel's. */
async function launcherOf({ app, file }: Run, { sha256: is }: Offered, bytes: Buffer): Promise<Buffer> {
  const why = sha256(bytes) === is ? whyNoLauncher(bytes) : "its sha256 is not the channel's";
  const own = appOf(file);
  if (why !== undefined || own === undefined) throw refusal(app, why ?? "the app's own has no configuration");
  return Buffer.from(withApp(bytes.toString("latin1"), own), "latin1");
}

/** All of a start but the app itself. */
async function tryLauncher({ app, started }: Run, file: string, [shell = "/bin/sh", ...words]: readonly string[]) {
  const env = { ...started.env, PRIME_APP_TASK: "dry", PRIME_UPDATE: "never" };
  const command = { file: shell, args: [...words, file], env, cwd: "/" };
  const outcome = await run(command, { limitMs: DRY_LIMIT_MS, ownGroup: true });
  if (outcome.ok) return;
  throw refusal(app, `a dry start by it failed (${howEnded(outcome)}): ${outcome.output.trim().slice(-1000)}`);
}

function put(app: App, id: string, bytes: Buffer, env: Run["started"]["env"]): string {
  if (mayReplace(app, env)) {
    try {
      writeAtomic(app.launcher, bytes, (facts(app.launcher)?.mode ?? 0o755) & 0o7777);
      removeLaunchers(app);
      return app.launcher;
    } catch (error) {
      passOn(error); // it can't be written: the other one stands in
    }
  }
  letStandIn(app, id);
  removeLaunchers(app, id);
  return path.join(app.home, "launchers", id, path.basename(app.launcher));
}

/** It is this user's, in a folder that nobody else writes, and as prime made it, for this app. */
function mayReplace({ launcher, home, planKey }: App, env: Run["started"]["env"]): boolean {
  const [is, own] = [facts(launcher), facts(home)];
  if (is?.kind !== "file" || is.uid !== own?.uid || !isWritable(path.dirname(launcher))) return false;
  if (whyOthersDecide(launcher, trustOf(env)) !== undefined) return false;
  return appKey(appOf(launcher)?.name ?? "") === planKey && ownDigestFault(readText(launcher) ?? "") === undefined;
}

function refusal({ config }: App, why: string): PrimeError {
  return new PrimeError("launcher", `could not take the launcher of ${config.name}'s channel: ${why}`);
}

/** Throws where a release asks for a newer prime than runs, and the channel has none that works here. */
export function refuseOldLauncher({ app, version }: Run, release: { version: string; launcher: string | null }): void {
  const { launcher } = release;
  if (launcher === null || compare(version, launcher) >= 0) return;
  const { launcher: known } = readChannelState(app);
  const why = known?.why ? `: ${known.why}` : "";
  throw new PrimeError(
    "channel-launcher",
    `could not take ${app.config.name} ${release.version}: it needs prime ${launcher} or newer, and this launcher is ${version}${why}`,
    "tell who maintains the app: the channel has to bring a newer launcher",
  );
}
