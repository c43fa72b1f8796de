/** How far back gzip finds a repeat (RFC 1951). */
const WINDOW = 32768;
/** zlib takes nothing shorter for a repeat. */
const SHORTEST = 4;
const LONGEST = 40;
/** The average cost of a character of the launcher, in tenths of bits. */
const BEHIND = 22;
/** The most earlier places that are looked at. */
const LOOKS = 32;

/** The cost of a character of the launcher that is no repeat, in tenths of bits. */
const RARE = 100;
const CHARACTERS = new Uint8Array(128).fill(RARE);
for (const [characters, tenths] of [
  [",e", 51],
  ["tin)`(oasr=", 58],
  [":}?d.luc][p{", 66],
  ["|f-hm10\n", 72],
  ['\\&y/b;g_"$wv!+2', 78],
  ["3kS4xRIOAT6 5LN*8CP>", 86],
  ["E79MUD'F", 91],
] as const) {
  for (const one of characters) CHARACTERS[one.charCodeAt(0)] = tenths;
}

/** The cost of a repeat by its length, and by how far back it is, in tenths of bits. */
const LENGTHS = stepped(
  LONGEST,
  [4, 36, 5, 40, 6, 41, 7, 46, 8, 49, 9, 51, 10, 53, 11, 60, 13, 68, 15, 75, 17, 81, 19, 90, 23, 100, 27, 110],
);
const DISTANCES = stepped(
  WINDOW,
  [
    1, 93, 49, 99, 65, 103, 97, 107, 129, 112, 193, 115, 257, 119, 385, 121, 513, 127, 769, 130, 1025, 136, 1537, 139,
  ].concat([2049, 140, 3073, 145, 4097, 150, 6145, 151, 8193, 154, 12289, 160, 16385, 162]),
);

function stepped(upTo: number, steps: readonly number[]): Uint8Array {
  const values = new Uint8Array(upTo + 1);
  for (let at = 0; at < steps.length; at += 2) values.fill(steps[at + 1] as number, steps[at]);
  return values;
}

/** Estimates what parts of a text take gzipped, while others change some of its characters. */
export class Repeats {
  private readonly text: Uint8Array;
  /** Places, sorted by the four characters there; `begins` has for each four where theirs begin. */
  private readonly places: Int32Array;
  private readonly begins = new Int32Array(2 ** 20 + 1);
  private least = new Float64Array(0);

  constructor(text: Uint8Array) {
    this.text = text;
    this.places = new Int32Array(text.length - SHORTEST);
    this.index();
  }

  /** Indexes the text as it is now. Until the next call, repeats of what was changed since are not found. */
  index(): void {
    const { begins, places } = this;
    begins.fill(0);
    for (let at = 0; at < places.length; at += 1) (begins[this.keyAt(at)] as number) += 1;
    for (let key = 1; key < begins.length; key += 1) (begins[key] as number) += begins[key - 1] as number;
    for (let at = places.length - 1; at >= 0; at -= 1) {
      const key = this.keyAt(at);
      (begins[key] as number) -= 1;
      places[begins[key] as number] = at;
    }
  }

  /**
   * The cost of a part, in tenths of bits: of the cheapest way to write it by characters and by repeats of earlier
   * text.
   */
  costOf(from: number, to: number): number {
    const size = to - from;
    if (this.least.length <= size) this.least = new Float64Array(size * 2);
    const least = this.least.fill(Number.POSITIVE_INFINITY, 0, size + 1);
    least[0] = 0;
    for (let at = 0; at < size; at += 1) {
      const cost = (least[at] as number) + (CHARACTERS[this.text[from + at] as number] as number);
      if (cost < (least[at + 1] as number)) least[at + 1] = cost;
      this.addRepeats(from + at, to, least, at);
    }
    return least[size] as number;
  }

  /**
   * The first letters of names of this length that stood behind the same four characters as these places, or before the
   * same; the most frequent first.
   */
  oftenHere(places: readonly number[], length: number): string[] {
    const counts = new Map<string, number>();
    const count = (from: number, behind: number) => {
      const [first, last] = this.before(from);
      for (let index = last; index >= first; index -= 1) {
        const character = String.fromCharCode(this.text[(this.places[index] as number) + behind] as number);
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    };
    for (const place of places) {
      count(place - SHORTEST, SHORTEST);
      count(place + length, -length);
    }
    return [...counts].sort(([, one], [, other]) => other - one).map(([character]) => character);
  }

  /** The first and the last index in `places` of the earlier places with the same four characters. */
  private before(place: number): [number, number] {
    const key = this.keyAt(place);
    const first = this.begins[key] as number;
    let [from, to] = [first, this.begins[key + 1] as number];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.places[middle] as number) < place) from = middle + 1;
      else to = middle;
    }
    return [Math.max(first, to - LOOKS), to - 1];
  }

  private addRepeats(place: number, to: number, least: Float64Array, at: number): void {
    const { text } = this;
    const longest = Math.min(LONGEST, text.length - place);
    if (longest < SHORTEST) return;
    const size = at + to - place;
    let found = SHORTEST - 1;
    const [first, last] = this.before(place);
    for (let index = last; index >= first; index -= 1) {
      const earlier = this.places[index] as number;
      if (earlier <= place - WINDOW) break;
      if (text[earlier + found] !== text[place + found]) continue;
      let length = 0;
      while (length < longest && text[earlier + length] === text[place + length]) length += 1;
      const cost = (least[at] as number) + (DISTANCES[place - earlier] as number);
      for (let part = found + 1; part <= length; part += 1) {
        const end = Math.min(at + part, size);
        // What a repeat saves behind the end counts as saved, too.
        const spared = at + part > size ? (at + length - size) * BEHIND : 0;
        const all = cost + (LENGTHS[spared > 0 ? length : part] as number) - spared;
        if (all < (least[end] as number)) least[end] = all;
        if (spared > 0) break;
      }
      found = Math.max(found, length);
      if (found >= longest) break;
    }
  }

  private keyAt(place: number): number {
    const { text } = this;
    const four =
      ((text[place] as number) << 24) |
      ((text[place + 1] as number) << 16) |
      ((text[place + 2] as number) << 8) |
      (text[place + 3] as number);
    return Math.imul(four, 0x9e3779b1) >>> 12;
  }
}
