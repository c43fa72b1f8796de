import type { Repo } from "../config/config.ts";
import type { Environment } from "../edges/command.ts";
import type { Places } from "../edges/places.ts";
import { EXIT_USAGE, PrimeError } from "../errors.ts";

/** Where a start in a repo takes place. */
interface Opened {
  /** Absolute, physical. */
  readonly root: string;
  readonly places: Partial<Places>;
  /** protoprimer's configuration is in force. */
  readonly isProtoprimer: boolean;
  /** False when a start without `--env` would get another env: a ready plan cannot serve both. */
  readonly isUsual: boolean;
}

/**
 * Looks whether protoprimer's configuration is in force, which can move the root and prime's cache. From the moment that
 * it is known to be, `failing.code` is protoprimer's status for a failure.
 */
export async function openRepo(repo: Repo, env: Environment, failing: { code: number }): Promise<Opened> {
  const { findForeignKernel } = await import("../config/load.ts");
  const kernel = await findForeignKernel(repo.folder, env);
  if (kernel === undefined) {
    if (repo.choice.env === undefined) return { root: repo.folder, places: {}, isProtoprimer: false, isUsual: true };
    throw new PrimeError("usage", "could not select an env: there is no configuration of protoprimer's in force here", {
      exitCode: EXIT_USAGE,
      hint: "leave --env away; see ./prime status",
    });
  }
  const { EXIT_PROTOPRIMER } = await import("../config/protoprimer/kernel.ts");
  failing.code = EXIT_PROTOPRIMER;
  const { ownCache, readProtoprimer } = await import("../config/protoprimer/reader.ts");
  const { WatchedFiles } = await import("../inputs/watched-files.ts");
  const { config } = await readProtoprimer({ ...repo, kernel, env }, new WatchedFiles());
  const cache = ownCache(config);
  const { root, client } = config.leaps;
  const isUsual = repo.choice.env === undefined || Boolean(client.values.default_env_dir_rel_path);
  return { root, places: cache === undefined ? {} : { cache }, isProtoprimer: true, isUsual };
}
