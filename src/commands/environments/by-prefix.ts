/** The one id that begins so; else why none is meant, and the ids that may be. */
export function oneByPrefix(
  ids: readonly string[],
  prefix: string,
): { readonly id: string } | { readonly why: string; readonly candidates: readonly string[] } {
  const fitting = ids.filter((id) => prefix !== "" && id.startsWith(prefix));
  const [id] = fitting;
  if (id !== undefined && fitting.length === 1) return { id };
  const why = `${id === undefined ? "no" : "more than one"} environment has an id that begins with ${prefix}`;
  return { why, candidates: id === undefined ? ids : fitting };
}
