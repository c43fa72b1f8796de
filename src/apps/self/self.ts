import * as path from "node:path";
import { isoTime, localTime } from "../../edges/clock.ts";
import { exists, realPath } from "../../edges/files/read.ts";
import { PrimeError, usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { didYouMean } from "../../nearest.ts";
import { claimantOf } from "../../plan/app/claim.ts";
import { quoted } from "../../quoted.ts";
import { withoutSecrets } from "../../secrets.ts";
import type { App } from "../app.ts";
import { makeHome } from "../home.ts";
import { type Event, readEvents, record } from "../log.ts";
import { policyOf } from "../policy.ts";
import { type ChannelState, readChannelState } from "../release/channel-state.ts";
import { collectReleases, readRelease, releaseRoot, releasesOf, whatMoved } from "../release/releases.ts";
import { sharedSelection } from "../shared.ts";
import type { Run } from "../start/run.ts";
import { setDue } from "../start/schedule.ts";
import { adopt, BY_HAND, goBack, leftOf, settleTrial } from "../start/trial.ts";
import { update } from "../start/update.ts";
import { becomeUpdater } from "../start/updater.ts";
import { alone, claimFile, isUpdating, readCheck, readSelection, writeSelection } from "../state.ts";
import { showFaults } from "./doctor.ts";
import { followOther } from "./follow-other.ts";
import { refuseRootsApp, refuseWords } from "./refuse.ts";
import { removeApp } from "./remove.ts";

const COMMANDS: Readonly<
  Record<string, { readonly about: string; follow(run: Run, words: readonly string[]): Promise<Answer> | Answer }>
> = {
  update: { about: "look for a release now, and take it", follow: updateNow },
  status: { about: "what runs, and the last check [--json]", follow: showStatus },
  history: { about: "which releases ran, and why [--json]", follow: showHistory },
  rollback: { about: "run the release before, or the one that is named [RELEASE]", follow: rollback },
  follow: {
    about: "follow another channel [NAME], or the configured one again [--off]",
    follow: followOther,
  },
  pin: { about: "stay at a version [VERSION], or no longer [--off]", follow: pin },
  log: { about: "every check, and its outcome [--json]", follow: showLog },
  doctor: { about: "what is wrong here, or with a channel, from here [--channel URL]", follow: showFaults },
  remove: { about: "remove all releases and all that is kept of this app", follow: removeApp },
};

/** `foo self …`: prime's own commands of an app. */
export async function selfCommand(run: Run, [name = "", ...words]: readonly string[]): Promise<Answer> {
  const isHelp = [name, ...words].some((word) => word === "--help" || word === "-h");
  const { app, print } = run;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const { self } = app;
  if (isHelp || ["", "help"].includes(name)) {
    const lines = Object.entries(COMMANDS).map(([one, { about }]) => `  ${one.padEnd(10)}${about}\n`);
    print.text(`${self} COMMAND: how ${app.config.name} is kept up to date.\n\n${lines.join("")}`);
    return DONE;
  }
  if (command === undefined) {
    throw usageError(
      "usage",
      `could not do \`${self} ${name}\`: there is no such command${didYouMean(name, Object.keys(COMMANDS))}`,
      `see ${self} --help`,
    );
  }
  if (app.isOwn && exists(app.home)) await settleTrial(app);
  return command.follow(run, words);
}

async function updateNow(run: Run, words: readonly string[]): Promise<Answer> {
  const { app, started, terminal } = run;
  refuseWords(run, "update", words);
  refuseRootsApp(run);
  makeHome(app, started.env);
  await becomeUpdater(run);
  const updated = await update(run);
  if (updated.kind === "hop") return updated.answer;
  const { outcome, message } = updated;
  if (outcome === "staged") {
    const before = readSelection(app).current;
    const { current } = await adopt(app);
    collectReleases(app, await policyOf(app));
    const release = readRelease(app, current);
    terminal.say(
      current === before
        ? `${message}; it is taken when the trial of ${before} has ended`
        : `${app.config.name} is ${release?.version} now (${current})`,
    );
    return DONE;
  }
  if (outcome === "current") {
    terminal.say(message);
    return DONE;
  }
  throw new PrimeError(`update-${outcome}`, `could not update ${app.config.name}: ${message}`);
}

function showStatus(run: Run, words: readonly string[]): Answer {
  const { app, print } = run;
  refuseWords(run, "status", words, ["--json"]);
  const selection = app.isOwn ? readSelection(app) : sharedSelection(app);
  const { outcome, reason, message, next, at, failures, attempts } = readCheck(app);
  const release = readRelease(app, selection.current);
  const [nextAt, lastAt] = [next, at].map((time) => (time === null ? null : isoTime(time)));
  const updater = isUpdating(app) ? claimantOf(claimFile(app)) : undefined;
  const status = {
    name: app.config.name,
    version: release?.version ?? null,
    release: selection.current,
    previous: selection.previous,
    staged: selection.staged,
    trial: selection.trial === null ? null : { ...selection.trial, left: leftOf(app, selection.trial.id) },
    pin: selection.pin,
    skipped: selection.skipped,
    environment:
      selection.current === null ? null : (realPath(path.join(releaseRoot(app, selection.current), ".venv")) ?? null),
    launcher: app.launcher,
    runs: { version: run.version, file: run.file },
    home: app.home,
    beside: app.beside.passedOver ?? null,
    ...(app.config.channel === null ? {} : { channel: channelStatus(app, app.config.channel) }),
    updater: updater === undefined ? null : { pid: updater.pid },
    check: { outcome, reason, message, at: lastAt, next: nextAt, failures, attempts },
  };
  if (words.includes("--json")) {
    print.json(status);
    return DONE;
  }
  const lines = [
    `${app.config.name} ${status.version ?? "is not installed yet"}${selection.current === null ? "" : ` (${selection.current})`}`,
    ...(status.trial === null
      ? []
      : [`on trial: ${status.trial.left} starts may still fail before ${selection.previous} runs again`]),
    ...("channel" in status && status.channel !== undefined ? [channelLine(status.channel)] : []),
    ...launcherLines(run),
    ...(selection.staged === null ? [] : [`ready for the next start: ${selection.staged}`]),
    ...(selection.pin === null ? [] : [`pinned to ${selection.pin}`]),
    ...selection.skipped.map(({ id, why }) => `not taken again: ${id}: ${why}`),
    at === null ? "no check yet" : `last check ${localTime(at)}: ${outcome}: ${message}`,
    next === null
      ? selection.current === null
        ? "the next start installs it"
        : "no next check"
      : `next check ${localTime(next)}${failures > 0 ? ` (after ${failures} that came to nothing)` : ""}`,
    ...(status.updater === null ? [] : [`an updater runs: process ${status.updater.pid}`]),
    ...(status.beside === null ? [] : [`passed over: ${status.beside}`]),
    `kept in ${app.home}`,
  ];
  print.text(`${lines.join("\n")}\n`);
  return DONE;
}

function launcherLines({ app, file, version }: Run): string[] {
  const { launcher } = readChannelState(app);
  const failed = launcher?.why ? [`launcher ${launcher.version} of the channel was not taken: ${launcher.why}`] : [];
  const standsIn = file === app.launcher ? [] : [`prime ${version} in ${file} stands in for ${app.launcher}`];
  return [...standsIn, ...failed];
}

interface ChannelStatus {
  readonly url: string;
  readonly follow: string;
  /** What the channel said last. */
  readonly told: ChannelState["told"];
}

function channelStatus(app: App, { url, follow }: NonNullable<App["config"]["channel"]>): ChannelStatus {
  const { follows, told } = readChannelState(app);
  return { url: withoutSecrets(url), follow: follows ?? follow, told };
}

function channelLine({ url, follow, told }: ChannelStatus): string {
  const said =
    told === null
      ? "nothing was heard of it yet"
      : `${told.version} since ${localTime(told.at)} (serial ${told.serial}, ${told.direction}${told.reason && `: ${told.reason}`})${told.notes && `\n  ${told.notes}`}`;
  return `follows ${follow} of ${url}: ${said}`;
}

function showHistory(run: Run, words: readonly string[]): Answer {
  refuseWords(run, "history", words, ["--json"]);
  const told = readEvents(run.app).filter(({ event }) => event === "activate" || event === "fallback");
  if (told.length > 0 || words.length > 0) showEvents(run, told.reverse(), words);
  else run.print.text("Nothing was installed yet.\n");
  return DONE;
}

function showLog(run: Run, words: readonly string[]): Answer {
  refuseWords(run, "log", words, ["--json"]);
  showEvents(run, readEvents(run.app), words);
  return DONE;
}

function showEvents({ print }: Run, events: readonly Event[], words: readonly string[]): void {
  if (words.includes("--json"))
    print.code(events.map((event) => `${JSON.stringify({ ...event, at: isoTime(event.at) })}\n`).join(""));
  else print.text(events.map(line).join(""));
}

function line({ at, event, release, from, message }: Event): string {
  const way = from === null ? (release ?? "") : `${from} -> ${release}`;
  return `${localTime(at)}  ${event.padEnd(8)}  ${[way, message].filter(Boolean).join(": ").replaceAll("\n", " ")}\n`;
}

async function rollback(run: Run, [wanted, ...more]: readonly string[]): Promise<Answer> {
  const { app, terminal } = run;
  refuseWords(run, "rollback", more);
  refuseRootsApp(run);
  const selection = readSelection(app);
  const there = releasesOf(app).filter((id) => id !== selection.current);
  const meant =
    wanted === undefined
      ? selection.previous
      : there.find((id) => id === wanted || readRelease(app, id)?.version === wanted);
  if (meant === undefined || meant === null || selection.current === null) {
    throw new PrimeError(
      "no-release",
      wanted === undefined
        ? "could not go back: no release ran before this one"
        : `could not go back to ${wanted}: that release is not here`,
      there.length === 0 ? "no other release is kept" : `name one that is kept: ${there.join(", ")}`,
    );
  }
  const { current } = selection;
  const isReturn = selection.skipped.some(({ id }) => id === meant);
  await alone(app, () => {
    const before = readSelection(app);
    const skipped = before.skipped.filter(({ id }) => id !== meant);
    const next = isReturn
      ? { ...before, current: meant, previous: current, trial: null, skipped }
      : goBack(app, { ...before, previous: meant }, current, { why: BY_HAND }).selection;
    const message = ["by hand", whatMoved(app, current, meant)].filter(Boolean).join("; ");
    if (isReturn) record(app, "activate", { release: meant, from: current, message });
    writeSelection(app, next);
  });
  const { staged } = selection;
  const left = isReturn ? "" : `; ${current} is not taken again by itself`;
  const then = staged === null ? "" : `; the next start takes ${staged}, unless \`${app.self} pin\``;
  terminal.say(`${app.config.name} is ${readRelease(app, meant)?.version} now (${meant})${left}${then}`);
  return DONE;
}

async function pin(run: Run, [version, ...more]: readonly string[]): Promise<Answer> {
  const { app, terminal } = run;
  refuseWords(run, "pin", more);
  refuseRootsApp(run);
  const { current } = readSelection(app);
  const to = version === "--off" ? null : (version ?? readRelease(app, current)?.version ?? null);
  if (to !== null && !/^\d[A-Za-z0-9.!+]*$/.test(to)) {
    throw usageError(
      "usage",
      `could not pin ${app.config.name} to ${quoted(to)}: that is no version`,
      `e.g. ${app.self} pin 3.2.1`,
    );
  }
  makeHome(app, run.started.env);
  await alone(app, () => writeSelection(app, { pin: to, staged: null }));
  setDue(app, 0);
  record(app, "check", { message: to === null ? "no longer pinned" : `pinned to ${to}` });
  terminal.say(
    to === null
      ? `${app.config.name} follows its releases again`
      : `${app.config.name} stays at ${to}; \`${app.self} update\` takes it now`,
  );
  return DONE;
}
