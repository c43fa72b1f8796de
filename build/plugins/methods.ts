import { SETTLED_FILES, settled } from "./settled.ts";

/**
 * By library and file, methods that no start calls. `out`: they are left out; `idle`: a parse calls them, and they do
 * nothing. Of commander: commands in files of their own, hooks, variables, and options that conflict or imply others,
 * none of which is declared here (src/cli/, declared.ts). Of the TUF models: methods that compare, change or stream. Of
 * tar: methods that write archives.
 */
const METHODS: Readonly<Record<string, { readonly idle: readonly string[]; readonly out: readonly string[] }>> = {
  "commander/lib/command.js": {
    idle: [
      ...["_parseOptionsEnv", "_parseOptionsImplied", "_checkForConflictingOptions", "_checkForBrokenPassThrough"],
      ...["_chainOrCallHooks", "_chainOrCallSubCommandHook", "restoreStateBeforeParse", "saveStateBeforeParse"],
    ],
    out: [
      ...["addCommand", "addHelpCommand", "addHelpOption", "allowExcessArguments", "combineFlagAndOptionalValue"],
      ...["executableDir", "getOptionValueSourceWithGlobals", "hook", "nameFromFilename", "optsWithGlobals"],
      ...["alias", "aliases", "getOptionValueSource", "parseAsync", "summary"],
      ...["showHelpAfterError", "showSuggestionAfterError", "storeOptionsAsProperties"],
      ...["_checkForConflictingLocalOptions", "_checkForMissingExecutable", "_conflictingOption", "_executeSubCommand"],
    ],
  },
  "commander/lib/argument.js": { idle: [], out: ["argOptional", "argParser", "argRequired", "default"] },
  "commander/lib/help.js": {
    idle: [],
    out: ["compareOptions", "longestGlobalOptionTermLength", "visibleGlobalOptions"],
  },
  "commander/lib/option.js": { idle: [], out: ["conflicts", "env", "implies", "preset"] },
  "tar/dist/esm/header.js": { idle: [], out: ["encode"] },
  "tar/dist/esm/pax.js": { idle: [], out: ["encode", "encodeBody", "encodeField"] },
  "@tufjs/models/dist/base.js": { idle: [], out: ["equals", "isExpired"] },
  "@tufjs/models/dist/file.js": { idle: [], out: ["equals", "verify"] },
  "@tufjs/models/dist/root.js": { idle: [], out: ["equals", "addKey"] },
  "@tufjs/models/dist/role.js": { idle: [], out: ["equals", "getRoles"] },
  "@tufjs/models/dist/targets.js": { idle: [], out: ["equals", "addTarget"] },
  ...Object.fromEntries(
    ["delegations", "key", "metadata", "snapshot", "timestamp"].map((name) => [
      `@tufjs/models/dist/${name}.js`,
      { idle: [], out: ["equals"] },
    ]),
  ),
};

/** Files of libraries that are changed. */
export const METHOD_FILES = [...Object.keys(METHODS), ...SETTLED_FILES];

/** A file's text without the methods that no start calls; they would take 10,000 bytes of the launcher. */
export function withoutMethods(source: string, file: string): string {
  const { idle = [], out = [] } = METHODS[file] ?? {};
  const text = [...idle, ...out].reduce(
    (text, name) => {
      const method = new RegExp(`^(  |    )(?:async |\\*)?${name}\\([^)]*\\) \\{\\n[^]*?^\\1\\}\\n`, "gm");
      if (!method.test(text)) throw new Error(`${file} has no method ${name}`);
      return text.replace(method, out.includes(name) ? "" : `  ${name}() {}\n`);
    },
    settled(source, file),
  );
  return withoutImports(text);
}

/** Removes imports that only the removed methods used, and the helper that TypeScript made for them. */
function withoutImports(text: string): string {
  const needed = text.replace(/^const (\w+) = __importDefault\(require\("\w+"\)\);\n/gm, (line, name) =>
    text.includes(`${name}.default`) ? line : "",
  );
  return needed.includes(" = __importDefault(") ? needed : needed.replace(/^var __importDefault = [\s\S]*?^\};\n/m, "");
}
