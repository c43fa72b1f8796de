import type { Answers } from "./answers.ts";

/**
 * src/toml.ts alone reads and writes, with bigints as needed, the library's own dates, and no key left out. Of a message it takes the first line;
 * what it writes was read, or is prime's own, and nested less than a hundred deep.
 */
export const SMOL_TOML: Answers = {
  "smol-toml/dist/date.js": [
    [/^let DATE_TIME_RE = .*\n/m, ""],
    [/if \(fasttype\)(?=\s+prep:)/, ""],
    [/^ {12}else \{\n {16}let match = [\s\S]*?^ {12}\}\n/m, ""],
    [/^ {4}(?:isDateTime|isLocal|static wrap\w+)\(.*\) \{\n[\s\S]*?^ {4}\}\n/gm, ""],
  ],
  "smol-toml/dist/error.js": [
    [/^function makeCodeBlock\([\s\S]*?^\}\n/m, ""],
    [/^ +(?:const |this\.)?codeblock\b.*;\n/gm, ""],
    [/\\n\\n\$\{codeblock\}/, ""],
  ],
  "smol-toml/dist/extract.js": [
    [/, (?:'\[\+00:00\]'|!ctx\.ld && .*)\);/g, ");"],
    ["if (ctx.ld)", "if (true)"],
    [/ctx\.bi === true/g, "false"],
    ["ctx.bi !== true", "true"],
    [/if \(ctx\.bi\)(\s+break int;\n) +TomlError\.x\(.*\n/, "$1"],
  ],
  "smol-toml/dist/parse.js": [
    [/^ {8}(?:bi|ld|uk): .*\n/gm, ""],
    ["options.maxDepth ?? 1000", "1000"],
    [", options = {}", ""],
    [/^ {12}if \(ctx\.uk && .*\n.*\n/m, ""],
    [/^ {4}if \(peek === null \|\| .*\n/m, ""],
    [/peek === null\s+\? ('.*')\s+: '.*'/, "$1"],
    [/^ +(?:let )?skipping = \w+;\n/gm, ""],
    [/ && !skipping/g, ""],
  ],
  "smol-toml/dist/struct.js": [
    [/^ {12}if \(ctx\.uk && [\s\S]*?^ {12}\}\n/m, ""],
    ["if (t && typeof", "if (typeof"],
  ],
  "smol-toml/dist/stringify.js": [
    [/^ +if \(depth === 0\) \{\n.*\n +\}\n/gm, ""],
    [/^ +if \((?:isNaN\(val\.getTime\(\)\)|HAS_WELLFORMED && .*)\)\n +throw .*\n/gm, ""],
    [/^ +if \((?:array\[i\] === null|type === 'symbol').*\{\n.*\n +\}\n/gm, ""],
    ["HAS_WELLFORMED ? s.toWellFormed() : s", "s"],
    [/^let HAS_WELLFORMED = .*\n/m, ""],
    [/^ {8}if \(globalThis\.Temporal\) \{\n[\s\S]*?^ {8}\}\n/m, ""],
    [/^.*\n {8}case 'temporal\/tz\+uc':[\s\S]*?^(?= {4}\}\n)/m, ""],
    ["        case 'temporal':\n", ""],
    [/, \{ maxDepth = .* = \{\}/, ""],
    ["maxDepth, numbersAsFloat, strictTemporal", "1000"],
    [/, numberAsFloat, strictTemporal/g, ""],
    ["(numberAsFloat || !Number.isSafeInteger(val))", "!Number.isSafeInteger(val)"],
  ],
};
