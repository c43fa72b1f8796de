import * as path from "node:path";
import { version } from "../package.json";
import { type Choice, type GlobalFlags, parseArguments } from "./cli.ts";
import type { ConfigFlags } from "./config/config.ts";
import { now } from "./edges/clock.ts";
import { isFile, isFolder, realPath } from "./edges/files.ts";
import { findPlaces } from "./edges/places.ts";
import { endChildren } from "./edges/process.ts";
import { endWithUser, type Surroundings, surroundings } from "./edges/self.ts";
import { userOutput, writeOutput } from "./edges/stdout.ts";
import { openTerminal, renderError } from "./edges/terminal-output.ts";
import { EXIT_FAILURE, EXIT_USAGE, PrimeError } from "./errors.ts";
import type { Context } from "./flows/context.ts";
import { follow } from "./flows/follow.ts";
import { answerPlan } from "./launch/handover.ts";
import type { Answer } from "./launch/plan.ts";
import { readProgress } from "./launch/progress.ts";
import { flagKey } from "./launch/ready.ts";

const STDERR = 2;

/** One start of the program: make the context, follow one flow, turn an error into an exit status. */
async function main(): Promise<number> {
  const started = { ...surroundings(), at: now(), launcher: realPath(__filename) ?? __filename };
  endWithUser(started.shell.pid, endChildren);
  let verbosity = 0;
  let answer: Answer;
  try {
    refuseWindows(started.platform);
    const { flags, request } = parseArguments(started.args, {
      version,
      isFile: (word) => isFile(path.resolve(started.cwd, word)),
    });
    verbosity = flags.verbosity;
    answer = await follow(contextOf(started, flags), request);
  } catch (error) {
    writeOutput(STDERR, renderError(error, { verbosity, env: started.env }));
    answer = { kind: "exit", code: error instanceof PrimeError ? error.exitCode : EXIT_FAILURE };
  }
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

function contextOf(started: Surroundings & { at: number; launcher: string }, flags: GlobalFlags): Context {
  const { env, cwd, args, shell, node, isInteractive, launcher, at } = started;
  const root = rootOf(flags.root, cwd, launcher);
  return {
    launcher,
    root,
    cwd,
    args,
    env,
    shell,
    node,
    isInteractive,
    version,
    flags: configFlags(flags.choices),
    flagKey: flags.root === undefined ? flagKey(flags.choices) : undefined,
    places: findPlaces(env),
    terminal: openTerminal({ verbosity: flags.verbosity, env }),
    startedAt: at,
    progress: readProgress(env.PRIME_PROGRESS, { root, shellPid: shell.pid, shellStart: shell.start }),
    print: (text) => writeOutput(userOutput(env), text),
  };
}

function rootOf(given: string | undefined, cwd: string, launcher: string): string {
  if (given === undefined) return path.dirname(launcher);
  const root = realPath(path.resolve(cwd, given));
  if (root !== undefined && isFolder(root)) return root;
  throw new PrimeError("no-root", `could not work on ${given}: it is not a folder`, {
    exitCode: EXIT_USAGE,
    hint: "name the folder of a repo after --root",
  });
}

function configFlags(choices: readonly Choice[]): ConfigFlags {
  const named = (name: Choice["name"]) => choices.filter((choice) => choice.name === name).map(({ value }) => value);
  const [extras, groups, packages] = [named("extra"), named("group"), named("package")];
  return {
    ...(extras.length > 0 ? { extras } : {}),
    ...(groups.length > 0 ? { groups } : {}),
    ...(packages.length > 0 ? { packages } : {}),
  };
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`prime: could not hand over: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = EXIT_FAILURE;
  },
);
