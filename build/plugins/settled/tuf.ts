import type { Answers } from "./answers.ts";

export const TUF: Answers = {
  // Names of properties are texts.
  "@tufjs/models/dist/utils/guard.js": [[/^ +Object\.keys\(value\)\.every\(.*\n/gm, ""]],
};
