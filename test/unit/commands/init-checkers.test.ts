import { describe, expect, it } from "vitest";
import { planEditorconfig } from "../../../src/commands/init/checkers/editorconfig.ts";
import { planLefthook } from "../../../src/commands/init/checkers/lefthook.ts";
import { planManifest } from "../../../src/commands/init/checkers/packaging.ts";
import { finds, patternOf } from "../../../src/commands/init/checkers/pattern.ts";
import { planPreCommit, planPrek } from "../../../src/commands/init/checkers/pre-commit.ts";
import { planCodespell, planTypos } from "../../../src/commands/init/checkers/spelling.ts";
import type { Deed } from "../../../src/commands/init/deed.ts";

/** What becomes of a text, or the word about it. */
const come = (deed: Deed | undefined, before = "") =>
  deed === undefined
    ? undefined
    : deed.text === undefined
      ? `${deed.verb}: ${deed.why}`
      : (deed.verb === "extend" ? before : "") + deed.text;

describe("patterns of Python's", () => {
  it.each([
    ["^prime$", true],
    ["prim", true],
    ["^prime/", false],
    ["\\Aprime\\Z", true],
    ["(?x)\n ^ prime # a comment |\n $ ", true],
    ["(?ix) PRI [m] e", true],
    ["(?x) pri\\ me", false],
    ["(?P<a>p)r", true],
    ["", true],
    ["(?<=x", undefined],
  ])("%j finds prime: %j", (pattern, found) => {
    expect(finds(pattern, "prime")).toBe(found);
  });

  it("name one path", () => {
    expect(patternOf("a.b/c++ (x)/prime")).toBe("^a\\.b/c\\+\\+ \\(x\\)/prime$");
    expect(finds(patternOf("a.b/c++ (x)/prime"), "a.b/c++ (x)/prime")).toBe(true);
  });
});

describe("pre-commit's configuration", () => {
  const plan = (text: string, launcher = "prime") => come(planPreCommit(".pre-commit-config.yaml", text, launcher));

  it.each([
    ["repos: []\n", "exclude: ^prime$\nrepos: []\n"],
    ["repos: []", "exclude: ^prime$\nrepos: []"],
    ["\uFEFFrepos: []\n", "\uFEFFexclude: ^prime$\nrepos: []\n"],
    ["# a\r\n---\r\nrepos: []\r\n", "# a\r\n---\r\nexclude: ^prime$\r\nrepos: []\r\n"],
    ["%YAML 1.2\n---\n\n'ci': {}\nrepos: []\n", "%YAML 1.2\n---\n\nexclude: ^prime$\n'ci': {}\nrepos: []\n"],
    ["repos:\n- repo: x\n  exclude: ^a\n", "exclude: ^prime$\nrepos:\n- repo: x\n  exclude: ^a\n"],
    ["ci:\n  m: |\n    exclude: x\nrepos: []\n", "exclude: ^prime$\nci:\n  m: |\n    exclude: x\nrepos: []\n"],
  ])("%j becomes %j", (before, after) => {
    expect(plan(before)).toBe(after);
  });

  it.each([
    ["exclude: ^prime$\nrepos: []\n", "leaves the launcher out"],
    ["'exclude' : \"^pri\"\nrepos: []\n", "leaves the launcher out"],
    ["files: ^src/\nrepos: []\n", "`files` leaves"],
    ["files: ^src/|^prime$\nexclude: ^a/\nrepos: []\n", "line 2 as `exclude: ^a/|^prime$`"],
    ["exclude:\n  ^a/|\n  ^b/\nrepos: []\n", "make it match ^prime$ too (line 1)"],
    ["exclude: &x ^a/\nrepos: []\n", "make it match"],
    ["exclude: 'it''s/'\nrepos: []\n", "`exclude: 'it''s/|^prime$'`"],
    ["exclude: a#b/  # why\nrepos: []\n", "`exclude: 'a#b/|^prime$'`"],
    ["exclude: |-\n\n  ^a/\n\nrepos: []\n", "lines 1 to 3 as `exclude: '^a/|^prime$'`"],
    ["{repos: []}\n", "add `exclude: ^prime$` to its outermost keys"],
    ["", "add `exclude: ^prime$`"],
  ])("%j: %s", (text, word) => {
    expect(plan(text)).toContain(word);
  });

  it("names a launcher in a folder as YAML has to have it", () => {
    expect(plan("repos: []\n", "my app: x/prime")).toBe("exclude: '^my app: x/prime$'\nrepos: []\n");
    expect(plan('exclude: "^x"\nrepos: []\n', "a.b/prime")).toContain('`exclude: "^x|^a\\\\.b/prime$"`');
  });
});

describe("prek's configuration", () => {
  it.each([
    ["[[repos]]\nrepo = 'meta'\n", "exclude = '^prime$'\n[[repos]]\nrepo = 'meta'\n"],
    ["# a\n\nfail_fast = true\n", "# a\n\nexclude = '^prime$'\nfail_fast = true\n"],
    ["", "exclude = '^prime$'\n"],
    ["exclude = '^prime$'\n", "keep: leaves the launcher out"],
    ["exclude = { glob = ['prime'] }\n", "keep: leaves the launcher out"],
  ])("%j becomes %j", async (before, after) => {
    expect(come(await planPrek("prek.toml", before, "prime"))).toBe(after);
  });

  it.each([
    ["a = 1\nexclude = '^a/'\n", "line 2 leaves out others, not the launcher: write it as `exclude = '^a/|^prime$'`"],
    ["exclude = { glob = 'a/**' }\n", '`exclude = { glob = ["a/**", "prime"] }`'],
    ["exclude = '''\n(?x)a\n'''\n", "add a last line `|^prime$` to it"],
    ["exclude = \n", "add `exclude = '^prime$'`"],
  ])("%j: %s", async (text, word) => {
    expect(come(await planPrek("prek.toml", text, "prime"))).toContain(word);
  });
});

describe("lefthook's configuration", () => {
  it.each([
    ["pre-commit:\n    jobs: []\n", 'pre-commit:\n    exclude: ["prime"]\n    jobs: []\n'],
    ["pre-push:\n  jobs: []\n", "keep: it has no hook pre-commit"],
    ["pre-commit:\n  exclude: [a, prime]\n  jobs: []\n", "keep: leaves the launcher out"],
    ["pre-commit:\n  exclude:\n    - 'prime'\n  jobs: []\n", "keep: leaves the launcher out"],
  ])("%j becomes %j", (before, after) => {
    expect(come(planLefthook("lefthook.yml", before, "prime"))).toBe(after);
  });

  it.each([
    ["lefthook.yml", "pre-commit: {jobs: []}\n", 'add `exclude: ["prime"]` to the hook pre-commit'],
    [
      "lefthook.yml",
      "x: 1\npre-commit:\n  exclude:\n  - a\n  jobs: []\n",
      'add "prime" to the list `exclude` in its line 3',
    ],
    ["lefthook.toml", "[pre-commit]\n", 'add `exclude = ["prime"]` to the hook pre-commit'],
  ])("%s %j: %s", (file, text, word) => {
    expect(come(planLefthook(file, text, "prime"))).toContain(word);
  });
});

describe("codespell's configuration", () => {
  const plan = async (file: string, text: string, launcher = "prime", isOnlyOne = true) =>
    come(await planCodespell(file, text, launcher, isOnlyOne));

  it.each([
    ["setup.cfg", "[codespell]\nskip = a,\n  ./prime\n", "keep: leaves the launcher out"],
    ["setup.cfg", "[codespell]\nskip : *.po,p*e\n", "keep: leaves the launcher out"],
    ["setup.cfg", "[metadata]\nskip = a\n", undefined],
    ["setup.cfg", "[a]\n[codespell]\n[b]\nskip = x\n", "[a]\n[codespell]\nskip = prime\n[b]\nskip = x\n"],
    [".codespellrc", "[codespell]", "[codespell]\nskip = prime\n"],
    [".codespellrc", "[codespell]\n  count =\n", "[codespell]\n  skip = prime\n  count =\n"],
    [".codespellrc", "[codespell]\n  skip = a,\n    prime\n  count =\n", "keep: leaves the launcher out"],
    [".codespellrc", "[codespell]\ncount =\n  skip = prime\n", "[codespell]\nskip = prime\ncount =\n  skip = prime\n"],
    ["pyproject.toml", "[tool.black]\n", undefined],
    ["pyproject.toml", "[tool.codespell]\nskip = ['a', 'prime']\n", "keep: leaves the launcher out"],
    ["pyproject.toml", '[tool."codespell" ]\r\n', '[tool."codespell" ]\r\nskip = "prime"\r\n'],
    ["pyproject.toml", "tool.codespell.count = true\n", 'todo: add `skip = "prime"` to [tool.codespell]'],
  ])("%s %j becomes %j", async (file, before, after) => {
    expect(await plan(file, before)).toBe(after);
  });

  it("leaves out no other file of that name", async () => {
    expect(await plan(".codespellrc", "[codespell]\n", "prime", false)).toBe("[codespell]\nskip = ./prime\n");
    expect(await plan(".codespellrc", "[codespell]\n", "a/prime")).toBe("[codespell]\nskip = ./a/prime,a/prime\n");
  });

  it("tells the whole line beside another value", async () => {
    const told = await plan("setup.cfg", "[codespell]\nskip = a,\n  # why\n  b\n");
    expect(told).toContain("line 2 leaves out others, not the launcher: write it as `skip = a,b,prime`");
  });
});

describe("typos' configuration", () => {
  const plan = async (file: string, text: string) => come(await planTypos(file, text, "prime"));

  it.each([
    ["typos.toml", "[files]\nextend-exclude = ['*']\n", "keep: leaves the launcher out"],
    ["typos.toml", "", '[files]\nextend-exclude = ["/prime"]\n'],
    [
      "typos.toml",
      "[files] # x\nignore-hidden = false\n",
      '[files] # x\nextend-exclude = ["/prime"]\nignore-hidden = false\n',
    ],
    ["pyproject.toml", "[tool.x]\n", undefined],
    ["pyproject.toml", "[tool.typos]\n", '[tool.typos]\n\n[tool.typos.files]\nextend-exclude = ["/prime"]\n'],
    ["pyproject.toml", "[tool.typos]\nfiles.x = 1\n", 'todo: add `extend-exclude = ["/prime"]` to [tool.typos.files]'],
  ])("%s %j becomes %j", async (file, before, after) => {
    expect(await plan(file, before)).toBe(after);
  });

  it("names the table where the place of the list can't be told", async () => {
    expect(await plan("pyproject.toml", "tool.typos = { files.extend-exclude = ['a'] }\n")).toContain(
      "[tool.typos.files] leaves out others, not the launcher",
    );
  });

  it("tells the whole list beside another one", async () => {
    expect(await plan("typos.toml", "[files]\nextend-exclude = [\n  'a',\n]\n")).toContain(
      'line 2 leaves out others, not the launcher: write it as `extend-exclude = ["a", "/prime"]`',
    );
    const before = "[tool.ruff]\nextend-exclude = []\n[tool.typos]\n";
    expect(await plan("pyproject.toml", `${before}files.extend-exclude = ["a"]\n`)).toContain(
      "line 4 leaves out others",
    );
    expect(await plan("pyproject.toml", `${before}files = { extend-exclude = ["a"] }\n`)).toContain(
      "[tool.typos.files] leaves out others",
    );
  });
});

it("an .editorconfig and a MANIFEST.in get lines behind their end, once", () => {
  const section = "\n[/prime]\nend_of_line = lf\nindent_size = unset\nindent_style = unset\nmax_line_length = unset\n";
  expect(come(planEditorconfig(".editorconfig", "[*]\na = b\n", "prime"), "[*]\na = b\n")).toBe(
    `[*]\na = b\n${section}`,
  );
  expect(come(planEditorconfig(".editorconfig", section, "prime"))).toBe("keep: has the section [/prime]");
  expect(come(planManifest("MANIFEST.in", "include a", "prime"), "include a")).toBe("include a\nexclude prime\n");
  expect(come(planManifest("MANIFEST.in", "exclude a prime\n", "prime"))).toBe("keep: leaves the launcher out");
});
