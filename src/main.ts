import * as path from "node:path";
import { version } from "../package.json";
import { parseArguments } from "./cli/arguments.ts";
import { configFlags, type GlobalFlags } from "./cli/flags.ts";
import type { Request } from "./commands/declaration.ts";
import type { Context } from "./context.ts";
import { now } from "./edges/clock.ts";
import { faultOfOwn } from "./edges/files/own/own-folder.ts";
import { isFile, isFolder, realPath } from "./edges/files/read.ts";
import { trustOf } from "./edges/files/trust.ts";
import { cacheOf } from "./edges/own-cache.ts";
import { findPlaces } from "./edges/places.ts";
import { atEnd, endWithUser, stillWanted } from "./edges/processes/ending.ts";
import { releaseMutexes } from "./edges/processes/mutex.ts";
import { type Surroundings, surroundings } from "./edges/surroundings.ts";
import { openTerminal, renderError } from "./edges/terminal/output.ts";
import { writeMessage, writeOutput } from "./edges/terminal/streams.ts";
import { plain, plainJson } from "./edges/terminal/text.ts";
import { closeToOthers } from "./edges/umask.ts";
import { EXIT_FAILURE, EXIT_USAGE, PrimeError } from "./errors.ts";
import type { Answer } from "./launch/answer.ts";
import { type CompiledModule, keepCompiled } from "./launch/compiled.ts";
import { answerPlan } from "./launch/handover.ts";
import { readProgress } from "./launch/progress.ts";
import { flagKey } from "./plan/ready-plan.ts";
import { hideValuesOf } from "./secrets.ts";
import { openRepo } from "./start/open.ts";

/** One start of the program: make the context, follow one flow, turn an error into an exit status. */
async function main(): Promise<number> {
  const started = { ...surroundings(), at: now(), launcher: realPath(__filename) ?? __filename };
  hideValuesOf(started.env);
  closeToOthers();
  endWithUser(started.shell);
  atEnd(releaseMutexes);
  const failing = { verbosity: 0, status: EXIT_FAILURE };
  let answer: Answer;
  try {
    refuseWindows(started.platform);
    const { flags, request } = parseArguments(started.args, {
      version,
      isFile: (word) => isFile(path.resolve(started.cwd, word)),
    });
    failing.verbosity = flags.verbosity;
    const context = await contextOf(started, flags, request);
    failing.status = context.failureStatus;
    answer = await request.follow(context);
  } catch (error) {
    await stillWanted();
    writeMessage(renderError(error, { verbosity: failing.verbosity, env: started.env }));
    const code = error instanceof PrimeError ? error.exitCode : EXIT_FAILURE;
    answer = { kind: "exit", code: code === EXIT_FAILURE ? failing.status : code };
  }
  await stillWanted();
  return answerPlan(answer, started);
}

function refuseWindows(platform: string): void {
  if (platform !== "win32") return;
  throw new PrimeError(
    "windows",
    "could not start: prime does not work on native Windows, which has no exec and no POSIX sh",
    {
      hint: "use it in WSL (`wsl --install`), in a container, or on Linux or macOS",
    },
  );
}

async function contextOf(
  started: Surroundings & { at: number; launcher: string },
  flags: GlobalFlags,
  { needsRepo, mustAgree }: Request,
): Promise<Context> {
  const { env, cwd, args, shell, node, isInteractive, launcher, at } = started;
  const choice = { env: flags.env, cwd, mustAgree };
  const repo = { folder: folderOf(flags.root, cwd, launcher), launcher, choice };
  const opened = needsRepo ? await openRepo(repo, env) : undefined;
  const root = opened?.root ?? repo.folder;
  const [places, trust] = [findPlaces(env), trustOf(env)];
  const stateFault = faultOfOwn(places.stateByName, trust);
  const cache = cacheOf(opened?.cache ?? places.cache, env, trust);
  return {
    launcher,
    repo,
    isProtoprimer: opened?.isProtoprimer === true,
    failureStatus: opened?.failureStatus ?? EXIT_FAILURE,
    root,
    cwd,
    args,
    env,
    shell,
    node,
    isInteractive,
    version,
    flags: configFlags(flags.choices),
    anyCommand: flags.choices.some(({ name }) => name === "any-command"),
    flagKey: flags.root === undefined && opened?.isUsual !== false ? flagKey(flags.choices) : undefined,
    places: { ...places, cache: cache.folder },
    trust,
    plans: stateFault === undefined ? { state: places.state, launcher } : undefined,
    stateFault,
    cacheFault: cache.fault,
    terminal: openTerminal({ verbosity: flags.verbosity, env }),
    startedAt: at,
    progress: await readProgress(started.progress, { root, shellPid: shell.pid, shellStart: shell.start }),
    print: openPrinter(),
  };
}

function openPrinter(): Context["print"] {
  return {
    text: (text) => writeOutput(plain(text)),
    json: (value) => writeOutput(`${plainJson(value)}\n`),
    code: writeOutput,
  };
}

function folderOf(given: string | undefined, cwd: string, launcher: string): string {
  if (given === undefined) return path.dirname(launcher);
  const root = realPath(path.resolve(cwd, given));
  if (root !== undefined && isFolder(root)) return root;
  throw new PrimeError("no-root", `could not work on ${given}: it is not a folder`, {
    exitCode: EXIT_USAGE,
    hint: "name the folder of a repo after --root",
  });
}

main().then(
  (code) => {
    process.exitCode = code;
    keepCompiled(module as CompiledModule, { env: process.env, args: process.argv, trust: trustOf(process.env) });
  },
  (error: unknown) => {
    writeMessage(plain(`prime: could not hand over: ${error instanceof Error ? error.message : error}\n`));
    process.exitCode = EXIT_FAILURE;
  },
);
