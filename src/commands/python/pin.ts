import * as path from "node:path";
import { PRIME_LOCK, primeLockText } from "../../config/lock/prime-lock.ts";
import type { PythonBuild } from "../../config/lock/python-build.ts";
import type { Context } from "../../context.ts";
import { look } from "../../decision/decide.ts";
import { writeCommitted } from "../../edges/files/committed.ts";
import { PrimeError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { nameOf } from "../../provision/python/build-lists.ts";
import { upstreamBuilds } from "../../provision/python/upstream.ts";
import { versionOf } from "../../python/interpreter.ts";
import { parseRequest } from "../../python/version.ts";
import { counted } from "../../size.ts";
import { giveToFolder } from "../../start/shared/give-to-owner.ts";
import { lockedBuild, parseBuildRequest, primeLockFor, rangesOf, wordsOnLock } from "../../upgrade/interpreter.ts";
import { buildFor, pythonScene } from "./scene.ts";

/** `./prime python pin [REQUEST]`: prime.lock for the newest build that fits, that the repo's own ranges and policy allow. */
export async function pinPython(context: Context, text: string | undefined): Promise<Answer> {
  const scene = await pythonScene(context);
  const { surveyed, policy, here } = scene;
  const { config } = surveyed;
  const { builds, from } = await upstreamBuilds(context, policy);
  const asked = text === undefined ? await inUse(context, config.primeLock.python) : parseBuildRequest(text);
  const ranges = await rangesOf(config);
  const to = buildFor(context, scene, asked, { builds, from, ranges });
  const build = sameAsLocked(to, lockedBuild(config.primeLock, here), builds, text);
  const lock = primeLockFor(build, builds, policy, config.primeLock);
  const file = path.join(context.root, PRIME_LOCK);
  if (lockedBuild(lock, here) === undefined) {
    throw new PrimeError(
      "prime-lock-platform",
      `could not write ${file}: \`platforms\` in [upgrade] leaves out ${here}`,
      `add "${here}" to \`platforms\`, and start again`,
    );
  }
  writeCommitted(file, context.root, primeLockText(lock));
  giveToFolder(file, context.startedAt);
  for (const word of wordsOnLock(lock, policy)) context.terminal.warn(word);
  const count = lock.python?.builds.length ?? 0;
  context.terminal.say(`${file} pins ${nameOf(build)}, ${counted(count, "platform")} in all: commit it`);
  return DONE;
}

/** Without a request a build that is locked and listed still is no other one: only platforms are added. */
function sameAsLocked(
  to: PythonBuild,
  locked: PythonBuild | undefined,
  builds: readonly PythonBuild[],
  text: string | undefined,
) {
  const isListed = locked !== undefined && builds.some(({ sha256 }) => sha256 === locked.sha256);
  return text === undefined && isListed ? locked : to;
}

async function inUse(context: Context, locked: { readonly version: string; readonly implementation: string } | null) {
  if (locked !== null) return { request: parseRequest(`${locked.implementation}-${locked.version}`), variant: null };
  const decision = await look(context);
  const base = "notKnown" in decision ? undefined : (decision.asked?.base ?? decision.selected);
  if (base === undefined) throw (decision as { notKnown: PrimeError }).notKnown;
  return { request: parseRequest(`${base.implementation}-${versionOf(base)}`), variant: null };
}
