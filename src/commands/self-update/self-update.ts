import * as path from "node:path";
import type { Context } from "../../context.ts";
import { refuseForeignRepo } from "../../decision/whose-repo.ts";
import { inWorkFolder, writeAtomic } from "../../edges/files/change.ts";
import { bytesIn, facts, sha256 } from "../../edges/files/read.ts";
import { plain } from "../../edges/terminal/text.ts";
import { PrimeError, usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { launcherVersion, whyNoLauncher } from "../../provision/launcher.ts";
import { getCandidate } from "./candidate.ts";
import { keepLauncher, keptLauncher } from "./kept.ts";
import { RELEASES } from "./names.ts";

export interface UpdateRequest {
  readonly version: string | undefined;
  readonly from: string | undefined;
}

/** `./prime self-update`: another release of the launcher in its place, by its digest; the old one is kept for `--undo`. */
export async function updateLauncher(context: Context, { version, from = RELEASES }: UpdateRequest): Promise<Answer> {
  refuseForeignRepo(context);
  if (from === undefined) {
    throw usageError(
      "usage",
      "could not look for a release: this build knows no place of releases",
      "name one: --from URL, --from FILE or --from index",
    );
  }
  return inWorkFolder(path.join(context.places.cache, "self-update"), async (work) => {
    const { file, digest } = await getCandidate(context, { from, version }, work);
    const bytes = bytesIn(file);
    refuseUnfit(bytes, digest);
    const now = { version: await launcherVersion(file, context.env, context.root), sha256: digest.sha256 };
    if (version !== undefined && now.version !== version) {
      throw new PrimeError(
        "other-release",
        `could not take prime ${version} from ${plain(from)}: it holds ${now.version}`,
        `name another place, or ask for ${now.version}`,
      );
    }
    const old = bytesIn(context.launcher);
    if (sha256(old) === now.sha256) return tell(context, `${context.launcher} is prime ${now.version} already\n`);
    const before = { version: context.version, sha256: sha256(old) };
    keepLauncher(context, old, { previous: before, release: { ...now, from: digest.from } });
    put(context, bytes);
    return tell(
      context,
      `prime ${before.version} → ${now.version} (sha256 ${now.sha256}, by ${plain(digest.from)})\n${NEXT}`,
    );
  });
}

/** `./prime self-update --undo`: the launcher that the last update replaced. */
export async function undoUpdate(context: Context): Promise<Answer> {
  refuseForeignRepo(context);
  const kept = keptLauncher(context);
  if (kept === undefined) {
    throw new PrimeError(
      "nothing-kept",
      `could not put back a launcher: none was replaced here by \`self-update\``,
      "git has the one that was committed: git checkout -- prime",
    );
  }
  const old = bytesIn(context.launcher);
  keepLauncher(context, old, { previous: { version: context.version, sha256: sha256(old) } });
  put(context, kept.bytes);
  return tell(context, `prime ${context.version} → ${kept.version} again\n${NEXT}`);
}

const NEXT = "  look at it and commit it; ./prime self-update --undo puts the other one back\n";

function put({ launcher }: Context, bytes: Buffer): void {
  writeAtomic(launcher, bytes, (facts(launcher)?.mode ?? 0o755) | 0o111);
}

function tell({ print }: Context, text: string): Answer {
  print.text(text);
  return DONE;
}

/** What was got is nothing but what was released, and is a launcher. */
function refuseUnfit(bytes: Buffer, { sha256: expected, from }: { sha256: string; from: string }): void {
  const is = sha256(bytes);
  if (is !== expected) {
    throw new PrimeError(
      "wrong-digest",
      `could not take the launcher: its sha256 is ${is}, and ${plain(from)} says ${expected}`,
      "nothing was changed; somebody has altered one of the two, or a transfer went wrong: ask who released it",
    );
  }
  const fault = whyNoLauncher(bytes);
  if (fault === undefined) return;
  throw new PrimeError(
    "no-launcher",
    `could not take the launcher: what was got is none (${fault})`,
    "name a launcher, or a folder that `npm run release` has made",
  );
}
