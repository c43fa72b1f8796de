import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Environment } from "./command.ts";

/** States of a process that has ended and that nobody has asked for yet (proc(5)). */
const ENDED = new Set(["Z", "X"]);

/**
 * When a process started, as text that no later process with the same number can have: on Linux the 22nd field of
 * /proc/PID/stat (proc(5), clock ticks since boot), elsewhere what `ps` says to the second. `undefined`: no such
 * process, or one that has ended. An exec keeps it.
 */
export function startOfProcess(pid: number): string | undefined {
  if (process.platform === "linux") {
    const fields = statOf(pid);
    return fields === undefined || hasEnded(fields) ? undefined : fields[19];
  }
  return ps("lstart=", pid);
}

/** By the fields that `statOf` gives: nobody has asked for its status yet, and that is all that is left of it. */
export function hasEnded(fields: readonly string[]): boolean {
  return ENDED.has(fields[0] ?? "");
}

/**
 * The fields of /proc/PID/stat behind the name (proc(5)): state, parent, group and so on. None in a PID namespace without a /proc of
 * its own (`unshare -p`), where numbers are those of other processes.
 */
export function statOf(pid: number): string[] | undefined {
  try {
    isOwnProc ??= readlinkSync("/proc/self") === String(process.pid);
    if (!isOwnProc) return undefined;
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/**
 * Names of variables that this shell was started with and does not hand on, since they are no names for it (POSIX, 2.5.3): dash and
 * busybox drop `INPUT_WHO-TO-GREET` and exported functions of bash. Known on Linux alone (proc(5)).
 */
export function droppedVariables(shell: number, env: Environment): string[] {
  try {
    const entries = readFileSync(`/proc/${shell}/environ`, "utf8").split("\0");
    const names = entries.flatMap((entry) => /^[^=]+(?==)/.exec(entry)?.[0] ?? []);
    return names.filter((name) => !/^[A-Za-z_]\w*$/.test(name) && env[name] === undefined);
  } catch {
    return [];
  }
}

function ps(field: string, pid: number): string | undefined {
  const answer = spawnSync("ps", ["-o", field, "-p", String(pid)], {
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
  });
  return answer.stdout?.trim() || undefined;
}

/**
 * Whether the process that started at this moment (see `startOfProcess`) still runs. Of another user's process the system
 * may tell no more than that the number is taken (proc(5), `hidepid`).
 */
export function isRunning(pid: number, start: string): boolean {
  const found = startOfProcess(pid);
  if (found !== undefined) return found === start;
  try {
    process.kill(pid, 0);
    return start === "";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether this process was started by that one, directly or by others. */
export function isAncestor(pid: number): boolean {
  for (let one = process.ppid; one > 0; one = parentOf(one)) {
    if (one === pid) return true;
  }
  return false;
}

function parentOf(pid: number): number {
  return Number((process.platform === "linux" ? statOf(pid)?.[1] : ps("ppid=", pid)) ?? 0);
}

/** What process numbers are counted in: on Linux the PID namespace (pid_namespaces(7)); "" where there is but one. */
export function processSpace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

const SHELLS = /^(?:sh|dash|bash|ash|ksh|ksh93|mksh|oksh|yash|zsh)(?:-[\d.]+)?$/;

/** The words that start the same shell as the process runs now; `/bin/sh` where the system does not tell. */
export function shellOfProcess(pid: number): string[] {
  try {
    const file = readlinkSync(`/proc/${pid}/exe`);
    const name = path.basename(file);
    if (name === "busybox" || name === "toybox") return [file, "sh"];
    if (SHELLS.test(name)) return [file];
  } catch {}
  return ["/bin/sh"];
}

let isOwnProc: boolean | undefined;

/** Differs after every boot of the machine; "" where the system does not tell. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

export function hostName(): string {
  return os.hostname();
}

/** The process namespace that a machine starts with (linux/proc_ns.h, PROC_PID_INIT_INO); a container has one of its own. */
const FIRST_NAMESPACE = "pid:[4026531836]";

/** A container may have the name of the machine it runs on, and sees other files at the same paths. */
export function inContainer(): boolean {
  try {
    return readlinkSync("/proc/self/ns/pid") !== FIRST_NAMESPACE;
  } catch {
    return false;
  }
}

/** The user's login name; the number where the system has no name for it, as is common in containers. */
export function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return `${process.getuid?.() ?? "unknown"}`;
  }
}

/** What a Node of 32 bits runs on where the kernel has 64 (uname(2)). */
const IN_32_BITS: Readonly<Record<string, string>> = {
  "ia32 x86_64": "i686",
  "arm aarch64": "armv7l",
  "arm armv8l": "armv7l",
};

/** The platform that this Node runs on, in the words of an interpreter of the same. */
export function hostPlatform(): {
  readonly platform: string;
  readonly libc: "gnu" | "musl" | "";
  readonly machine: string;
} {
  const machine = IN_32_BITS[`${process.arch} ${os.machine()}`] ?? os.machine();
  if (process.platform === "darwin") return { platform: "macosx", libc: "", machine };
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return { platform: `linux-${machine}`, libc: header?.glibcVersionRuntime === undefined ? "musl" : "gnu", machine };
}

/** What each level of x86-64 adds, as Linux names it (x86-64 psABI, "Micro-architecture levels"). */
const X86_LEVELS = [
  "cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3",
  "avx avx2 bmi1 bmi2 f16c fma abm movbe",
  "avx512f avx512bw avx512cd avx512dq avx512vl",
];

/** The highest level of x86-64 that this processor is known to have: 1 to 4. */
export function x86Level(): number {
  let flags: ReadonlySet<string>;
  try {
    flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(" "));
  } catch {
    return 1;
  }
  const lacking = X86_LEVELS.findIndex((level) => !level.split(" ").every((flag) => flags.has(flag)));
  return lacking === -1 ? X86_LEVELS.length + 1 : lacking + 1;
}
