/** How far back gzip finds what it has had (RFC 1951). */
const WINDOW = 32768;
/** What is shorter, zlib takes for no repeat. */
const SHORTEST = 4;
const LONGEST = 40;
/** In tenths of bits, what a character of the launcher takes on average. */
const BEHIND = 22;
/** So many earlier places are looked at. */
const LOOKS = 32;

/** In tenths of bits, what gzip takes for a character of the launcher's that is no repeat. */
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

/** In tenths of bits, by the length of a repeat, and by how far back it is. */
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

/** What parts of a text take gzipped, about, while some of their characters are chosen; the text is changed from outside. */
export class Repeats {
  private readonly text: Uint8Array;
  /** By four characters, the last place where they stand, and by place the one before. */
  private readonly last = new Int32Array(2 ** 20).fill(-1);
  private readonly previous: Int32Array;
  private settled = 0;
  private least = new Float64Array(0);

  constructor(text: Uint8Array) {
    this.text = text;
    this.previous = new Int32Array(text.length);
  }

  /** Nothing before this place will change. */
  settle(to: number): void {
    for (; this.settled + SHORTEST <= to; this.settled += 1) {
      const key = this.keyAt(this.settled);
      this.previous[this.settled] = this.last[key] as number;
      this.last[key] = this.settled;
    }
  }

  /** In tenths of bits, of the shortest way to write this part by characters and by repeats of what is settled. */
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

  /** Characters that stood behind the same four as these places, the most frequent first. */
  oftenBehind(places: readonly number[]): string[] {
    const counts = new Map<string, number>();
    for (const place of places) {
      const from = place - SHORTEST;
      if (from < 0) continue;
      let earlier = this.last[this.keyAt(from)] as number;
      for (let looks = LOOKS; looks > 0 && earlier >= 0 && earlier > from - WINDOW; looks -= 1) {
        const character = String.fromCharCode(this.text[earlier + SHORTEST] as number);
        if (earlier < from) counts.set(character, (counts.get(character) ?? 0) + 1);
        earlier = this.previous[earlier] as number;
      }
    }
    return [...counts].sort(([, one], [, other]) => other - one).map(([character]) => character);
  }

  private addRepeats(place: number, to: number, least: Float64Array, at: number): void {
    const { text, previous } = this;
    const longest = Math.min(LONGEST, text.length - place);
    const size = at + to - place;
    let found = SHORTEST - 1;
    let looks = longest < SHORTEST ? 0 : LOOKS;
    for (
      let earlier = this.last[this.keyAt(place)] as number;
      looks > 0;
      looks -= 1, earlier = previous[earlier] as number
    ) {
      if (earlier < 0 || earlier <= place - WINDOW) break;
      if (earlier >= place || text[earlier + found] !== text[place + found]) continue;
      let length = 0;
      while (length < longest && text[earlier + length] === text[place + length]) length += 1;
      const cost = (least[at] as number) + (DISTANCES[place - earlier] as number);
      for (let part = found + 1; part <= length; part += 1) {
        const end = Math.min(at + part, size);
        // What a repeat spares behind the end, it spares as well.
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
