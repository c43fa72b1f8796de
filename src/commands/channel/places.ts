import * as path from "node:path";
import { fileURLToPath } from "node:url";
import type { Place } from "../../channels/place.ts";
import { folderPlace } from "../../channels/places/folder.ts";
import type { Context } from "../../context.ts";
import { NO_RULES } from "../../edges/network/rules.ts";
import { EXIT_USAGE, PrimeError } from "../../errors.ts";
import { withoutSecrets } from "../../secrets.ts";

/** What `--to` names: a folder, `file:`, `http:`, `https:`, `s3:`. */
export async function placeOf({ cwd, env }: Pick<Context, "cwd" | "env">, to: string): Promise<Place> {
  if (/^https?:/i.test(to))
    return (await import("../../channels/places/http.ts")).httpPlace(new URL(to), { env, rules: NO_RULES });
  if (to.startsWith("s3:")) return (await import("../../channels/places/s3.ts")).s3Place(to, { env, rules: NO_RULES });
  if (/^[a-z][a-z0-9+.-]+:/i.test(to) && !to.startsWith("file:")) {
    throw new PrimeError("usage", `could not upload to ${withoutSecrets(to)}: prime does not know such places`, {
      exitCode: EXIT_USAGE,
      hint: "name a folder, or an address that begins with https: or s3:",
    });
  }
  return folderPlace(path.resolve(cwd, to.startsWith("file:") ? fileURLToPath(to) : to));
}

/**
 * What `--to` names, as `channel.json` in a folder has it, whoever stands where: that file can be committed, so that a password in
 * it is refused.
 */
export function keptAs(to: string, { cwd, folder }: { readonly cwd: string; readonly folder: string }): string {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(to))
    return path.isAbsolute(to) ? to : path.relative(folder, path.resolve(cwd, to)) || ".";
  if (!URL.canParse(to) || new URL(to).password === "") return to;
  throw new PrimeError("usage", `could not upload to ${withoutSecrets(to)}: channel.json would have its password`, {
    exitCode: EXIT_USAGE,
    hint: "write user and password into ~/.netrc, and leave them out of the address",
  });
}
