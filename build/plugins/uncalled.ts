import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";

/** Modules of which nothing is ever called: each export is a function that says so. */
const UNCALLED = [
  "execa/lib/pipe/setup.js",
  "get-stream/source/array-buffer.js",
  "get-stream/source/array.js",
  "npm-run-path/index.js",
] as const;

/**
 * What `execa(file, args, options)` comes to in these modules where options ask for no `$` and no templates, IPC, transforms,
 * printing, cancelling, web streams and Windows: src/edges/processes/run.ts has the one call. Tree-shaking can't know that.
 */
const INSTEAD: Readonly<Record<string, string>> = {
  "execa/index.js":
    'import { execaCoreAsync } from "./lib/methods/main-async.js"; export const execa = (...all) => execaCoreAsync(...all);',
  "execa/lib/methods/node.js":
    "export const handleNodeOption = (file, args, options) => [file, args, { ...options, node: false }];",
  "execa/lib/arguments/command.js":
    "export const handleCommand = () => ({ startTime: process.hrtime.bigint(), verboseInfo: {} });",
  "execa/lib/arguments/encoding-option.js":
    "export const validateEncoding = () => {}; export const BINARY_ENCODINGS = new Set();",
  "execa/lib/arguments/fd-options.js": "export const SUBPROCESS_OPTIONS = new WeakMap();",
  "execa/lib/arguments/file-url.js":
    "export const normalizeFileUrl = (file) => file; export const safeNormalizeFileUrl = normalizeFileUrl;",
  "execa/lib/convert/add.js": "export const addConvertedStreams = () => {};",
  "execa/lib/ipc/methods.js": "export const addIpcMethods = () => {};",
  "execa/lib/ipc/ipc-input.js":
    "export const validateIpcInputOption = () => {}; export const sendIpcInput = async () => {};",
  "execa/lib/ipc/buffer-messages.js":
    "export const waitForIpcOutput = async () => []; export const getBufferedIpcOutput = waitForIpcOutput;",
  "execa/lib/arguments/specific.js": `const forAll = (value) => Array(4).fill(value);
    export const normalizeFdSpecificOptions = ({ maxBuffer, stripFinalNewline, ...options }) => ({
      ...options, lines: forAll(false), buffer: forAll(true), maxBuffer: forAll(maxBuffer), verbose: forAll("none"),
      stripFinalNewline: forAll(stripFinalNewline) });
    export const getFdSpecificValue = (values, number) => values[number];`,
  // execa's message looks through all that was printed, and 64 MB of controls end Node.
  "execa/lib/return/result.js": `import { getFinalError } from "./final-error.js";
    export const makeSuccessResult = ({ stdio: [, stdout, stderr], all }) => ({ exitCode: 0, stdout, stderr, all });
    export const makeEarlyError = ({ error }) => makeError({ error, stdio: [] });
    export const makeError = ({ error, isMaxBuffer, exitCode, signal, stdio: [, stdout, stderr], all }) =>
      Object.assign(getFinalError(error, String(error?.message ?? error), false), {
        failed: true, isMaxBuffer, exitCode: exitCode ?? undefined, signal: signal ?? undefined, stdout, stderr, all });`,
  "execa/lib/terminate/signal.js":
    "export const normalizeKillSignal = (signal) => signal; export const normalizeSignalArgument = normalizeKillSignal;",
  "execa/lib/stdio/handle.js": `export const cleanupCustomStreams = (descriptors) =>
    descriptors.forEach(({ stdioItems }) => stdioItems.forEach(({ stream }) => stream?.destroy()));`,
  // The one call gives a text as input, or ignores stdin; the other two are read.
  "execa/lib/stdio/handle-async.js": `import { Readable } from "node:stream";
    const pipe = { type: "native", value: "pipe" };
    export const handleStdioAsync = (options) => {
      const { stdin = "pipe", input } = options;
      options.stdio = [stdin, "pipe", "pipe"];
      const text = input === undefined ? [] : [{ type: "string", value: input, stream: Readable.from(input) }];
      return [
        { direction: "input", stdioItems: [{ type: "native", value: stdin }, ...text] },
        { direction: "output", stdioItems: [pipe] }, { direction: "output", stdioItems: [pipe] },
      ];
    };`,
  "execa/lib/stdio/type.js": "export const TRANSFORM_TYPES = new Set();",
  "execa/lib/terminate/cancel.js":
    "export const validateCancelSignal = () => {}; export const throwOnCancel = () => [];",
  "execa/lib/terminate/graceful.js":
    "export const validateGracefulCancel = () => {}; export const throwOnGracefulCancel = () => [];",
  "execa/lib/transform/split.js": "export const getSplitLinesGenerator = () => {};",
  "execa/lib/verbose/complete.js": "export const logResult = () => {};",
  "execa/lib/verbose/output.js": "export const shouldLogOutput = () => false; export const logLines = undefined;",
  "cross-spawn/index.js":
    "exports._parse = (command, args, options) => ({ command, args: [...args], options: { ...options } });",
  "@sec-ant/readable-stream/dist/ponyfill/index.js": "export const asyncIterator = undefined;",
};

const MODULES: readonly string[] = [...UNCALLED, ...Object.keys(INSTEAD)];
const EXPORT = /^export (?:const|function|async function) (\w+)/gm;

/** Leaves out of the bundle what prime never comes to; a library that has moved its parts fails the build. */
export const uncalled: Plugin = {
  name: "uncalled",
  setup(build) {
    const left = new Set(MODULES);
    build.onStart(() => MODULES.forEach((module) => void left.add(module)));
    build.onLoad({ filter: /\/node_modules\// }, ({ path }) => {
      const module = moduleOf(path);
      if (!left.delete(module)) return undefined;
      return { contents: INSTEAD[module] ?? withoutBodies(path, module), loader: "js" };
    });
    build.onEnd(() => ({
      errors: [...left].map((module) => ({ text: `${module} is named as not called, and is no part` })),
    }));
  },
};

/** Whether nothing of a bundled file is its package's. */
export function isReplaced(file: string): boolean {
  return MODULES.includes(moduleOf(file));
}

function moduleOf(file: string): string {
  return file.slice(file.lastIndexOf("node_modules/") + "node_modules/".length);
}

function withoutBodies(file: string, module: string): string {
  const names = [...readFileSync(file, "utf8").matchAll(EXPORT)].map(([, name]) => name);
  const never = `() => { throw new Error(${JSON.stringify(`${module} is left out of this build`)}); }`;
  return names.map((name) => `export const ${name} = ${never};`).join("\n");
}
