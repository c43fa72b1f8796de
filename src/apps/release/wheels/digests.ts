import * as path from "node:path";
import * as v from "valibot";
import { writeAtomic } from "../../../edges/files/change.ts";
import { readOwnJson, TEXT } from "../../../edges/files/own/own-json.ts";
import { PrimeError } from "../../../errors.ts";
import { filesOf, packagesOf, sha256Of } from "../../../project/files/pylock.ts";
import type { Table } from "../../../toml.ts";
import type { App } from "../../app.ts";

const KNOWN = v.record(TEXT, TEXT);

/**
 * Keeps the sha256 of each address that is chosen, since many places tell none and uv takes what it finds there. Throws `changed-file` for
 * one that leads to another file than before.
 */
export function keepDigests(app: App, table: Table): void {
  const store = path.join(app.home, "digests.json");
  const before = readOwnJson(store, KNOWN) ?? {};
  const known = { ...before };
  for (const file of packagesOf(table).flatMap(filesOf)) {
    const [url, sha256] = [file.url, sha256Of(file)];
    if (typeof url !== "string" || sha256 === undefined) continue;
    if (known[url] !== undefined && known[url] !== sha256) {
      throw new PrimeError(
        "changed-file",
        `could not take ${url}: it is another file than before under the same name`,
        `publish changes under a new version; or, to accept this file, remove its line from ${store}`,
      );
    }
    known[url] = sha256;
  }
  if (Object.keys(known).length > Object.keys(before).length) writeAtomic(store, `${JSON.stringify(known, null, 1)}\n`);
}
