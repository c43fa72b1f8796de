import type { Context } from "../../context.ts";
import { isoTime, localTime } from "../../edges/clock.ts";
import { listFolder } from "../../edges/files/read.ts";
import { type Folders, foldersOf, generationFolder, generationFolders } from "../../environment/folders.ts";
import { type HistoryEntry, readHistory } from "../../environment/history.ts";
import { GENERATION_ID, listGenerations, readManifest } from "../../environment/manifest/manifest.ts";
import { type Report, readReport } from "../../environment/report.ts";
import { usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { oneLine } from "../../quoted.ts";
import { oneByPrefix } from "./by-prefix.ts";

/** `./prime history`: what changed from one generation to the next, package by package, and why; the youngest first. */
export function showHistory(context: Context, json: boolean, id: string | undefined): Answer {
  const folders = foldersOf(context.root, context.places.state);
  for (const warning of folders.warnings) context.terminal.warn(warning);
  const entries = readHistory(folders).reverse();
  if (id !== undefined) return showOne(context, folders, entries, { id, json });
  const kept = new Set(generationFolders(folders).flatMap((folder) => listGenerations(folder).map(({ id }) => id)));
  if (json) context.print.json(entries.map((entry) => ({ ...entry, at: isoTime(entry.at), kept: kept.has(entry.to) })));
  else if (entries.length === 0) context.print.text("No environment was built yet: ./prime makes one.\n");
  else context.print.text(entries.map((entry) => renderEntry(entry, kept.has(entry.to))).join(""));
  return DONE;
}

/** All that is known of one environment: what brought it, and what was looked at before it was shown. */
function showOne(
  { print }: Context,
  folders: Folders,
  all: readonly HistoryEntry[],
  { id, json }: { readonly id: string; readonly json: boolean },
): Answer {
  const known = new Set([
    ...generationFolders(folders).flatMap((folder) => listFolder(folder) ?? []),
    ...all.map(({ to }) => to),
  ]);
  const meant = oneByPrefix(
    [...known].filter((name) => GENERATION_ID.test(name)),
    id,
  );
  if ("why" in meant) {
    throw usageError("history-unknown", `could not show its history: ${meant.why}`, "./prime history lists them");
  }
  const found = meant.id;
  const folder = generationFolder(folders, found);
  const report = readReport(folder);
  const entries = all.filter(({ to }) => to === found);
  const isKept = readManifest(folder) !== undefined;
  if (json) {
    const told = report && { ...report, at: isoTime(report.at) };
    print.json({
      id: found,
      kept: isKept,
      entries: entries.map((one) => ({ ...one, at: isoTime(one.at) })),
      validation: told ?? null,
    });
  } else print.text([...entries.map((entry) => renderEntry(entry, isKept)), ...renderReport(report)].join(""));
  return DONE;
}

function renderReport(report: Report | undefined): string[] {
  if (report === undefined) return ["no report: only an upgrade makes one\n"];
  const rows = report.checks.map(
    ({ name, about, durationMs }) => `${name}: ${about} (${(durationMs / 1000).toFixed(1)} s)`,
  );
  return [`validated at ${localTime(report.at)}\n`, ...rows.map((row) => `    ${oneLine(row)}\n`)];
}

function renderEntry({ at, what, why, flags, from, to, changes }: HistoryEntry, isKept: boolean): string {
  const way = from === null || from === to ? to : `${from} -> ${to}`;
  const by = flags === "" ? "" : ` (${flags.replace(/(?!^)--/g, " --")})`;
  const head = `${localTime(at)}  ${what.padEnd(8)}  ${way}${by}${isKept ? "" : " (gone)"}: ${why}`;
  return [head, ...changes.map((change) => `    ${change}`)].map((line) => `${oneLine(line)}\n`).join("");
}
