import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";

/** Modules of which nothing is ever called: each of their exports throws. */
const UNCALLED = [
  "execa/lib/pipe/setup.js",
  "get-stream/source/array-buffer.js",
  "get-stream/source/array.js",
] as const;

/**
 * What `execa(file, args, options)` comes to in these modules where options ask for no `$` and no templates, IPC, transforms,
 * printing, cancelling, web streams and Windows: src/edges/processes/run.ts has the one call. Tree-shaking can't know that.
 */
const INSTEAD: Readonly<Record<string, string>> = {
  "execa/index.js":
    'import { execaCoreAsync } from "./lib/methods/main-async.js"; export const execa = (...all) => execaCoreAsync(...all);',
  "execa/lib/arguments/command.js":
    "export const handleCommand = () => ({ startTime: process.hrtime.bigint(), verboseInfo: {} });",
  "execa/lib/arguments/fd-options.js": "export const SUBPROCESS_OPTIONS = new WeakMap();",
  "execa/lib/convert/add.js": "export const addConvertedStreams = () => {};",
  // The one encoding is UTF-8, and no lines are asked for.
  "execa/lib/io/contents.js": `import { on } from "node:events";
    import { getDefaultHighWaterMark } from "node:stream";
    import { StringDecoder } from "node:string_decoder";
    import getStream from "get-stream";
    import { handleMaxBuffer } from "./max-buffer.js";
    const highWaterMark = getDefaultHighWaterMark(true);
    export const getStreamOutput = async ({ stream, onStreamEnd, fdNumber, maxBuffer }) => {
      try {
        return await getStream(textOf(stream, onStreamEnd), { maxBuffer });
      } catch (error) {
        return handleMaxBuffer({ error, stream, fdNumber }).bufferedData;
      }
    };
    export const getBufferedData = (promise) => promise.catch(({ bufferedData }) => bufferedData);
    const textOf = (stream, onStreamEnd) => {
      const controller = new AbortController();
      const { signal } = controller;
      onStreamEnd.catch(() => stream.destroy()).finally(() => controller.abort());
      return decoded(on(stream, "data", { signal, highWaterMark, highWatermark: highWaterMark }), signal);
    };
    async function* decoded(chunks, signal) {
      const decoder = new StringDecoder();
      try {
        for await (const [chunk] of chunks) yield decoder.write(chunk);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        yield decoder.end();
      }
    }`,
  "execa/lib/io/max-buffer.js": `import { MaxBufferError } from "get-stream";
    export const handleMaxBuffer = ({ error, stream, fdNumber }) => {
      if (error instanceof MaxBufferError && fdNumber === "all") return error;
      if (error instanceof MaxBufferError) stream.destroy();
      throw error;
    };`,
  "execa/lib/io/output-async.js": `import { pipeStreams } from "./pipeline.js";
    export const pipeOutputAsync = ({ stdin }, [{ stdioItems }]) =>
      stdioItems.forEach(({ stream }) => stream && pipeStreams(stream, stdin));`,
  "execa/lib/io/strip-newline.js": "export const stripNewline = (text) => text;",
  "get-stream/source/string.js": `import { MaxBufferError } from "./contents.js";
    export const getStreamAsString = async (texts, { maxBuffer }) => {
      let text = "";
      try {
        for await (const more of texts) {
          text += more;
          if (text.length > maxBuffer) throw new MaxBufferError();
        }
        return text;
      } catch (error) {
        error.bufferedData = text.slice(0, maxBuffer);
        throw error;
      }
    };`,
  "get-stream/source/stream.js": "export const getAsyncIterable = (texts) => texts; export const nodeImports = {};",
  // Two streams of one child, which nobody adds to or takes from.
  "@sindresorhus/merge-streams/index.js": `import { finished, PassThrough } from "node:stream";
    export default (streams) => {
      const all = new PassThrough();
      let open = streams.length;
      for (const stream of streams) {
        stream.pipe(all, { end: false });
        finished(stream, { writable: false }, () => --open || all.end());
      }
      return all;
    };`,
  "execa/lib/ipc/methods.js": "export const addIpcMethods = () => {};",
  "execa/lib/ipc/ipc-input.js": "export const sendIpcInput = async () => {};",
  "execa/lib/ipc/buffer-messages.js":
    "export const waitForIpcOutput = async () => []; export const getBufferedIpcOutput = waitForIpcOutput;",
  "execa/lib/arguments/options.js": `const forAll = (value) => Array(4).fill(value);
    export const normalizeOptions = (file, args, { maxBuffer, ...options }) => ({
      file, commandArguments: [...args], options: {
        ...options, encoding: "utf8", buffer: forAll(true), lines: forAll(false), maxBuffer: forAll(maxBuffer) } });`,
  // execa's message looks through all that was printed, and 64 MB of controls end Node.
  "execa/lib/return/result.js": `
    export const makeSuccessResult = ({ stdio: [, stdout, stderr], all }) => ({ exitCode: 0, stdout, stderr, all });
    export const makeError = ({ error: cause, isMaxBuffer, exitCode, signal, stdio: [, stdout, stderr], all }) =>
      ({ cause, isMaxBuffer, exitCode: exitCode ?? undefined, signal: signal ?? undefined, stdout, stderr, all });`,
  "execa/lib/return/final-error.js": "export class DiscardedError extends Error {}",
  "execa/lib/return/early-error.js":
    "export const handleEarlyError = ({ error: cause }) => ({ subprocess: {}, promise: Promise.resolve({ cause }) });",
  "execa/lib/return/reject.js": "export const handleResult = (result) => result;",
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
  // Killing for good is how prime ends what it runs: there is nothing plainer to come.
  "execa/lib/terminate/kill.js":
    "export const subprocessKill = ({ kill, options: { killSignal } }, signal = killSignal) => kill(signal);",
  // What the user ends, src/edges/processes/ending.ts ends with all that it has started: an end of its own is left.
  "execa/lib/terminate/cleanup.js": `import { addAbortListener } from "node:events";
    const running = new Set();
    process.on("exit", () => running.forEach((child) => child.kill()));
    export const cleanupOnExit = (child, { detached }, { signal }) => {
      if (detached) return;
      running.add(child);
      addAbortListener(signal, () => running.delete(child));
    };`,
  "execa/lib/terminate/timeout.js": "export const throwOnTimeout = () => [];",
  "execa/lib/stdio/type.js": "export const TRANSFORM_TYPES = new Set();",
  "execa/lib/terminate/cancel.js": "export const throwOnCancel = () => [];",
  "execa/lib/terminate/graceful.js": "export const throwOnGracefulCancel = () => [];",
};

const MODULES: readonly string[] = [...UNCALLED, ...Object.keys(INSTEAD)];
const EXPORT = /^export (?:const|function|async function) (\w+)/gm;

/** Leaves out of the bundle what prime never calls. Fails the build when a library has moved its parts. */
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

/** Whether the whole text of a bundled file is ours, not its package's. */
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
