import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { CACHE, SEEDED_UV } from "../seed.ts";

/**
 * The folder of the programs of packages from the index, in a venv that is made once and kept between runs; undefined: this machine can't
 * have them.
 */
export async function toolsOf(name: string, python: string, ...packages: string[]): Promise<string | undefined> {
  const venv = path.join(CACHE, name);
  const folder = path.join(venv, "bin");
  if (fs.existsSync(path.join(venv, "complete"))) return folder;
  const run = promisify(execFile);
  const uv = path.join(SEEDED_UV, fs.readdirSync(SEEDED_UV)[0] as string, "uv");
  try {
    fs.rmSync(venv, { recursive: true, force: true });
    await run(uv, ["venv", "--quiet", "--no-config", "--python", python, venv]);
    await run(uv, ["pip", "install", "--quiet", "--python", path.join(folder, "python"), ...packages]);
    fs.writeFileSync(path.join(venv, "complete"), "");
    return folder;
  } catch {
    return undefined;
  }
}
