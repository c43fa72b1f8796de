import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** Whose calls are meant: those of prime's own processes, or of uv, pip and the like below it. */
export type Who = "own" | "tool" | "any";

/** What happens at which of the calls that change a file system; see supervisor.c. */
export type Fault =
  | { readonly kind: "kill" | "tear"; readonly who: Who; readonly at: number }
  | {
      readonly kind: "fail";
      readonly who: Who;
      readonly calls: "open" | "rename" | "sync" | "growing" | "any";
      readonly at: number;
      /** Each later call fails, too. */
      readonly stays: boolean;
      readonly error: "EIO" | "ENOSPC" | "EROFS" | "EMFILE" | "EXDEV";
    };

export interface Call {
  readonly who: "own" | "tool";
  /** Counted from 1 among the calls of the same `who`. */
  readonly at: number;
  readonly program: string;
  readonly name: string;
  readonly path: string;
}

/** What the supervisor saw. */
export interface Report {
  /** Whether the run came as far as the fault. */
  readonly fired: boolean;
  readonly own: number;
  readonly tool: number;
  /** The call that the fault came at. */
  readonly fault: Call | undefined;
  /** All calls, where they were asked for. */
  readonly calls: readonly Call[];
}

/** The first one includes the others. */
const SOURCES = ["supervisor.c", "calls.h", "tasks.h", "die.h"].map((name) => path.join(import.meta.dirname, name));
const CACHE = path.join(import.meta.dirname, "../../../node_modules/.cache/prime");

/** The built supervisor, or why this machine can have none. */
export function supervisor(): { readonly file: string } | { readonly missing: string } {
  const text = SOURCES.map((source) => fs.readFileSync(source, "utf8")).join("\0");
  const file = path.join(CACHE, `supervisor-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`);
  if (process.platform !== "linux" || process.arch !== "x64") return { missing: "only Linux on x86-64 is supervised" };
  if (!fs.existsSync(file)) {
    fs.mkdirSync(CACHE, { recursive: true });
    const draft = `${file}.${process.pid}`;
    const built = spawnSync("cc", ["-O2", "-o", draft, SOURCES[0] as string], { encoding: "utf8" });
    if (built.status !== 0) return { missing: `no C compiler builds the supervisor: ${built.error ?? built.stderr}` };
    fs.renameSync(draft, file);
  }
  const tried = spawnSync(file, ["--report", "/dev/null", "--", "true"], { encoding: "utf8" });
  return tried.status === 0 ? { file } : { missing: `nothing can be traced here: ${tried.stderr.trim()}` };
}

/** The words in front of a command that is to be supervised. */
export function supervised(file: string, report: string, fault: Fault | undefined): string[] {
  const how = fault === undefined ? ["--trace"] : [`--${fault.kind}`, specOf(fault)];
  return [file, "--report", report, ...how, "--"];
}

/** A fault as the supervisor is told it. */
export function specOf(fault: Fault): string {
  if (fault.kind !== "fail") return `${fault.who}:${fault.at}`;
  return `${fault.who}:${fault.calls}:${fault.at}${fault.stays ? "+" : ""}:${fault.error}`;
}

export function readReport(file: string): Report {
  const numbers: Record<string, number> = {};
  const calls: Call[] = [];
  let fault: Call | undefined;
  for (const line of fs.readFileSync(file, "utf8").split("\n")) {
    const [head = "", at = "", program = "", name = "", ...rest] = line.split("\t");
    const [kind = "", word = ""] = head.split(" ");
    if (kind !== "call" && kind !== "fault") numbers[kind] = Number(word);
    else {
      const call: Call = { who: word as Call["who"], at: Number(at), program, name, path: rest.join("\t") };
      calls.push(call);
      if (kind === "fault") fault = call;
    }
  }
  return { fired: numbers.fired === 1, own: numbers.own ?? 0, tool: numbers.tool ?? 0, fault, calls };
}
