/** Builtins that most modules use, and that Node has loaded by then anyway. */
const BUILTINS = ["events", "fs", "os", "path", "url"];
const REQUIRED = new RegExp(`(?<=[\\w$] = )require\\("(?:node:)?(${BUILTINS.join("|")})"\\)(?=[,;])`, "g");

/** Functions that are called often, by a long name, and that do not need `this`. */
const FUNCTIONS = [
  ...["assign", "create", "entries", "fromEntries", "hasOwn", "keys", "values"].map((name) => `Object.${name}`),
  ...["Array.from", "Array.isArray", "Buffer.alloc", "Buffer.concat", "Buffer.from", "Date.parse"],
  ...["JSON.parse", "JSON.stringify", "Math.floor", "Math.max", "Math.min", "Math.round"],
  ...["Number.isNaN", "Number.isSafeInteger", "URL.canParse"],
];
/** The same of `node:path`, which modules of ours alone call `path`. */
const PATHS = ["basename", "dirname", "isAbsolute", "join", "relative", "resolve"].map((name) => `path.${name}`);
const PATH_CALLED = new RegExp(`(?<![\\w$.])(${PATHS.join("|").replaceAll(".", "\\.")})(?=\\()`, "g");
const CALLED_OFTEN = new RegExp(`(?<![\\w$.])(${FUNCTIONS.join("|").replaceAll(".", "\\.")})(?=\\()`, "g");

/** Calls of imported functions are written so that `this` is not set; Node's functions do not need that. */
const CALLED = /\(0, (import_node_\w+\.\w+)\)\(/g;

/** Declares the variables that all modules share. */
export const SHARED = [
  ...BUILTINS.map((name) => `var $${name}=require("node:${name}");`),
  ...FUNCTIONS.map((name) => `var ${variableOf(name)}=${name};`),
  ...PATHS.map((name) => `var ${variableOf(name)}=$${name};`),
].join("");

/**
 * A bundle in which all modules share one variable for each of these, in place of a `require` or a long name of their own.
 * Columns stay the same, since a source map belongs to the text.
 */
export function withShared(text: string): string {
  return text
    .replace(REQUIRED, (call, name) => `$${name}`.padEnd(call.length))
    .replace(CALLED, (call, named) => `${named}(`.padEnd(call.length))
    .replace(CALLED_OFTEN, variableOf);
}

/** A module of ours in which all calls of `node:path` go by the shared variables. */
export function withSharedPaths(module: string): string {
  return /^import path = require\("node:path"\);$/m.test(module) ? module.replace(PATH_CALLED, variableOf) : module;
}

/** As long as the name itself. */
function variableOf(name: string): string {
  return `$${name.replace(".", "")}`;
}
