import { PrimeError } from "../../errors.ts";

/** A script that starts itself by the launcher, and a sentence for each thing that changed beside the header. */
export interface HeadedScript {
  readonly text: string;
  readonly told: readonly string[];
}

/** PEP 263: the comment that names a file's encoding, in one of its first two lines. */
const ENCODING = /^[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+/;
const HEADER = /^""":"; case \$0 in .* "\$@" #(?:""")?$/;
/** A string literal with the prefixes that a docstring may have; what it holds is the third group. */
const DOCSTRING = /^([rRuU]?)("""|'''|"|')((?:\\.|(?!\2).)*)\2/s;
const BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

/** Sets `f` to the script that a link of the name `$1` leads to: the launcher stands beside that one. */
const RESOLVED = `f=$1; while [ -L "$f" ]; do l=$(readlink "$f"); case $l in /*) f=$l;; *) f=\${f%/*}/$l;; esac; done`;

/**
 * The line behind `#!/bin/sh` that is a command for sh and opens a string for Python. sh hands the script over to the
 * launcher, whose place is told from the script's: `$0` gets a slash when it has none, since prime knows a script by that.
 *
 * `launcher` is relative to the script's folder, `options` are the interpreter's. Three quotes have to follow somewhere.
 */
export function headerLine(launcher: string, options: string): string {
  const start = options === "" ? "" : ` run python ${options}`;
  const withSlash = 'case $0 in */*) set -- "$0" "$@";; *) set -- "./$0" "$@";; esac';
  return `""":"; ${withSlash}; ${RESOLVED}; exec "\${f%/*}/${launcher}"${start} "$@" #`;
}

/** A script to begin with. */
export function newScript(launcher: string): string {
  return `#!/bin/sh
${headerLine(launcher, "")}"""


def main():
    print("it works")


if __name__ == "__main__":
    main()
`;
}

/**
 * Puts the header into a Python script. An encoding comment stays within the first two lines, where alone it counts.
 * A docstring must be the first statement and `from __future__` may only follow that: so the header becomes the
 * docstring's first line, behind the comments. (A string of its own, joined to it, would not outlive a formatter.)
 *
 * `text` holds a byte a character (latin1): the file's encoding is its own affair. A first line whose meaning the header
 * can't keep is refused.
 */
export function addHeader(text: string, launcher: string, file: string): HeadedScript {
  const told: string[] = [];
  const plain = text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
  if (plain !== text) told.push("the byte order mark went: sh does not know it");
  if (plain.includes("\r\n")) told.push("line ends became LF: sh does not know others");
  const lines = plain.replaceAll("\r\n", "\n").split("\n");
  const old = lines.findIndex((line) => HEADER.test(line));
  if (old >= 0) {
    const [, options = ""] = / run python (.*?) "\$@" #/.exec(lines[old] as string) ?? [];
    const end = (lines[old] as string).endsWith('"""') ? '"""' : "";
    lines[old] = headerLine(launcher, options) + end;
    return { text: lines.join("\n"), told };
  }
  let options = "";
  if (lines[0]?.startsWith("#!")) {
    const first = lines.shift() as string;
    options = optionsOf(first, file);
    told.push(`its first line was \`${first}\``);
  }
  const encoding = lines.slice(0, 2).findIndex((line) => ENCODING.test(line));
  const top = ["#!/bin/sh", ...(encoding < 0 ? [] : lines.splice(encoding, 1))];
  const header = headerLine(launcher, options);
  const statement = lines.findIndex((line) => !/^[ \t\f]*(?:#|$)/.test(line));
  const body = lines.splice(Math.max(0, statement)).join("\n");
  const docstring = statement < 0 ? null : DOCSTRING.exec(body);
  if (docstring === null) return { text: [...top, `${header}"""`, ...lines, body].join("\n"), told };
  const [literal, prefix = "", quotes = "", content = ""] = docstring;
  const rest = body.slice(literal.length);
  const docs = quotes === '"""' && !/r/i.test(prefix) ? content : inDoubleQuotes(content, /r/i.test(prefix));
  return { text: `${[...top, ...lines, header, docs].join("\n")}"""${rest}`, told };
}

/** What stands in a literal of another kind, as it has to be written between three double quotes. */
function inDoubleQuotes(content: string, isRaw: boolean): string {
  const plain = isRaw ? content.replaceAll("\\", "\\\\") : content;
  return plain.replace(/\\.|"(?="|$)/gs, (part) => (part === '"' ? '\\"' : part));
}

/** The options that the first line gives to Python; the environment's python is the interpreter from now on. */
function optionsOf(first: string, file: string): string {
  const found =
    /^#![ \t]*(?:\S*\/env[ \t]+(?:-S[ \t]*)?)?(?:\S*\/)?python(?:3(?:\.\d+)?)?(?:[ \t]+(\S.*?))?[ \t]*$/.exec(first);
  const options = found?.[1] ?? "";
  if (found !== null && /^(?:-[\w=:.,-]+(?:[ \t]+|$))*$/.test(options)) return options;
  throw new PrimeError(
    "script-not-python",
    `could not put prime's header into ${file}: its first line is \`${first}\``,
    "the header starts scripts of Python 3; take that line away if this is one",
  );
}
