/*
 * npm run where -- LINE:COLUMN …: the place in src/ that a place of a stack trace comes from. The launcher which printed the trace must be
 * the one that these sources give: check out its version first (`npm run build -- --check FILE`).
 */
import { placeInSources } from "./place-in-sources.ts";
import { buildProgram } from "./program.ts";

const program = await buildProgram();
for (const place of process.argv.slice(2)) {
  const [, line, column] = /(\d+):(\d+)\)?$/.exec(place) ?? [];
  if (line === undefined || column === undefined) throw new Error(`${place} is no LINE:COLUMN`);
  console.log(`${line}:${column} ${placeInSources(program, Number(line), Number(column)) ?? "is of no source"}`);
}
