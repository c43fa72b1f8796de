import * as path from "node:path";
import type { UvPin } from "../config/config.ts";
import type { Environment } from "../edges/command.ts";
import { copyFile, inWorkFolder, makeFolder, rename, writePlain } from "../edges/files/change.ts";
import { NO_EXEC, spaceHint } from "../edges/files/errors.ts";
import { remove } from "../edges/files/own/remove.ts";
import { filesIn, isExecutableFile, physicalPath, readText, roomIn, sha256OfFile } from "../edges/files/read.ts";
import { type Trust, whyOthersDecide } from "../edges/files/trust.ts";
import { usesCache } from "../edges/places.ts";
import { type Outcome, run } from "../edges/processes/run.ts";
import { PrimeError } from "../errors.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";
import type { Starting } from "../python/starting.ts";
import { sha256OfProgram } from "./hashed.ts";
import { takeRefusal } from "./network.ts";

/** uv as prime uses it, and where it came from. */
export interface ProvisionedUv {
  readonly file: string;
  readonly version: string;
  readonly from: "cache" | "path" | "deployed";
}

export interface UvRequest {
  readonly pin: UvPin;
  /** The interpreter that deploys uv, 3.8 or newer, and what its wheels are for. */
  readonly python: { readonly executable: string; readonly platform: string; readonly libc: string };
  readonly cacheFolder: string;
  /** Where it may be noted what the digest of a program is. */
  readonly state?: string | undefined;
  readonly trust: Trust;
  /** Which executables may be started that are not prime's own. */
  readonly starting: Starting;
  readonly env: Environment;
  readonly cwd: string;
  /** A file to which all output is appended. */
  readonly log: string;
}

/** The pinned uv where it is already: in prime's cache, else on PATH in exactly that version. */
export async function findUv(request: UvRequest): Promise<ProvisionedUv | undefined> {
  return fromCache(request) ?? (await fromPath(request));
}

/** The cached uv of this pin, unless it is another one. */
export function fromCache(place: UvPlace): ProvisionedUv | undefined {
  const file = path.join(cachedFolder(place), "uv");
  return isExecutableFile(file) && whyNotPinned(file, place) === undefined
    ? { file, version: place.pin.version, from: "cache" }
    : undefined;
}

/** Which uv, and in which cache. */
export type UvPlace = Pick<UvRequest, "pin" | "python" | "cacheFolder" | "state" | "trust">;

/**
 * Why a file in the cache is not what was deployed. The launcher tells the digests of its own pin's executables; of a pin in the
 * configuration only what stands beside the file does, which finds damage and proves nothing.
 */
export function whyNotPinned(file: string, { pin, state, trust }: UvPlace): string | undefined {
  const foreign = whyOthersDecide(file, trust);
  if (foreign !== undefined) return foreign;
  const told = pin.programs ?? readText(`${file}.sha256`)?.match(/^[0-9a-f]{64}/) ?? [];
  if (told.length === 0) return `nothing tells the digest of ${file}`;
  const is = sha256OfProgram(file, state) ?? "";
  return told.includes(is) ? undefined : `the sha256 of ${file} is ${is.slice(0, 12)}, which is no digest of its pin's`;
}

/** Where the uv of this pin belongs; it need not be there. */
export function cachedFolder({ pin, python, cacheFolder }: Pick<UvRequest, "pin" | "python" | "cacheFolder">): string {
  const platform = [python.platform, python.libc].filter((part) => part !== "").join("-");
  const digest = Object.values(pin.sha256).sort().join("").slice(0, 12);
  return path.join(cacheFolder, "uv", `${pin.version}-${platform}-${digest}`);
}

async function fromPath({ pin, env, cwd, starting }: UvRequest): Promise<ProvisionedUv | undefined> {
  for (const folder of (env.PATH ?? "").split(":").filter((entry) => path.isAbsolute(entry))) {
    const file = path.join(folder, "uv");
    if (!isExecutableFile(file) || starting.whyNot(file) !== undefined) continue;
    const answer = await run({ file, args: ["--version"], env: cleanEnvironment(env), cwd }, { limitMs: 10_000 });
    if (answer.ok && answer.stdout.split(" ")[1]?.trim() === pin.version)
      return { file, version: pin.version, from: "path" };
  }
  return undefined;
}

/**
 * Deploys the pinned uv through the selected python, by its own pip or else by that of a temporary venv. Both verify the
 * wheel against the pin and honour the user's index, proxy and certificates.
 */
export async function deployUv(request: UvRequest): Promise<ProvisionedUv> {
  makeFolder(path.join(request.cacheFolder, "uv"), CLOSED);
  const target = cachedFolder(request);
  await inWorkFolder(path.join(request.cacheFolder, "uv/.deploy"), async (work) => {
    writePlain(path.join(work, "try"), "", 0o755);
    if (!isExecutableFile(path.join(work, "try"))) throw noExec(request.cacheFolder);
    const installed = (await installByOwnPip(request, work)) ?? (await installInVenv(request, work));
    const ready = path.join(work, "ready");
    makeFolder(ready, CLOSED);
    copyFile(path.join(installed, "bin", "uv"), path.join(ready, "uv"), 0o755);
    const file = path.join(ready, "uv");
    writePlain(`${file}.sha256`, `${sha256OfFile(file)}\n`);
    publish(ready, physicalPath(target), () => fromCache(request) !== undefined);
  });
  return { file: path.join(target, "uv"), version: request.pin.version, from: "deployed" };
}

/** What stands in the way of a uv in a cache on which nothing can be executed. */
export function noExec(folder: string): PrimeError {
  return new PrimeError(
    "no-exec",
    `could not keep uv in ${folder}: ${NO_EXEC}`,
    "set XDG_CACHE_HOME to a folder on another file system",
  );
}

/** For everybody to use and for this user alone to write, whatever the umask is. */
const CLOSED = 0o755;
/** The locks of deployments, and of who replaces one; absolute. */
export function deploymentLocks(cacheFolder: string): string[] {
  return filesIn(path.join(cacheFolder, "uv"), (name) => LOCK.test(name));
}

const LOCK = /^\d[^/]*\.lock(?:\.[0-9a-f]{16})*$/;

/** Another prime may have been faster: its copy of the same bytes is as good. */
function publish(ready: string, target: string, isThere: () => boolean): void {
  if (isThere()) return;
  try {
    remove(target);
    rename(ready, target);
  } catch (error) {
    if (!isThere()) throw error;
  }
}

export const WITH_ENSUREPIP = "install ensurepip (Debian, Ubuntu: `apt-get install python3-venv`)";

async function makeVenv(request: UvRequest, work: string, venv: string): Promise<void> {
  const { executable } = request.python;
  const made = await pythonRun(request, work, executable, ["-I", "-m", "venv", venv]);
  if (made.ok) return;
  const isDebian = /ensurepip|python3-venv/.test(made.output);
  throw new PrimeError(
    "uv-venv",
    `could not make the temporary venv ${venv} by ${executable} to install uv: ${lastLines(made)}`,
    noRoom(made, work) ??
      `${isDebian ? WITH_ENSUREPIP : `try \`${executable} -m venv DIR\` by hand`}, or put another python in front of it on PATH`,
  );
}

/** Bytes: perhaps pip, and uv twice, once where it is installed. */
const ROOM = 120_000_000;
/** Bytes: with less left, a failure is the disk's, though ensurepip does not say so. */
const NO_ROOM = 30_000_000;

/** What to do where a disk was too full. */
function noRoom({ output }: Outcome, work: string): string | undefined {
  const isFull = spaceHint(output, work) !== undefined || (roomIn(work) ?? NO_ROOM) < NO_ROOM;
  return isFull
    ? `${spaceHint("ENOSPC", work)} (getting uv takes ${ROOM / 1e6} MB in ${path.dirname(work)})`
    : undefined;
}

/** Into a folder of its own; `undefined` where this python has no pip, or one that does not come to look for uv. */
async function installByOwnPip(request: UvRequest, work: string): Promise<string | undefined> {
  const folder = path.join(work, "own");
  const done = await installUv(request, work, request.python.executable, { target: folder });
  if (done.ok && isExecutableFile(path.join(folder, "bin", "uv"))) return folder;
  if (!done.ok && done.output.includes("Collecting uv")) refuse(request, work, done, request.python.executable);
  return undefined;
}

/** With the pip that comes with Python itself. */
async function installInVenv(request: UvRequest, work: string): Promise<string> {
  const venv = path.join(work, "venv");
  await makeVenv(request, work, venv);
  const done = await installUv(request, work, path.join(venv, "bin", "python"), { prefix: venv });
  return done.ok ? venv : refuse(request, work, done, venv);
}

/** `--require-hashes`: a wheel whose digest is not pinned is refused, whatever the index says. */
function installUv(request: UvRequest, work: string, python: string, where: PipPlace): Promise<Outcome> {
  const { pin } = request;
  const requirements = path.join(work, "requirements.txt");
  const hashes = Object.values(pin.sha256).map((digest) => ` --hash=sha256:${digest}`);
  writePlain(requirements, `uv==${pin.version}${hashes.join("")}\n`);
  const only = ["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"];
  const args = ["-I", "-m", "pip", ...pipInstall(where), ...only, "-r", requirements];
  return pythonRun(request, work, python, args);
}

function refuse({ pin, log, cwd }: UvRequest, work: string, done: Outcome, by: string): never {
  const refusal = takeRefusal(cwd, done.output);
  if (refusal !== undefined) throw refusal;
  const what = `uv ${pin.version} into ${path.dirname(work)}`;
  throw new PrimeError(
    "uv-install",
    `could not install ${what} by pip of ${by}: ${lastLines(done)}`,
    noRoom(done, work) ??
      (/hashes|HASH/.test(done.output)
        ? "the index serves other bytes than this launcher pins: check the index, or pin its uv by `uv` in prime.toml"
        : `check the network, the index and the proxy that pip is configured for (log: ${log}), or put uv ${pin.version} on PATH`),
  );
}

/** Temporary files stay below `work`, with which they go. */
function pythonRun(
  { env, cwd, log }: UvRequest,
  work: string,
  python: string,
  args: readonly string[],
): Promise<Outcome> {
  return run({ file: python, args, env: { ...pipEnvironment(env), TMPDIR: work }, cwd }, { log });
}

/** pip with the user's index, proxy and certificates, but installing where it is told to. */
export function pipEnvironment(env: Environment): Environment {
  const kept = Object.entries(cleanEnvironment(env)).filter(
    ([name]) => !/^PIP_(?:TARGET|PREFIX|PYTHON|CONSTRAINT|REQUIREMENT|REPORT|EDITABLE)$/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    PIP_USER: "0",
    PIP_ROOT: "/",
    PIP_DRY_RUN: "0",
    PIP_NO_DEPS: "0",
    PIP_REQUIRE_VIRTUALENV: "0",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    _PIP_RUNNING_IN_SUBPROCESS: "1", // else a pip.conf's `python` has pip start another interpreter
    ...(usesCache(env) ? {} : { PIP_NO_CACHE_DIR: "1" }),
  };
}

/** A venv, or a folder that is none. */
type PipPlace = { readonly prefix: string } | { readonly target: string };

/** The words of an installation into one place, whatever a pip.conf says: no variable takes back what one says of these two. */
export function pipInstall(where: PipPlace): string[] {
  const [target, prefix] = "target" in where ? [where.target, ""] : ["", where.prefix];
  return ["install", `--target=${target}`, `--prefix=${prefix}`];
}

function lastLines({ output, failure }: Outcome): string {
  const lines = output.split("\n").filter((line) => !/^\s*(?:\u2501|$)/.test(line)); // pip draws a bar
  return failure ?? lines.slice(-3).join("\n");
}
