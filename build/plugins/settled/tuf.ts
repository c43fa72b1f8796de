import type { Answers } from "./answers.ts";

/** What asks the utilities by their index, which makes an object of each of them. */
const ASKING = ["base", "delegations", "file", "key", "metadata", "role", "root", "snapshot", "targets", "timestamp"];

export const TUF: Answers = {
  ...Object.fromEntries(
    ASKING.map((name) => [
      `@tufjs/models/dist/${name}.js`,
      [
        [/utils_1\.(?=guard\.|crypto\.)/g, ""],
        [
          /^const utils_1 = require\("\.\/utils"\);/m,
          'const guard = require("./utils/guard");\nconst crypto = require("./utils/verify");',
        ],
      ],
    ]),
  ),
  // Names of properties are texts.
  "@tufjs/models/dist/utils/guard.js": [[/^ +Object\.keys\(value\)\.every\(.*\n/gm, ""]],
};
