/** One file as it should be, or only a word about it. */
export interface Deed {
  /** Relative to the folder that the launcher is put into. */
  readonly file: string;
  /** `todo`: what init leaves to people, since it stands in a text of theirs that has no one right form. */
  readonly verb: "write" | "extend" | "change" | "keep" | "todo";
  readonly why: string;
  /** The whole file, or with `extend` what is put behind its end; absent when nothing changes. */
  readonly text?: string;
}

/** Lines for the end of a file, or for a new one. */
export function extend(file: string, text: string | undefined, lines: readonly string[], note: string): Deed {
  const end = endOfLines(text ?? "");
  const before = text === undefined || text === "" || text.endsWith("\n") ? "" : end;
  return {
    file,
    verb: text === undefined ? "write" : "extend",
    why: note,
    text: before + lines.map((line) => line + end).join(""),
  };
}

/** The text with these lines in front of line `index`, by the line ends that it has; a byte order mark stays first. */
export function withLines(text: string, index: number, added: readonly string[]): string {
  const [, mark = "", plain = ""] = /^(\uFEFF?)(.*)$/s.exec(text) ?? [];
  const lines = plain.split("\n");
  const carriage = endOfLines(plain).slice(0, -1);
  if (index >= lines.length) lines.push(`${lines.pop()}${carriage}`, ""); // the last line had no end
  lines.splice(index, 0, ...added.map((line) => line + carriage));
  return mark + lines.join("\n");
}

export function linesOf(text: string | undefined): string[] {
  return (text ?? "").split(/\r?\n/);
}

function endOfLines(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
