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
  /** Places, those with the same four characters one behind another; by these, where theirs begin. */
  private readonly places: Int32Array;
  private readonly begins = new Int32Array(2 ** 20 + 1);
  private least = new Float64Array(0);

  constructor(text: Uint8Array) {
    this.text = text;
    this.places = new Int32Array(text.length - SHORTEST);
    this.index();
  }

  /** Looks where what stands in the text as it has become; until then repeats of what was written since are not found. */
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

  /** In tenths of bits, of the shortest way to write this part by characters and by repeats of what stands before. */
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
   * With what names of this length begin that stood behind the same four characters as these places, or in front of the same; the most
   * frequent first.
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

  /** The first and the last index in `places` of those to look at for what is the same as here. */
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
