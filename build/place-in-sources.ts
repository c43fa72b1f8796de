import { SourceMap, type SourceMapPayload } from "node:module";
import type { Program } from "./program.ts";

/**
 * The place in the sources of a place in the launcher, as `src/start/boot.ts:52:10`; undefined when no source is known.
 */
export function placeInSources({ maps, before, starts }: Program, line: number, column: number): string | undefined {
  const isFirst = line === starts.line;
  const at = { line: line - starts.line, column: column - 1 - (isFirst ? starts.column : 0) };
  if (at.line < 0 || at.column < 0) return undefined;
  let place = before(at);
  let source: string | undefined;
  for (const map of maps) {
    const found = new SourceMap(JSON.parse(map) as SourceMapPayload).findEntry(place.line, place.column);
    if (!("originalSource" in found)) return undefined;
    place = { line: found.originalLine, column: found.originalColumn };
    source = found.originalSource;
  }
  return `${source}:${place.line + 1}:${place.column + 1}`;
}
