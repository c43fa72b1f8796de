import type { Context } from "../../context.ts";
import { isoTime, localTime } from "../../edges/clock.ts";
import { foldersOf, generationFolders } from "../../environment/folders.ts";
import { type HistoryEntry, readHistory } from "../../environment/history.ts";
import { listGenerations } from "../../environment/manifest/manifest.ts";
import type { Answer } from "../../launch/answer.ts";
import { oneLine } from "../../quoted.ts";

/** `./prime history`: what changed from one generation to the next, package by package, and why; the youngest first. */
export function showHistory(context: Context, json: boolean): Answer {
  const folders = foldersOf(context.root, context.places.state);
  for (const warning of folders.warnings) context.terminal.warn(warning);
  const entries = readHistory(folders).reverse();
  const kept = new Set(generationFolders(folders).flatMap((folder) => listGenerations(folder).map(({ id }) => id)));
  if (json) context.print.json(entries.map((entry) => ({ ...entry, at: isoTime(entry.at), kept: kept.has(entry.to) })));
  else if (entries.length === 0) context.print.text("No environment was built yet: ./prime makes one.\n");
  else context.print.text(entries.map((entry) => renderEntry(entry, kept.has(entry.to))).join(""));
  return { kind: "exit", code: 0 };
}

function renderEntry({ at, what, why, flags, from, to, changes }: HistoryEntry, isKept: boolean): string {
  const way = from === null || from === to ? to : `${from} -> ${to}`;
  const by = flags === "" ? "" : ` (${flags.replace(/(?!^)--/g, " --")})`;
  const head = `${localTime(at)}  ${what.padEnd(8)}  ${way}${by}${isKept ? "" : " (gone)"}: ${why}`;
  return [head, ...changes.map((change) => `    ${change}`)].map((line) => `${oneLine(line)}\n`).join("");
}
