import { SourceMap, type SourceMapPayload } from "node:module";
import type { Program } from "./program.ts";

/** `src/start/boot.ts:52:10`; undefined where no source of ours or a library's stands. */
export function placeInSources({ map, before, starts }: Program, line: number, column: number): string | undefined {
  const isFirst = line === starts.line;
  const at = { line: line - starts.line, column: column - 1 - (isFirst ? starts.column : 0) };
  if (at.line < 0 || at.column < 0) return undefined;
  const long = before(at);
  const found = new SourceMap(JSON.parse(map) as SourceMapPayload).findEntry(long.line, long.column);
  return "originalSource" in found
    ? `${found.originalSource}:${found.originalLine + 1}:${found.originalColumn + 1}`
    : undefined;
}
