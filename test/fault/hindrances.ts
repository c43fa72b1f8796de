import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { hindered, type Outcome, type Ready } from "./operations/trial.ts";
import type { Place } from "./place.ts";

/** Something that makes an operation hard from its beginning to its end. */
export interface Hindrance {
  readonly title: string;
  /** Key of `OPERATIONS`. */
  readonly operation: string;
  /** In which measure it is tried, the hardest first. */
  readonly measures: readonly number[];
  readonly unit: string;
  /** It needs `mount`. */
  readonly mounts: boolean;
  readonly hinder: (place: Place, measure: number) => readonly string[];
  readonly lift?: (place: Place) => void;
}

const KB = 1024;

export const HINDRANCES: Readonly<Record<string, Hindrance>> = {
  "full-root": full("rebuild", (place) => place.root, [0, 4, 16, 64, 256], "the root's disk is full"),
  "full-cache": full("download", (place) => place.uvCache, [0, 16, 64, 256], "the disk of uv's cache is full"),
  "full-deploy": full("newcomer", primeCache, [0, 1024, 24 * KB, 40 * KB], "the disk of prime's cache is full", 400),
  "full-state": full(
    "switch",
    (place) => path.join(place.home, ".local"),
    [0, 4, 16],
    "the disk of ready plans is full",
  ),
  "full-tmp": full("lock", (place) => place.tmp, [0], "the disk of TMPDIR is full"),
  "full-app": full(
    "app-update",
    (place) => path.join(place.home, ".local/state/prime/apps"),
    [0, 4, 16, 64, 256],
    "the disk of an app's releases is full",
  ),
  "read-only-cache": {
    title: "prime's and uv's caches are read-only, with all in them",
    operation: "first",
    measures: [0],
    unit: "",
    mounts: true,
    hinder: (place) => {
      for (const folder of [primeCache(place), place.uvCache]) bindReadOnly(folder);
      return [];
    },
    lift: (place) => unmount([primeCache(place), place.uvCache]),
  },
  "few-descriptors": {
    title: "few open files are allowed",
    operation: "rebuild",
    measures: [13, 16, 20, 22, 24, 28, 40],
    unit: "files",
    mounts: false,
    hinder: (_, limit) => ["sh", "-c", `ulimit -n ${limit}; exec "$@"`, "sh"],
  },
};

function primeCache({ home }: Place): string {
  return path.join(home, ".cache/prime");
}

/** Fills a disk of its own but for so many kilobytes; there is room again when it is lifted. */
function full(
  operation: string,
  folderOf: (place: Place) => string,
  measures: number[],
  title: string,
  diskMb = 64,
): Hindrance {
  return {
    title,
    operation,
    measures,
    unit: "KB left",
    mounts: true,
    hinder: (place, leaveKb) => {
      const folder = folderOf(place);
      mountSmall(folder, diskMb);
      const { bavail, bsize } = fs.statfsSync(folder);
      fs.writeFileSync(filler(folder), Buffer.alloc(bavail * bsize - leaveKb * KB));
      return [];
    },
    lift: (place) => fs.rmSync(filler(folderOf(place))),
  };
}

function filler(folder: string): string {
  return path.join(folder, ".filler");
}

/** Does the hindrance's operation; all that was mounted is gone afterwards. */
export async function tryHindrance(ready: Ready, hindrance: Hindrance, measure: number): Promise<Outcome> {
  const { place } = ready;
  try {
    return await hindered(
      ready,
      () => hindrance.hinder(place, measure),
      () => hindrance.lift?.(place),
    );
  } finally {
    unmount(mountsBelow(place.base));
  }
}

/** Why nothing can be mounted here; undefined: it can. */
export function whyNoMounts(folder: string): string | undefined {
  fs.mkdirSync(folder, { recursive: true });
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", folder]);
  if (status !== 0) return "this user can't mount a small disk";
  unmount([folder]);
  return undefined;
}

/** Makes a folder a disk of its own, with what is in it. */
function mountSmall(folder: string, megabytes: number): void {
  const aside = `${folder}.aside`;
  fs.cpSync(folder, aside, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  mount("-t", "tmpfs", "-o", `size=${megabytes}m`, "none", folder);
  spawnSync("cp", ["-a", `${aside}/.`, folder]);
  fs.rmSync(aside, { recursive: true });
}

function bindReadOnly(folder: string): void {
  mount("--bind", folder, folder);
  mount("-o", "remount,bind,ro", folder);
}

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount ${args.join(" ")}: ${stderr}`);
}

function unmount(folders: readonly string[]): void {
  for (const folder of folders) spawnSync("umount", [folder]);
}

function mountsBelow(folder: string): string[] {
  const points = fs.readFileSync("/proc/self/mounts", "utf8").split("\n");
  return points.map((line) => line.split(" ")[1] ?? "").filter((point) => point.startsWith(`${folder}/`));
}
