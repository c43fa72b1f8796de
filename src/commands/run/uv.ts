import * as path from "node:path";
import { beginJob } from "../../builder/job.ts";
import { provision } from "../../builder/uv-tool.ts";
import type { Context } from "../../context.ts";
import { decideTools } from "../../decision/decide.ts";
import { isFile } from "../../edges/files/read.ts";
import { runAttached } from "../../edges/processes/attached.ts";
import { usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { takeRefusal } from "../../provision/network.ts";
import { boot } from "../../start/boot.ts";
import { inEnvironment } from "../../start/command/in-environment.ts";
import { readingEnvironment } from "../../uv/tool.ts";

/** What would change an environment in place, and what to do instead: a generation never changes once active. */
const REFUSED: Readonly<Record<string, string>> = {
  sync: "run ./prime, which makes what `uv sync` would, in a generation of its own",
  run: "use ./prime run CMD; ./prime uv run --script FILE for a script that says what it requires",
  venv: "run ./prime, or ./prime reboot to build the environment anew",
  "pip install": "add it to the project: ./prime uv add NAME",
  "pip uninstall": "remove it from the project: ./prime uv remove NAME",
  "pip sync": "list the files as `requirements` in prime.toml, and run ./prime",
};

/** uv's options in front of a command whose value is a word of its own. */
const TAKES_VALUE = new Set([
  "--allow-insecure-host",
  "--cache-dir",
  "--color",
  "--config-file",
  "--directory",
  "--preview-features",
  "--project",
  "--python-fetch",
  "--python-preference",
]);

/** What changes the project, so that the environment has to follow. */
const CHANGES = new Set(["add", "remove", "lock", "version", "init"]);

/**
 * `./prime uv ARG…`: the pinned uv on this repo. It never works through `.venv`: what reads an environment sees the
 * generation, what changes the project changes its files alone, and the environment follows by a boot.
 */
export async function runUv(context: Context, args: readonly string[]): Promise<Answer> {
  const command = commandOf(args);
  const reads = command.startsWith("pip ") && command !== "pip compile";
  if (context.progress !== undefined && !reads) return follow(context);
  const instead = REFUSED[command];
  if (instead !== undefined && !args.includes("--help") && !args.includes("-h") && !isOfScript(args)) {
    throw usageError("uv-in-place", `\`uv ${command}\` would change an environment in place`, instead);
  }
  const generation = reads ? await readyGeneration(context) : undefined;
  if (typeof generation === "object") return generation;
  const tools = await decideTools(context);
  const job = await beginJob(context, tools.folders);
  const uv = await provision(job, tools);
  const searched = [uv.env.PATH, path.dirname(uv.file)].filter(Boolean).join(":"); // for tools that call uv themselves
  const { UV_NO_SYNC, ...own } = readingEnvironment(uv.env, generation);
  const env = { ...own, ...(isOfScript(args) ? {} : { UV_NO_SYNC }), PATH: searched }; // uv warns that it is no use
  const lock = path.join(context.root, "uv.lock");
  const wasLocked = isFile(lock);
  const code = await runAttached({ file: uv.file, args, env, cwd: context.cwd });
  const refusal = code === 0 ? undefined : takeRefusal(context.root, "");
  if (refusal !== undefined) throw refusal;
  if (code !== 0 || !CHANGES.has(command)) return { kind: "exit", code };
  if (!wasLocked && isFile(lock)) context.terminal.say("uv.lock is new: commit it");
  return follow(context);
}

function commandOf(args: readonly string[]): string {
  const words = args.filter((word, index) => !word.startsWith("-") && !TAKES_VALUE.has(args[index - 1] ?? ""));
  return words[0] === "pip" ? `pip ${words[1] ?? ""}` : (words[0] ?? "");
}

/** `uv run --script FILE` and `uv sync --script FILE` stand on an environment in uv's cache. */
function isOfScript(args: readonly string[]): boolean {
  const behind = args.slice(args.findIndex((word) => word === "run" || word === "sync") + 1);
  return behind[0]?.startsWith("-") === true && behind.includes("--script");
}

/** The project's files may have changed: the environment follows by the usual way, stage after stage. */
function follow(context: Context): Promise<Answer> {
  return inEnvironment(context, () => DONE);
}

async function readyGeneration(context: Context): Promise<string | Answer> {
  const booted = await boot(context, { anew: false });
  return booted.kind === "hop" ? booted.answer : path.resolve(booted.activation.generation);
}
