import { stripVTControlCharacters } from "node:util";
import type { TriedRepo } from "./repos.ts";

interface Ran {
  readonly code: number | null;
  readonly said: string;
  readonly seconds: number;
}

/** One repo, tried. */
export interface Tried {
  readonly repo: TriedRepo;
  readonly commit: string;
  /** The documented command by prime, at the first try, and a second start. */
  readonly first: Ran;
  readonly again: Ran;
  /** The same by uv. */
  readonly byUv: Ran;
}

/** docs/repos.md. */
export function paper(tried: readonly Tried[]): string {
  return `# Public repos, tried

Made by \`npm run repos -- FOLDER --path FOLDERS\`: each repo was copied to a home of its own and its documented test command run at the first try, by
\`./prime run\` and by the uv that prime pins, on a machine that reaches a package index and no other host. Where the whole takes too long, the
files named are what was run. Python 3.11 is the system's, and a 3.12 stands behind it on \`PATH\`.

| repo | command | by prime | by uv |
| --- | --- | --- | --- |
${tried.map(row).join("\n")}

## What prime said

${tried.map(words).join("\n")}`;
}

function row({ repo, commit, first, byUv }: Tried): string {
  const flags = (repo.flags ?? []).map((word) => `${word} `).join("");
  const command = `\`./prime ${flags}run ${[...repo.command, ...(repo.sample ?? [])].map(quoted).join(" ")}\``;
  const name = repo.member === undefined ? repo.name : `${repo.name}, \`${repo.member}\``;
  return `| ${name} (${commit}) | ${command} | ${outcome(first)} | ${outcome(byUv)} |`;
}

function quoted(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word}'`;
}

/** The last line that counts something, and the status where it is not 0. */
function outcome({ code, said, seconds }: Ran): string {
  const lines = said.split("\n").map((line) => stripVTControlCharacters(line).trim());
  const counted = lines.findLast((line) => /\d+ (?:passed|failed|errors?)\b|^Ran \d+ tests|^OK\b|^FAILED/.test(line));
  const failed = lines
    .find((line) => line.startsWith("prime: error: "))
    ?.replace(/^prime: error: could not .*? \/by-prime: /, "");
  const told = (counted ?? failed ?? lines.findLast((line) => line !== "") ?? "nothing").replace(/^=+\s*|\s*=+$/g, "");
  return `${told.replaceAll("|", "\\|").slice(0, 120)}${code === 0 ? "" : `; status ${code}`} (${seconds.toFixed(0)} s)`;
}

/** What prime itself said, steps left out: its lines, and those that it indents below them. */
function words({ repo, first }: Tried): string {
  const own: string[] = [];
  let isOwn = false;
  for (const line of first.said.split("\n")) {
    isOwn = line.startsWith("prime: ") || (isOwn && line.startsWith("  "));
    if (isOwn && !/^prime: (?:get|install|resolve|make|validate|check|update|look for) /.test(line)) own.push(line);
  }
  const kept = own.filter((line, index) => index < MOST_LINES || /^ {2}(?:next|id): /.test(line));
  const shown = kept.map((line) => (line.length > WIDEST ? `${line.slice(0, WIDEST)}…` : line)).join("\n");
  const note = repo.note === undefined ? "" : `${repo.note}\n\n`;
  return `**${repo.name}**\n\n${note}\`\`\`text\n${shown || "nothing"}\n\`\`\`\n`;
}

const MOST_LINES = 6;
const WIDEST = 320;
