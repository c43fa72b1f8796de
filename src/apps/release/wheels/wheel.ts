import { sha256 } from "../../../edges/files/read.ts";

/** The 1st of January 1980, before which no archive is (APPNOTE, 4.4.6). */
const DAY = 0x21;

/** A wheel (PEP 427) of pure Python, the same bytes each time; `said`: a line of its METADATA beside name and version, `files`: by path. */
export function wheelOf(
  { project, version, said }: { readonly project: string; readonly version: string; readonly said: string },
  files: Readonly<Record<string, string>>,
): { readonly name: string; readonly bytes: Buffer } {
  const base = `${project.replaceAll("-", "_")}-${version}`;
  const info = `${base}.dist-info`;
  const all = new Map([
    ...Object.entries(files),
    [`${info}/METADATA`, `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n${said}\n`],
    [`${info}/WHEEL`, "Wheel-Version: 1.0\nGenerator: prime\nRoot-Is-Purelib: true\nTag: py3-none-any\n"],
  ]);
  const rows = [...all].map(([path, text]) => {
    const digest = Buffer.from(sha256(text), "hex").toString("base64url");
    return `${path},sha256=${digest},${Buffer.byteLength(text)}\n`;
  });
  all.set(`${info}/RECORD`, `${rows.join("")}${info}/RECORD,,\n`);
  return { name: `${base}-py3-none-any.whl`, bytes: archive(all) };
}

/** A zip archive in which nothing is packed. */
function archive(files: ReadonlyMap<string, string>): Buffer {
  const [parts, index]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [path, text] of files) {
    const [name, body] = [Buffer.from(path), Buffer.from(text)];
    const facts = numbers(
      [20, 2],
      [0, 2],
      [0, 2],
      [0, 2],
      [DAY, 2],
      [crc32(body), 4],
      [body.length, 4],
      [body.length, 4],
      [name.length, 2],
      [0, 2],
    );
    const part = Buffer.concat([numbers([0x04034b50, 4]), facts, name, body]);
    const rights = numbers([0, 2], [0, 2], [0, 2], [(0o100644 << 16) >>> 0, 4], [at, 4]);
    index.push(numbers([0x02014b50, 4], [0x314, 2]), facts, rights, name);
    parts.push(part);
    at += part.length;
  }
  const list = Buffer.concat(index);
  const end = numbers([0x06054b50, 4], [0, 4], [files.size, 2], [files.size, 2], [list.length, 4], [at, 4], [0, 2]);
  return Buffer.concat([...parts, list, end]);
}

/** Little-endian, each in so many bytes. */
function numbers(...all: readonly (readonly [value: number, bytes: number])[]): Buffer {
  return Buffer.concat(
    all.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes);
      buffer.writeUIntLE(value, 0, bytes);
      return buffer;
    }),
  );
}

/** ISO 3309, as zip has it. */
function crc32(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
