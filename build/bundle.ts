/*
 * Builds the launcher, the committed file `prime`, from src/.
 *
 *   npm run build              writes it
 *   npm run build -- --check   writes nothing, fails when the committed file is not what the sources give
 *   npm run build -- --sizes   also prints what takes up how much of it
 */
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { faultsOf, firstDifference, sizesOf } from "./checks.ts";
import { buildProgram, ROOT } from "./program.ts";
import { sizeTable } from "./sizes.ts";

const LAUNCHER = path.join(ROOT, "prime");
const MODE = 0o755;

function differences(text: string): string[] {
  if (!existsSync(LAUNCHER)) return ["prime is not built: run `npm run build`"];
  const difference = firstDifference(readFileSync(LAUNCHER, "latin1"), text);
  if (difference !== undefined) return [`prime is not what the sources give (run \`npm run build\`): ${difference}`];
  return (statSync(LAUNCHER).mode & 0o111) === 0o111 ? [] : ["prime is not executable"];
}

function write(text: string): void {
  writeFileSync(LAUNCHER, text);
  chmodSync(LAUNCHER, MODE);
}

const { values: flags } = parseArgs({ options: { check: { type: "boolean" }, sizes: { type: "boolean" } } });
const program = await buildProgram();
if (!flags.check) write(program.text);
const faults = [...faultsOf(program), ...(flags.check ? differences(program.text) : [])];
if (flags.sizes) console.log(sizeTable(program.metafile));
for (const fault of faults) console.error(`build: ${fault}`);
const { raw, gzipped } = sizesOf(program.text);
console.log(`prime: ${raw} bytes, ${gzipped} gzipped${flags.check && faults.length === 0 ? ", as committed" : ""}`);
process.exitCode = faults.length === 0 ? 0 : 1;
