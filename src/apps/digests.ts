import * as path from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { writeAtomic } from "../edges/files/change.ts";
import { readOwnJson, TEXT } from "../edges/files/own/own-json.ts";
import { facts, sha256OfFile } from "../edges/files/read.ts";
import { PrimeError } from "../errors.ts";
import type { SourceFile } from "../sources/source-file.ts";
import type { App } from "./app.ts";

const KNOWN = v.record(TEXT, v.object({ sha256: TEXT, facts: TEXT }));

/**
 * Gives each file of a place that tells no digests the one that it had when it was seen first. Throws `changed-file` for a file that is
 * another one under the same name.
 */
export function withKeptDigests(app: App, files: readonly SourceFile[]): SourceFile[] {
  const store = path.join(app.home, "digests.json");
  const known = { ...readOwnJson(store, KNOWN) };
  let isMore = false;
  const told = files.map((file) => {
    if (file.sha256 !== undefined || !file.url.startsWith("file:")) return file;
    const local = fileURLToPath(file.url);
    const is = facts(local);
    const now = `${is?.size} ${is?.mtimeNs} ${is?.ctimeNs} ${is?.ino}`;
    const before = known[file.url];
    if (before?.facts === now) return { ...file, sha256: before.sha256 };
    const sha256 = sha256OfFile(local) ?? "";
    if (before !== undefined && before.sha256 !== sha256) {
      throw new PrimeError(
        "changed-file",
        `could not take ${local}: it is another file than before under the same name`,
        {
          hint: `give what changed a version of its own; or, if that file is meant, remove its line from ${store}`,
        },
      );
    }
    known[file.url] = { sha256, facts: now };
    isMore = true;
    return { ...file, sha256 };
  });
  if (isMore) writeAtomic(store, `${JSON.stringify(known, null, 1)}\n`);
  return told;
}
