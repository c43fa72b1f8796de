import * as path from "node:path";
import { hasUsualKernel } from "../../config/protoprimer/kernel.ts";
import type { Context } from "../../context.ts";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { whyNotWritten } from "../../edges/files/committed.ts";
import {
  bytesIn,
  exists,
  facts,
  isFolder,
  linkFacts,
  listFolder,
  readBytes,
  readLink,
  readText,
  realPath,
} from "../../edges/files/read.ts";
import { physicalFolder } from "../../edges/places.ts";
import { plainText } from "../../edges/terminal/text.ts";
import { PrimeError, usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { beginsAsLauncher } from "../../launch/own-digest.ts";
import { giveToFolder } from "../../start/shared/give-to-owner.ts";
import { planCheckers } from "./checkers/checkers.ts";
import type { Deed } from "./deed.ts";
import { planDocker } from "./docker.ts";
import { type Extra, planExtra } from "./extras.ts";
import { askGit, bitDeed, stageLauncher } from "./git.ts";
import { planRepo } from "./repo.ts";
import { addHeader, newScript } from "./script.ts";

export interface InitRequest {
  readonly folder: string;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly toToml: boolean;
  /** What else is wanted beside the launcher. */
  readonly extras: readonly Extra[];
}

/** One file, absolute, and what becomes of it. */
interface Change {
  readonly verb: Deed["verb"] | "replace" | "stage";
  readonly file: string;
  readonly why: string;
  /** The whole file, or with `extend` what is put behind its end; absent when nothing changes. */
  readonly text?: string | Buffer;
  readonly executable?: boolean;
}

export type InitContext = Pick<Context, "launcher" | "cwd" | "version" | "terminal" | "print" | "env" | "startedAt">;

/** What is known of a repo whose configuration was another tool's. */
export interface TakenOver {
  /** Where the link to the environment stands, relative to the folder; undefined: outside. */
  readonly link: string | undefined;
  /** Lines that tell what was taken over. */
  readonly took: readonly string[];
  /** In place of an example of a configuration. */
  readonly deeds: readonly Deed[];
}

/**
 * `./prime init`: what is to change is decided as a whole before anything is written; `--dry-run` prints it and ends.
 * What is there already is kept or said by name.
 */
export async function init(context: InitContext, request: InitRequest, taken?: TakenOver): Promise<Answer> {
  const folder = path.resolve(context.cwd, request.folder);
  const changes = await changeRepo(context, request, folder, taken);
  if (perform(context, request, changes, taken?.took)) {
    const needsBit = changes.some(({ verb }) => verb === "stage");
    const launcher = placeIn(folder, context);
    const failure = needsBit ? await stageLauncher(context, launcher) : undefined;
    if (failure !== undefined) context.terminal.warn(failure);
    const left = changes.some(({ verb }) => verb === "todo") ? "do what is left to you (todo), then " : "then ";
    context.terminal.say(`Start it: ${launcher}; ${left}commit what was written.`);
  }
  return DONE;
}

/** `./prime init --script FILE`: the header alone. */
export function initScript(context: InitContext, request: InitRequest, script: string): Answer {
  const folder = path.resolve(context.cwd, request.folder);
  if (folder !== context.cwd) {
    throw usageError(
      "usage",
      `could not do both: put a launcher into ${folder} and a header into ${script}`,
      "start with `./prime init DIR`, then `DIR/prime init --script FILE`",
    );
  }
  perform(context, request, [changeScript(context, script)]);
  return DONE;
}

/** Makes the changes and says them, or only prints them. Gives whether they were made. */
function perform(
  context: InitContext,
  { dryRun }: InitRequest,
  changes: readonly Change[],
  took: readonly string[] = [],
): boolean {
  const lines = [
    ...took.map((line) => `take    ${line}`),
    ...changes.map(({ verb, file, why }) => `${verb.padEnd(7)} ${path.relative(context.cwd, file) || file}: ${why}`),
  ].map(plainText); // some of it stands in the repo's files
  if (dryRun) {
    context.print.text(
      `Nothing was changed. Without --dry-run prime would\n${lines.map((line) => `  ${line}\n`).join("")}`,
    );
    return false;
  }
  for (const change of changes) {
    apply(change);
    giveToFolder(change.file, context.startedAt);
  }
  for (const line of lines) context.terminal.say(line);
  return true;
}

async function changeRepo(
  context: InitContext,
  { force, extras }: InitRequest,
  folder: string,
  taken: TakenOver | undefined,
): Promise<Change[]> {
  if (!isFolder(folder)) {
    throw usageError(
      "no-folder",
      `could not put a launcher into ${folder}: it is not a folder`,
      "make the folder first",
    );
  }
  const place = placeIn(folder, context);
  const name = path.basename(place);
  const launcher = changeLauncher(context, place, force);
  const names = listFolder(folder) ?? [];
  const link = taken === undefined ? ".venv" : taken.link;
  const git = await askGit(context, place);
  const read = (name: string): string | undefined => readText(path.join(folder, name));
  const deeds = [
    ...planRepo({
      launcher: name,
      attributes: read(".gitattributes"),
      ignores: read(".gitignore"),
      ignored: git.ignored,
      names: [...names, ...(hasUsualKernel(folder) ? ["proto_kernel.json"] : [])],
      link,
      config: taken?.deeds,
    }),
    ...[...new Set([folder, git.top])].flatMap((top) => planDocker(top, place, link)),
    ...(await planCheckers(place, git.top)),
    ...extras.map((extra) => planExtra(extra, link, read)),
    ...git.todo,
  ].map((deed) => permitted(folder, deed));
  return [
    launcher,
    ...(git.needsBit ? [bitDeed(place)] : []),
    ...deeds.map((deed) => ({ ...deed, file: path.join(folder, deed.file) })),
  ];
}

/** Where the launcher goes: in its own repo it keeps the name that it has. */
function placeIn(folder: string, { launcher }: InitContext): string {
  return path.dirname(launcher) === realPath(folder) ? launcher : path.join(folder, "prime");
}

/** Nothing is written through a link that leads elsewhere, nor into a file that its owner has closed. */
function permitted(folder: string, deed: Deed): Deed {
  const target = path.join(folder, deed.file);
  if (deed.text === undefined) return deed;
  const isClosed = ((facts(target)?.mode ?? 0o200) & 0o222) === 0;
  const why = whyNotWritten(target, physicalFolder(folder)) ?? (isClosed ? "is read-only" : undefined);
  if (why === undefined) return deed;
  const what = deed.verb === "extend" ? deed.text.trim().replace(/\r?\n/g, ", ") : deed.why;
  return { file: deed.file, verb: "todo", why: `${what} (by hand: the file ${why})` };
}

/** The launcher, byte for byte. Another launcher of prime's is replaced; any other file only by force. */
function changeLauncher({ launcher, version }: InitContext, file: string, force: boolean): Change {
  const text = readBytes(launcher);
  if (text === undefined) {
    throw new PrimeError(
      "file-system",
      `could not read the launcher ${launcher}: it is gone`,
      "restore it, for example by `git checkout prime`, and start again",
    );
  }
  const own = `this launcher, version ${version}`;
  const present = linkFacts(file);
  if (present === undefined) return { file, verb: "write", why: own, text, executable: true };
  if (realPath(file) === launcher) return { file, verb: "keep", why: "it is this launcher itself" };
  if (isFolder(file)) {
    throw isTaken(file, "a folder", "copy it by hand under another name, and start `init` by that");
  }
  const there = bytesIn(file);
  const link = readLink(file);
  if (link === undefined && there.equals(text)) {
    if ((present.mode & 0o111) !== 0) return { file, verb: "keep", why: `has ${own}` };
    return { file, verb: "replace", why: `has ${own}, but was not executable`, text, executable: true };
  }
  const isLauncher = link === undefined && beginsAsLauncher(there);
  if (isLauncher || force) {
    return { file, verb: "replace", why: `${describe(there, isLauncher, link)} by ${own}`, text, executable: true };
  }
  throw isTaken(file, describe(there, isLauncher, link));
}

export function isTaken(
  file: string,
  what: string,
  hint = "look at it, then move it away or start again with --force",
): PrimeError {
  return new PrimeError("init-refused", `could not put the launcher at ${file}: ${what} stands there`, hint);
}

export const NO_LAUNCHER = "a file that is no launcher of prime's";

function describe(content: Buffer, isLauncher: boolean, link: string | undefined): string {
  if (link !== undefined) return `a link to ${link}`;
  if (!isLauncher) return NO_LAUNCHER;
  const found = /^prime (\d\S*), Copyright/m.exec(content.toString("latin1")); // the notices at its end
  return `a launcher of ${found === null ? "unknown version" : `version ${found[1]}`}`;
}

/** The header finds the launcher from the script's own place, so that both move together. */
function changeScript({ launcher, cwd }: InitContext, given: string): Change {
  const named = path.resolve(cwd, given);
  const folder = realPath(path.dirname(named));
  if (folder === undefined) {
    throw new PrimeError("no-folder", `could not write ${named}: its folder does not exist`, "make the folder first");
  }
  const file = realPath(named) ?? path.join(folder, path.basename(named));
  const way = path.relative(path.dirname(file), launcher);
  if (!/^(?:\.\.\/)*[\w.-]+$/.test(way)) {
    throw new PrimeError(
      "script-outside",
      `could not put a header into ${file}: it is outside ${path.dirname(launcher)}`,
      "use the launcher of the script's own repo",
    );
  }
  if (!exists(file))
    return {
      file,
      verb: "write",
      why: "a script that starts by the launcher",
      text: newScript(way),
      executable: true,
    };
  const before = readBytes(file)?.toString("latin1") ?? "";
  const { text: headed, told } = addHeader(before, way, file);
  const isExecutable = ((facts(file)?.mode ?? 0) & 0o111) !== 0;
  if (headed === before && isExecutable) return { file, verb: "keep", why: "has the header" };
  const why = ["starts by the launcher from now on", ...told].join("; ");
  return { file, verb: "change", why, text: Buffer.from(headed, "latin1"), executable: true };
}

/** What stands there keeps its permissions, and what it says by its other names (hard links); who may read an executable file may also run it. */
function apply({ verb, file, text, executable }: Change): void {
  const mode = (facts(file)?.mode ?? 0o666) & 0o777;
  if (text === undefined) return;
  makeFolder(path.dirname(file));
  const isAdded = verb === "extend";
  writeAtomic(
    isAdded || verb === "change" ? (realPath(file) ?? file) : file,
    isAdded ? Buffer.concat([bytesIn(file), Buffer.from(text)]) : text,
    executable === true ? mode | ((mode & 0o444) >> 2) : mode,
  );
}
