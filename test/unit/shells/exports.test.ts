import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { environmentChange, githubFiles, renderExports, type ShellName } from "../../../src/shells/exports.ts";
import { program } from "../../support/machine.ts";

const folder = mkdtempSync(path.join(tmpdir(), "exports-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const AWKWARD: Readonly<Record<string, string>> = {
  plain: "/usr/bin",
  empty: "",
  spaces: "  two  spaces\tand a tab ",
  quotes: `it's "quoted" \`ticked\` ''two''`,
  expansions: "$HOME $1 $(id) %PATH% ~ * ? [a] {b,c} #hash ;true |x &y <in >out",
  history: "!! !$ wow! \\! ^a^b",
  backslashes: "C:\\new\\table\\ \\\\ \\' \\\"",
  backslashAtEnd: "end\\",
  dash: "-n --version",
  unicode: "grüße 日本語 😀 \u00a0",
  control: "bell\u0007 escape\u001b delete\u007f return\r.",
  number: "007",
  keyword: "true",
  percent: "100%s",
  equals: "=ls a=b",
  newlines: "one\ntwo\n\n  three\n",
  heredoc: "PRIME_END\nPRIME_END_\n<<EOF",
};

/** How each language reads the text, when it is in the file `$1`. */
const READERS: readonly (readonly [ShellName, readonly string[]])[] = [
  ["sh", ["sh", "-c", '. "$1"; shift; exec "$@"', "sh"]],
  ["sh", ["dash", "-c", 'eval "$(cat "$1")"; shift; exec "$@"', "sh"]],
  ["sh", ["ksh", "-c", 'eval "$(cat "$1")"; shift; exec "$@"', "sh"]],
  ["sh", ["busybox", "sh", "-c", 'eval "$(cat "$1")"; shift; exec "$@"', "sh"]],
  ["bash", ["bash", "-c", 'eval "$(cat "$1")"; shift; exec "$@"', "sh"]],
  ["bash", ["bash", "-c", 'set -H -o history; eval "$(cat "$1")"; shift; exec "$@"', "sh"]],
  ["zsh", ["zsh", "-f", "-c", 'eval "$(cat "$1")"; shift; exec "$@"', "sh"]],
  ["zsh", ["zsh", "-f", "-c", 'setopt rcquotes banghist; eval "$(cat "$1")"; shift; exec "$@"', "sh"]],
  ["fish", ["fish", "--no-config", "-c", "cat $argv[1] | source; exec $argv[2..]"]],
  ["csh", ["tcsh", "-f", "-c", 'eval "`cat $argv[1]:q`"; shift; exec $argv:q']],
  ["csh", ["tcsh", "-f", "-c", 'set backslash_quote; eval "`cat $argv[1]:q`"; shift; exec $argv:q']],
  ["nu", ["nu", "--no-config-file"]],
];

/** Runs the text in the language and gives the environment of a program that is started then. */
function readBack(command: readonly string[], text: string, before: NodeJS.ProcessEnv): Record<string, string> {
  const file = path.join(folder, "exports");
  const print = path.join(folder, "print.cjs");
  const result = path.join(folder, "result.json");
  writeFileSync(file, text);
  writeFileSync(print, "require('node:fs').writeFileSync(process.argv[2], JSON.stringify(process.env))");
  const run = [process.execPath, print, result];
  const script = path.join(folder, "script.nu");
  writeFileSync(script, `source ${file}\n^${run.map((word) => `"${word}"`).join(" ")}\n`);
  const args = command[0] === "nu" ? [...command.slice(1), script] : [...command.slice(1), file, ...run];
  const outcome = spawnSync(command[0] ?? "", args, { env: { ...before, HOME: folder }, encoding: "utf8" });
  expect(outcome.stderr).toBe("");
  expect(outcome.status).toBe(0);
  return JSON.parse(spawnSync("cat", [result], { encoding: "utf8" }).stdout);
}

describe("the text, read by the real shells", () => {
  const before = { PATH: process.env.PATH, LC_ALL: "C.UTF-8", GONE: "there", PYTHONHOME: "/nowhere" };
  const set = Object.fromEntries(Object.entries(AWKWARD).map(([name, value]) => [`A_${name}`, value]));
  for (const [format, command] of READERS) {
    test(`${format} text in ${command.slice(0, 4).join(" ")}`, () => {
      program(command[0] as string);
      const searchPath = `${folder}/a 'b' "c" $d:/x\\y::${process.env.PATH}`;
      const change = { set: { ...set, PATH: searchPath }, unset: ["GONE", "PYTHONHOME", "NEVER_SET"] };
      const seen = readBack(command, renderExports(change, format), before);
      // fish itself says `.` for an element of PATH that is empty, which means the same.
      const expected = { ...change.set, PATH: format === "fish" ? searchPath.replace("::", ":.:") : searchPath };
      for (const [name, value] of Object.entries(expected)) expect({ [name]: seen[name] }).toEqual({ [name]: value });
      for (const name of change.unset) expect(seen).not.toHaveProperty(name);
    });
  }
});

test("nu gets PATH as a list and control characters escaped", () => {
  const text = renderExports({ set: { PATH: "/a:/b c", X: '"\\\n\u001b$x' }, unset: ["Y", "Z"] }, "nu");
  expect(text).toBe(
    'load-env {\n  "PATH": ["/a", "/b c"]\n  "X": "\\"\\\\\\u{a}\\u{1b}$x"\n}\nhide-env --ignore-errors Y Z\n',
  );
  expect(renderExports({ set: {}, unset: [] }, "nu")).toBe("");
});

test("fish gets PATH as a list", () => {
  expect(renderExports({ set: { PATH: "/a:/b c" }, unset: [] }, "fish")).toBe("set -gx PATH '/a' '/b c'\n");
});

test("JSON is one object, null for what has to go", () => {
  const text = renderExports({ set: AWKWARD, unset: ["GONE"] }, "json");
  expect(JSON.parse(text)).toEqual({ ...AWKWARD, GONE: null });
  expect(text.endsWith("}\n")).toBe(true);
});

/** Reads the file as the runner's documentation says: `NAME=value`, or `NAME<<DELIMITER` up to a line of DELIMITER. */
function readGithub(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const rest = text.split("\n");
  for (let line = rest.shift(); line !== undefined && rest.length > 0; line = rest.shift()) {
    const [, name = "", operator, tail = ""] = /^([^=<]+)(=|<<)(.*)$/.exec(line) ?? [];
    const value = [tail];
    if (operator === "<<") value.splice(0, 1, ...rest.splice(0, rest.indexOf(tail)));
    if (operator === "<<") rest.shift();
    values[name] = value.join("\n");
  }
  return values;
}

describe("GitHub", () => {
  test("every value is read back, even one that holds the delimiter", () => {
    const text = renderExports({ set: AWKWARD, unset: ["PYTHONHOME"] }, "github");
    expect(readGithub(text)).toEqual({ ...AWKWARD, PYTHONHOME: "" });
  });

  test.each([
    ["/env/bin:/usr/bin:/bin", "/usr/bin:/bin", "/env/bin\n"],
    ["/env/bin:/usr/bin:/bin", "/other/bin:/usr/bin:/bin", "/env/bin\n"],
    ["/env/bin:/extra:/bin", "/bin", "/extra\n/env/bin\n"],
    ["/env/bin:/bin", "/env/bin:/bin", ""],
    ["/env/bin", "", "/env/bin\n"],
  ])("PATH %s after %s adds %j", (after, before, added) => {
    const files = githubFiles({ set: { PATH: after, VIRTUAL_ENV: "/env" }, unset: [] }, before);
    expect(files).toEqual({ env: "VIRTUAL_ENV<<PRIME_END\n/env\nPRIME_END\n", path: added });
  });

  test("a folder with a newline goes into PATH as a whole", () => {
    const files = githubFiles({ set: { PATH: "/new\nline/bin:/bin" }, unset: [] }, "/bin");
    expect(files).toEqual({ env: "PATH<<PRIME_END\n/new\nline/bin:/bin\nPRIME_END\n", path: "" });
  });
});

test("the change from one environment to another", () => {
  const before = { PATH: "/bin", SAME: "1", VIRTUAL_ENV: "/env", GONE: "x" };
  const after = { PATH: "/env/bin:/bin", SAME: "1", VIRTUAL_ENV: "/env", NEW: "" };
  expect(environmentChange(before, after, ["VIRTUAL_ENV", "NOT_THERE"])).toEqual({
    set: { PATH: "/env/bin:/bin", VIRTUAL_ENV: "/env", NEW: "" },
    unset: ["GONE"],
  });
});
