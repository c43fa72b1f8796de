import type { Environment } from "../edges/command.ts";
import { quoteForShell } from "../edges/command.ts";
import { executableOnPath } from "../edges/files/read.ts";
import { runSync } from "../edges/processes/run-sync.ts";

/**
 * Files and folders whose ctimes are compared by one process, `stat`. Nobody can set a ctime, so that an edit is seen
 * even when somebody sets the mtime back.
 */
export interface Ctimes {
  /** Absolute path of `stat`, and its options. */
  readonly stat: readonly string[];
  /** Absolute. Most paths are below it; they are named from there, which is shorter in the plan and for the kernel. */
  readonly folder: string;
  /** The paths, in groups that fit into the arguments of one process on every system. */
  readonly groups: readonly CtimeGroup[];
}

interface CtimeGroup {
  /** Absolute. */
  readonly paths: readonly string[];
  /** What `stat` prints for them with TZ=UTC0 and LC_ALL=C. */
  readonly told: string;
}

/** A path, and its ctime in nanoseconds since the epoch. */
export interface Changed {
  readonly path: string;
  readonly ctimeNs: string;
}

/** Options that have `stat` print the ctime: GNU's, busybox's, and those of the BSDs and macOS. */
const FORMS: readonly (readonly string[])[] = [
  ["-L", "-c", "%.9Z", "--"],
  ["-L", "-c", "%z", "--"],
  ["-L", "-f", "%Fc", "--"],
];
const FIXED = { TZ: "UTC0", LC_ALL: "C" };

/** The most characters of paths in one command: well below the smallest ARG_MAX in use. */
const GROUP_LIMIT = 60_000;

/** A way to compare these ctimes on this machine, to the nanosecond; `undefined`: there is none. */
export function tellCtimes(changed: readonly Changed[], folder: string, env: Environment): Ctimes | undefined {
  const file = executableOnPath("stat", env.PATH ?? "", "/");
  if (file === undefined) return undefined;
  const grouped = inBatches(changed);
  for (const form of FORMS) {
    const groups = grouped.flatMap((group): CtimeGroup[] => {
      const paths = group.map((one) => one.path);
      const args = [...form, ...paths.map((one) => seenFrom(folder, one))];
      const told = runSync({ file, args, env: { ...env, ...FIXED }, cwd: folder }, "", () => {});
      const text = told?.replace(/\n+$/, "") ?? "";
      const lines = text.split("\n");
      const fits = lines.length === group.length && group.every((one, index) => tells(lines[index] ?? "", one.ctimeNs));
      return fits ? [{ paths, told: text }] : [];
    });
    if (groups.length === grouped.length) return { stat: [file, ...form], folder, groups };
  }
  return undefined;
}

/**
 * Commands of sh that succeed while no ctime has changed. For a path that is gone `stat` prints an error, which differs
 * as well.
 */
export function ctimeTests({ stat, folder, groups }: Ctimes): string[] {
  const settings = Object.entries(FIXED).map(([name, value]) => `${name}=${value}`);
  const prepare = `command cd ${quoteForShell(folder)} 2>&1 && export ${settings.join(" ")}`;
  return groups.map(({ paths, told }) => {
    const words = paths.map((one) => ` \\\n  ${quoteForShell(seenFrom(folder, one))}`).join("");
    const command = `exec ${stat.map(quoteForShell).join(" ")}${words} 2>&1`;
    return `[ "$(${prepare} &&\n  ${command})" = ${quoteForShell(told)} ]`;
  });
}

/**
 * An absolute path as a command that runs in `folder` (absolute) can name it: as short as it can be, and never a word
 * that `[` takes for an operator.
 */
export function seenFrom(folder: string, file: string): string {
  if (file === folder) return ".";
  const name = file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;
  return /^[\w./]/.test(name) ? name : `./${name}`;
}

/** `2026-11-28 09:54:12.162048134 +0000` or `1795859652.162048134`. */
function tells(line: string, ctimeNs: string): boolean {
  const seconds = BigInt(ctimeNs) / 1_000_000_000n;
  const fraction = ctimeNs.slice(-9).padStart(9, "0");
  const date = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ");
  return line === `${date}.${fraction} +0000` || line === `${seconds}.${fraction}`;
}

function inBatches(changed: readonly Changed[]): Changed[][] {
  const groups: Changed[][] = [];
  let room = 0;
  for (const one of changed) {
    room -= one.path.length;
    if (room < 0 || groups.length === 0) {
      groups.push([]);
      room = GROUP_LIMIT - one.path.length;
    }
    groups.at(-1)?.push(one);
  }
  return groups;
}
