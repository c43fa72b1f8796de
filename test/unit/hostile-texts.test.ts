import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { inferRequiredPython } from "../../src/config/required.ts";
import { VERSION_REQUEST } from "../../src/config/schema/version-text.ts";
import { MOST } from "../../src/edges/files/read.ts";
import { trustOf } from "../../src/edges/files/trust.ts";
import { plain } from "../../src/edges/terminal/text.ts";
import { PrimeError } from "../../src/errors.ts";
import { trackedBy } from "../../src/git/index.ts";
import { InputCollector } from "../../src/inputs/collector.ts";
import { globMatcher } from "../../src/inputs/glob.ts";
import { scriptsWithNeeds } from "../../src/project/around/aside.ts";
import { expandGroups, type GroupEntry } from "../../src/project/files/groups.ts";
import { readPyproject } from "../../src/project/files/pyproject.ts";
import { readOptions } from "../../src/project/files/requirement-options.ts";
import { parseRequirements } from "../../src/project/files/requirements.ts";
import { readSetupCfg } from "../../src/project/files/setup-cfg.ts";
import { readSetupPy } from "../../src/project/files/setup-py.ts";
import { readLockedSources } from "../../src/project/files/uv/locked-sources.ts";
import { holds } from "../../src/project/markers.ts";
import { notePins } from "../../src/project/notes.ts";
import { localPath, requirementHead } from "../../src/project/packages.ts";
import { parseRequest } from "../../src/python/version.ts";
import { lineOf, parseToml, quotedToml } from "../../src/toml.ts";
import { hideUnquotable, neverQuote } from "../../src/unquotable.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prime-hostile-"));
const file = path.join(folder, "file");
const root = path.join(folder, "root");
fs.mkdirSync(root);
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** A quarter of what prime reads: a pass that takes the square of it would not end within a minute. */
const SIZE = MOST.written / 4;
const many = (text: string) => text.repeat(Math.floor(SIZE / text.length));
const numbered = (each: number, line: (number: number) => string) =>
  Array.from({ length: Math.floor(SIZE / each) }, (_, number) => line(number)).join("");

const TEXTS: Readonly<Record<string, string>> = {
  "one key of many parts": `a${many(".a")}`,
  blanks: `x${many(" ")}!`,
  "an option, blanks and an odd end of line": `-r${many(" ")}\rx`,
  requirements: many("six==1.0\n"),
  "a line with digests": `six==1${many(" --hash=sha256:ab")}`,
  options: many("-i x\n"),
  "continued lines": many("a\\\n"),
  quotes: many('"'),
  "quotes and backslashes": `"${many('\\"')}`,
  "opened quotes": many("'''\"\"\""),
  brackets: many("["),
  braces: `a = ${many("{a=")}`,
  parentheses: many("("),
  tables: numbered(16, (number) => `[t${number}]\nk = 1\n`),
  keys: numbered(12, (number) => `k${number} = 1\n`),
  extras: `[project]\nname = "x"\n[project.optional-dependencies]\n${numbered(32, (n) => `e${n} = ["x[e${n + 1}]"]\n`)}`,
  "an ini value of many lines": `[options]\na =\n${many(" c\n")}`,
  "an ini line of blanks": `[options]\na${many(" ")}b`,
  "dicts in dicts": many("extras_require={"),
  schemes: many("a://"),
  users: `http://${many("a:")}@h`,
  "open users": many("://x:"),
  "names of secrets": many("token"),
  logins: many("login "),
  markers: many("python_version < '3' and "),
  clauses: many(">=3,"),
  stars: many("*"),
  "sources with wrong escapes": many('source = { path = "\\e" }\n'),
  "a script's block of marks": `# /// script\n${many("# ")}`,
  lines: many("\n"),
  "lines of old": many("\r"),
};

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  TOML: async (text) => quotedToml(await parseToml(text, "f")),
  "the line of a key": (text) => lineOf(text, ["a", "b"]),
  "requirement files": (text) => {
    const lines = parseRequirements(text).map((line) => ({ ...line, file: "/f" }));
    for (const { value } of lines) [requirementHead(value), localPath(value, "/x")];
    return readOptions(lines);
  },
  requirements: (text) => [requirementHead(text), localPath(text, "/x")],
  "pyproject.toml": () => readPyproject(file),
  "setup.cfg": () => readSetupCfg(file),
  "setup.py": () => readSetupPy(file),
  "uv.lock": () => readLockedSources(file),
  markers: (text) => holds(text, { python_version: "3.12" }),
  versions: (text) => [VERSION_REQUEST.test(text), parseRequest(text)],
  patterns: (text) => globMatcher(text.slice(0, 4096))("a".repeat(4096)),
  "the terminal": (text) => plain(text),
  "what a root says of Python": (text) => {
    for (const name of ["setup.py", "setup.cfg", "tox.ini", "Pipfile"]) fs.writeFileSync(path.join(root, name), text);
    const required = { value: null, source: { kind: "default" } } as const;
    notePins(root, { required_python_version: required });
    return inferRequiredPython(root, new InputCollector(), [], trustOf({}));
  },
  "scripts of a root": (text) => {
    fs.writeFileSync(path.join(root, "script.py"), text);
    return scriptsWithNeeds(root);
  },
  "git's configuration": (text) => {
    fs.mkdirSync(path.join(root, ".git"), { recursive: true });
    fs.writeFileSync(path.join(root, ".git/config"), `[core]\n${text}`);
    fs.writeFileSync(path.join(root, ".git/index"), "");
    return trackedBy(path.join(root, "file"));
  },
};

describe.each(Object.keys(READERS))("%s", (reader) => {
  it.each(Object.keys(TEXTS))("of nothing but %s: an answer or a refusal", { timeout: 120_000 }, async (which) => {
    const text = TEXTS[which] as string;
    fs.writeFileSync(file, text);
    try {
      await READERS[reader]?.(text);
    } catch (error) {
      expect(error).toBeInstanceOf(PrimeError);
      expect(plain((error as PrimeError).message).length).toBeLessThan(1000);
    }
  });
});

it("groups that include each other twice as often at each step are read once", () => {
  const entries = new Map<string, readonly GroupEntry[]>([["g90", [{ requirement: "six" }]]]);
  for (let n = 0; n < 90; n += 1) entries.set(`g${n}`, [{ include: `g${n + 1}` }, { include: `g${n + 1}` }]);
  expect(expandGroups({ file: "f", entries }, ["g0"])).toEqual(["six"]);
  const deep = new Map(Array.from({ length: 20_000 }, (_, n) => [`g${n}`, [{ include: `g${n + 1}` }]] as const));
  expect(() => expandGroups({ file: "f", entries: deep }, ["g0"])).toThrow("include one another in a row");
});

it("a file that is not to be quoted can have any number of lines", { timeout: 120_000 }, () => {
  neverQuote(numbered(24, (number) => `secret-line-${number}\n`));
  neverQuote(numbered(24, (number) => `alike: ${"x".repeat(number % 200)}\n`));
  expect(hideUnquotable(`${"a".repeat(100_000)} secret-line-17`)).not.toContain("secret-line-17");
});
