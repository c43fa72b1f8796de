import * as path from "node:path";
import { type AppConfig, readAppConfig } from "../config/app.ts";
import type { Environment } from "../edges/command.ts";
import { makeFolder } from "../edges/files/change.ts";
import { makeOwnFolder } from "../edges/files/own/own-folder.ts";
import { facts, isFile, isFolder, readText, sha256 } from "../edges/files/read.ts";
import { trustOf, whyOthersWrite } from "../edges/files/trust.ts";
import { findPlaces } from "../edges/places.ts";
import { isSuperuser } from "../edges/surroundings.ts";
import { PrimeError } from "../errors.ts";
import type { AppText } from "../launch/app-text.ts";
import { IN_STATE, SEALED_STATE } from "../plan/ready-plan.ts";

/** An app on this machine, for this user. */
export interface App {
  /** The head's name for it, which no configuration changes. */
  readonly key: string;
  readonly config: AppConfig;
  /** Absolute physical path of the launcher. */
  readonly launcher: string;
  /** Where its releases and its state are; absolute. */
  readonly home: string;
  /** This user may change what is there; else it is root's, and serves everybody. */
  readonly isOwn: boolean;
  /** The configuration beside the launcher, absolute, and why it does not count where it does not. */
  readonly beside: { readonly file: string; readonly passedOver: string | undefined };
}

/** Reads the app's configuration: the one beside the launcher where nobody but its owner and root writes that, else what is in it. */
export async function openApp({ name: key, config }: AppText, launcher: string, env: Environment): Promise<App> {
  const beside = path.join(path.dirname(launcher), `${key}.toml`);
  const passedOver = whyPassedOver(beside, launcher, env);
  const counts = isFile(beside) && passedOver === undefined;
  if (!counts && config === "") {
    throw new PrimeError("app-torn", `could not start ${key}: there is no configuration in ${launcher}`, {
      hint: "it was cut, or something was added: make it anew by `./prime init --app`",
    });
  }
  const text = counts ? (readText(beside) ?? "") : config;
  const read = await readAppConfig(text, counts ? beside : `the configuration in ${launcher}`, key);
  return { key, config: read, launcher, beside: { file: beside, passedOver }, ...homeOf(read, launcher, env) };
}

function whyPassedOver(file: string, launcher: string, env: Environment): string | undefined {
  const [is, own] = [facts(file), facts(launcher)];
  if (is === undefined) return undefined;
  if (is.uid !== 0 && is.uid !== own?.uid) return `${file} belongs to another user (uid ${is.uid}) than ${launcher}`;
  return whyOthersWrite(file, { ...trustOf(env), users: new Set([0, is.uid]), folders: [] });
}

/** Root's are for everybody, unless root names a state folder. Two apps with one name have folders of their own. */
function homeOf(config: AppConfig, launcher: string, env: Environment): Pick<App, "home" | "isOwn"> {
  const own = { home: nameIn(path.join(findPlaces(env).state, "apps"), config, launcher), isOwn: true };
  if (isSuperuser() && env.XDG_STATE_HOME !== undefined) return own;
  const shared = nameIn(path.join(SEALED_STATE, "apps"), config, launcher);
  if (isSuperuser()) return { home: shared, isOwn: true };
  return facts(shared)?.uid === 0 && isFolder(path.join(shared, "releases")) ? { home: shared, isOwn: false } : own;
}

/** The folder of another launcher that is still there, with other packages or sources, is left to that one. */
function nameIn(folder: string, config: AppConfig, launcher: string): string {
  const home = path.join(folder, config.name);
  const [identity, other] = (readText(path.join(home, OWNER)) ?? "").split("\n");
  const isOthers = other !== undefined && other !== launcher && identity !== identityOf(config) && isFile(other);
  return isOthers ? `${home}+${identityOf(config).slice(0, 8)}` : home;
}

const OWNER = "app";

function identityOf({ packages, sources, bound }: AppConfig): string {
  return sha256(JSON.stringify([packages, sources, bound]));
}

/** The file that says whose folder it is. */
export function ownerText({ config, launcher }: App): string {
  return `${identityOf(config)}\n${launcher}`;
}

/** Makes the app's folder. */
export function makeHome({ home }: App, env: Environment): void {
  if (!home.startsWith(`${SEALED_STATE}/`)) makeOwnFolder(findPlaces(env).state, IN_STATE);
  makeFolder(path.join(home, "releases"));
}

export function ownerFile({ home }: Pick<App, "home">): string {
  return path.join(home, OWNER);
}
