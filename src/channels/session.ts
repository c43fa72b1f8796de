import * as path from "node:path";
import * as v from "valibot";
import { writeAtomic } from "../edges/files/change.ts";
import { parseJson, readOwnJson, TEXT } from "../edges/files/own/own-json.ts";
import { removeFile } from "../edges/files/own/remove.ts";
import { readBytes, sha256 } from "../edges/files/read.ts";
import { PrimeError, usageError } from "../errors.ts";
import { quoted } from "../quoted.ts";
import { type ChannelFile, readChannelFile } from "./channel-file.ts";
import { POINTER, type Pointer, pointerFile } from "./model/pointer.ts";
import { RELEASES_STATE, RELEASES_STATE_FILE, type ReleasesState } from "./model/release.ts";
import type { Place } from "./place.ts";
import { Client, type Memory, type Target } from "./tuf/client.ts";
import { memoryIn } from "./tuf/memory-folder.ts";
import { Refused } from "./tuf/refused.ts";
import { digestsOf, type MetadataFile, type Repository, repositoryOf, servedAs } from "./tuf/repository.ts";
import { verifyLengthAndHashes } from "./tuf/trusted.ts";

/** An app's channels, as a maintainer finds them at the beginning of a command. */
export interface Session {
  /** The maintainer's folder; absolute. */
  readonly folder: string;
  readonly file: ChannelFile;
  readonly place: Place;
  readonly repository: Repository;
  /** The bytes of the timestamp that is served now. */
  readonly timestamp: Buffer;
  readonly state: ReleasesState;
  readonly pointers: ReadonlyMap<string, Pointer>;
}

const MOST_TIMESTAMP = 16_384;
/** The most bytes of a file that describes a release, a channel, or all releases. */
export const MOST_DESCRIPTION = 5_000_000;

/** A client of what a place serves. */
export function clientOf(place: Pick<Place, "read">, memory: Memory, now: Date): Client {
  return new Client({ metadata: (name, most) => place.read(`metadata/${name}`, most) }, memory, now);
}

/**
 * Finishes an earlier command that was cut short, and refreshes the metadata. Expired metadata do not stop a
 * maintainer, who has to sign them again; a place that serves less than was seen before does. `tell` gets what a
 * maintainer should know. `isLook`: nothing is uploaded.
 */
export async function openSession(
  folder: string,
  openPlace: (to: string) => Promise<Place>,
  tell: (words: string) => void,
  isLook = false,
): Promise<Session> {
  const file = readChannelFile(folder);
  const place = await openPlace(file.to);
  await finishPending(folder, place, tell, isLook);
  const memory = memoryOf(folder);
  const client = clientOf(place, memory, new Date(0));
  const target = async (name: string) => {
    const found = await client.find(name);
    return found && readTarget(place, found);
  };
  const state = await target(RELEASES_STATE_FILE);
  if (state === undefined) throw new Refused("mixed", `the channel has no ${RELEASES_STATE_FILE}`);
  await client.find(pointerFile("none"));
  const repository = repositoryOf(memory.read);
  const pointers = new Map<string, Pointer>();
  for (const name of Object.keys(repository.channels.signed.targets)) {
    const pointer = parseJson((await target(name))?.toString("utf8") ?? "", POINTER);
    if (pointer !== undefined && pointerFile(pointer.channel) === name) pointers.set(pointer.channel, pointer);
    else tell(`${name} has an unknown form: somebody else may have signed it; ./prime channel rotate-key channels`);
  }
  const timestamp = memory.read("timestamp") ?? Buffer.alloc(0);
  return {
    folder,
    file,
    place,
    repository,
    timestamp,
    state: parseTarget(RELEASES_STATE_FILE, state, RELEASES_STATE),
    pointers,
  };
}

/** The metadata that this maintainer has seen; at first, the root that was made. */
function memoryOf(folder: string) {
  const memory = memoryIn(path.join(folder, "metadata"));
  const read = (role: string) =>
    memory.read(role) ?? (role === "root" ? readBytes(path.join(folder, "root.json"), MOST_DESCRIPTION) : undefined);
  return { ...memory, read };
}

/** The bytes of a target, as the metadata have it. Throws `Refused`. */
export async function readTarget(place: Pick<Place, "read">, target: Target): Promise<Buffer> {
  const digest = Object.values(target.hashes)[0] ?? "";
  const bytes = await place.read(`targets/${servedAs(target.path, digest)}`, target.length);
  if (bytes === undefined) throw new Refused("mixed", `${target.path} is not where it is served`);
  verifyLengthAndHashes(target.path, bytes, target);
  return bytes;
}

/** Parses a target that describes something. Throws `Refused`, "malformed", for one of another form. */
export function parseTarget<T>(name: string, bytes: Buffer, schema: v.GenericSchema<unknown, T>): T {
  const found = parseJson(bytes.toString("utf8"), schema);
  if (found === undefined) throw new Refused("malformed", `${name} has an unknown form`);
  return found;
}

/**
 * The bytes of such a target. Throws `channel-form` for what no client could read: signed, it would stop every client
 * and every maintainer.
 */
export function renderTarget<T>(name: string, value: T, schema: v.GenericSchema<unknown, T>): Buffer {
  const [issue] = v.safeParse(schema, value).issues ?? [];
  if (issue === undefined) return Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
  const key = quoted((issue.path ?? []).map((item) => String(item.key)).join("."));
  throw usageError(
    "channel-form",
    `could not sign ${quoted(name)}: \`${key}\` must be ${issue.message}`,
    "say it otherwise",
  );
}

const PENDING = v.object({
  /** sha256 of the timestamp that was served when this was signed; null: none was. */
  before: v.nullable(TEXT),
  files: v.array(v.object({ name: TEXT, text: v.string() })),
});

const pendingIn = (folder: string) => path.join(folder, "pending.json");

/** Uploads targets, each under its digest; files that are there already are left. */
export async function addTargets(place: Place, files: Readonly<Record<string, Buffer>>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    const served = `targets/${servedAs(name, digestsOf(bytes).sha256)}`;
    if (!(await place.add(served, bytes))) throw conflict(place, served);
  }
}

/**
 * Uploads an edition, the timestamp last. If that is cut short, the next command finishes it. Throws `channel-moved`.
 */
export async function publishEdition(
  folder: string,
  place: Place,
  before: Buffer | undefined,
  files: readonly MetadataFile[],
): Promise<void> {
  const texts = files.map(({ name, bytes }) => ({ name, text: bytes.toString("utf8") }));
  const pending = { before: before === undefined ? null : sha256(before), files: texts };
  writeAtomic(pendingIn(folder), JSON.stringify(pending), 0o600);
  try {
    await upload(place, texts, before);
  } catch (error) {
    if (error instanceof PrimeError && error.id === "channel-moved") removeFile(pendingIn(folder));
    throw error;
  }
  const memory = memoryOf(folder);
  for (const { role, bytes } of files) memory.write(role, bytes);
  removeFile(pendingIn(folder));
}

async function upload(place: Place, files: readonly { name: string; text: string }[], before: Buffer | undefined) {
  for (const { name, text } of files) {
    const [served, bytes] = [`metadata/${name}`, Buffer.from(text)];
    const isUp =
      name === "timestamp.json" ? await place.replace(served, bytes, before) : await place.add(served, bytes);
    if (!isUp) throw conflict(place, served);
  }
}

function conflict(place: Place, served: string): PrimeError {
  return new PrimeError(
    "channel-moved",
    `could not write ${served} to ${place.name}: somebody else has written one meanwhile`,
    "nothing that customers see was changed; repeat it",
    { exitCode: 1 },
  );
}

async function finishPending(
  folder: string,
  place: Place,
  tell: (words: string) => void,
  isLook: boolean,
): Promise<void> {
  const pending = readOwnJson(pendingIn(folder), PENDING);
  if (pending === undefined) return;
  const served = await place.read("metadata/timestamp.json", MOST_TIMESTAMP);
  const isAsBefore = (served === undefined ? null : sha256(served)) === pending.before;
  const isUp = served?.toString("utf8") === pending.files.at(-1)?.text;
  if (isLook && !isUp) {
    return tell("an earlier command was cut short: the next one finishes it");
  }
  if (isAsBefore) {
    await upload(place, pending.files, served);
    tell("an earlier command was cut short: what it had signed is uploaded now");
  } else if (!isUp) {
    tell("an earlier command was cut short, and had no effect: somebody else has changed the channel since");
  }
  removeFile(pendingIn(folder));
}
