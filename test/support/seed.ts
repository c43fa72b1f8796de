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
  return inNewHome(launcher, python, (home, start) => {
    const failure = start("uv", "--version");
    if (failure === undefined) fs.renameSync(home, SEED);
    return failure;
  });
}

/**
 * What starts of the committed launcher keep for the next one in prime's own cache: what V8 compiled of it, and what the interpreter said.
 * Made once for each launcher; a third of the first start in a sandbox.
 */
export function startedBy(launcher: string): string {
  const [, digest = "none"] = /# sha256 ([0-9a-f]{64}) \*\/\n$/.exec(fs.readFileSync(launcher, "latin1")) ?? [];
  return path.join(CACHE, `started-${digest.slice(0, 12)}`);
}

const DAY_MS = 86_400_000;

/** Makes it before any test needs it, by a start of each kind; gives what went wrong, if something did. */
export function makeStarted(launcher: string, python: string): string | undefined {
  const target = startedBy(launcher);
  if (fs.existsSync(target)) return undefined;
  for (const name of fs.readdirSync(CACHE).filter((other) => other.startsWith("started-"))) {
    const old = path.join(CACHE, name);
    if (Date.now() - fs.statSync(old).mtimeMs > DAY_MS) fs.rmSync(old, { recursive: true }); // another run's may be in use
  }
  return inNewHome(launcher, python, (home, start) => {
    const cache = path.join(home, ".cache/prime");
    fs.mkdirSync(cache, { recursive: true });
    fs.symlinkSync(SEEDED_UV, path.join(cache, "uv"));
    const requirements = path.join(home, "repo/requirements.txt");
    const write = (text: string, time: number) => {
      fs.writeFileSync(requirements, text);
      fs.utimesSync(requirements, time, time);
    };
    for (const [text, time] of [
      ["", 1e9],
      ["", 1.1e9],
      ["#\n", 1.2e9],
    ] as const) {
      write(text, time); // built, touched only, edited
      const failure = start("run", "true");
      if (failure !== undefined) return failure;
    }
    fs.rmSync(path.join(cache, "uv"));
    if (!fs.existsSync(target)) fs.renameSync(cache, target);
    return undefined;
  });
}

/** Starts of a launcher in a home of its own, which is removed afterwards. */
function inNewHome(
  launcher: string,
  python: string,
  use: (home: string, start: (...args: string[]) => string | undefined) => string | undefined,
): string | undefined {
  fs.mkdirSync(CACHE, { recursive: true });
  const home = fs.mkdtempSync(path.join(CACHE, "seed-"));
  try {
    const root = path.join(home, "repo");
    fs.mkdirSync(root);
    fs.copyFileSync(launcher, path.join(root, "prime"));
    fs.utimesSync(path.join(root, "prime"), 1e9, 1e9); // a new one is looked at in every start
    const { HOME: _, VIRTUAL_ENV: __, ...rest } = process.env;
    const folders = [path.dirname(python), path.dirname(process.execPath), "/usr/local/bin:/usr/bin:/bin"];
    const env = { ...rest, HOME: home, PATH: folders.join(":") };
    for (const name of ["XDG_CACHE_HOME", "XDG_STATE_HOME"]) delete env[name as keyof typeof env];
    return use(home, (...args) => {
      const { status, stderr } = spawnSync("sh", ["./prime", ...args], { cwd: root, env, encoding: "utf8" });
      return status === 0 ? undefined : stderr;
    });
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}
