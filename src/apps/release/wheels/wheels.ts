import * as path from "node:path";
import { namesInFolder } from "../../../edges/files/read.ts";
import { run } from "../../../edges/processes/run.ts";
import { PrimeError } from "../../../errors.ts";
import { cleanEnvironment } from "../../../python/clean-environment.ts";
import { CHECK_WHEELS_PY } from "../../../python/texts/texts.ts";

/** Milliseconds: gigabytes are hashed in that. */
const LIMIT_MS = 120_000;

/**
 * Throws `record` for wheels that a release keeps whose files are not what their RECORD says; installers take them as they are.
 * `generation`: of the release, absolute.
 */
export async function refuseTornWheels(
  generation: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const folder = path.resolve(generation, "../../../files");
  const wheels = namesInFolder(folder).filter((name) => name.endsWith(".whl"));
  if (wheels.length === 0) return;
  const args = ["-I", "-B", "-c", CHECK_WHEELS_PY, ...wheels.map((name) => path.join(folder, name))];
  const python = path.join(generation, "bin/python");
  const outcome = await run({ file: python, args, env: cleanEnvironment(env), cwd: "/" }, { limitMs: LIMIT_MS });
  const found = outcome.output.trim();
  if (outcome.ok && found === "") return;
  throw new PrimeError(
    "record",
    `could not take what ${folder} has: ${found.slice(-2000)}`,
    "build that wheel anew, and publish it under a version of its own",
  );
}
