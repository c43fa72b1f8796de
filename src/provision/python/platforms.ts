import type { PythonBuild } from "../../config/lock/python-build.ts";
import { x86Level } from "../../edges/machine.ts";
import type { Interpreter } from "../../python/interpreter.ts";

/** uv's words for the parts of a platform, by ours (those of `sysconfig.get_platform()`, and the C library). */
const OS = { linux: "linux", macosx: "darwin" } as const;
const FAMILY: Readonly<Record<string, string>> = { arm64: "aarch64", armv7l: "armv7" };

/** How uv's lists name a platform. */
export interface UvPlatform {
  readonly os: string;
  readonly family: string;
  /** `v2`, `v3`, `v4` of x86_64. */
  readonly level: string | null;
  readonly libc: string;
}

/** Our name of a platform of uv's; undefined for systems that prime does not run on. */
export function platformOf({ os, family, level, libc }: UvPlatform): string | undefined {
  const machine = level === null ? family : `${family}_${level}`;
  if (os === "darwin" && libc === "none") return `macosx-${machine === "aarch64" ? "arm64" : machine}`;
  if (os !== "linux") return undefined;
  if (family === "armv7") return libc === "gnueabihf" ? "linux-armv7l-gnu" : undefined;
  return `linux-${machine}-${libc}`;
}

/** The reverse, for a list that uv is to read. */
export function uvPlatformOf(platform: string): UvPlatform {
  const [os = "", machine = "", libc = "none"] = platform.split("-");
  const [, name = machine, level = null] = /^(.+?)(?:_(v[234]))?$/.exec(machine) ?? [];
  const family = FAMILY[name] ?? name;
  return { os: OS[os as keyof typeof OS] ?? os, family, level, libc: family === "armv7" ? "gnueabihf" : libc };
}

/** The platform of the machine that an interpreter runs on, as builds name theirs. */
export function platformHere({ platform, libc, machine }: Pick<Interpreter, "platform" | "libc" | "machine">): string {
  const os = platform.startsWith("macosx") ? `macosx-${machine}` : platform;
  return libc === "" ? os : `${os}-${libc}`;
}

/** Whether a build runs on a machine of this platform: exactly that one, or for more of its processor than all of its kind have. */
export function runsOn(build: Pick<PythonBuild, "platform">, here: string, level: () => number = x86Level): boolean {
  if (build.platform === here) return true;
  const [, general, needed] = /^(\w+-x86_64)_v([234])(?=-|$)/.exec(build.platform) ?? [];
  const isOfKind = general !== undefined && build.platform.replace(/_v[234](?=-|$)/, "") === here;
  return isOfKind && level() >= Number(needed);
}

/** Of builds of one version, the one for a machine of this platform: the plain one before those for newer processors, the best of these. */
export function bestOf(builds: readonly PythonBuild[], here: string): PythonBuild | undefined {
  const fitting = builds.filter((build) => runsOn(build, here));
  const [best] = fitting.sort((one, other) => rankOf(other, here) - rankOf(one, here));
  return best;
}

function rankOf({ platform }: PythonBuild, here: string): number {
  return platform === here ? 9 : Number(/_v(\d)/.exec(platform)?.[1]);
}
