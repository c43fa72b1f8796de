import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { UV_PIN } from "../../src/provision/pins.ts";

/** The variables that a machine may need to reach its package index, whoever the user is. */
export const NETWORK =
  /^(?:SSL_CERT_\w+|PIP_\w+|UV_(?:DEFAULT_INDEX|INDEX\w*|EXTRA_INDEX_URL|FIND_LINKS|\w*CERTS|NATIVE_TLS|INSECURE_HOST)|(?:https?|all|no)_proxy|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|npm_config_\w+)$/i;

export const CACHE = path.join(import.meta.dirname, "../../node_modules/.cache/prime");
/** The installers' own caches, shared by all sandboxes and kept between runs. */
export const UV_CACHE = path.join(CACHE, "uv");
export const PIP_CACHE = path.join(CACHE, "pip");
const SEED = path.join(CACHE, `seed-${UV_PIN.version}`);

/**
 * The part of prime's own cache that holds the pinned uv, made by the launcher once and kept between runs. Tests that
 * damage it take an empty cache instead.
 */
export const SEEDED_UV = path.join(SEED, ".cache/prime/uv");

/** Makes the seed before any test needs it; gives what went wrong, if something did. */
export function makeSeed(launcher: string, python: string): string | undefined {
  if (fs.existsSync(SEEDED_UV)) return undefined;
  fs.mkdirSync(CACHE, { recursive: true });
  const home = fs.mkdtempSync(path.join(CACHE, "seed-"));
  try {
    const root = path.join(home, "repo");
    fs.mkdirSync(root);
    fs.copyFileSync(launcher, path.join(root, "prime"));
    const { HOME: _, VIRTUAL_ENV: __, ...rest } = process.env;
    const folders = [path.dirname(process.execPath), path.dirname(python), "/usr/local/bin:/usr/bin:/bin"];
    const env = { ...rest, HOME: home, PATH: folders.join(":") };
    for (const name of ["XDG_CACHE_HOME", "XDG_STATE_HOME"]) delete env[name as keyof typeof env];
    const { status, stderr } = spawnSync("sh", ["./prime", "uv", "--version"], { cwd: root, env, encoding: "utf8" });
    if (status !== 0) return stderr;
    fs.renameSync(home, SEED);
    return undefined;
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}
