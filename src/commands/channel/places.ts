import * as path from "node:path";
import { fileURLToPath } from "node:url";
import type { Place } from "../../channels/place.ts";
import { folderPlace } from "../../channels/places/folder.ts";
import { loadMachinePolicy } from "../../config/policy/load.ts";
import { networkRules } from "../../config/policy/network.ts";
import type { Context } from "../../context.ts";
import { urlOf } from "../../edges/network/url.ts";
import { EXIT_FAILURE, usageError } from "../../errors.ts";
import { withoutSecrets } from "../../secrets.ts";

/** What `--to` names: a folder, `file:`, `http:`, `https:`, `s3:`. This machine's policy says which hosts may be asked, and how. */
export async function openPlace({ cwd, env }: Pick<Context, "cwd" | "env">, to: string): Promise<Place> {
  if (/^(?:https?|s3):/.test(to)) {
    const line = { env, rules: networkRules(await loadMachinePolicy(EXIT_FAILURE), [to]) };
    if (to.startsWith("s3:")) return (await import("../../channels/places/s3.ts")).s3Place(to, line);
    return (await import("../../channels/places/http.ts")).httpPlace(to, line);
  }
  if (/^[a-z][a-z0-9+.-]+:/i.test(to) && !to.startsWith("file:")) {
    throw usageError(
      "usage",
      `could not use ${withoutSecrets(to)}: prime does not know such places`,
      "name a folder, or an address that begins with https: or s3:",
    );
  }
  return folderPlace(path.resolve(cwd, to.startsWith("file:") ? fileURLToPath(urlOf(to)) : to));
}

/**
 * What `--to` names, as `channel.json` in a folder has it, whoever stands where: that file can be committed, so that a password in
 * it is refused.
 */
export function keptAs(to: string, { cwd, folder }: { readonly cwd: string; readonly folder: string }): string {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(to))
    return path.isAbsolute(to) ? to : path.relative(folder, path.resolve(cwd, to)) || ".";
  if (!URL.canParse(to) || new URL(to).password === "") return to;
  throw usageError(
    "usage",
    `could not upload to ${withoutSecrets(to)}: channel.json would have its password`,
    "write user and password into ~/.netrc, and leave them out of the address",
  );
}
