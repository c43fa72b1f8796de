import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Command } from "../edges/command.ts";
import { writeAtomic, writePlain } from "../edges/files/change.ts";
import { sha256OfFile } from "../edges/files/read.ts";
import { PrimeError } from "../errors.ts";
import { declaredDigests, restrictDigests } from "../project/files/digests.ts";
import { type Pylock, pylockOf, readPylock, renderPylock, withPlaces } from "../project/files/pylock.ts";
import { changedPackages, describeChange } from "../project/packages.ts";
import type { Project } from "../project/project.ts";
import type { Table } from "../toml.ts";
import * as commands from "../uv/commands.ts";
import { credentialsOf, withCredentials, withoutCredentials } from "./credentials.ts";
import { type Job, runStep, stepError, tryStep } from "./job.ts";
import { FAILED, type Target } from "./target.ts";

/**
 * Installs what has no lock by a pylock.toml (PEP 751) of prime's own, which it gives as a file: the one that is known, or
 * one that is resolved now, near to it or to the one before.
 */
export async function installResolved(job: Job, uv: commands.UvTool, target: Target): Promise<string> {
  const { known } = target;
  if (known === undefined) return resolveAndInstall(job, uv, target, target.preferred);
  const before = await readPylock(known);
  const gone = changedArchive(before);
  const why = gone === undefined ? await installKnown(job, uv, target, before) : `${gone} is not what it was`;
  if (why === undefined) return known;
  job.context.terminal.say(`${why}: resolving again, near to the same versions`);
  return resolveAndInstall(job, uv, target, known, gone === undefined ? before : undefined);
}

function changedArchive({ archives }: Pylock): string | undefined {
  return archives.find(({ file, sha256 }) => sha256 !== undefined && sha256OfFile(file) !== sha256)?.file;
}

/** Gives why it can't be had any more, if it can't; other failures are failures. */
async function installKnown(job: Job, uv: commands.UvTool, target: Target, known: Pylock): Promise<string | undefined> {
  const folder = path.dirname(target.known ?? "");
  const install = await installCommand(uv, target, absolute(known.table, folder));
  if (await installFromCache(job, install, target.project)) return undefined;
  const title = "install packages";
  const outcome = await tryStep(job, title, install, { otherwise: "failed" });
  if (outcome.ok) return undefined;
  const moved = UNREACHABLE.exec(outcome.output)?.[1];
  if (moved === undefined) throw stepError(job, title, outcome, FAILED);
  return `${withoutCredentials(moved)} can't be had any more`;
}

/** uv's words for an address that does not answer, or not with the file. */
const UNREACHABLE = /Failed to (?:fetch|download)[^\n]*?(https?:\/\/[^\s`)]+|file:\/\/[^\s`)]+)/;

/** What was installed before is likely to be here still: then no index is asked, and none has to answer. */
async function installFromCache(job: Job, install: Command, { rebuilt }: Project): Promise<boolean> {
  if (rebuilt.length > 0) return false;
  const offline = { ...install, args: [...install.args, "--offline"] };
  return (await tryStep(job, "install packages from the cache", offline, { otherwise: "not all are there" })).ok;
}

async function resolveAndInstall(
  job: Job,
  uv: commands.UvTool,
  target: Target,
  preferred: string | undefined,
  moved?: Pylock,
): Promise<string> {
  const found = await resolve(job, uv, target, preferred);
  if (moved !== undefined) compareWithMoved(job, moved, found);
  await runStep(job, "install packages", await installCommand(uv, target, found.table), FAILED);
  const answer = path.join(target.work, "pylock.toml");
  writeAtomic(answer, renderPylock(relative(found.table, target.resolved)));
  return answer;
}

/** Paths in it are absolute. */
async function resolve(job: Job, uv: commands.UvTool, target: Target, preferred: string | undefined): Promise<Pylock> {
  const { project, work } = target;
  const draft = path.join(work, "pylock.draft.toml");
  if (preferred !== undefined) {
    const before = await readPylock(preferred);
    writePlain(draft, renderPylock(absolute(before.table, path.dirname(preferred))), 0o600);
  }
  await runStep(job, "resolve requirements", resolveCommand(uv, target, draft), {
    id: "resolve-failed",
    hint: "correct the requirements, or check the index and the network; what worked before still works",
  });
  const { table } = await readPylock(draft);
  return pylockOf(absolute(restrictDigests(table, declaredDigests(project)), work), work);
}

/** A mirror may have moved; the bytes of a version may not have become others on the way. */
function compareWithMoved({ context }: Job, before: Pylock, after: Pylock): void {
  const digests = new Map(before.packages.map((one) => [`${one.name} ${one.version}`, one.digests]));
  for (const { name, version, digests: now } of after.packages) {
    const were = digests.get(`${name} ${version}`) ?? [];
    if (were.length === 0 || now.length === 0 || now.some((one) => were.includes(one))) continue;
    throw new PrimeError(
      "resolution-bytes",
      `could not install ${name} ${version}: where it comes from now, it has other bytes than before (sha256 ${now[0]}, not ${were[0]})`,
      { hint: "find out why; ./prime reboot takes what the index has now" },
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

async function installCommand(uv: commands.UvTool, target: Target, table: Table): Promise<Command> {
  const { project, generation, work } = target;
  const file = path.join(work, "pylock.install.toml");
  writePlain(file, renderPylock(await withUsers(uv, project, table)), 0o600);
  return commands.installPylock(uv, generation, file, {
    options: project.requirementOptions,
    rebuilt: project.rebuilt,
  });
}

/** Installs the repo's own pylock.toml: that very file, unless an address in it wants a user named. */
export async function installRepoLock(job: Job, uv: commands.UvTool, target: Target): Promise<void> {
  const { project, generation, work } = target;
  const own = path.join(uv.root, "pylock.toml");
  const { table } = await readPylock(own);
  const [before, named] = [absolute(table, uv.root), absolute(await withUsers(uv, project, table), uv.root)];
  const file = isDeepStrictEqual(before, named) ? own : path.join(work, "pylock.install.toml");
  if (file !== own) writePlain(file, renderPylock(named), 0o600);
  const choice = { extras: project.extras, groups: project.groups };
  const install = commands.installPylock(uv, generation, file, { choice, options: null, rebuilt: project.rebuilt });
  await runStep(job, "install from pylock.toml", install, FAILED);
}

async function withUsers({ env }: commands.UvTool, project: Project, table: Table): Promise<Table> {
  const known = await credentialsOf(project, env);
  return withPlaces(table, { url: (url) => withCredentials(url, known), path: (place) => place });
}

function absolute(table: Table, folder: string): Table {
  return withPlaces(table, { url: (url) => url, path: (place) => path.resolve(folder, place) });
}

/** As it is kept: to be compared, and without secrets. */
function relative(table: Table, folder: string): Table {
  return withPlaces(table, { url: withoutCredentials, path: (place) => path.relative(folder, place) });
}

function resolveCommand(uv: commands.UvTool, target: Target, output: string): Command {
  const { project, generation } = target;
  const { editables, virtualProjects, groupSources, requirementFiles, rebuilt } = project;
  const isBare = editables.length + virtualProjects.length + groupSources.length + requirementFiles.length === 0;
  const files = [
    ...(editables.length > 0 || isBare ? [writeEditables(target)] : []), // uv refuses to resolve nothing at all
    ...virtualProjects.map(({ folder }) => path.join(folder, "pyproject.toml")),
    ...requirementFiles.map((file) => path.join(uv.root, file)),
  ];
  const extras = [...new Set(virtualProjects.flatMap((one) => one.extras))];
  const resolution = { files, groups: groupSources, extras, output, rebuilt };
  return commands.resolve(uv, generation, resolution, project.requirementOptions);
}

/** What is to be installed editable, as a requirement file. */
export function writeEditables({ project, work }: Target): string {
  const file = path.join(work, "editables.in");
  const lines = project.editables.map(({ folder, extras }) => commands.editableLine(folder, extras));
  writeAtomic(file, `${lines.join("\n")}\n`);
  return file;
}
