import * as path from "node:path";
import * as v from "valibot";
import { beginJob, type Job, runStep } from "../../builder/job.ts";
import { provision } from "../../builder/uv-tool.ts";
import {
  type Contents,
  RELEASE,
  RELEASES_STATE,
  RELEASES_STATE_FILE,
  type Release,
  releaseFile,
  releaseFolder,
  releaseId,
} from "../../channels/model/release.ts";
import { moment } from "../../channels/model/texts.ts";
import { type ReleaseLock, releaseLock } from "../../channels/release-lock.ts";
import { renderTarget, type Session } from "../../channels/session.ts";
import type { Context } from "../../context.ts";
import { decideTools } from "../../decision/decide.ts";
import { inWorkFolder, writePlain } from "../../edges/files/change.ts";
import { lastLineOf, parseJson, TEXT } from "../../edges/files/own/own-json.ts";
import { readBytes, readStart, readText, sha256 } from "../../edges/files/read.ts";
import { type PrimeError, usageError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import { beginsAsLauncher } from "../../launch/own-digest.ts";
import { normalizeName } from "../../project/packages.ts";
import { cleanEnvironment } from "../../python/clean-environment.ts";
import { WHEEL_METADATA_PY } from "../../python/texts/texts.ts";
import { counted } from "../../size.ts";
import { parseToml } from "../../toml.ts";
import { checkPlatform, type ReleaseResolution, resolveRelease } from "../../uv/release-commands.ts";
import { promote } from "./move.ts";
import { offer } from "./offer-launcher.ts";
import { lead, type Options } from "./signing/lead.ts";

export interface Publication extends Options {
  readonly promote?: string;
  readonly percent: number;
  readonly notes: string;
  readonly verify: readonly string[];
  readonly platform: readonly string[];
  readonly extra: readonly string[];
  readonly minLauncher?: string;
  /** Needed for a lock alone. */
  readonly releaseVersion?: string;
}

const WHEELS = v.array(
  v.object({ file: TEXT, name: TEXT, version: TEXT, python: v.nullable(TEXT), why: v.nullable(TEXT) }),
);
type Wheel = v.InferOutput<typeof WHEELS>[number];

/** Bytes in which a launcher shows itself. */
const HEAD_LENGTH = 200;
/** Bytes of a wheel; more is not read into memory. */
const MOST_WHEEL = 1_000_000_000;

/**
 * `./prime channel publish FILE…`: wheels, or a lock, become a release, and a launcher of prime's the one that customers get, signed by the
 * offline key; safe to repeat.
 */
export function publish(context: Context, words: readonly string[], options: Publication): Promise<Answer> {
  const files = words.map((word) => path.resolve(context.cwd, word));
  const launchers = files.filter((file) => beginsAsLauncher(Buffer.from(readStart(file, HEAD_LENGTH))));
  const others = files.filter((file) => !launchers.includes(file));
  return lead(context, options, async (session) => {
    const launcher = await offer(context, session, launchers);
    const release =
      others.length === 0 && launchers.length > 0 ? undefined : await prepare(context, session, others, options);
    const next = promotionOf(context, release?.contents.version, options);
    const news = [...(launcher?.news ?? []), ...(release?.news ?? [])];
    const state = { ...session.state, ...launcher?.state, ...release?.state };
    const targets = {
      ...launcher?.targets,
      ...release?.targets,
      [RELEASES_STATE_FILE]: renderTarget(RELEASES_STATE_FILE, state, RELEASES_STATE),
    };
    const words = news.join("; ");
    const isNew = launcher?.isNew || release?.isNew;
    return { words, ...next, ...(isNew ? { change: { files: { releases: targets } } } : {}) };
  });
}

function promotionOf(context: Context, version: string | undefined, options: Publication) {
  const { dir, percent, promote: channel, notes: reason } = options;
  if (channel === undefined) return {};
  if (version === undefined) {
    throw refusal("a launcher alone can't be promoted", "customers get it at their next check; leave out --promote");
  }
  return { next: () => promote(context, channel, version, { dir, percent, urgent: false, reason }) };
}

async function prepare(context: Context, session: Session, files: readonly string[], options: Publication) {
  const tools = await decideTools(context);
  const job = await beginJob(context, tools.folders);
  return inWorkFolder(path.join(context.places.cache, "release"), async (work) => {
    const locks = files.filter((file) => /^pylock(?:\.[^.]+)?\.toml$/.test(path.basename(file)));
    const wheels = await readWheels(
      job,
      tools.selected.path,
      files.filter((file) => file.endsWith(".whl")),
    );
    refuseOthers(files, [...locks, ...wheels.map(({ file }) => file)]);
    const own = wheels.find(({ name }) => normalizeName(name) === normalizeName(session.file.app));
    const version = options.releaseVersion ?? own?.version;
    if (version === undefined) {
      throw refusal(
        `none of the files is a wheel of ${session.file.app}, so that it has no version`,
        "name one: --release-version V",
      );
    }
    const lock = locks[0] === undefined ? await resolve(job, tools, work, wheels, options) : await read(locks[0]);
    return releaseOf(context, session, contentsOf(session, lock, { version, python: own?.python ?? null }, options));
  });
}

function releaseOf({ startedAt }: Context, { state }: Session, { contents, targets }: ReturnType<typeof contentsOf>) {
  const { version } = contents;
  const release_id = releaseId(contents);
  const known = state.releases.find((one) => one.version === version);
  if (known !== undefined && known.release_id !== release_id) {
    throw refusal(`${version} was published with other contents`, "a release never changes: give it another version");
  }
  if (known !== undefined) return { contents, isNew: false, news: [`${version} is published already`] };
  const created = moment(startedAt);
  const release: Release = { ...contents, release_id, created };
  return {
    contents,
    isNew: true,
    targets: { ...targets, [releaseFile(version)]: renderTarget(releaseFile(version), release, RELEASE) },
    state: { releases: [...state.releases, { version, release_id, created }] },
    news: [`${version} is released, with ${counted(contents.files.length, "file")}`],
  };
}

async function readWheels(job: Job, python: string, files: readonly string[]): Promise<readonly Wheel[]> {
  if (files.length === 0) return [];
  const { env, root: cwd } = job.context;
  const args = ["-I", "-B", "-c", WHEEL_METADATA_PY, ...files];
  const command = { file: python, args, env: cleanEnvironment(env), cwd };
  const { stdout } = await runStep(job, "read the wheels", command, { id: "release" });
  const wheels = parseJson(lastLineOf(stdout), WHEELS) ?? [];
  const bad = wheels.find(({ why }) => why !== null);
  if (bad !== undefined) throw refusal(`${bad.file} is no wheel: ${bad.why}`, "build it anew");
  return wheels;
}

function refuseOthers(files: readonly string[], taken: readonly string[]): void {
  const other = files.find((file) => !taken.includes(file));
  if (other !== undefined)
    throw refusal(`${other} is neither a wheel nor a pylock.toml`, "a release is made of wheels: leave out sdists");
  if (files.length === 0) throw refusal("no file was named", "./prime channel publish dist/*.whl");
}

async function resolve(
  job: Job,
  tools: Awaited<ReturnType<typeof decideTools>>,
  work: string,
  wheels: readonly Wheel[],
  { platform, extra }: Publication,
): Promise<ReleaseLock> {
  const uv = await provision(job, tools);
  const extras = extra.length === 0 ? "" : `[${extra.join(",")}]`;
  const requirements = new Set(wheels.map(({ name, version }) => `${name}${extras}==${version}\n`));
  const file = path.join(work, "requirements.in");
  writePlain(file, [...requirements].join(""));
  const oldest = wheels
    .map(({ python }) => /^\s*>=\s*(\d+\.\d+)/.exec(python ?? "")?.[1])
    .find((one) => one !== undefined);
  const output = path.join(work, "pylock.toml");
  const release: ReleaseResolution = {
    file,
    output,
    oldest,
    folders: [...new Set(wheels.map((wheel) => path.dirname(wheel.file)))],
    python: tools.selected.path,
  };
  await runStep(job, "resolve the release", resolveRelease(uv, release), { id: "release" });
  for (const one of platform) {
    const check = { ...release, output: path.join(work, "pylock.check.toml") };
    await runStep(job, `look for wheels for ${one}`, checkPlatform(uv, check, one), { id: "release" });
  }
  return read(output);
}

async function read(file: string): Promise<ReleaseLock> {
  return releaseLock(await parseToml(readText(file) ?? "", file), path.dirname(file));
}

function contentsOf(
  { file }: Session,
  { text, files }: ReleaseLock,
  { version, python }: Pick<Contents, "version" | "python">,
  { verify, platform, notes, minLauncher }: Publication,
): { contents: Contents; targets: Record<string, Buffer> } {
  const folder = releaseFolder(version);
  const targets: Record<string, Buffer> = { [`${folder}/pylock.toml`]: Buffer.from(text) };
  const listed = [...files].map(([name, { file: from, sha256: locked }]) => {
    const bytes = readBytes(from, MOST_WHEEL);
    if (bytes === undefined) throw refusal(`there is no ${from}, which the lock names`, "build it anew");
    if (sha256(bytes) !== locked) throw refusal(`${from} has another sha256 than the lock says`, "lock it anew");
    targets[`${folder}/${name}`] = bytes;
    return { name, sha256: sha256(bytes), size: bytes.length };
  });
  const contents: Contents = {
    app: file.app,
    version,
    python,
    platforms: [...platform],
    lock: { name: "pylock.toml", sha256: sha256(text) },
    files: listed,
    verify: [...verify],
    notes,
    launcher: minLauncher ?? null,
  };
  return { contents, targets };
}

function refusal(why: string, hint: string): PrimeError {
  return usageError("release", `could not make a release: ${why}`, hint);
}
