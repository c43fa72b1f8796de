import * as path from "node:path";
import { isAbandoned, isWorkFolder } from "../../edges/files/own/maker-mark.ts";
import { exists, isFile, isRealFolder, readableNames } from "../../edges/files/read.ts";
import { deadHolder } from "../../edges/processes/locks/lock-holder.ts";
import { KEPT_NAME, RECORD_FILE } from "./store.ts";

/** What killed starts left in the store of interpreters, absolute: folders of its form without a record that nobody fills, and their locks. */
export function unfinished(store: string, before: number): string[] {
  return readableNames(store)
    .map((name) => path.join(store, name))
    .filter((file) => isUnfinished(file, before));
}

function isUnfinished(file: string, before: number): boolean {
  const name = path.basename(file);
  if (isWorkFolder(name)) return isAbandoned(file, before);
  if (name.endsWith(".lock") && KEPT_NAME.test(name.slice(0, -".lock".length))) return deadHolder(file) !== undefined;
  if (!KEPT_NAME.test(name) || !isRealFolder(file) || isFile(path.join(file, RECORD_FILE))) return false;
  const lock = `${file}.lock`;
  return !exists(lock) || deadHolder(lock) !== undefined;
}
