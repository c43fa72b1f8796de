import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { withTables } from "../../../build/schema.ts";
import { GROUPS } from "../../../src/commands/declaration.ts";
import { withFigures } from "../../bench/report/readme.ts";
import { sandbox } from "../../support/sandbox.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), "utf8");
const PAPERS = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...fs.readdirSync(path.join(ROOT, "docs"), { encoding: "utf8" }).map((name) => `docs/${name}`),
].filter((name) => name.endsWith(".md"));
const SCRIPTS = JSON.parse(read("package.json")).scripts as Record<string, string>;

/** What `--help` of the launcher or of one of its commands says. */
interface Help {
  readonly text: string;
  /** Each flag in each spelling, and whether it wants a value. */
  readonly flags: ReadonlyMap<string, boolean>;
  readonly commands: readonly string[];
}

/** The launcher's own help, under "", and that of each of its commands. */
const helps = new Map<string, Help>();

beforeAll(async () => {
  const box = sandbox();
  const ask = async (...words: string[]): Promise<Help> => {
    const { code, stdout } = await box.run([...words, "--help"]);
    expect([words, code]).toEqual([words, 0]);
    return readHelp(stdout);
  };
  const own = await ask();
  helps.set("", own);
  for (const command of own.commands) helps.set(command, await ask(command));
});

/** Commander's layout: entries are indented by two, and two blanks or a new line part them from what they say. */
function readHelp(text: string): Help {
  const entries = (title: string) =>
    (text.split(`\n${title}:\n`)[1]?.split("\n\n")[0] ?? "")
      .split("\n")
      .flatMap((line) => /^ {2}(\S.*?)(?: {2}|$)/.exec(line)?.[1] ?? []);
  const flags = entries("Options").flatMap((entry) => {
    return [...entry.matchAll(/--?[\w-]+/g)].map(([name]) => [name, entry.includes("<")] as const);
  });
  const commands = GROUPS.flatMap((group) => entries(group));
  return { text, flags: new Map(flags), commands: commands.map((entry) => entry.split(" ")[0] as string) };
}

/** Code in a text: each line of its blocks, and each span. A bar in a table's cell is escaped. */
function codeOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^ *```\w*\n(.*?)^ *```$/gms)].flatMap(([, block = ""]) => block.split("\n"));
  const prose = markdown.replace(/^ *```.*?^ *```$/gms, "");
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span.replaceAll("\\|", "|"));
  return [...blocks.map((line) => line.replace(/\s+#.*/, "")), ...spans];
}

/** The words behind each `./prime` in a piece of code; brackets of a synopsis are left out. */
function startsIn(code: string): string[][] {
  return [...code.matchAll(/(?:^|[\s("])\.\/prime(?![\w.])([^;&)"]*)/g)].map(([, rest = ""]) =>
    (rest.match(/'[^']*'|[^\s[\]]+/g) ?? []).filter((word) => word !== "..."),
  );
}

/** The words behind the flags in front; `wrong` when the help of that command knows one of them not. */
function passFlags(words: readonly string[], command: string): { rest: readonly string[]; wrong?: string } {
  const known = helps.get(command)?.flags;
  let at = 0;
  for (; words[at]?.startsWith("-"); at += 1) {
    const [flag = "", value] = (words[at] as string).replace(/,$/, "").split("=");
    const wantsValue = known?.get(flag);
    if (wantsValue === undefined) return { rest: [], wrong: `no flag ${flag} of \`./prime ${command}\`` };
    if (wantsValue && value === undefined) at += 1;
  }
  return { rest: words.slice(at) };
}

/** What of a start does not exist, if anything. */
function wrongIn(words: readonly string[]): string | undefined {
  const { rest, wrong } = passFlags(words, "");
  const [command, ...others] = rest;
  if (command === undefined || command.includes("/")) return wrong;
  if (/^[A-Z]+$/.test(command)) return wrong; // stands for a task
  if (!helps.has(command)) return `no command ${command}`;
  return command === "run" || command === "uv" ? undefined : passFlags(others, command).wrong;
}

/** The rows of a table as cells; it is the first one behind a text. */
function tableBehind(markdown: string, text: string): string[][] {
  const [, table = ""] = /\n\n(\|.*?)\n\n/s.exec(markdown.slice(markdown.indexOf(text))) ?? [];
  return table
    .split("\n")
    .slice(2)
    .map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe.each(PAPERS)("%s", (paper) => {
  const text = read(paper);
  const code = codeOf(text);

  it("names commands and flags of prime's that exist", () => {
    const starts = code.flatMap(startsIn);
    const wrong = starts.flatMap((words) => wrongIn(words) ?? []);
    // That one shows what is said of a word which is none; `./prime --help lists …` is prime's own sentence there.
    expect(wrong).toEqual(paper === "docs/errors.md" ? ["no command stauts", "no command lists"] : []);
  });

  it("names npm scripts that exist", () => {
    const named = code.flatMap((piece) => [...piece.matchAll(/\bnpm (?:run (?:--\w+ )*([\w:-]+)|(test)\b)/g)]);
    expect(
      named.map(([, script, test]) => script ?? test).filter((name) => SCRIPTS[name as string] === undefined),
    ).toEqual([]);
  });

  it("names files that exist", () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to = ""]) =>
      path.join(path.dirname(paper), to),
    );
    const named = code.flatMap((piece) => [
      ...piece.matchAll(/(?<![\w./$-])(?:src|test|build|docs|\.ci)\/[\w./-]*\w/g),
    ]);
    const files = [...links, ...named.map(([file]) => file)];
    expect(files.filter((file) => !fs.existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it("names no package registry's host and no folder of one machine", () => {
    expect(text).not.toMatch(/(?:pypi|pythonhosted|npmjs|crates|anaconda)\.[a-z]{2}/i);
    expect(text).not.toMatch(/(?<![\w.~])\/(?:root|home|work|tmp|Users)\//);
  });
});

describe("docs/commands.md agrees with --help", () => {
  const paper = read("docs/commands.md");
  const starts = tableBehind(paper, "# Commands").map(([cell = ""]) => codeOf(cell).flatMap(startsIn)[0] ?? []);
  const flagRows = tableBehind(paper, "| `./prime completion").map(([cell = ""]) => cell);

  it("on the commands", () => {
    const named = starts.map(([word]) => word).filter((word) => /^[a-z]/.test(word ?? ""));
    expect([...new Set(named)].sort()).toEqual([...(helps.get("")?.commands ?? [])].sort());
  });

  it("on each command's flags", () => {
    for (const [name, { flags }] of helps) {
      if (name === "") continue;
      const named = starts
        .filter(([word]) => word === name)
        .flatMap((words) => words.filter((word) => /^--\w/.test(word)));
      const known = [...flags.keys()].filter((flag) => flag !== "-h" && flag !== "--help");
      expect([name, [...new Set(named)].sort()]).toEqual([name, known.sort()]);
    }
  });

  it("on the flags in front of a command", () => {
    const named = [...flagRows.join(" ").matchAll(/--?[\w-]+/g)].map(([flag]) => flag);
    expect([...named, "-c"].sort()).toEqual([...(helps.get("")?.flags.keys() ?? [])].sort());
  });

  it("on the languages of `env`", () => {
    const choices = /choices: ([^)]*)/s.exec(helps.get("env")?.text ?? "")?.[1]?.match(/\w+/g) ?? [];
    const [, does = ""] = tableBehind(paper, "# Commands").find(([cell]) => cell?.includes("./prime env")) ?? [];
    expect([...does.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(choices);
  });
});

describe("README.md", () => {
  const readme = read("README.md");

  it("lists every command", () => {
    const named = tableBehind(readme, "## Commands").flatMap(([, cell = ""]) => codeOf(cell).flatMap(startsIn));
    const names = named.map(([word]) => word).filter((word) => /^[a-z]/.test(word ?? ""));
    expect([...names, "boot"].sort()).toEqual([...(helps.get("")?.commands ?? [])].sort());
  });

  it("can be read in a few minutes", () => {
    expect(readme.split(/\s+/).length).toBeLessThanOrEqual(1500);
  });

  it("and the papers that it names lead to all papers", () => {
    const index = read("docs/README.md");
    const others = PAPERS.filter((name) => name.startsWith("docs/") && name !== "docs/README.md");
    expect(others.filter((name) => !index.includes(`](${path.basename(name)})`))).toEqual([]);
  });

  it("has the figures of the last measurement", () => {
    expect(withFigures(readme, JSON.parse(read("docs/bench.json")))).toBe(readme);
  });
});

describe("docs/configuration.md", () => {
  it("has the table of keys that the schema gives", () => {
    const paper = read("docs/configuration.md");
    expect(withTables(paper)).toBe(paper);
  });
});

describe("the check of a start", () => {
  it.each([
    ["./prime rnu pytest", "no command rnu"],
    ["./prime --grup docs", "no flag --grup"],
    ["./prime status --jsno", "no flag --jsno of `./prime status`"],
    ['eval "$(./prime envv)"', "no command envv"],
  ])("finds what is wrong in %s", (code, wrong) => {
    expect(startsIn(code).map(wrongIn)).toEqual([expect.stringContaining(wrong)]);
  });

  it.each([
    "./prime --group docs run mkdocs serve --strict",
    "./prime tools/report.py --all",
    "./prime -c 'a | b'",
    "./prime",
  ])("takes %s", (code) => {
    expect(startsIn(code).map(wrongIn)).toEqual([undefined]);
  });
});
