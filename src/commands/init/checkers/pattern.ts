/** Regular expressions of Python's, of which pre-commit and prek search one in each path. */

/** A path as a whole. */
export function patternOf(file: string): string {
  return `^${file.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`;
}

/** Whether it is found in a text; undefined where JavaScript does not know its words. */
export function finds(pattern: string, text: string): boolean | undefined {
  const [, flags = ""] = /^\s*\(\?([a-zA-Z]+)\)/.exec(pattern) ?? [];
  let source = pattern.replace(/^\s*\(\?[a-zA-Z]+\)/, "");
  if (flags.includes("x")) source = withoutLayout(source);
  source = source
    .replace(/\(\?P<(\w+)>/g, "(?<$1>")
    .replace(/\(\?P=(\w+)\)/g, "\\k<$1>")
    .replaceAll("\\A", "^")
    .replaceAll("\\Z", "$");
  try {
    return new RegExp(source, flags.replace(/[^ims]/g, "")).test(text);
  } catch {
    return undefined;
  }
}

/** `(?x)`: white space and comments do not count, but in classes and behind a backslash (re.VERBOSE). */
export function isVerbose(pattern: string): boolean {
  return /^\s*\(\?[a-zA-Z]*x[a-zA-Z]*\)/.test(pattern);
}

function withoutLayout(source: string): string {
  return source.replace(/\\.|\[(?:\\.|[^\]\\])*\]|#[^\n]*|\s+/gs, (part) => (/^[#\s]/.test(part) ? "" : part));
}
