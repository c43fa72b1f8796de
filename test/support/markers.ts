/** A text with what stands between the marker that names its maker and the marker that ends it renewed. */
export function renewBetween(text: string, name: string, maker: string, inner: string): string {
  const [first, last] = [`<!-- ${name}: written by ${maker} -->`, `<!-- ${name}: end -->`];
  const start = text.indexOf(first);
  const end = text.indexOf(last);
  if (start === -1 || end < start) throw new Error(`the text lacks the markers ${first} and ${last}`);
  return `${text.slice(0, start)}${first}\n\n${inner}\n\n${text.slice(end)}`;
}
