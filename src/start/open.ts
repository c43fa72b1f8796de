import type { Repo } from "../config/config.ts";
import type { Environment } from "../edges/command.ts";
import { EXIT_FAILURE, PrimeError, usageError } from "../errors.ts";

/** The root of a start in a repo, and what protoprimer's configuration changes for it. */
interface Opened {
  /** Absolute, physical. */
  readonly root: string;
  /** The cache that protoprimer's configuration names; absolute. */
  readonly cache?: string | undefined;
  /** Whether protoprimer's configuration is in force. */
  readonly isProtoprimer: boolean;
  /** The exit status for a failure of prime's own; protoprimer has another one. */
  readonly failureStatus: number;
  /** False when a start without `--env` would get another env: then one ready plan cannot serve both. */
  readonly isUsual: boolean;
}

/** Finds out whether protoprimer's configuration is in force, which can move the root and prime's cache. */
export async function openRepo(repo: Repo, env: Environment): Promise<Opened> {
  const { findForeignKernel } = await import("../config/load.ts");
  const kernel = await findForeignKernel(repo.folder, env);
  if (kernel === undefined) {
    if (repo.choice.env === undefined) return { ...ORDINARY, root: repo.folder };
    throw usageError(
      "usage",
      "could not select an env: there is no configuration of protoprimer's in force here",
      "leave --env out; see ./prime status",
    );
  }
  const { EXIT_PROTOPRIMER } = await import("../config/protoprimer/kernel.ts");
  const { ownCache, readProtoprimer } = await import("../config/protoprimer/reader.ts");
  const { InputCollector } = await import("../inputs/collector.ts");
  const { config } = await readProtoprimer({ ...repo, kernel, env }, new InputCollector()).catch((error: unknown) => {
    throw withStatus(error, EXIT_PROTOPRIMER);
  });
  const { root, client } = config.leaps;
  const { whyUnfit } = await import("../environment/data-folder.ts");
  const named = ownCache(config);
  const cache = named === undefined || whyUnfit(named, root) !== undefined ? undefined : named;
  const isUsual = repo.choice.env === undefined || Boolean(client.values.default_env_dir_rel_path);
  return {
    root,
    cache,
    isProtoprimer: true,
    failureStatus: EXIT_PROTOPRIMER,
    isUsual,
  };
}

const ORDINARY = { isProtoprimer: false, failureStatus: EXIT_FAILURE, isUsual: true };

/** The same error, with the exit status that protoprimer has for it. */
function withStatus(error: unknown, exitCode: number): unknown {
  if (!(error instanceof PrimeError) || error.exitCode !== EXIT_FAILURE) return error;
  const { id, message, hint } = error;
  return new PrimeError(id, message, hint, { exitCode, cause: error });
}
