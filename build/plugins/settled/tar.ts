import type { Answers } from "./answers.ts";

/** What of an entry src/edges/files/formats/archive.ts does not ask for: whose it is, when it was changed, which device it is. */
const UNASKED = "uid|gid|uname|gname|devmaj|devmin|[acm]time|charset|comment|dev|ino|nlink|mode";

export const TAR: Answers = {
  "tar/dist/esm/header.js": [
    [/^ {4}(?:needPax|block|uid|gid|uname|gname|devmaj|devmin|[acm]time|charset|comment)\b.*;\n/gm, ""],
    [
      /^ {8}if \(Buffer\.isBuffer\(data\)\) \{\n[\s\S]*?^ {8}\}\n[\s\S]*?^ {8}\}\n/m,
      "this.decode(data, off, ex, gex);\n",
    ],
    [/^ {8}if \(!off\) \{\n[\s\S]*?^ {8}\}\n/m, ""],
    [/^ {8}this\.(?:uid|gid|mtime) =\s[\s\S]*?;\n/gm, ""],
    [/^ +\/\* c8 ignore start \*\/\n[\s\S]*?c8 ignore stop \*\/\n/gm, ""],
    [/^ {4}(?:get typeKey|set type)\(.*\n[\s\S]*?^ {4}\}\n/gm, ""],
  ],
  "tar/dist/esm/pax.js": [
    [new RegExp(`^ {4}(?:${UNASKED});\\n`, "gm"), ""],
    [new RegExp(`^ {8}this\\.(?:${UNASKED}) = .*\\n`, "gm"), ""],
    [/^ {8}case '(?:type|charset|comment|gname|uname)':\n/gm, ""],
    [/^ {8}case '(?:ctime|gid)':\n[\s\S]*?break;\n/gm, ""],
    [/r\.replace\(\/\^SCHILY.*\)/, "r"],
  ],
  "tar/dist/esm/types.js": [[/^export const (?:isName|code) = .*\n/gm, ""]],
};
