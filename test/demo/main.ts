/*
 * npm run demo: the pictures in the papers. Each is what a terminal showed that really ran the commands, in a home of its own.
 *
 *   npm run demo                   writes docs/demo/NAME-light.svg and docs/demo/NAME-dark.svg
 *   npm run demo -- --only first   one of them
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { Place } from "../bench/place.ts";
import { DEMOS, type Demo } from "./demos.ts";
import { picture, THEMES } from "./picture.ts";
import { screenOf } from "./screen.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const PERSON = path.join(ROOT, "test/fixtures/terminal.py");
const PROMPT = "$ ";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  const folder = path.join(ROOT, "docs/demo");
  mkdirSync(folder, { recursive: true });
  for (const demo of DEMOS.filter(({ name }) => values.only === undefined || name === values.only)) {
    const lines = await screenOf(play(demo), demo.columns);
    for (const theme of THEMES) {
      const file = path.join(folder, `${demo.name}-${theme.name}.svg`);
      writeFileSync(file, picture(lines, demo.columns, theme, demo.title));
      console.log(`wrote ${path.relative(ROOT, file)}`);
    }
  }
}

/** Types the commands of a demo into a shell at a terminal; gives all that the terminal was sent. */
function play({ files, columns, commands, before }: Demo): string {
  const place = new Place(path.join(ROOT, "prime"));
  try {
    const repo = place.repo("shop", files);
    before?.(place);
    // The shell has given the terminal a size of its own before it shows its first prompt.
    const steps = commands.flatMap(({ line, until }) => [
      ["expect", PROMPT],
      ["resize", 24, columns],
      ["send", `${line}\r`],
      ["expect", until],
    ]);
    const state = { XDG_STATE_HOME: path.join(place.home, ".local/state") }; // root's would be the machine's
    const env = { ...place.env, ...state, PS1: PROMPT, TERM: "xterm-256color", TIMEFORMAT: "%R seconds" };
    const words = [JSON.stringify([...steps, ["expect", PROMPT], ["send", "\u0004"]]), "bash", "--norc", "--noediting"];
    const told = execFileSync(place.python, [PERSON, ...words], { cwd: repo.root, env, encoding: "utf8" });
    const { shown, missing } = JSON.parse(told) as { shown: string; missing: string | null };
    if (missing !== null) throw new Error(`the terminal never showed ${JSON.stringify(missing)}: ${shown}`);
    return shown.replace(/exit\r?\n$/, "").replace(/\r?\n?\$ $/, "");
  } finally {
    place.remove();
  }
}

await main();
