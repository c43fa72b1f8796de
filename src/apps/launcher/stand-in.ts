import * as path from "node:path";
import * as v from "valibot";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { PATH, readOwnJson, TEXT } from "../../edges/files/own/own-json.ts";
import { remove } from "../../edges/files/own/remove.ts";
import { facts, isFile, namesInFolder } from "../../edges/files/read.ts";
import { trustOf, whyOthersDecide } from "../../edges/files/trust.ts";
import type { Run } from "../start/run.ts";

type Home = Pick<Run["app"], "home" | "launcher">;

const FRONT = v.object({ front: PATH });
const STAND_IN = v.object({
  id: v.pipe(TEXT, v.regex(/^[0-9A-Za-z][0-9A-Za-z.!+_-]*-[0-9a-f]{8}$/)),
  ...FRONT.entries,
  /** What the file at `front` was. */
  was: TEXT,
});

const FOLDER = "launchers";
const recordIn = ({ home }: Pick<Home, "home">) => path.join(home, "launcher.json");
const folderOf = ({ home }: Pick<Home, "home">, id: string) => path.join(home, FOLDER, id);

/** The launcher that people start, for one in an app's folder; for any other, itself. */
export function frontOf(launcher: string): string {
  const folder = path.dirname(launcher);
  if (path.basename(path.dirname(folder)) !== FOLDER) return launcher;
  return readOwnJson(path.join(folder, "front.json"), FRONT)?.front ?? launcher;
}

/** Keeps a launcher in the app's folder; gives its absolute path. */
export function keepLauncher(app: Run["app"], id: string, bytes: Buffer): string {
  const folder = folderOf(app, id);
  makeFolder(folder);
  writeAtomic(path.join(folder, "front.json"), JSON.stringify({ front: app.launcher }));
  const file = path.join(folder, path.basename(app.launcher));
  writeAtomic(file, bytes, 0o755);
  return file;
}

/** From now on one that is kept has the starts of the app's own launcher, as long as that stays the same file. */
export function letStandIn(app: Home, id: string): void {
  const record = { id, front: app.launcher, was: fileState(app.launcher) };
  writeAtomic(recordIn(app), JSON.stringify(record satisfies v.InferOutput<typeof STAND_IN>));
}

/** The launcher, absolute, that has the starts in place of the app's own. */
export function standInOf({ app, started }: Pick<Run, "app" | "started">): string | undefined {
  const record = readOwnJson(recordIn(app), STAND_IN);
  if (record === undefined || record.front !== app.launcher || record.was !== fileState(app.launcher)) return undefined;
  const file = path.join(folderOf(app, record.id), path.basename(app.launcher));
  return isFile(file) && whyOthersDecide(file, trustOf(started.env)) === undefined ? file : undefined;
}

/** Removes the launchers that are kept, but for the one of this id; without one none has the starts any more. */
export function removeLaunchers(app: Pick<Home, "home">, but?: string): void {
  if (but === undefined) remove(recordIn(app));
  for (const id of namesInFolder(path.join(app.home, FOLDER))) if (id !== but) remove(folderOf(app, id));
}

/** Removes one that is kept. */
export function removeLauncher(app: Pick<Home, "home">, id: string): void {
  remove(folderOf(app, id));
}

function fileState(file: string): string {
  const { size, mtimeNs, ino } = facts(file) ?? {};
  return `${size} ${mtimeNs} ${ino}`;
}
