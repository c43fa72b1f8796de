import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Metafile } from "esbuild";
import { isReplaced } from "./plugins/uncalled.ts";

interface Notice {
  readonly name: string;
  readonly version: string;
  readonly copyright: readonly string[];
  readonly terms: string;
}

const LICENSE_FILE = /^(?:licen[cs]e|copying|notice)(?:$|[.-])/i;
const TITLE = /^\(?(?:the )?(?:MIT|ISC) licen[cs]e(?: \(MIT\))?\)?$/i;
/** The address of a licence that is content with it in place of its text (Blue Oak: "Notices"). */
const BY_LINK = /(?<=a link to\s+<)https:\/\/blueoakcouncil\.org\/license\/[\d.]+(?=>)/;
const COPYRIGHT = /^(?:copyright\b|\(c\)|\u00a9)/i;
/** Longer paragraphs that begin with "copyright" are terms that speak of it. */
const LONGEST_COPYRIGHT = 200;

/**
 * The copyright notices and licences of this package and of all others in the bundle, as ASCII text that may stand in a comment: their
 * licence files, and whatever else is in licence comments that esbuild found in their sources (`comments`). Packages that share the
 * same terms share their text.
 */
export function noticesOf(root: string, metafile: Metafile, comments: string): string {
  const byTerms = new Map<string, string[]>();
  for (const folder of [".", ...bundledPackages(metafile)]) {
    const { name, version, copyright, terms } = noticeOf(root, folder);
    byTerms.set(terms, [...(byTerms.get(terms) ?? []), [`${name} ${version}`, ...copyright].join(", ")]);
  }
  const parts = [...byTerms].map(([terms, packages]) => `${packages.join("\n")}\n\n${terms}\n`);
  const all = parts.join("\n---\n\n");
  const others = paragraphsOf(uncommented(comments))
    .split("\n")
    .filter((line) => !all.includes(withoutTag(line)));
  const more = others.every((line) => line.endsWith(":")) ? "" : `\n---\n\n${others.join("\n")}`;
  return ascii(`This file contains:\n\n${all}${more}\n`);
}

/** A line of a licence comment without SPDX's short name of the licence that it has in full. */
function withoutTag(line: string): string {
  return line.replace(/ SPDX-License-Identifier: \S+$/, "");
}

/** The folders of packages that have a part in the output, relative to root, sorted. */
export function bundledPackages(metafile: Metafile): string[] {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const taken = inputs.filter(([file, { bytesInOutput }]) => bytesInOutput > 0 && !isReplaced(file));
  const folders = taken.map(([file]) => packageFolder(file));
  return [...new Set(folders)].filter((folder) => folder !== undefined).sort();
}

/** The folder of the package that a bundled file belongs to; `undefined` for our own. */
export function packageFolder(file: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function noticeOf(root: string, folder: string): Notice {
  const { name, version } = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
  const texts = licenseFiles(path.join(root, folder)).map((file) => readFileSync(file, "utf8"));
  if (texts.length === 0) throw new Error(`${name} ${version} is bundled, but ${folder} holds no licence of it`);
  const lines = paragraphsOf(texts.join("\n\n")).split("\n");
  const isCopyright = (line: string) => COPYRIGHT.test(line) && line.length < LONGEST_COPYRIGHT;
  return {
    name,
    version,
    copyright: lines.filter(isCopyright),
    terms:
      BY_LINK.exec(texts.join())?.[0].replace(/^/, "Blue Oak Model License, ") ??
      lines
        .filter((line) => !TITLE.test(line) && !isCopyright(line))
        .join("\n")
        .replace(/'(Software|AS IS)'/g, '"$1"'),
  };
}

/** The licence files of a package. When it offers two licences, the shorter one is taken: not Apache's. */
function licenseFiles(folder: string): string[] {
  const names = readdirSync(folder)
    .filter((name) => LICENSE_FILE.test(name))
    .sort();
  const shorter = names.filter((name) => !/apache/i.test(name));
  return (shorter.length > 0 ? shorter : names).map((name) => path.join(folder, name));
}

/** The text with each paragraph on one line and no empty ones. */
function paragraphsOf(text: string): string {
  const lines = text.split(/\n\s*\n/).map((paragraph) => paragraph.replace(/\s+/g, " ").trim());
  return lines.filter((line) => line !== "").join("\n");
}

function uncommented(text: string): string {
  return text.replace(/^\s*(?:\/\*!?|\*\/|\*(?!\/))/gm, "").replaceAll("*/", "");
}

function ascii(text: string): string {
  const plain = text
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/\u00a9/g, "(c)");
  const letters = plain.normalize("NFD").replace(/\p{M}/gu, "");
  return letters.replace(/[^\t\n -~]/g, "?").replaceAll("*/", "* /");
}
