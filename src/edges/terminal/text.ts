import { PrimeError } from "../../errors.ts";
import { cut, LONGEST_LINE, OBEYED, spelledOut, withNamesOnLine } from "../../quoted.ts";
import { hideSecrets, withoutSecrets } from "../../secrets.ts";
import type { Environment } from "../command.ts";

/** How prime's words look on one stream. */
export interface TerminalStyle {
  readonly color: boolean;
  /** Whether a line may be drawn again in place. */
  readonly redraw: boolean;
}

/**
 * NO_COLOR wins over FORCE_COLOR, as in Python; both count when not empty, FORCE_COLOR unless `0` or `false`. A line is
 * drawn in place only on a terminal that knows how (`TERM` set and not `dumb`) and outside CI, whose logs keep each one.
 */
export function terminalStyle(env: Environment, isTerminal: boolean): TerminalStyle {
  const able = isTerminal && Boolean(env.TERM) && env.TERM !== "dumb";
  return { color: !env.NO_COLOR && (isOn(env.FORCE_COLOR) || able), redraw: able && !isOn(env.CI) };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

/** ECMA-48, "Select Graphic Rendition". */
const COLORS = { bold: "1", dim: "2", red: "31", green: "32", yellow: "33" } as const;
export type Color = keyof typeof COLORS;

export function paint(text: string, color: Color, style: Pick<TerminalStyle, "color">): string {
  return style.color ? `\u001b[${COLORS[color]}m${text}\u001b[0m` : text;
}

/** A bar in ASCII, `width` characters with its brackets; full only when all is done. */
export function progressBar(done: number, total: number, width: number): string {
  const inner = Math.max(0, width - 2);
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const filled = Math.floor(share * inner);
  return `[${"#".repeat(filled)}${"-".repeat(inner - filled)}]`;
}

/** Where words name the launcher, and are no path that ends so. */
const LAUNCHER = /(?<![\w./])\.\/prime(?!\.?[\w-])/g;
let launcher = "./prime";

/** Has all that is said name the launcher by its file's name, which need not be `prime`. */
export function nameLauncher(name: string): void {
  launcher = `./${name}`;
}

/**
 * A text as a terminal may have it: foreign words in it can neither give orders nor hide, nor bury what is said. Lines and tabs stay;
 * what else is obeyed is spelled out, and secrets are hidden. Colour is put on afterwards.
 */
export function plain(text: string): string {
  return withoutSecrets(withNamesOnLine(text))
    .replace(LAUNCHER, () => launcher)
    .replace(OBEYED, (one) => (one === "\n" || one === "\t" ? one : spelledOut(one)))
    .split("\n")
    .map((line) => cut(line, LONGEST_LINE))
    .join("\n");
}

/** The same for JSON, which stays what it says. */
export function plainJson(value: unknown): string {
  const text = JSON.stringify(value, hideSecrets, 2);
  return text.replace(OBEYED, (one) => (one === "\n" ? one : [...one].map(unitsOf).join("")));
}

function unitsOf(one: string): string {
  return Array.from({ length: one.length }, (_, at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, "0")}`).join(
    "",
  );
}

/** A tool's line without what would move the cursor or change colors (ECMA-48 sequences, then control characters). */
export function plainText(line: string): string {
  return plain(line.replace(ESCAPE_SEQUENCES, "").replace(/\p{Cc}+/gu, " "));
}

const ESC = "\\u001b";
const ESCAPE_SEQUENCES = new RegExp(
  `${ESC}\\][^\\u0007${ESC}]*(?:\\u0007|${ESC}\\\\)|${ESC}\\[[0-?]*[ -/]*[@-~]|${ESC}[ -/]*[0-~]`,
  "g",
);

/** What went wrong, what to do next and the id to search for; ends in a newline. `-v` adds the causes, with stacks. */
export function errorText(error: unknown, { verbosity, color }: { verbosity: number; color: boolean }): string {
  const name = paint(error instanceof PrimeError ? "error:" : "defect:", "red", { color });
  const detail = (text: string) => `  ${text.trimEnd().replaceAll("\n", "\n  ")}\n`;
  const shown = (text: string) => plain(withNamesOnLine(text).replace(ESCAPE_SEQUENCES, "")).trimEnd();
  if (!(error instanceof PrimeError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `prime: ${name} ${shown(text)}\n${detail("this should not happen; please report it with these lines")}`;
  }
  const hint = error.hint === undefined ? "" : detail(`${paint("next:", "bold", { color })} ${plain(error.hint)}`);
  const causes = verbosity > 0 ? causesOf(error).map(plain).map(detail).join("") : "";
  return `prime: ${name} ${shown(error.message)}\n${hint}${detail(`id: ${error.id}`)}${causes}`;
}

function causesOf(error: PrimeError): string[] {
  const causes: string[] = [];
  const seen = new Set<unknown>([error]);
  for (let cause = error.cause; cause !== undefined && !seen.has(cause); ) {
    seen.add(cause);
    causes.push(`cause: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}
