import { createHash, type Hash } from "node:crypto";

/** So many bytes of one start are digested without node:crypto, which what digests more loads. */
let short = 4096;

/** The SHA-256 of what comes in parts, in hexadecimal. */
export function sha256Of(parts: Iterable<Uint8Array>): string {
  let start = Buffer.alloc(0);
  let hash: Hash | undefined;
  for (const part of parts) {
    if (hash === undefined && start.length + part.length <= short) start = Buffer.concat([start, part]);
    else {
      hash ??= createHash("sha256").update(start);
      hash.update(part);
    }
  }
  short = hash === undefined ? short - start.length : 0;
  return hash === undefined ? shortDigest(start) : hash.digest("hex");
}

/** The first bits of the fractions of the square and cube roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
function constants(): { readonly first: number[]; readonly each: number[] } {
  const primes: number[] = [];
  for (let one = 2; primes.length < 64; one += 1) if (primes.every((prime) => one % prime !== 0)) primes.push(one);
  const bits = (root: number): number => ((root % 1) * 2 ** 32) | 0;
  return {
    first: primes.slice(0, 8).map((prime) => bits(Math.sqrt(prime))),
    each: primes.map((prime) => bits(Math.cbrt(prime))),
  };
}

/**
 * Loading node:crypto takes as long as this does for 16,000 bytes, and a tenth of a start that renews a plan. Assignments one by one: no
 * start runs this so often that V8 would compile it.
 */
function shortDigest(bytes: Uint8Array): string {
  const { first, each } = constants();
  const state = Int32Array.from(first);
  const padded = new DataView(new ArrayBuffer((((bytes.length + 8) >> 6) + 1) * 64));
  new Uint8Array(padded.buffer).set(bytes);
  padded.setUint8(bytes.length, 0x80);
  padded.setUint32(padded.byteLength - 4, bytes.length * 8);
  const words = new Int32Array(64);
  const word = (index: number): number => words[index] as number;
  for (let at = 0; at < padded.byteLength; at += 64) {
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let round = 0; round < 64; round += 1) {
      if (round < 16) words[round] = padded.getInt32(at + round * 4);
      else {
        const x = word(round - 15);
        const y = word(round - 2);
        const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        words[round] = word(round - 16) + word(round - 7) + low + high;
      }
      const of = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + of + ((e & f) ^ (~e & g)) + (each[round] as number) + word(round)) | 0;
      const to = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      const two = to + ((a & b) ^ (a & d) ^ (b & d));
      b = a;
      a = (one + two) | 0;
    }
    for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index] = (state[index] as number) + value;
  }
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
