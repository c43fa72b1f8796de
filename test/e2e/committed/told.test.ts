import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { contents, init, LARGE, PREK, REPOS, repo, tool } from "../../support/checkouts/checked-repo.ts";
import { LAUNCHER } from "../../support/sandbox.ts";

describe("init", () => {
  const ALL: Readonly<Record<string, string>> = {
    ".pre-commit-config.yaml": REPOS,
    "prek.toml": PREK,
    "lefthook.yml": "pre-commit:\n  commands:\n    a:\n      run: true\n",
    ".editorconfig": "root = true\n\n[*]\nindent_size = 4",
    "setup.cfg": "[metadata]\nname = x\n[check-manifest]\n",
    ".codespellrc": "[codespell]\r\ncount =\r\n",
    "MANIFEST.in": "include README.md\n",
    "_typos.toml": "[default]\n",
    "cspell.json": "{}\n",
    "REUSE.toml": "version = 1\n",
    Dockerfile: "FROM scratch\n",
  };

  it("changes nothing when it is only asked what it would do, and nothing the second time", async () => {
    const box = repo(ALL);
    const before = contents(box);
    const { stdout } = await init(box, "--dry-run");
    expect(contents(box)).toEqual(before);
    expect(box.git("status", "--porcelain")).toBe("");
    const first = await init(box);
    expect(first.stdout).toBe("");
    const told = (text: string) =>
      text.match(/^ *(?:prime: +)?(?:write|extend|change|keep|todo) .*/gm)?.map((line) => line.trim());
    expect(told(stdout)).toEqual(told(first.stderr));
    const after = contents(box);
    expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(
      expect.arrayContaining([
        ...Object.keys(ALL).filter((name) => !/cspell\.json|setup\.cfg|Dockerfile/.test(name)),
        ".dockerignore",
      ]),
    );
    const second = await init(box);
    expect(second.stderr).not.toMatch(/\b(?:write|extend|change|todo|stage) /);
    expect(contents(box)).toEqual(after);
  });

  it("writes no key into one file of codespell's that takes the place of another file's", async () => {
    const text = "[codespell]\ncount =\n";
    const box = repo({ "setup.cfg": "[codespell]\nskip = *.po\n", ".codespellrc": text, "a.po": "teh\n" });
    expect((await init(box)).stderr).toContain("write it as `skip = *.po,prime`");
    expect(fs.readFileSync(box.path(".codespellrc"), "utf8")).toBe(text);
    box.file("setup.cfg", "[codespell]\nskip = *.po,prime\n");
    expect(tool(box, "codespell")).toEqual({ status: 0, said: expect.anything() });
  });

  it.each([
    ["^docs/", "exclude: ^docs/|^prime$"],
    ["'^docs/' # why", "exclude: '^docs/|^prime$'"],
    ['"^docs/"', 'exclude: "^docs/|^prime$"'],
    ['"^a\\\\.b/"', 'exclude: "^a\\\\.b/|^prime$"'],
    ["^(docs|ext)/  # two", "exclude: ^(docs|ext)/|^prime$"],
    [">-\n  ^docs/", "exclude: '^docs/|^prime$'"],
    ["|\n    (?x)^(\n        docs/.*|\n        ext/.*  # not ours\n    )$\n", "    |^prime$"],
    ["|\n  (?x)\n  ^docs/  # the last words\n\n", "  |^prime$"],
  ])("tells the line that is right beside `exclude: %s`", async (value, line) => {
    const text = `exclude: ${value}\n${LARGE}`;
    const box = repo({ ".pre-commit-config.yaml": text, "docs/teh.md": "teh\n" });
    fs.copyFileSync(LAUNCHER, box.launcher);
    box.git("add", "--all");
    expect(tool(box, "pre-commit", "run", "--all-files")).toMatchObject({ status: 1 });
    const { stderr } = await init(box);
    expect(fs.readFileSync(box.path(".pre-commit-config.yaml"), "utf8")).toBe(text);
    expect(stderr).toContain(`\`${line}\``);
    // What it says is done by the letter.
    const lines = text.split("\n");
    const after = /behind its line (\d+)/.exec(stderr)?.[1];
    const [, from, to = from] = /write its lines? (\d+)(?: to (\d+))? as/.exec(stderr) ?? [];
    if (after === undefined) lines.splice(Number(from) - 1, Number(to) - Number(from) + 1, line);
    else lines.splice(Number(after), 0, line);
    box.file(".pre-commit-config.yaml", lines.join("\n"));
    box.git("add", "--all");
    expect(tool(box, "pre-commit", "run", "--all-files")).toEqual({ status: 0, said: expect.anything() });
    expect((await init(box)).stderr).toContain("its `exclude` leaves the launcher out");
  });

  it("knows of hooks that leave the launcher out already", async () => {
    for (const head of [
      "exclude: ^(docs/|prime)\n",
      "exclude: (?x)^(docs|prime)$\n",
      "files: ^src/\n",
      "exclude: '(?i)PRIME'\n",
    ]) {
      const box = repo({ ".pre-commit-config.yaml": head + LARGE });
      expect((await init(box)).stderr).toMatch(/keep +\.pre-commit-config\.yaml: its `(?:exclude|files)` leaves/);
    }
  });

  it("shows nothing of a configuration's that moves a terminal's cursor", async () => {
    const box = repo({ ".pre-commit-config.yaml": "exclude: ^do\u001b[2Jcs/\nrepos: []\n" });
    expect((await init(box, "--dry-run")).stdout).toContain("`exclude: ^docs/|^prime$`");
    expect((await init(box)).stderr).toContain("`exclude: ^docs/|^prime$`");
  });

  it("speaks of the launcher by its place where the repo has it in a folder", async () => {
    const box = repo({
      ".pre-commit-config.yaml": LARGE,
      "my.app/pyproject.toml": '[project]\nname = "x"\nversion = "1"\n',
    });
    const { code, stderr } = await init(box, "my.app");
    expect([code, stderr]).toEqual([0, expect.stringContaining("`exclude: ^my\\.app/prime$`")]);
    box.git("add", "--all");
    expect(tool(box, "pre-commit", "run", "--all-files")).toEqual({ status: 0, said: expect.anything() });
    expect(fs.existsSync(path.join(box.root, "my.app/prime"))).toBe(true);
  });

  it("tells a Dockerfile at the top of a larger repo of a launcher in a folder", async () => {
    const box = repo({ Dockerfile: "FROM scratch\n", ".dockerignore": "*\n!my app/*.py\n", "my app/a.py": "" });
    await init(box, "my app");
    expect(fs.readFileSync(box.path(".dockerignore"), "utf8")).toBe("*\n!my app/*.py\n!my app/prime\n");
    fs.writeFileSync(box.path(".dockerignore"), "");
    expect((await init(box, "my app")).stderr).toMatch(/^extend +\.dockerignore: my app\/\.prime, my app\/\.venv: /m);
  });

  it.each([
    [["Dockerfile"], [".dockerignore"]],
    [["Containerfile"], [".dockerignore"]],
    [["api.Dockerfile", ".containerignore"], [".containerignore"]],
    [
      ["Dockerfile.dev", "Dockerfile.dev.dockerignore"],
      [".dockerignore", "Dockerfile.dev.dockerignore"],
    ],
    [["compose.yaml"], [".dockerignore"]],
    [["Makefile"], []],
  ])("beside %j writes %j", async (names, written) => {
    const box = repo(Object.fromEntries(names.map((name) => [name, "services:\n  a:\n    build: .\n"])));
    await init(box);
    const now = fs.readdirSync(box.root).filter((name) => /ignore$/.test(name) && name !== ".gitignore");
    expect(now).toEqual(written);
    for (const name of written) expect(fs.readFileSync(box.path(name), "utf8")).toMatch(/^\.prime\n\.venv\n$/m);
  });

  it.each([
    ["", ".prime\n.venv\n"],
    ["**/.venv\n.prime/\n", "**/.venv\n.prime/\n"],
    ["*\n!src\n", "*\n!src\n!prime\n"],
    ["/.venv/\r\nbuild", "/.venv/\r\nbuild\r\n.prime\r\n"],
    [".*\n", ".*\n"],
    ["**\n!**/*.py\n", "**\n!**/*.py\n!prime\n"],
    [".prime\n.venv\n!.venv\n", ".prime\n.venv\n!.venv\n.venv\n"],
  ])("completes the .dockerignore %j", async (before, after) => {
    const box = repo({ ".dockerignore": before });
    await init(box);
    expect(fs.readFileSync(box.path(".dockerignore"), "utf8")).toBe(after);
  });
});
