/**
 * The candidate that a person who typed `word` most likely meant; `undefined` when none is close.
 *
 * Close is: at most one slip for every three letters (a letter more, less, other, or two swapped), case and `-` against
 * `_` not counted; failing that, the shortest candidate that begins with the word, holds it as a whole part or is held by
 * it so (`sha` → `sha256`, `groups` → `install_groups`).
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = plain(word);
  const limit = Math.max(1, Math.floor(typed.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  let holder: string | undefined;
  for (const candidate of candidates) {
    const name = plain(candidate);
    const distance = Math.abs(name.length - typed.length) > limit ? limit + 1 : slips(typed, name);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
    if (shareParts(typed, name) && (holder === undefined || candidate.length < holder.length)) holder = candidate;
  }
  return best ?? holder;
}

/** The end of a hint: `, did you mean X?`, or nothing when no candidate is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? "" : `; did you mean \`${meant}\`?`;
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll("-", "_").replace(/^_+/, "");
}

function shareParts(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length >= 3 && (long.startsWith(short) || `${long}_`.includes(`_${short}_`));
}

/** Optimal string alignment: Levenshtein's distance with swaps of neighbours, each part of a word changed once. */
function slips(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, other.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
