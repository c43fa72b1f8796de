import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { Plugin } from "esbuild";

/**
 * Methods of commander's for commands in files of their own, hooks, variables, and options that conflict or imply others: none is
 * declared here (src/cli/, declared.ts), and what would declare one is out. Those that a parse calls do nothing.
 */
const METHODS: Readonly<Record<string, { readonly idle: readonly string[]; readonly out: readonly string[] }>> = {
  "command.js": {
    idle: ["_parseOptionsEnv", "_parseOptionsImplied", "_checkForConflictingOptions"],
    out: [
      ...["addCommand", "addHelpCommand", "addHelpOption", "allowExcessArguments", "combineFlagAndOptionalValue"],
      ...["executableDir", "getOptionValueSourceWithGlobals", "hook", "optsWithGlobals", "parseAsync"],
      ...["showHelpAfterError", "showSuggestionAfterError", "storeOptionsAsProperties"],
      ...["_checkForConflictingLocalOptions", "_checkForMissingExecutable", "_conflictingOption", "_executeSubCommand"],
    ],
  },
  "option.js": { idle: [], out: ["conflicts", "env", "implies"] },
};

/** Leaves methods out that no start comes to: they would take 8,000 bytes of the launcher. */
export const methods: Plugin = {
  name: "methods",
  setup: (build) =>
    build.onLoad({ filter: /\/commander\/lib\/(?:command|option)\.js$/ }, ({ path: file }) => ({
      contents: withoutMethods(readFileSync(file, "utf8"), path.basename(file)),
      loader: "js",
    })),
};

function withoutMethods(source: string, file: string): string {
  const { idle = [], out = [] } = METHODS[file] ?? {};
  return [...idle, ...out].reduce((text, name) => {
    const [method, ...more] =
      text.match(new RegExp(`^  (?:async )?${name}\\([^)]*\\) \\{\\n[^]*?^  \\}\\n`, "gm")) ?? [];
    if (method === undefined || more.length > 0) throw new Error(`commander's ${file} has no method ${name}`);
    return text.replace(method, out.includes(name) ? "" : `  ${name}() {}\n`);
  }, source);
}

/** Long names that are asked for often, in objects that are never written as JSON. */
const OFTEN = [
  ...[
    "escapedCommand",
    "fileDescriptors",
    "isForcefullyTerminated",
    "registeredArguments",
    "succinctRoles",
    "terminal",
  ],
  ...["unrecognizedFields", "verboseInfo"],
];

/** Matches names of properties that the bundler may shorten: these, and what commander's commands call by names that are theirs alone. */
export function shortened(root: string): RegExp {
  const source = readFileSync(path.join(root, "node_modules/commander/lib/command.js"), "utf8");
  const names = new Set(Array.from(source.matchAll(/\bthis\.(_\w{4,})/g), ([, name]) => name));
  return new RegExp(`^(?:${[...OFTEN, ...names].join("|")})$`);
}
