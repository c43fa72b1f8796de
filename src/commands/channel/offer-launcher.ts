import * as path from "node:path";
import { LAUNCHER_FILE } from "../../channels/model/release.ts";
import { moment } from "../../channels/model/texts.ts";
import type { Session } from "../../channels/session.ts";
import type { Context } from "../../context.ts";
import { inWorkFolder, writePlain } from "../../edges/files/change.ts";
import { bytesIn, sha256 } from "../../edges/files/read.ts";
import { type PrimeError, usageError } from "../../errors.ts";
import { withoutApp } from "../../launch/app-text.ts";
import { launcherVersion, whyNoLauncher } from "../../provision/launcher.ts";

/** What the channel says of the launcher that customers get, with one of these files in place of the last; undefined: none was named. */
export async function offer({ env, places, startedAt }: Context, { state }: Session, files: readonly string[]) {
  const [file, other] = files;
  if (file === undefined) return undefined;
  if (other !== undefined) throw refusal(`${file} and ${other} are two`, "name one launcher");
  const given = bytesIn(file);
  const why = whyNoLauncher(given);
  if (why !== undefined) throw refusal(`${file} is none: ${why}`, "name one as it was built or released");
  const bytes = Buffer.from(withoutApp(given.toString("latin1")), "latin1");
  const version = await versionOf(bytes, env, places.cache);
  const [is, before] = [sha256(bytes), state.launcher];
  if (before?.sha256 === is) return { isNew: false, news: [`the launcher ${version} is published already`] };
  return {
    isNew: true,
    targets: { [LAUNCHER_FILE]: bytes },
    state: { launcher: { version, sha256: is, at: moment(startedAt) } },
    news: [`customers get the launcher ${version}${before === undefined ? "" : ` in place of ${before.version}`}`],
  };
}

function versionOf(bytes: Buffer, env: Context["env"], cache: string): Promise<string> {
  return inWorkFolder(path.join(cache, "launcher"), (work) => {
    const file = path.join(work, "prime");
    writePlain(file, bytes, 0o755);
    return launcherVersion(file, env, work);
  });
}

function refusal(why: string, hint: string): PrimeError {
  return usageError("release", `could not publish a launcher: ${why}`, hint);
}
