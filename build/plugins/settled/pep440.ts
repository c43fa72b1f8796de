import type { Answers } from "./answers.ts";

/**
 * Of a version prime and the library's ranges ask for its numbers, whether it is a pre-release, and what is public of it; of operators for
 * their signs.
 */
export const PEP440: Answers = {
  "@renovatebot/pep440/lib/version.js": [
    [/^ {2}let base_version = '';\n[\s\S]*?^ {2}base_version \+= release.*\n/m, ""],
    [/^ {2}const is_(?:dev|post)release = .*\n/gm, ""],
    [/^ {4}(?:pre,|post: post .*|base_version,|is_devrelease,|is_postrelease,)\n/gm, ""],
  ],
  "@renovatebot/pep440/lib/operator.js": [[/^ {2}(?:rcompare|lt|le|eq|ne|ge|gt),\n/gm, ""]],
  "@renovatebot/pep440/lib/specifier.js": [["Operator.eq(", "Operator['==']("]],
};
