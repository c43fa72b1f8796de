import * as path from "node:path";
import { readAppConfig } from "../config/app.ts";
import type { Environment } from "../edges/command.ts";
import { facts, isFile, MOST, readText } from "../edges/files/read.ts";
import { trustOf, whyOthersWrite } from "../edges/files/trust.ts";
import { PrimeError } from "../errors.ts";
import { type AppText, appKey } from "../launch/app-text.ts";
import type { App } from "./app.ts";
import { homeOf } from "./home.ts";

/** Reads the app's configuration: the one beside the launcher where nobody but its owner and root writes that, else what is in it. */
export async function openApp({ name: key, config }: AppText, launcher: string, env: Environment): Promise<App> {
  const beside = path.join(path.dirname(launcher), `${key}.toml`);
  const passedOver = whyPassedOver(beside, launcher, env);
  const counts = isFile(beside) && passedOver === undefined;
  if (!counts && config === "") {
    throw new PrimeError(
      "app-torn",
      `could not start ${key}: there is no configuration in ${launcher}`,
      "it was cut, or something was added: make it anew by `./prime init --app`",
    );
  }
  const text = counts ? (readText(beside) ?? "") : config;
  const read = await readAppConfig(text, counts ? beside : `the configuration in ${launcher}`, key);
  return {
    planKey: appKey(key),
    config: read,
    launcher,
    words: [],
    start: launcher,
    self: read.selfCommand === null ? null : `${read.name} ${read.selfCommand}`,
    beside: { file: beside, passedOver },
    ...homeOf(read, launcher, env),
  };
}

function whyPassedOver(file: string, launcher: string, env: Environment): string | undefined {
  const [is, own] = [facts(file), facts(launcher)];
  if (is === undefined) return undefined;
  if (is.uid !== 0 && is.uid !== own?.uid) return `${file} belongs to another user (uid ${is.uid}) than ${launcher}`;
  return whyOthersWrite(file, { ...trustOf(env), users: new Set([0, is.uid]), folders: [] });
}

/** The app that a repo's configuration declares in `[app]`; `root` is absolute. It decides there as for any other command. */
export async function openRepoApp(root: string, launcher: string, env: Environment): Promise<App> {
  const own = path.join(root, "prime.toml");
  const [file, section] = isFile(own) ? [own, []] : [path.join(root, "pyproject.toml"), ["tool", "prime"]];
  const read = await readAppConfig(readText(file, MOST.written) ?? "", file, undefined, section);
  const home = homeOf(read, launcher, env);
  const config = { ...read, selfCommand: null };
  const isElsewhere = root !== path.dirname(launcher);
  return {
    planKey: REPO_KEY,
    config,
    launcher,
    ...home,
    words: [...(isElsewhere ? ["--root", root] : []), "app", "run"],
    start: path.join(home.home, "start"),
    self: "./prime app self",
    beside: { file, passedOver: undefined },
  };
}

/** What the head makes of `app run`. */
const REPO_KEY = "+app";
