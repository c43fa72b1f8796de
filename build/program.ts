import { readFileSync } from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { transform as shorten } from "@swc/core";
import { build, type Metafile, transform } from "esbuild";
import { minifySync as shortenMore } from "oxc-minify";
import { withOwnDigest } from "../src/launch/own-digest.ts";
import { type ShortLines, withShortLines } from "./lines.ts";
import { withNearNames } from "./names/near.ts";
import { shortened } from "./names/properties.ts";
import { noticesOf } from "./notices.ts";
import { builtins } from "./plugins/builtins.ts";
import { ENTRY, grouped, nested, ordering } from "./plugins/groups.ts";
import { modules } from "./plugins/modules.ts";
import { schemaText } from "./plugins/schema-text.ts";
import { standIns } from "./plugins/stand-ins.ts";
import { texts } from "./plugins/texts.ts";
import { uncalled } from "./plugins/uncalled.ts";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The launcher as the sources give it. */
export interface Program {
  /** The whole text of the file `prime`. */
  readonly text: string;
  /** The head alone, with the line that ends it. */
  readonly head: string;
  readonly metafile: Metafile;
  /** See `Bundle`; `starts` is where its code begins in the text: the line from 1, the column from 0. */
  readonly maps: readonly string[];
  readonly before: ShortLines["before"];
  readonly starts: { readonly line: number; readonly column: number };
}

/** What Node 18 can read; for an older Node the program would be a thirtieth larger. */
const TARGET = "es2022";
/** What Node 10 can read, so that an old Node can say that it is too old. */
const OLD = { charset: "ascii", minifyWhitespace: true, target: "es2018" } as const;

/**
 * Editors, `git grep` and diff viewers choke on longer lines. A line ends at the first possible place behind this
 * column.
 */
const LINE_LIMIT = 3500;

/** A variable that nothing sets; the code has it in place of `void 0`, which it would have 2,000 times. */
const VOID = "$_";
const BEGIN = `(function (exports, require, module, __filename, __dirname) {"use strict";var ${VOID};`;
/** The beginning of the comment that the program is. */
const PROGRAM = "/*program\n";
const END = "\n})\n*/";

/** The line that ends the here-document which the head begins. */
export const HERE_END = "JAVASCRIPT";

/** Builds the launcher in memory: the head, the prologue, the program, and the notices of what is bundled. */
export async function buildProgram(root: string = ROOT): Promise<Program> {
  const head = readFileSync(path.join(root, "src/head/head.sh"), "utf8");
  const { code, maps, before, comments, metafile } = await bundle(root);
  const notices = noticesOf(root, metafile, comments);
  const text = await launcherText({ head, code, notices });
  const line = text.slice(0, text.indexOf(PROGRAM)).split("\n").length + 1;
  return { text, head, metafile, maps, before, starts: { line, column: BEGIN.length } };
}

/**
 * Puts the parts of the launcher together. For sh, it is the head and a here-document that nobody reads, so that the
 * whole file is sound sh for shellcheck and `sh -n`. For JavaScript, it is comments, the second of which the head has
 * evaluated, and the prologue; the program is a comment, too, so that any Node can read the file without reading the
 * program. The notices follow, and the last line is the digest.
 */
export async function launcherText(parts: { head: string; code: string; notices: string }): Promise<string> {
  const program = `${PROGRAM}${BEGIN}${parts.code}${END}`;
  if (program.indexOf("*/") < program.length - 2) throw new Error("the code holds the end of a comment");
  const [loader, prologue] = [await plainScript("src/head/loader.js"), await plainScript("src/head/prologue.js")];
  return withOwnDigest(
    `${parts.head}/*loader ${loader}*/\n;${prologue}();\n${program}\n/*\n${parts.notices}${HERE_END}\n`,
  );
}

interface Bundle {
  readonly code: string;
  /**
   * Source maps (ECMA-426), as JSON, of the code before its lines were made short; each leads to the code that the next
   * one is of.
   */
  readonly maps: readonly string[];
  readonly before: ShortLines["before"];
  /** The licence comments of what is bundled. */
  readonly comments: string;
  readonly metafile: Metafile;
}

/**
 * The program as one CommonJS text, and what imports what. swc's output is a thirtieth smaller than esbuild's, oxc
 * after it saves another hundredth, and other letters a fortieth. `npm run where` tells which source a place of a stack
 * trace comes from.
 */
export async function bundle(root: string): Promise<Bundle> {
  const options = {
    absWorkingDir: root,
    outfile: "prime.js",
    write: false,
    metafile: true,
    bundle: true,
    format: "cjs",
    platform: "node",
    charset: "ascii",
    target: TARGET,
    minifySyntax: true,
    mangleProps: shortened(root),
    legalComments: "external",
    logLevel: "silent",
  } as const;
  const plugins = [builtins, standIns, uncalled, modules, texts, schemaText];
  const { metafile: ungrouped } = await build({ ...options, plugins, entryPoints: ["src/main.ts"] });
  const groups = grouped(ungrouped, "src/main.ts");
  const { outputFiles, metafile } = await build({
    ...options,
    plugins: [ordering(groups), ...plugins],
    entryPoints: [ENTRY],
    sourcemap: "inline",
  });
  const textOf = (ending: string) => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? "";
  const { code: shorter, map = "" } = await shorten(nested(textOf("prime.js"), groups), {
    isModule: "commonjs",
    minify: true,
    sourceMaps: true,
    inputSourceMap: true,
    jsc: {
      target: TARGET,
      output: { charset: "ascii" },
      minify: { compress: { passes: 3, toplevel: true, sequences: 0 }, mangle: { toplevel: true } }, // joined by commas it takes more room gzipped
    },
  });
  if (/(?<![\w$.])\$_(?![\w$])/.test(shorter)) throw new Error(`the code has a ${VOID} of its own: take another name`);
  const long = shortenMore("prime.cjs", shorter.replace(/\bvoid 0\b/g, VOID.padEnd("void 0".length)), {
    compress: { target: TARGET },
    mangle: false,
    codegen: { removeWhitespace: true },
    sourcemap: true,
  });
  if (long.errors.length > 0) throw new Error(long.errors.map(({ message }) => message).join("\n"));
  const named = withNearNames(long.code.replace(UNPRINTABLE, spelledOut));
  const { code, before } = withShortLines(named.code, LINE_LIMIT);
  return {
    code: code.trimEnd(),
    maps: [JSON.stringify(long.map), map],
    before: (place) => named.before(before(place)),
    comments: textOf(".LEGAL.txt"),
    metafile,
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not stand in the file
const UNPRINTABLE = /[\x00-\x09\x0b-\x1f\x7f-\uffff]/g;

/** An escape for a character that only literals have; every kind of literal takes this one. */
function spelledOut(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
}

/** The text of a file that is one expression, and imports nothing. */
async function plainScript(file: string): Promise<string> {
  const source = readFileSync(path.join(ROOT, file), "utf8");
  const { code } = await transform(source, {
    ...OLD,
    supported: { "dynamic-import": true }, // Node 10 reads it, and never comes to run it
  });
  return code.trim().replace(/;$/, "");
}
