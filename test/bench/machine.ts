import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Place } from "./place.ts";

/** What of the machine makes figures differ; nothing that tells whose it is. */
export interface Machine {
  readonly processors: number;
  readonly model: string;
  readonly kernel: string;
  readonly sh: string;
  readonly node: string;
  readonly python: string;
  readonly uv: string;
  /** Processes that ran or waited, on average over the last minute, when the run began: noise. */
  readonly load: number;
}

export function describeMachine(place: Place): Machine {
  const versionOf = (file: string) => execFileSync(file, ["--version"], { env: place.env, encoding: "utf8" }).trim();
  return {
    processors: os.cpus().length,
    model: os.cpus()[0]?.model ?? "",
    kernel: `${os.type()} ${os.release()}`,
    sh: path.basename(fs.realpathSync("/bin/sh")),
    node: process.versions.node,
    python: versionOf(place.python).replace("Python ", ""),
    uv: versionOf(place.uv).split(" ")[1] ?? "",
    load: Number((os.loadavg()[0] ?? 0).toFixed(1)),
  };
}
