import * as path from "node:path";
import { version } from "../../package.json";
import type { followApp } from "../apps/follow.ts";
import type { Request } from "../commands/declaration.ts";
import { CONFIG_VARIABLES } from "../config/variables.ts";
import type { Context } from "../context.ts";
import { faultOfOwn } from "../edges/files/own/own-folder.ts";
import { isFile, isFolder, realPath } from "../edges/files/read.ts";
import { trustOf } from "../edges/files/trust.ts";
import { shellOfProcess } from "../edges/machine.ts";
import { cacheOf } from "../edges/own-cache.ts";
import { findPlaces } from "../edges/places.ts";
import { atEnd, stillWanted } from "../edges/processes/ending.ts";
import { releaseMutexes } from "../edges/processes/locks/mutex.ts";
import type { Surroundings } from "../edges/surroundings.ts";
import { openTerminal, renderError, textFor } from "../edges/terminal/output.ts";
import { writeMessage, writeOutput } from "../edges/terminal/streams.ts";
import { nameLauncher, plainJson } from "../edges/terminal/text.ts";
import { EXIT_FAILURE, EXIT_POLICY, PrimeError, usageError } from "../errors.ts";
import type { Answer } from "../launch/answer.ts";
import { appOf } from "../launch/app-text.ts";
import { readProgress } from "../launch/progress.ts";
import { flagKey } from "../plan/place.ts";
import { openRepo } from "../start/open.ts";
import { parseArguments } from "./arguments.ts";
import { configFlags, type GlobalFlags } from "./flags.ts";
import { projectOf } from "./project-of.ts";

/** What one start was made with. */
export interface Started extends Surroundings {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Absolute physical path of the launcher file. */
  readonly launcher: string;
}

/** Makes the context, follows one flow, and turns an error into an exit status. */
export async function follow(started: Started): Promise<Answer> {
  atEnd(releaseMutexes);
  const failing = { verbosity: 0, status: EXIT_FAILURE, byPolicy: false };
  try {
    refuseWindows(started.platform);
    const app = appOf(started.launcher);
    if (app !== undefined) {
      const { followApp, frontOf } = await import("../apps/follow.ts");
      const own = appStarted({ ...started, launcher: frontOf(started.launcher) }, 0);
      return await followApp(app, { ...own, file: started.launcher });
    }
    nameLauncher(path.basename(started.launcher));
    const { flags, request } = parseArguments(started.args, {
      version,
      isFile: (word) => isFile(path.resolve(started.cwd, word)),
    });
    failing.verbosity = flags.verbosity;
    failing.byPolicy = request.byPolicy;
    const elsewhere =
      flags.root === undefined && request.needsRepo ? projectOf(started.launcher, started.cwd, started.env) : undefined;
    if (elsewhere?.launcher !== undefined && !request.runsNothing) {
      return { kind: "launcher", file: elsewhere.launcher, shell: shellOfProcess(started.shell.pid) };
    }
    if (request.app !== undefined) {
      const { followRepoApp } = await import("../apps/follow.ts");
      const root = elsewhere?.root ?? folderOf(flags.root, started.cwd, started.launcher);
      return await followRepoApp(root, request.app, appStarted(started, flags.verbosity));
    }
    const { launcher = started.launcher } = elsewhere ?? {};
    const root = elsewhere?.launcher === undefined ? (elsewhere?.root ?? flags.root) : undefined;
    const context = await contextOf({ ...started, launcher }, { ...flags, root }, request);
    failing.status = context.failureStatus;
    if (elsewhere?.isOther === true) {
      context.terminal.say(`prime: ${launcher} is another one than ${started.launcher}, and was not run to look`);
    } else if (elsewhere !== undefined && elsewhere.launcher === undefined && context.progress === undefined) {
      context.terminal.say(`prime: for ${root}, the nearest project, which has no launcher of its own`);
    }
    return await request.follow(context);
  } catch (error) {
    await stillWanted();
    writeMessage(renderError(error, { verbosity: failing.verbosity, env: started.env }));
    const code = error instanceof PrimeError ? error.exitCode : EXIT_FAILURE;
    if (failing.byPolicy && error instanceof PrimeError && error.id === "network-rule")
      return { kind: "exit", code: EXIT_POLICY };
    return { kind: "exit", code: code === EXIT_FAILURE ? failing.status : code };
  }
}

function refuseWindows(platform: string): void {
  if (platform !== "win32") return;
  throw new PrimeError(
    "windows",
    "could not start: prime does not work on native Windows, which has no exec and no POSIX sh",
    "use it in WSL (`wsl --install`), in a container, or on Linux or macOS",
  );
}

/** What a start of an app is made with. */
function appStarted(started: Started, verbosity: number): Parameters<typeof followApp>[1] {
  return {
    started,
    file: started.launcher,
    version,
    terminal: openTerminal({ verbosity, env: started.env }),
    print: openPrinter(started.env),
    contextOf: (root, more) => appContext(started, root, verbosity, more),
  };
}

/** The environment of an app's release is made by its configuration alone, whatever is set for repos. */
async function appContext(
  started: Started,
  root: string,
  verbosity: number,
  more: Partial<Context> = {},
): Promise<Context> {
  const env = Object.fromEntries(Object.entries(started.env).filter(([name]) => !CONFIG_VARIABLES.includes(name)));
  const flags = { choices: [], verbosity, root, env: undefined };
  const context = await contextOf({ ...started, env }, flags, { needsRepo: false, mustAgree: false });
  return { ...context, repo: { ...context.repo, folder: root }, flagKey: undefined, asksPip: true, ...more };
}

async function contextOf(
  started: Started,
  flags: GlobalFlags,
  { needsRepo, mustAgree }: Pick<Request, "needsRepo" | "mustAgree">,
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
    flags: configFlags(flags.choices, cwd),
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
    print: openPrinter(env),
  };
}

function openPrinter(env: Context["env"]): Context["print"] {
  return {
    text: (text, look = {}) => writeOutput(textFor(text, env, look)),
    json: (value) => writeOutput(`${plainJson(value)}\n`),
    code: writeOutput,
  };
}

function folderOf(given: string | undefined, cwd: string, launcher: string): string {
  if (given === undefined) return path.dirname(launcher);
  const root = realPath(path.resolve(cwd, given));
  if (root !== undefined && isFolder(root)) return root;
  throw usageError(
    "no-root",
    `could not work on ${given}: it is not a folder`,
    "name the folder of a repo after --root",
  );
}
