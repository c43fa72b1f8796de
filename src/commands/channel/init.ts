import * as path from "node:path";
import type { Key } from "@tufjs/models";
import { hasChannelFile, writeChannelFile } from "../../channels/channel-file.ts";
import { expiryOf, isOnline, signersBy } from "../../channels/edit.ts";
import { makeKey, type NamedKey, publicKeyIn } from "../../channels/keys.ts";
import { RELEASES_STATE, RELEASES_STATE_FILE } from "../../channels/model/release.ts";
import { addTargets, publishEdition, renderTarget } from "../../channels/session.ts";
import { delegate, nextEdition, ROLES, type RoleName, rootOf } from "../../channels/tuf/repository.ts";
import type { Context } from "../../context.ts";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { isBelow, physicalPath, realPath } from "../../edges/files/read.ts";
import { isHeadsOwn } from "../../edges/terminal/secret.ts";
import { type PrimeError, usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { keptAs, openPlace } from "./places.ts";
import type { Options } from "./signing/lead.ts";
import { passphraseBy, printedKey, signersFor } from "./signing/signers.ts";

export interface Init extends Options {
  readonly app: string;
  readonly to: string;
  readonly simple: boolean;
  /** Offline keys, and how many of them have to sign. */
  readonly keys: number;
  readonly threshold?: number;
  /** A line of sh that prints the online key. */
  readonly keyCommand?: string;
}

/** `./prime channel init`: keys, the root that customers trust, and an empty channel where it is served. */
export async function initChannel(context: Context, options: Init): Promise<Answer> {
  if (isHeadsOwn(options.passphraseFd ?? 0)) return { kind: "direct", node: context.node };
  const folder = path.resolve(context.cwd, options.dir);
  if (hasChannelFile(folder)) throw refusal(`${folder} leads a channel already`, "name another folder: --dir DIR");
  const to = keptAs(options.to, { cwd: context.cwd, folder });
  const place = await openPlace(context, options.to);
  const real = (one: string) => realPath(one) ?? physicalPath(one);
  if (isBelow(path.join(real(folder), "keys"), real(place.name)))
    throw refusal(`${place.name} would serve the keys in ${folder}`, "name a folder for the keys elsewhere: --dir DIR");
  if ((await place.read("metadata/timestamp.json", MOST_TIMESTAMP)) !== undefined) {
    throw refusal(`${place.name} serves a channel already`, "name another place, or lead that one from its folder");
  }
  const { command, count, threshold } = keysAsked(options);
  const state = renderTarget(
    RELEASES_STATE_FILE,
    { app: options.app, releases: [], withdrawn: {}, floor: {} },
    RELEASES_STATE,
  );
  const passphrase = passphraseBy(options.passphraseFd, { isNew: true });
  const secret = await passphrase();
  const isConditional = await place.isConditional(); // what can't be written to is told before there are keys
  makeFolder(folder);
  const keys = new Map<string, Key>();
  if (command !== null) {
    keys.set("online", publicKeyIn("online", await printedKey(context, folder, { name: "online", command })));
  }
  const namesFor = (role: RoleName): string[] => {
    if (count > 1 && !isOnline(role)) return Array.from({ length: count }, (_, at) => `offline-${at + 1}`);
    return [options.simple ? (isOnline(role) ? "online" : "offline") : role];
  };
  const keyOf = (role: RoleName, name: string): Key => {
    const key = keys.get(name) ?? makeKey(folder, name, isOnline(role) ? undefined : secret);
    keys.set(name, key);
    return key;
  };
  const byRole = Object.fromEntries(
    ROLES.map((role) => [role, namesFor(role).map((name) => keyOf(role, name))]),
  ) as Record<RoleName, Key[]>;
  const named: NamedKey[] = [...keys].map(([name, { keyID: id }]) => ({
    name,
    id,
    command: name === "online" ? command : null,
  }));
  const signers = await signersFor(context, folder, named, passphrase);
  const edition = {
    root: rootOf(byRole, threshold),
    delegations: delegate(byRole, threshold),
    files: { releases: { [RELEASES_STATE_FILE]: state }, channels: {} },
    expires: (role: RoleName) => expiryOf(role, context.startedAt),
    signersOf: signersBy(signers),
  };
  const files = await nextEdition(undefined, edition, async () => false);
  const root = files.find(({ role }) => role === "root");
  await addTargets(place, edition.files.releases);
  writeAtomic(path.join(folder, "root.json"), root?.bytes ?? "", 0o644);
  writeChannelFile(folder, { app: options.app, to, keys: named });
  await publishEdition(folder, place, undefined, files);
  if (!isConditional) {
    context.terminal.warn(`${place.name} knows no conditional writes: let one maintainer at a time write to it`);
  }
  const online = new Set<string>(ROLES.filter(isOnline).flatMap(namesFor));
  const offline = [...keys.keys()].filter((name) => !online.has(name));
  context.terminal.say(whatToKeep(folder, offline, [...online]));
  if (count > 1) context.terminal.say(whoSigns(count, threshold));
  return DONE;
}

/** How many offline keys there are to be, how many of them sign, and by which command the online one is printed. */
function keysAsked({ keyCommand, simple, keys: count, threshold = Math.floor(count / 2) + 1 }: Init) {
  const command = keyCommand ?? null;
  if (command !== null && !simple) throw refusal("--key-command has no --simple beside it", "give --simple");
  if (count < 1 || threshold < 1 || threshold > count)
    throw refusal(`${threshold} of ${count} keys can't sign`, "give --threshold from 1 to the number of --keys");
  if (count > 1 && simple) throw refusal("--simple has one offline key", "leave out --simple or --keys");
  return { command, count, threshold };
}

const MOST_TIMESTAMP = 16_384;

function whatToKeep(folder: string, offline: readonly string[], online: readonly string[]): string {
  const files = (names: readonly string[]) => names.map((name) => `keys/${name}.pem`).join(", ");
  return [
    `The channel is led from ${folder}. Keep:`,
    `  ${files(offline)}: off line, in two copies, the passphrase elsewhere`,
    `  ${files(online)}: where promotions are made, closed to others`,
    "  root.json: beside the app's configuration: it is what customers trust first",
    "  channel.json, metadata/: here; they hold no secrets",
    "  a timer for `./prime channel resign`, once a week: what it signs expires after 30 days",
  ].join("\n");
}

function whoSigns(count: number, threshold: number): string {
  return [
    `${threshold} of the ${count} offline keys have to sign: leave one here, and move each other to a person with a copy of this folder.`,
    "What one signs waits in to-sign/ until others `./prime channel sign` it.",
    ...(threshold === count ? ["When one is lost, none can take its place: a lower --threshold lets one."] : []),
  ].join("\n");
}

function refusal(why: string, hint: string): PrimeError {
  return usageError("channel-exists", `could not begin a channel: ${why}`, hint);
}
