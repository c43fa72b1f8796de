import type { Answers } from "./answers.ts";

/** What goes from hand to hand in execa for its own messages, which prime has none of (see `INSTEAD` in uncalled.ts). */
export const EXECA: Answers = {
  "execa/lib/methods/main-async.js": [
    [/^\t+(?:command|escapedCommand|startTime|verboseInfo|ipcOutput),\n/gm, ""],
    [/^\t+(?:timedOut|isCanceled|isGracefullyCanceled|isForcefullyTerminated|isSync): .*\n/gm, ""],
    [/^\tsubprocess\.pipe = [\s\S]*?^\t\}\);\n/m, ""],
    [/^\tSUBPROCESS_OPTIONS\.set\(.*\n/m, ""],
    [/^\tif \(signal !== undefined\) \{\n[\s\S]*?^\t\}\n/m, ""],
  ],
  // No child gets a stream of prime's own, the making of which takes milliseconds.
  "execa/lib/utils/standard-stream.js": [["process.stdin, process.stdout, process.stderr", ""]],
  "execa/lib/resolve/wait-subprocess.js": [[/^\t+(?:encoding|stripFinalNewline|verboseInfo),\n/gm, ""]],
};
