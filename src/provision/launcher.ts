import type { Environment } from "../edges/command.ts";
import { run } from "../edges/processes/run.ts";
import { plain } from "../edges/terminal/text.ts";
import { PrimeError } from "../errors.ts";
import { beginsAsLauncher, ownDigestFault } from "../launch/own-digest.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";

/** Why bytes are no launcher as one was built, in a phrase; undefined: they are. */
export function whyNoLauncher(bytes: Buffer): string | undefined {
  return beginsAsLauncher(bytes) ? ownDigestFault(bytes.toString("latin1")) : "it has no head";
}

/** The version of a launcher that starts here: by this machine's sh and Node. `file`: absolute. */
export async function launcherVersion(file: string, env: Environment, cwd: string): Promise<string> {
  const command = { file: "/bin/sh", args: [file, "--version"], env: cleanEnvironment(env), cwd };
  const outcome = await run(command, { limitMs: 60_000 });
  const version = outcome.stdout.trim();
  if (outcome.ok && /^\d+\.\d+\.\d+\S*$/.test(version)) return version;
  throw new PrimeError(
    "no-launcher",
    `could not take the launcher: \`--version\` of it fails here: ${plain(outcome.output.trim())}`,
    "nothing was changed; take another release",
  );
}
