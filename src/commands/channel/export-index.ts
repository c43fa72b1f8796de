import * as path from "node:path";
import { wheelOf } from "../../apps/release/wheels/wheel.ts";
import type { Pointer } from "../../channels/model/pointer.ts";
import { RELEASE, type Release, releaseFile, releaseFolder } from "../../channels/model/release.ts";
import { parseTarget, readTarget, type Session } from "../../channels/session.ts";
import type { Context } from "../../context.ts";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { sha256 } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { normalizeName } from "../../project/packages.ts";
import { type Options, sessionOf } from "./signing/lead.ts";

/** By project, its files and their sha256. */
type Index = Map<string, Map<string, string>>;

/**
 * `./prime channel export-index OUT`: what the channels say as an index (PEP 503), for those who must keep pip: the wheels of all
 * releases that were not withdrawn, and for each channel a package (`foo-stable`) whose newest version pins what it points at.
 */
export async function exportIndex(context: Context, out: string, options: Pick<Options, "dir">): Promise<Answer> {
  const session = await sessionOf(context, options, true);
  const folder = path.resolve(context.cwd, out, "simple");
  const index: Index = new Map();
  const put = (project: string, name: string, bytes: Buffer) => {
    filesOf(project).set(name, sha256(bytes));
    writeAtomic(path.join(folder, project, name), bytes, 0o644);
  };
  const filesOf = (project: string) => {
    makeFolder(path.join(folder, project));
    const known = index.get(project) ?? new Map<string, string>();
    index.set(project, known);
    return known;
  };
  for (const { version, files } of await releasesOf(session)) {
    for (const { name } of files) {
      const project = normalizeName(name.split("-")[0] as string);
      if (session.state.withdrawn[version])
        filesOf(project); // an earlier export may have listed it
      else put(project, name, await fileOf(session, `${releaseFolder(version)}/${name}`));
    }
  }
  for (const pointer of session.pointers.values()) {
    const project = normalizeName(`${session.state.app}-${pointer.channel}`);
    const said = `Requires-Dist: ${session.state.app}==${forAll(pointer)}`;
    const { name, bytes } = wheelOf({ project, version: calendarVersion(pointer), said }, {});
    put(project, name, bytes);
  }
  for (const [project, files] of index)
    writeAtomic(path.join(folder, project, "index.html"), page([...files].map(linkTo)), 0o644);
  writeAtomic(
    path.join(folder, "index.html"),
    page([...index.keys()].map((name) => `<a href="${name}/">${name}</a>`)),
    0o644,
  );
  context.terminal.say(`${folder}: ${[...index.keys()].join(", ")}`);
  return DONE;
}

async function releasesOf(session: Session): Promise<Release[]> {
  return Promise.all(
    session.state.releases.map(async ({ version }) =>
      parseTarget(releaseFile(version), await fileOf(session, releaseFile(version)), RELEASE),
    ),
  );
}

function fileOf({ place, repository }: Session, name: string): Promise<Buffer> {
  const target = repository.releases.signed.targets[name];
  if (target === undefined)
    throw new PrimeError("release", `could not export ${name}: no metadata name it`, "publish the release again");
  return readTarget(place, target);
}

/** pip knows no rollouts: what was not rolled out to all waits. */
function forAll({ rollout, version, before }: Pointer): string {
  return rollout.percent === 100 || before === null ? version : before.version;
}

/** Rises with each move, whichever way it goes (CalVer: the day, then the serial). */
function calendarVersion({ at, serial }: Pointer): string {
  const [year, month, day] = at.slice(0, 10).split("-").map(Number);
  return `${year}.${month}.${day}.${serial}`;
}

function linkTo([name, digest]: readonly [string, string]): string {
  return `<a href="${encodeURIComponent(name)}#sha256=${digest}">${name}</a>`;
}

function page(links: readonly string[]): string {
  return `<!DOCTYPE html>\n<html><head><meta name="pypi:repository-version" content="1.0"></head><body>\n${links.join("<br>\n")}\n</body></html>\n`;
}
