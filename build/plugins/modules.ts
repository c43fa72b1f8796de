import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";
import { METHOD_FILES, withoutMethods } from "./methods.ts";

/** Libraries of CommonJS whose modules import and export plainly. */
const PLAIN =
  /\/node_modules\/(commander\/lib|@tufjs\/(?:models\/dist|canonical-json\/lib)|@renovatebot\/pep440)(?:\/\w+)*\.js$/;

/** The files of a library that names are taken from, in place of its index, which makes an object of all of them. */
const INDEXES: Readonly<Record<string, readonly string[]>> = {
  "commander/esm.mjs": ["argument", "command", "error", "help", "option"].map((part) => `./lib/${part}.js`),
  "@tufjs/models/dist/index.js": [
    ...["base", "error", "file", "key", "metadata", "root"],
    ...["signature", "snapshot", "targets", "timestamp"],
  ].map((part) => `./${part}`),
  "@renovatebot/pep440/index.js": ["version", "operator", "specifier"].map((part) => `./lib/${part}`),
};

/** Reads CommonJS modules as ECMAScript modules, so that unused code is left out and names get short. */
export const modules: Plugin = {
  name: "modules",
  setup: (build) => {
    build.onLoad({ filter: /\/node_modules\/.*\.m?js$/ }, ({ path: file }) => {
      const name = file.slice(file.lastIndexOf("/node_modules/") + "/node_modules/".length);
      const parts = INDEXES[name];
      if (parts !== undefined) return { contents: parts.map((part) => `export * from "${part}";`).join("\n") };
      const isPlain = PLAIN.test(file);
      if (!isPlain && !METHOD_FILES.includes(name)) return undefined;
      const text = withoutMethods(readFileSync(file, "utf8"), name);
      return isPlain ? { contents: asModule(text, name), loader: "ts" } : { contents: text };
    });
  },
};

/** The text of a CommonJS module as an ECMAScript module. Throws for a form that is not known. */
export function asModule(source: string, name: string): string {
  const all = source.includes('(exports, "__esModule"') ? "* as $1" : "$1";
  const text = source
    .replace(/^"use strict";\n|^Object\.defineProperty\(exports, "__esModule".*\n|^(?:exports\.\w+ = )+void 0;\n/gm, "")
    .replace(/^var __\w+ = \(this && [\s\S]*?^\}\)?;\n/gm, "")
    .replace(/^const (\w+) = __importDefault\(require\("(\w+)"\)\);$/gm, 'import $1 = require("node:$2");')
    .replace(/\b(\w+_1)\.default\b/g, "$1")
    .replace(/^const (\w+) = require\('(node:\w+)'\)(\.\w+)?;$/gm, (_, local, builtin, part) =>
      part === undefined ? `import ${local} = require("${builtin}");` : `import {${local}} from "${builtin}";`,
    )
    .replace(
      /^const \{([^}]*)\} = require\((.*)\);$/gm,
      (_, names, from) => `import {${names.replace(":", " as ")}} from ${from};`,
    )
    .replace(/^const (\w+) = require\((.*)\);$/gm, `import ${all} from $2;`)
    .replace(/^exports\.(\w+) = \1;.*$/gm, "export { $1 };")
    .replace(/^exports\.(\w+) = __importStar\(require\((.*)\)\);$/gm, "export * as $1 from $2;")
    .replace(/^exports\.(\w+) = /gm, "export const $1 = ")
    .replace(/\(exports\.(\w+) = \1 = \{\}\)\);/, "($1 = {})); export { $1 };")
    .replace(/^module\.exports = (\{[\s\S]*?^\});/gm, (_, body: string) => {
      const names = [...body.matchAll(/^ {2}(\w+),$/gm)].map(([, one]) => one);
      return `export default ${body}; export { ${names.join(", ")} };`;
    });
  const strange = /^.*(?:(?<!= )\brequire\(|\bexports\b|__import).*$/m.exec(text.replace(/ = require\("node:/g, ""));
  if (strange !== null) throw new Error(`${name} has words of CommonJS's that are not known: ${strange[0]}`);
  return text;
}
