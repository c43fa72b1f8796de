import * as path from "node:path";
import * as v from "valibot";
import type { AppConfig } from "../config/app.ts";
import { type Environment, quoteForShell } from "../edges/command.ts";
import { makeFolder, writeAtomic } from "../edges/files/change.ts";
import { makeOwnFolder } from "../edges/files/own/own-folder.ts";
import { PATH, readMendable, TEXT } from "../edges/files/own/own-json.ts";
import { facts, isFolder, namesInFolder, sha256 } from "../edges/files/read.ts";
import { findPlaces } from "../edges/places.ts";
import { isSuperuser } from "../edges/surroundings.ts";
import { IN_STATE, SEALED_STATE } from "../plan/place.ts";
import { withoutSecrets } from "../secrets.ts";
import type { App } from "./app.ts";

const OWNER = v.object({
  /** Of what the app is made of: see `identityOf`. */
  identity: TEXT,
  name: TEXT,
  launcher: PATH,
  /** The launcher and the words in front of the app's own; for people. */
  start: TEXT,
  planKey: v.pipe(TEXT, v.regex(/^[^/]*$/)),
  /** What of it starts; a release that failed may work by another one. */
  entry: v.exactOptional(TEXT),
  /** The channel, else the sources; for people. */
  from: v.array(TEXT),
});
export type Owner = v.InferOutput<typeof OWNER>;

/** Where the apps of a user are, and those of root that serve everybody; absolute. */
export function appsFolders(env: Environment): { readonly own: string; readonly shared: string } {
  const shared = path.join(SEALED_STATE, "apps");
  const own = path.join(findPlaces(env).state, "apps");
  return { own: isSuperuser() && env.XDG_STATE_HOME === undefined ? shared : own, shared };
}

/** Whose a folder is; undefined: nothing proves that prime made it. */
export function ownerOf({ home }: Pick<App, "home">): Owner | undefined {
  return readMendable(path.join(home, "app.json"), OWNER);
}

/** Root's are for everybody, unless root names a state folder. */
export function homeOf(config: AppConfig, launcher: string, env: Environment): Pick<App, "home" | "mine" | "isOwn"> {
  const { own, shared } = appsFolders(env);
  if (own !== shared) {
    const roots = homeIn(shared, config, launcher);
    const isRoots = facts(roots)?.uid === 0 && isFolder(path.join(roots, "releases"));
    if (isRoots && !isSuperuser()) return { home: roots, mine: path.join(own, path.basename(roots)), isOwn: false };
  }
  const home = homeIn(own, config, launcher);
  return { home, mine: home, isOwn: true };
}

/** The launcher's own folder, whatever it is made of by now; else that of the same app, whose launcher was copied or moved; else a new one. */
function homeIn(folder: string, config: AppConfig, launcher: string): string {
  const identity = identityOf(config);
  const plain = path.join(folder, config.name);
  const other = `${plain}+${identity.slice(0, 8)}`;
  const names = namesInFolder(folder).filter((name) => name === config.name || name.startsWith(`${config.name}+`));
  const owned = names.map((name) => ({
    home: path.join(folder, name),
    owner: ownerOf({ home: path.join(folder, name) }),
  }));
  const found =
    owned.find(({ owner }) => owner?.launcher === launcher && owner.name === config.name) ??
    owned.find(({ owner }) => owner?.identity === identity && owner.name === config.name);
  return found?.home ?? (owned.some(({ home, owner }) => home === plain && owner !== undefined) ? other : plain);
}

/** Two apps with one name are told apart by it. */
export function identityOf({ packages, sources, bound, channel }: AppConfig): string {
  return sha256(JSON.stringify([packages, sources, bound, channel?.url]));
}

/** It is root's, for everybody. */
export const isShared = ({ home }: Pick<App, "home">): boolean => home.startsWith(`${SEALED_STATE}/`);

/** Makes the app's folder. */
export function makeHome({ home }: Pick<App, "home">, env: Environment): void {
  if (!isShared({ home })) makeOwnFolder(findPlaces(env).state, IN_STATE);
  makeFolder(path.join(home, "releases"));
}

/** Makes it this launcher's; gives whether it was not this app's before, or is not known to have been, or is made of other things now. */
export function claimHome(app: App): boolean {
  const { config, launcher, home, words, start } = app;
  const before = ownerOf(app);
  const from = config.channel === null ? config.sources : [config.channel.url];
  const owner: Owner = {
    identity: identityOf(config),
    name: config.name,
    launcher,
    start: [launcher, ...words].map(quoteForShell).join(" "),
    planKey: app.planKey,
    entry: config.entry,
    from: [...from, ...config.bound.flatMap(({ sources }) => sources)].map(withoutSecrets),
  };
  if (JSON.stringify(before) !== JSON.stringify(owner)) writeAtomic(path.join(home, "app.json"), JSON.stringify(owner));
  if (start !== launcher) writeAtomic(start, `#!/bin/sh\nexec ${owner.start} "$@"\n`, 0o755);
  return before?.identity !== owner.identity || before.entry !== owner.entry;
}
