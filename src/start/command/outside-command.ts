import * as path from "node:path";
import { loadConfig } from "../../config/load.ts";
import type { Context } from "../../context.ts";
import { quoteForShell } from "../../edges/command.ts";
import { isExecutableFile } from "../../edges/files/read.ts";
import { readManifest } from "../../environment/manifest/manifest.ts";
import { EXIT_NOT_FOUND, PrimeError, tolerate } from "../../errors.ts";
import { knownCommands, rememberCommand } from "../../plan/commands/outside-commands.ts";
import { stampsOf } from "../../plan/ready-plan.ts";
import type { HeldBack } from "../../plan/text.ts";
import { TOOL_FILES } from "../../project/around/aside.ts";
import { loaders } from "../../project/commands/console-scripts.ts";
import { type DeclaredCommand, declaredCommands } from "../../project/commands/declared.ts";
import { inspectProject } from "../../project/inspect.ts";
import type { Project } from "../../project/project.ts";
import { insteadOfPip, wayToAddOnce } from "../../project/ways.ts";
import { type Activation, activated } from "../../shells/activation.ts";
import { behindCommand } from "../../venv/behind-command.ts";
import { isPipStub, WHY_NO_PIP } from "../../venv/pip-stub.ts";
import { installedPackages, siteFolders } from "../../venv/site-folders.ts";

/** Finds a command without a slash: in the environment, or on PATH behind it; undefined: nowhere. */
export function findCommand({ env, cwd }: Context, activation: Activation, command: string): string | undefined {
  const [bin = "", ...others] = (activated(activation, env).PATH ?? "").split(":");
  const own = path.join(bin, command);
  if (isExecutableFile(own) && !isPipStub(own)) return own;
  return others.map((folder) => path.resolve(cwd, folder, command)).find(isExecutableFile);
}

export function isOwn(file: string, { generation }: Activation): boolean {
  return path.dirname(file) === path.join(generation, "bin");
}

/** What is known of the repo to judge commands that are not in the environment. */
export interface Grounds {
  readonly project: Project;
  readonly declared: ReadonlyMap<string, DeclaredCommand>;
  /** The version of the environment's python. */
  readonly version: string;
  /** Files, absolute, that commands are judged by, and that no plan watches. */
  readonly files: readonly string[];
}

export async function groundsOf(context: Context, { generation }: Activation): Promise<Grounds> {
  const { root } = context;
  const project = await inspectProject(root, (await loadConfig(context)).config);
  const files = [...TOOL_FILES, ...project.leftOut.files].map((name) => path.join(root, name));
  const version = readManifest(generation)?.interpreter.version ?? "";
  const installed = new Set(siteFolders(generation).flatMap((folder) => Object.keys(installedPackages(folder))));
  return { project, version, files, declared: await declaredCommands(root, project, installed) };
}

const PIP = /^pip-?(?:\d+(?:\.\d+)*)?$/;
const PYTHON = /^python(\d+(?:\.\d+)?)t?$/;

/**
 * Why a command that is not in the environment is held back; undefined: it may run. Held back are pip, which would
 * change another interpreter's packages; another Python; what the repo declares and this environment lacks; and
 * commands that would load the repo's code, whoever declares them.
 */
export function heldBack(context: Context, grounds: Grounds, command: string): HeldBack | undefined {
  if (PIP.test(command)) return { why: WHY_NO_PIP, next: insteadOfPip(grounds.project) };
  const [, version] = PYTHON.exec(command) ?? [];
  if (version !== undefined) {
    const why = `this environment's is Python ${grounds.version}`;
    return { why, next: `for one start with another Python, ./prime --python ${version} run python …` };
  }
  const declared = grounds.declared.get(command);
  if (declared !== undefined) return { why: "this environment lacks it", next: wayToHave(context, command, declared) };
  const loader = loaders().get(command);
  if (loader === undefined) return undefined;
  const why = "this environment lacks it, and another interpreter's lacks the repo's packages";
  return { why, next: wayToAddOnce(grounds.project, loader, command) };
}

/** Who declares a command, and the command line that has it. */
export function wayToHave({ flags }: Context, command: string, { declared, provider }: DeclaredCommand): string {
  const { where, flag, name, otherwise } = declared;
  const brings = provider === name ? "" : `, which requires ${provider}`;
  const says =
    flag === undefined
      ? `${where} declares ${name === command ? "it" : name}`
      : `${where} has it${name === command ? "" : `, by ${name}`}`;
  if (otherwise !== undefined) return `${says}: ${otherwise}`;
  if (flag === undefined) return `${says}${brings}: ./prime run --with ${provider} ${command} …`;
  const chosen = flag.name === "group" && Array.isArray(flags.groups) ? flags.groups : [];
  const words = [...chosen.map((group) => `--group ${group}`), `--${flag.name} ${flag.value}`];
  return `${says}${brings}: ./prime ${words.join(" ")} run ${command} …`;
}

/** All commands that are held back, as patterns of sh, for a sealed plan, which has no program to ask. */
export async function allHeldBack(context: Context, activation: Activation) {
  const grounds = await groundsOf(context, activation);
  const groups = [
    { names: ["pip", "pip[0-9]", "pip[0-9].*", "pip-[0-9]*"], like: "pip" },
    { names: ["python[0-9]", "python[0-9].[0-9]", "python[0-9].[0-9][0-9]"], like: "python3.0" },
    ...[...new Set([...grounds.declared.keys(), ...loaders().keys()])].map((name) => ({
      names: [quoteForShell(name)],
      like: name,
    })),
  ];
  return groups.flatMap(({ names, like }) => {
    const held = heldBack(context, grounds, like);
    return held === undefined ? [] : [{ ...held, names }];
  });
}

/** The error for a command that is held back. `found`: a command of that name elsewhere, absolute. */
export function refusalOf(command: string, { why, next }: HeldBack, found: string | undefined): PrimeError {
  const other = found === undefined ? "" : `; ${found} is not its own`;
  const anyway = found === undefined ? "" : ` (./prime --any-command run ${command} runs the other one)`;
  return new PrimeError("not-the-environments", `could not run ${command}: ${why}${other}`, `${next}${anyway}`, {
    exitCode: EXIT_NOT_FOUND,
  });
}

/**
 * Lets a command from elsewhere run, and remembers that it may. When another interpreter runs it, that is said the
 * first time.
 */
export function admit(
  context: Context,
  { generation }: Activation,
  command: string,
  file: string,
  { files }: Grounds,
): void {
  const { terminal, plans, flagKey } = context;
  const stamps = plans === undefined || flagKey === undefined ? undefined : stampsOf({ ...plans, flagKey });
  if (stamps !== undefined && knownCommands(stamps).includes(command)) return;
  const behind = behindCommand(file, generation);
  if (behind.kind === "python") {
    terminal.say(`prime: ${command} is not the environment's: ${file} is run by ${behind.interpreter}`);
  } else if (behind.kind === "shim") {
    terminal.say(`prime: ${command} is not the environment's: ${file} is pyenv's, for another interpreter`);
  }
  if (stamps === undefined) return;
  tolerate(
    () => rememberCommand(stamps, command, files),
    ({ message }) => terminal.detail(`the next start of ${command} is cold once more: ${message}`),
  );
}
