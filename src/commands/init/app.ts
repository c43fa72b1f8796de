import * as path from "node:path";
import { appTables, readAppConfig } from "../../config/app.ts";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { exists, isFolder, MOST, readBytes, readText } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { withApp } from "../../launch/app-text.ts";
import { beginsAsLauncher } from "../../launch/own-digest.ts";
import { giveToFolder } from "../../start/shared/give-to-owner.ts";
import { parseToml, renderToml, tomlText } from "../../toml.ts";
import { type InitContext, type InitRequest, isTaken, NO_LAUNCHER } from "./init.ts";

export interface AppInit extends Pick<InitRequest, "dryRun" | "force"> {
  /** The app's TOML, and where its launcher goes, as the user wrote them. */
  readonly app: string;
  readonly out: string | undefined;
}

/** `./prime init --app foo.toml --out DIR/foo`: this launcher with the app's configuration in it. */
export async function initApp(context: InitContext, { app, out, dryRun, force }: AppInit): Promise<Answer> {
  const { cwd, launcher, version, terminal } = context;
  const source = path.resolve(cwd, app);
  const config = readText(source, MOST.written);
  if (config === undefined) {
    throw new PrimeError(
      "no-app",
      `could not make an app of ${source}: there is no such file`,
      "write a TOML with a table [app] and its key `packages` there",
    );
  }
  const isRepos = path.basename(source) === "prime.toml";
  const section = isRepos ? [] : undefined;
  const stem = isRepos ? undefined : path.basename(source).replace(/\.toml$/, "");
  const { name, channel } = await readAppConfig(config, source, stem, section);
  const own = isRepos ? await renderToml(appTables(await parseToml(config, source), section)) : config;
  const named = path.resolve(cwd, out ?? name);
  const file = isFolder(named) ? path.join(named, name) : named;
  const before = readBytes(file);
  if (exists(file) && !force && !(before !== undefined && beginsAsLauncher(before))) {
    throw isTaken(file, NO_LAUNCHER);
  }
  const whole = channel === null ? own : withRoot(own, channel.root);
  const content = withApp(readBytes(launcher)?.toString("latin1") ?? "", { name, config: whole });
  if (dryRun) context.print.text(`Nothing was changed. Without --dry-run prime would write ${file}\n`);
  else {
    makeFolder(path.dirname(file));
    writeAtomic(file, Buffer.from(content, "latin1"), 0o755);
    giveToFolder(file, context.startedAt);
    terminal.say(`wrote ${file}: the app ${name}, by prime ${version}; its first start makes the environment`);
  }
  return DONE;
}

/** The configuration with the root itself in place of the name of its file. */
function withRoot(config: string, root: string): string {
  const line = `trust = ${tomlText(JSON.stringify(JSON.parse(root)))}`;
  const without = config.replace(/^[ \t]*trust[ \t]*=.*$\n?/m, "");
  return without.replace(/^([ \t]*channel[ \t]*=.*)$/m, (found) => `${found}\n${line}`);
}
