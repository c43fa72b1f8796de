const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The text of the first element of a name, in the plain XML that S3 and STS answer in. */
export function valueIn(xml: string, name: string): string | undefined {
  return valuesIn(xml, name)[0];
}

/** In time that grows as the text does, whatever it is. */
export function valuesIn(xml: string, name: string): string[] {
  const found = xml.split(`<${name}>`).slice(1);
  return found.flatMap((text) => {
    const end = text.indexOf(`</${name}>`);
    return end < 0 ? [] : [plainOf(text.slice(0, end))];
  });
}

/** A text of XML's or HTML's without the usual references to characters. */
export function plainOf(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, characterOf);
}

function characterOf(all: string, decimal?: string, hex?: string, named = ""): string {
  const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  return ENTITIES[named] ?? (code <= 0x10ffff ? String.fromCodePoint(code) : all);
}
