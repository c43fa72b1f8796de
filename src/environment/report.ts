import * as path from "node:path";
import * as v from "valibot";
import { writeAtomic } from "../edges/files/change.ts";
import { readOwnJson, TEXT, TIME } from "../edges/files/own/own-json.ts";
import { hideSecrets } from "../secrets.ts";

/** The file beside the manifest of a generation that an upgrade made. */
const REPORT_FILE = "validation.json";

const CHECK = v.object({ name: TEXT, ok: v.boolean(), about: TEXT, problems: v.array(TEXT), durationMs: TIME });
const REPORT = v.object({ at: TIME, checks: v.array(CHECK) });

/** One thing that was checked before an environment was shown. */
export type Check = Readonly<v.InferOutput<typeof CHECK>>;
export type Report = Readonly<v.InferOutput<typeof REPORT>>;

export function writeReport(generation: string, report: Report): void {
  writeAtomic(path.join(generation, REPORT_FILE), `${JSON.stringify(report, hideSecrets, 2)}\n`);
}

/** undefined: no upgrade has made it, or the report is torn. */
export function readReport(generation: string): Report | undefined {
  return readOwnJson(path.join(generation, REPORT_FILE), REPORT);
}
