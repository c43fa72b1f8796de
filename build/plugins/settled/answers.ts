/** By file of a library: what is asked, and the answer. */
export type Answers = Readonly<Record<string, readonly (readonly [string | RegExp, string])[]>>;

/** A method, and another body for it. */
export function instead(method: string, body: string): readonly [RegExp, string] {
  const written = method.replace(/[()]/g, "\\$&");
  return [new RegExp(`^( {2}${written} \\{\n)[^]*?^ {2}\\}\n`, "m"), `$1${body.replaceAll("$", "$$$$")}\n  }\n`];
}
