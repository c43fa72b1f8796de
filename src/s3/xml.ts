const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The text of the first element of a name, in the plain XML that S3 and STS answer in. */
export function valueIn(xml: string, name: string): string | undefined {
  return valuesIn(xml, name)[0];
}

export function valuesIn(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, "g"));
  return [...found].map(([, text = ""]) =>
    text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (all, decimal, hex, named) => {
      if (named !== undefined) return ENTITIES[named] ?? all;
      return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
    }),
  );
}
