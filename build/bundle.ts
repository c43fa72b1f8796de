/*
 * Builds the launcher, the committed file `prime`, from src/.
 *
 *   npm run build              writes it
 *   npm run build -- --check   writes nothing, fails when the committed file is not what the sources give
 *   npm run build -- --check ../my-repo/prime     the same of a launcher that is committed elsewhere
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

function differences(file: string, text: string): string[] {
  if (!existsSync(file)) return [`there is no ${file}: run \`npm run build\``];
  const difference = firstDifference(readFileSync(file, "latin1"), text);
  if (difference !== undefined) return [`${file} is not what these sources give: ${difference}`];
  return (statSync(file).mode & 0o111) === 0o111 ? [] : [`${file} is not executable`];
}

function write(text: string): void {
  writeFileSync(LAUNCHER, text);
  chmodSync(LAUNCHER, MODE);
}

const { values: flags, positionals } = parseArgs({
  options: { check: { type: "boolean" }, sizes: { type: "boolean" } },
  allowPositionals: true,
});
const [checked = LAUNCHER, ...others] = positionals;
if (others.length > 0 || (checked !== LAUNCHER && !flags.check)) throw new Error("only --check takes a file, and one");
const program = await buildProgram();
if (!flags.check) write(program.text);
const faults = [...faultsOf(program), ...(flags.check ? differences(path.resolve(checked), program.text) : [])];
if (flags.sizes) console.log(sizeTable(program.metafile));
for (const fault of faults) console.error(`build: ${fault}`);
const { raw, gzipped } = sizesOf(program.text);
console.log(`prime: ${raw} bytes, ${gzipped} gzipped${flags.check && faults.length === 0 ? ", as committed" : ""}`);
process.exitCode = faults.length === 0 ? 0 : 1;
