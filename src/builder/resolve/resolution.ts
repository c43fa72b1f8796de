import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Command } from "../../edges/command.ts";
import { writeAtomic, writePlain } from "../../edges/files/change.ts";
import { sha256OfFile } from "../../edges/files/read.ts";
import { PrimeError, passOn } from "../../errors.ts";
import { type Pylock, packagesOf, pylockOf, readPylock, renderPylock, withPlaces } from "../../project/files/pylock.ts";
import { changedPackages, describeChange, normalizeName } from "../../project/packages.ts";
import type { Project } from "../../project/project.ts";
import { type Table, valueAt } from "../../toml.ts";
import * as commands from "../../uv/commands.ts";
import type { UvTool } from "../../uv/tool.ts";
import { type BuildTarget, INSTALL_FAILED } from "../drivers/target.ts";
import { type Job, runStep, stepError, tryStep } from "../job.ts";
import { credentialsOf, withCredentials, withoutCredentials } from "./credentials.ts";
import { forThisMachine, refuseOutsideLimits, withoutIsolation } from "./limits.ts";
import { absolute, RESOLVE_FAILED, readResolved, resolveNear } from "./resolving.ts";

/**
 * Installs a repo that has no lock by a pylock.toml (PEP 751) of prime's own, and gives that file: the known one, or
 * one that is resolved now, near to that one or to the one before.
 */
export async function installResolved(job: Job, uv: UvTool, target: BuildTarget): Promise<string> {
  refuseOutsideLimits(target.project, target.base);
  const { known } = target;
  const before = await readKept(known);
  if (known === undefined || before === undefined) {
    const preferred = await readKept(target.preferred);
    return resolveAndInstall(job, uv, target, preferred, preferred !== undefined && isElsewhere(preferred, target));
  }
  const gone = changedArchive(before);
  const why = isElsewhere(before, target)
    ? "your indexes have changed"
    : gone === undefined
      ? await installKnown(job, uv, target, before)
      : `${gone} is not what it was`;
  if (why === undefined) return known;
  job.context.terminal.say(`${why}: resolving again, near to the same versions`);
  return resolveAndInstall(job, uv, target, before, gone === undefined);
}

/** Whether a resolution came from other indexes than the user names now; a user who names none takes it as it is. */
function isElsewhere({ table }: Pylock, { indexes }: BuildTarget): boolean {
  return indexes !== "" && valueAt(table, INDEXES) !== indexes;
}

/** Where a kept resolution notes the indexes that the user named for it (PEP 751, "The [tool] table"). */
const INDEXES = ["tool", "prime", "indexes"];

function withIndexes(table: Table, { indexes }: Pick<BuildTarget, "indexes">): Table {
  return indexes === "" ? table : { ...table, tool: { prime: { indexes } } };
}

/** A kept resolution, with absolute paths; undefined when it is not there, or torn. */
export async function readKept(file: string | undefined): Promise<Pylock | undefined> {
  if (file === undefined) return undefined;
  try {
    const { table } = await readPylock(file);
    return pylockOf(absolute(table, path.dirname(file)), path.dirname(file));
  } catch (error) {
    passOn(error);
    return undefined;
  }
}

function changedArchive({ archives }: Pylock): string | undefined {
  return archives.find(({ file, sha256 }) => sha256 !== undefined && sha256OfFile(file) !== sha256)?.file;
}

/**
 * Whether everything is a wheel. Then all of what uv has just resolved may be in its cache, and uv need not ask the
 * index for each file again, which takes longer than all else. When something has to be built, its build requirements
 * are a question to the index.
 */
function areWheels(table: Table): boolean {
  return packagesOf(table).every(({ wheels }) => Array.isArray(wheels) && wheels.length > 0);
}

/** Installs a known resolution. Gives the reason when a file of it can't be had any more; throws for other failures. */
async function installKnown(job: Job, uv: UvTool, target: BuildTarget, known: Pylock): Promise<string | undefined> {
  const installs = await installCommands(uv, target, known.table);
  if (await installFromCache(job, installs, target.project)) return undefined;
  const title = "install packages";
  for (const install of installs) {
    const outcome = await tryStep(job, title, install, { otherwise: "failed" });
    if (outcome.ok) continue;
    const moved = UNREACHABLE.exec(outcome.output)?.[1];
    if (moved === undefined) throw stepError(job, title, outcome, INSTALL_FAILED);
    return `${withoutCredentials(moved)} can't be had any more`;
  }
  return undefined;
}

/** What uv says when an address does not answer, or not with the file. */
const UNREACHABLE = /Failed to (?:fetch|download)[^\n]*?(https?:\/\/[^\s`)]+|file:\/\/[^\s`)]+)/;

/** Tries to install from uv's cache, which is likely to have what was installed before: then no index has to answer. */
async function installFromCache(job: Job, installs: readonly Command[], { rebuilt }: Project): Promise<boolean> {
  if (rebuilt.length > 0) return false;
  for (const install of installs) {
    const offline = { ...install, args: [...install.args, "--offline"] };
    const title = "install packages from the cache";
    if (!(await tryStep(job, title, offline, { otherwise: "not all are there" })).ok) return false;
  }
  return true;
}

async function resolveAndInstall(
  job: Job,
  uv: UvTool,
  target: BuildTarget,
  preferred: Pylock | undefined,
  isMoved = false,
): Promise<string> {
  const found = await resolve(job, uv, target, preferred);
  if (isMoved && preferred !== undefined) compareWithMoved(job, preferred, found);
  for (const install of await installCommands(uv, target, found.table)) {
    const first = areWheels(found.table)
      ? { ...install, args: [...install.args, "--offline", "--no-build"] }
      : undefined;
    await runStep(job, "install packages", install, { ...INSTALL_FAILED, first });
  }
  const answer = path.join(target.work, "pylock.toml");
  const place = (file: string) => path.relative(target.resolved, file);
  writeAtomic(answer, asKept(found, target.indexes, place));
  return answer;
}

/**
 * The text in which a resolution with absolute paths is kept: without secrets, so that it can be compared. `place`
 * turns a path into the one to keep.
 */
export function asKept({ table }: Pylock, indexes: string, place: (file: string) => string): string {
  const kept = withPlaces(table, (key, text) => (key === "url" ? withoutCredentials(text) : place(text)));
  return renderPylock(withIndexes(kept, { indexes }));
}

/** Resolves near to `preferred`. Paths in the result are absolute. */
async function resolve(job: Job, uv: UvTool, target: BuildTarget, preferred: Pylock | undefined): Promise<Pylock> {
  const from = { ...target, python: `${target.generation}/bin/python` };
  await runStep(job, "resolve requirements", resolveNear(uv, from, preferred), RESOLVE_FAILED);
  return readResolved(from);
}

/** Throws `resolution-bytes` when a version has other bytes after its index has moved; else tells what changed. */
function compareWithMoved({ context }: Job, before: Pylock, after: Pylock): void {
  const digests = new Map(before.packages.map((one) => [`${one.name} ${one.version}`, one.digests]));
  for (const { name, version, digests: now } of after.packages) {
    const were = digests.get(`${name} ${version}`) ?? [];
    if (were.length === 0 || now.length === 0 || now.some((one) => were.includes(one))) continue;
    throw new PrimeError(
      "resolution-bytes",
      `could not install ${name} ${version}: its file has changed (sha256 ${now[0]}, was ${were[0]})`,
      "find out why; ./prime reboot takes what the index has now",
    );
  }
  const changes = changedPackages(versionsOf(before), versionsOf(after)).map(describeChange);
  context.terminal.say(
    changes.length === 0 ? "resolved again: the same versions" : `resolved again: ${changes.join(", ")}`,
  );
}

function versionsOf({ packages }: Pylock): Record<string, string> {
  return Object.fromEntries(packages.map(({ name, version }) => [name, version ?? "of its folder"]));
}

/**
 * The commands that install a resolution. What is built within the environment itself comes last, when all that it may
 * need is there.
 */
async function installCommands(uv: UvTool, target: BuildTarget, table: Table): Promise<Command[]> {
  const { project, work } = target;
  const named = await withUsers(uv, project, table);
  const shared = withoutIsolation(project.uvSettings);
  const isLate = (entry: Table): boolean =>
    shared === "all" ? entry.wheels === undefined : shared.includes(normalizeName(String(entry.name)));
  const early = packagesOf(named).filter((entry) => !isLate(entry));
  const parts = early.length < packagesOf(named).length ? [{ ...named, packages: early }, named] : [named];
  return parts.map((part, index) => {
    const file = path.join(work, `pylock.install${index}.toml`);
    writePlain(file, renderPylock(part), 0o600);
    return installCommand(uv, target, file);
  });
}

function installCommand(
  uv: UvTool,
  { project, generation, base }: BuildTarget,
  file: string,
  choice?: commands.PylockInstall["choice"],
): Command {
  return commands.installPylock(uv, generation, file, {
    choice,
    options: project.requirementOptions,
    rebuilt: project.rebuilt,
    overrides: forThisMachine(project.uvSettings, base),
  });
}

/**
 * Installs the repo's own pylock.toml. It is that very file, unless an address in it needs a user name, or all of its
 * default groups are left out, for which uv has no option.
 */
export async function installRepoLock(job: Job, uv: UvTool, target: BuildTarget): Promise<void> {
  const { project, work } = target;
  const own = path.join(uv.root, "pylock.toml");
  const { table, defaultGroups } = await readPylock(own);
  const withoutAll = project.groups?.length === 0 && defaultGroups.length > 0;
  const whole = withoutAll ? { ...table, "default-groups": [] } : table;
  const named = await withUsers(uv, project, whole, job.context.app?.sources);
  const file = isDeepStrictEqual(table, named) ? own : path.join(work, "pylock.install.toml");
  if (file !== own) writePlain(file, renderPylock(absolute(named, uv.root)), 0o600);
  const install = installCommand(uv, target, file, { extras: project.extras, groups: project.groups });
  await runStep(job, "install from pylock.toml", install, INSTALL_FAILED);
}

async function withUsers({ env }: UvTool, project: Project, table: Table, more?: readonly string[]): Promise<Table> {
  const known = await credentialsOf(project, env, more);
  return withPlaces(table, (key, text) => (key === "url" ? withCredentials(text, known) : text));
}
