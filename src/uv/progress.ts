/** How many downloads and builds have ended of those that uv (or pip) has begun. */
export interface Tally {
  readonly done: number;
  readonly total: number;
}

/**
 * Counts from an installer's own lines, of which each long download and build has one at its begin and one at its end
 * (uv: `Downloading x (1.2MiB)`, `Downloaded x`; pip begins only). `undefined` while there is nothing to count.
 */
export function countProgress(before: Tally | undefined, line: string): Tally | undefined {
  const { done, total } = before ?? { done: 0, total: 0 };
  if (/^\s*(?:Downloading|Building)\b/.test(line)) return { done, total: total + 1 };
  if (/^\s*(?:Downloaded|Built)\b/.test(line)) return { done: Math.min(done + 1, total), total };
  return before;
}

/** The lines, one for each download and build, that tell of what has begun and not ended; the last begun stands last. */
export function stillRunning(before: readonly string[], line: string): readonly string[] {
  const [, isEnd, name] = /^\s*(?:Downloading|Building|(Downloaded|Built))\s+(\S+)/.exec(line) ?? [];
  if (name === undefined) return before;
  const others = before.filter((begun) => begun.trim().split(/\s+/)[1] !== name);
  return isEnd === undefined ? [...others, line] : others;
}
