import * as path from "node:path";
import type { Job } from "../../../builder/job.ts";
import type { Command } from "../../../edges/command.ts";
import { writePlain } from "../../../edges/files/change.ts";
import { run } from "../../../edges/processes/run.ts";
import { PrimeError } from "../../../errors.ts";
import { createVenv } from "../../../uv/commands.ts";
import type { UvTool } from "../../../uv/tool.ts";

/** The library that knows eggs; a later one needs other packages. */
const WHEEL = "wheel==0.45.1 --hash=sha256:708e7481cc80179af0e556bbf0cc00b8444c7321e2700b8d8580231d13017248\n";
/** The same egg gives the same wheel (reproducible-builds.org, SOURCE_DATE_EPOCH). */
const AT = "315532800";
const LIMIT_MS = 120_000;

/** Makes wheels of eggs, by an environment in `folder` (absolute) that is made for the first one. */
export function eggConverter(
  { context, log }: Job,
  uv: UvTool,
  { python, folder }: { readonly python: string; readonly folder: string },
): (egg: string, to: string) => Promise<void> {
  const venv = path.join(folder, "eggs");
  const own = path.join(venv, "bin/python");
  const file = path.join(folder, "eggs.txt");
  let made: Promise<void> | undefined;
  const act = async (name: string, command: Command) => {
    const outcome = await run({ ...command, cwd: "/" }, { limitMs: LIMIT_MS, log });
    if (outcome.ok) return;
    throw new PrimeError(
      "egg",
      `could not make a wheel of ${name}: ${outcome.output.trim().slice(-500)}`,
      "publish a wheel instead (`python -m build`)",
    );
  };
  const make = async (name: string) => {
    writePlain(file, WHEEL);
    await act(name, createVenv(uv, venv, python, "eggs"));
    const words = ["pip", "install", "--quiet", "--python", own, "--require-hashes", "--requirement", file];
    await act(name, { file: uv.file, args: words, env: uv.env, cwd: "/" });
  };
  return async (egg, to) => {
    const name = path.basename(egg);
    context.terminal.say(`${name} is an egg: making a wheel of it`);
    made ??= make(name);
    await made;
    const words = ["-m", "wheel", "convert", "--dest-dir", to, egg.replace(/[*?[]/g, "[$&]")];
    await act(name, { file: own, args: words, env: { ...uv.env, SOURCE_DATE_EPOCH: AT }, cwd: "/" });
  };
}
