import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { TestRunner } from "vitest";
import { program } from "../machine.ts";
import type { RunOptions, Sandbox } from "../sandbox.ts";
import { SEEDED_UV } from "../seed.ts";

/** A user that this machine does not know. */
const UID = 54321;

/** Skips the running test with this reason. */
export function skip(why: string): never {
  const test = TestRunner.getCurrentTest();
  if (test === undefined) throw new Error(why);
  return test.context.skip(why);
}

/**
 * The words by which root starts a command as another user, one that this machine does not know. The sandbox's folders are opened for
 * reading; what that user may write is made by `give`.
 */
export function somebody(box: Sandbox): readonly string[] {
  const words = [program("setpriv"), `--reuid=${UID}`, `--regid=${UID}`, "--clear-groups"];
  if (process.getuid?.() !== 0) skip("only root can become another user");
  const [file, ...rest] = [...words, "python3", "-c", "import sys; assert sys.version_info >= (3, 8)"];
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };
  if (spawnSync(file as string, rest, { env }).status !== 0) skip("no system Python from 3.8 on for every user");
  fs.chmodSync(box.base, 0o755);
  return words;
}

/** How a start is another user's, with a home and caches of its own; `umask` in octal. */
export function userOf(box: Sandbox, uid = UID, umask = "022"): RunOptions & { readonly env: NodeJS.ProcessEnv } {
  somebody(box);
  const words = [program("setpriv"), `--reuid=${uid}`, `--regid=${UID}`, "--clear-groups"];
  const home = path.join(box.base, `home-${uid}`);
  fs.cpSync(SEEDED_UV, path.join(home, ".cache/prime/uv"), { recursive: true });
  for (const name of ["tmp", ".cache/uv"]) fs.mkdirSync(path.join(home, name));
  spawnSync("chown", ["-R", `${uid}:${UID}`, home]);
  return {
    shell: [...words, "/bin/sh", "-c", `umask ${umask} && exec "$@"`, "sh"],
    env: { HOME: home, TMPDIR: path.join(home, "tmp"), UV_CACHE_DIR: path.join(home, ".cache/uv") },
  };
}

/** The words that hide every way to write below these folders from a command, by mounts that it alone sees. */
export function readOnly(...folders: readonly string[]): readonly string[] {
  const mount = program("mount");
  const script = `while [ "$1" != -- ]; do
  ${mount} --bind "$1" "$1" && ${mount} -o remount,bind,ro "$1" || exit 77
  shift
done
shift
exec "$@"`;
  const words = [program("unshare"), "-m", "/bin/sh", "-c", script, "sh"];
  const [file, ...rest] = [...words, "/", "--", "/bin/true"];
  if (spawnSync(file as string, rest, { stdio: "ignore" }).status !== 0)
    skip("this user can't mount folders read-only");
  return [...words, ...folders, "--"];
}

/** Gives files and folders to that other user, with all that is in them. */
export function give(...files: readonly string[]): void {
  spawnSync("chown", ["-R", `${UID}:${UID}`, ...files]);
}

/** The words that show a folder at a second place to a command alone, by a mount that nobody else sees. */
export function mounted(folder: string, at: string): readonly string[] {
  const mount = program("mount");
  const words = [program("unshare"), "-m", "/bin/sh", "-c", `${mount} --bind "$1" "$2" && shift 2 && exec "$@"`, "sh"];
  const [file, ...rest] = [...words, folder, at, "/bin/true"];
  if (spawnSync(file as string, rest, { stdio: "ignore" }).status !== 0) skip("this user can't mount folders");
  return [...words, folder, at];
}

/** The words that give root this home in the user database of a command, by a mount that it alone sees. */
export function rootAtHome(box: Sandbox, home: string): readonly string[] {
  const users = fs.readFileSync("/etc/passwd", "utf8");
  const database = path.join(box.base, "passwd");
  fs.writeFileSync(database, users.replace(/^(root:(?:[^:]*:){4})[^:]*/m, `$1${home}`));
  fs.mkdirSync(home, { recursive: true });
  const mount = `${program("mount")} --bind "$1" /etc/passwd || exit 77; shift; exec "$@"`;
  const words = [program("unshare"), "-m", "/bin/sh", "-c", mount, "sh", database];
  const [file, ...rest] = [...words, "/bin/true"];
  if (spawnSync(file as string, rest, { stdio: "ignore" }).status !== 0) skip("this user can't mount files");
  return words;
}
