import * as path from "node:path";
import { loadConfig } from "../../config/load.ts";
import type { Context } from "../../context.ts";
import { decide } from "../../decision/decide.ts";
import type { Environment } from "../../edges/command.ts";
import { facts, isExecutableFile, listFolder, readText, realPath } from "../../edges/files/read.ts";
import { tolerate } from "../../errors.ts";
import { knownScript, rememberScripts, type ScriptCall } from "../../plan/commands/known-scripts.ts";
import type { EntryStart } from "../../plan/commands/script-start.ts";
import { cleanEnvironment } from "../../python/clean-environment.ts";
import { entryCalls } from "../../python/entry-call.ts";
import type { Ready } from "../ready.ts";

/** What the arguments of a boot script ask protoprimer for, before there is an environment. */
interface EarlyWish {
  readonly operation?: "eval" | "reboot";
  readonly env?: string;
}

/** What has to be done before a boot script can start. */
export interface EarlyStart {
  readonly context: Context;
  /** Whether the effective configuration was asked for: then the script has no part in it. */
  readonly evaluates: boolean;
  readonly anew: boolean;
}

/**
 * protoprimer reads the arguments of a boot script first, and does some of what they ask for before there is an
 * environment. prime does the same, and leaves the script's own part to the script. The second argument is the script
 * and its arguments.
 */
export async function startEarly(context: Context, [script = "", ...words]: readonly string[]): Promise<EarlyStart> {
  const wish = wishOf(words);
  const plain = { context, evaluates: false, anew: false };
  if (wish.operation === undefined && wish.env === undefined) return plain;
  const { config, selected } = await decide(context, false);
  if (config.kernelFile === null) return plain;
  const [calls] = entryCalls(selected.executable, [fileOf(context, script)], context.env);
  if (calls !== "boot_env") return plain;
  const { repo } = context;
  const choice = { ...repo.choice, mustAgree: true, env: wish.env ?? repo.choice.env };
  const wished = { ...context, repo: { ...repo, choice } };
  await loadConfig(wished); // refuses an env that is not the link's
  return {
    context: wished,
    evaluates: wish.operation === "eval",
    anew: wish.operation === "reboot",
  };
}

/** Reads the arguments as protoprimer does; the value of an option is not taken for a word. */
function wishOf(words: readonly string[]): EarlyWish {
  let wish: EarlyWish = {};
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as string;
    const [, name, set, letter, rest] = /^(?:--(env|command)(?:=(.*))?|-[qv]*([ec])=?(.*))$/s.exec(word) ?? [];
    const option = name ?? letter;
    if (option !== undefined) {
      const value = set ?? (rest || words[++index]);
      if (option === "env" || option === "e") wish = { ...wish, env: value ?? "" };
    } else if (word === "eval") wish = { ...wish, operation: "eval" };
    else if (word === "reboot" || word === "reset") wish = { ...wish, operation: "reboot" };
  }
  return wish;
}

function fileOf({ cwd }: Context, script: string): string {
  return realPath(script.startsWith("/") ? script : `${cwd}/${script}`) ?? path.resolve(cwd, script);
}

/**
 * How a script starts in a repo that has protoprimer's entry scripts: finds out once which of its functions the script
 * calls, and remembers that for the next starts. `script` is as the user wrote it.
 */
export function entryStart(context: Context, ready: Ready, script: string): EntryStart | undefined {
  const { kernel } = ready;
  if (kernel === undefined) return undefined;
  const file = fileOf(context, script);
  const name = path.basename(script);
  const known = context.plans && knownScript(context.plans, name, file);
  if (known !== undefined) return { kernel, calls: known.calls };
  const [found] = learnCalls(context, ready, [{ name, path: file }]);
  context.terminal.detail(`${script} calls ${found?.calls ? `${found.calls} of ${kernel}` : "no entry function"}`);
  return { kernel, calls: found?.calls ?? null };
}

/** Finds out what the usual entry scripts of a repo call, so that the first start of each is warm. */
export function learnScripts(context: Context, ready: Ready): void {
  const { plans } = context;
  if (ready.kernel === undefined || plans === undefined) return;
  const unknown = scriptsBeside(ready.kernel, context.root).filter(
    ({ name, path: file }) => knownScript(plans, name, file) === undefined,
  );
  if (unknown.length > 0) learnCalls(context, ready, unknown);
}

/** What the usual entry scripts call. */
export function entryScripts({ root, env }: Context, { kernel, activation }: Ready): ScriptCall[] {
  const scripts = kernel === undefined ? [] : scriptsBeside(kernel, root);
  return scripts.length === 0 ? [] : withCalls(activation.generation, scripts, env);
}

type Script = Omit<ScriptCall, "calls">;

function learnCalls(context: Context, { activation, freshness }: Ready, scripts: readonly Script[]): ScriptCall[] {
  const { root, env, startedAt, terminal, plans } = context;
  const found = withCalls(activation.generation, scripts, env);
  if (plans === undefined) return found;
  const told = scripts.map(({ name }) => name).join(", ");
  tolerate(
    () => {
      const reason = rememberScripts(plans, found, { root, env: cleanEnvironment(env), since: startedAt, freshness });
      if (reason !== undefined) terminal.detail(`the next start of ${told} is cold once more: ${reason}`);
    },
    ({ message }) => terminal.warn(`this start goes on, and the next ones of ${told} are slower: ${message}`),
  );
  return found;
}

function withCalls(generation: string, scripts: readonly Script[], env: Environment): ScriptCall[] {
  const files = scripts.map(({ path: file }) => file);
  const calls = entryCalls(path.join(generation, "bin", "python"), files, env);
  return scripts.map((script, index) => ({ ...script, calls: calls[index] ?? null }));
}

/** Executable Python scripts beside the kernel, in the folder above it, and in the root. */
function scriptsBeside(kernel: string, root: string): Script[] {
  const own = path.dirname(kernel);
  const folders = [own, path.dirname(own), root].filter((folder) => `${folder}/`.startsWith(`${root}/`));
  return [...new Set(folders)].flatMap((folder) =>
    (listFolder(folder) ?? []).flatMap((name): Script[] => {
      const file = path.join(folder, name);
      if (!isExecutableFile(file) || realPath(file) !== file || (facts(file)?.size ?? 0) > LARGEST_SCRIPT) return [];
      return /^#!.*python/.test(readText(file) ?? "") ? [{ name, path: file }] : [];
    }),
  );
}

/** Entry scripts are short; bytes. */
const LARGEST_SCRIPT = 65_536;
