import type { Command, Environment } from "../edges/command.ts";
import { usesCache } from "../edges/places.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";

/** The pinned uv, ready to run, and the folder it works in. */
export interface UvTool {
  /** Absolute path of the executable. */
  readonly file: string;
  /** uv's whole environment: see `uvEnvironment`. */
  readonly env: Environment;
  /** Absolute path of the root. */
  readonly root: string;
}

/**
 * Settings of the user's that say where things come from or how they are fetched. Any other `UV_*` would change what is
 * installed, or where, behind the back of the config.
 */
const KEPT =
  /^UV_(?:(?:DEFAULT_|NO_)?INDEX|EXTRA_INDEX_URL|FIND_LINKS|KEYRING_PROVIDER|INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS|CACHE_DIR|NO_CACHE|(?:UPLOAD_)?HTTP_|(?:LOCK|REQUEST)_TIMEOUT|CONCURRENT_|OFFLINE|LINK_MODE|COMPILE_BYTECODE|CREDENTIALS_DIR|PYTHON_(?:INSTALL_DIR|DOWNLOADS|CACHE_DIR)|(?:PYTHON|PYPY)_INSTALL_MIRROR|EXCLUDE_NEWER|CONFIG_FILE|NO_CONFIG)/;

/**
 * The environment in which prime runs uv: the user's index, proxy and certificate settings, nothing that would choose
 * another environment, interpreter or resolution, and the host left alone (no links in ~/.local/bin, no registry entries).
 * An empty value, which uv refuses of most, is none.
 */
export function uvEnvironment(env: Environment): Environment {
  const kept = Object.entries(cleanEnvironment(env)).filter(
    ([name, value]) => !name.startsWith("PRIME_") && (!name.startsWith("UV_") || (value !== "" && KEPT.test(name))),
  );
  const uncached = usesCache(env) ? {} : { UV_NO_CACHE: "1" };
  return {
    ...Object.fromEntries(kept),
    ...uncached,
    UV_PYTHON_INSTALL_BIN: "0",
    UV_PYTHON_NO_REGISTRY: "1",
    UV_NO_PROGRESS: "1",
  };
}

/** Whether uv's own words say that another process held one of its locks for longer than UV_LOCK_TIMEOUT. */
export function saysLocked(words: string): boolean {
  return /Timeout \(\d+s\) when waiting for lock/.test(words);
}

/**
 * uv's environment for the user's own uv commands: it sees the generation, if one is given, and syncs nothing, since that
 * would change an environment in place.
 */
export function readingEnvironment(env: Environment, generation: string | undefined): Environment {
  const { UV_NO_PROGRESS: _, ...kept } = env;
  return { ...kept, UV_NO_SYNC: "1", ...(generation === undefined ? {} : { VIRTUAL_ENV: generation }) };
}

export function command(uv: UvTool, args: readonly string[]): Command {
  return { file: uv.file, args, env: uv.env, cwd: uv.root };
}
