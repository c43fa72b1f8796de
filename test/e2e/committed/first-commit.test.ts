import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { checkers } from "../../support/checkers.ts";
import { LAUNCHER, type Sandbox, sandbox } from "../../support/sandbox.ts";

/** What ordinary repos run on each commit, by programs that are there already. */
const HOOKS = [
  "check-added-large-files --maxkb=400",
  "check-executables-have-shebangs",
  "codespell",
  "detect-secrets-hook --no-verify",
  "end-of-file-fixer",
  "shellcheck",
  "trailing-whitespace-fixer",
  "typos --force-exclude",
];

const OF_SCRIPTS = ["shellcheck", "check-executables-have-shebangs"];

/** A pre-commit configuration with these hooks: YAML, without its outermost keys. */
const REPOS = `repos:
  - repo: local
    hooks:
${HOOKS.map((entry) => `      - {id: ${entry.split(" ")[0]}, name: x, language: system, entry: ${entry}${OF_SCRIPTS.includes(entry) ? ", types: [shell, executable]" : ""}}\n`).join("")}`;

/** Enough where it is the words that count: this hook refuses the launcher. */
const LARGE = `repos:
  - repo: local
    hooks: [{id: large, name: x, language: system, entry: check-added-large-files --enforce-all --maxkb=400}]
`;

const PREK = `# prek's own

[[repos]]
repo = "local"
hooks = [
${HOOKS.map((entry) => `  { id = "${entry.split(" ")[0]}", name = "x", language = "system", entry = "${entry}", types = ["shell"] },\n`).join("")}]
`;

function repo(files: Readonly<Record<string, string>>): Sandbox {
  const box = sandbox({ git: true });
  fs.rmSync(box.launcher);
  box.file("README.md", "# A repo\n");
  for (const [name, text] of Object.entries(files)) box.file(name, text);
  box.git("add", "--all");
  box.git("commit", "--quiet", "--message", "Begin");
  return box;
}

function tool(box: Sandbox, name: string, ...args: string[]) {
  const env = { ...box.env, PATH: `${checkers()}:${box.env.PATH}`, GIT_CONFIG_GLOBAL: "/dev/null" };
  const { status, stdout, stderr } = spawnSync(name, args, { cwd: box.root, env, encoding: "utf8" });
  return { status, said: stdout + stderr };
}

const init = (box: Sandbox, ...args: string[]) => box.run(["init", ...args], { launcher: LAUNCHER });

/** Commits all that there is, through the hooks that were installed. */
function commit(box: Sandbox) {
  tool(box, "git", "add", "--all");
  return tool(box, "git", "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-m", "Add prime");
}

/** Every file of the work tree but git's own, with its contents. */
function contents(box: Sandbox): Record<string, string> {
  const names = fs.readdirSync(box.root, { recursive: true }) as string[];
  const files = names.filter((name) => !/^\.git(?:\/|$)/.test(name) && fs.statSync(box.path(name)).isFile());
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(box.path(name), "latin1")]));
}

describe("the first commit of prime", () => {
  it.each([
    ["pre-commit", { ".pre-commit-config.yaml": `# our hooks\n---\n# before repos\n${REPOS}` }],
    ["prek", { ".pre-commit-config.yaml": REPOS }],
    ["prek", { "prek.toml": PREK }],
  ] as const)("passes the hooks of %s, once init has seen their configuration", async (name, files) => {
    const box = repo(files);
    const [file, before] = Object.entries(files)[0] as [string, string];
    expect(tool(box, name, "install")).toMatchObject({ status: 0 });

    fs.copyFileSync(LAUNCHER, box.launcher); // by hand
    fs.chmodSync(box.launcher, 0o755);
    const byHand = commit(box);
    expect(byHand).toMatchObject({ status: 1, said: expect.stringContaining("check-added-large-files") });
    box.git("reset", "--quiet");

    expect(await init(box)).toMatchObject({ code: 0 });
    const after = fs.readFileSync(box.path(file), "utf8");
    expect(after.split("\n").filter((line) => !before.split("\n").includes(line))).toEqual([
      file === "prek.toml" ? "exclude = '^prime$'" : "exclude: ^prime$",
    ]);
    expect(commit(box)).toEqual({ status: 0, said: expect.anything() });
    expect(tool(box, name, "run", "--all-files")).toMatchObject({ status: 0 });
  });

  it("passes the hooks of lefthook", async () => {
    const jobs = `pre-commit: # all of it
  jobs:
    - run: check-added-large-files --maxkb=400 {staged_files}
    - run: codespell {staged_files}
`;
    const box = repo({ "lefthook.yml": jobs });
    expect(tool(box, "lefthook", "install")).toMatchObject({ status: 0 });
    fs.copyFileSync(LAUNCHER, box.launcher);
    fs.chmodSync(box.launcher, 0o755);
    expect(commit(box)).toMatchObject({ status: 1 });
    expect(await init(box)).toMatchObject({ code: 0 });
    expect(fs.readFileSync(box.path("lefthook.yml"), "utf8")).toBe(jobs.replace("\n", '\n  exclude: ["prime"]\n'));
    expect(commit(box)).toEqual({ status: 0, said: expect.anything() });
  });

  it("passes spell checkers that are run without hooks", async () => {
    const box = repo({
      "pyproject.toml":
        '[project]\nname = "x"\nversion = "1"\n\n[tool.codespell] # words\nignore-words-list = "te"\n\n[tool.typos.default]\n',
    });
    fs.copyFileSync(LAUNCHER, box.launcher);
    for (const name of ["codespell", "typos"]) expect(tool(box, name).status).not.toBe(0);
    expect(await init(box)).toMatchObject({ code: 0 });
    expect(fs.readFileSync(box.path("pyproject.toml"), "utf8")).toBe(
      '[project]\nname = "x"\nversion = "1"\n\n[tool.codespell] # words\nskip = "prime"\nignore-words-list = "te"\n\n[tool.typos.default]\n\n[tool.typos.files]\nextend-exclude = ["/prime"]\n',
    );
    for (const name of ["codespell", "typos"]) expect([name, tool(box, name)]).toEqual([name, { status: 0, said: "" }]);
    expect(tool(box, "codespell", "prime")).toEqual({ status: 0, said: "" });
  });

  it("is of an executable file, also where git takes no notice of the bit", async () => {
    const box = repo({});
    box.git("config", "core.fileMode", "false");
    const dry = await init(box, "--dry-run");
    expect(dry.stdout).toContain("stage   prime: executable in git's index, as core.fileMode is false");
    expect(box.git("status", "--porcelain")).toBe("");
    const { code, stderr } = await init(box);
    expect([code, stderr]).toEqual([0, expect.stringContaining("stage   prime: ")]);
    box.git("add", "--all");
    box.git("commit", "--quiet", "--message", "Add prime");
    expect(box.git("ls-tree", "HEAD", "prime")).toMatch(/^100755 /);
    expect((await init(box)).stderr).not.toContain("stage");
    box.git("update-index", "--chmod=-x", "prime");
    expect((await init(box)).stderr).toContain("stage");
    expect(box.git("ls-files", "--stage", "prime")).toMatch(/^100755 /);
    fs.writeFileSync(box.path(".git/index.lock"), "");
    box.git("config", "core.fileMode", "true");
    expect((await init(box)).stderr).not.toContain("stage");
  });

  it("says what to type where git's index can't be written", async () => {
    const box = repo({});
    box.git("config", "core.fileMode", "false");
    fs.writeFileSync(box.path(".git/index.lock"), "");
    const { code, stderr } = await init(box);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/index\.lock.*: start `git add --chmod=\+x prime` in /)]);
    fs.rmSync(box.path(".git/index.lock"));
    box.git("add", "--chmod=+x", "prime");
    expect(box.git("ls-files", "--stage", "prime")).toMatch(/^100755 /);
  });

  it("takes what a broad .gitignore leaves out", async () => {
    const box = repo({ ".gitignore": "/*\n!/README.md\n!/.gitignore\n" });
    expect(await init(box)).toMatchObject({ code: 0 });
    box.git("add", "--all");
    expect(box.git("diff", "--cached", "--name-only").split("\n")).toEqual([
      ".gitattributes",
      ".gitignore",
      "prime",
      "prime.toml",
      "",
    ]);
  });
});

describe("init", () => {
  const ALL: Readonly<Record<string, string>> = {
    ".pre-commit-config.yaml": REPOS,
    "prek.toml": PREK,
    "lefthook.yml": "pre-commit:\n  commands:\n    a:\n      run: true\n",
    ".editorconfig": "root = true\n\n[*]\nindent_size = 4",
    "setup.cfg": "[metadata]\nname = x\n[codespell]\nignore-words-list = te\n[check-manifest]\n",
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
        ...Object.keys(ALL).filter((name) => !/cspell\.json|Dockerfile/.test(name)),
        ".dockerignore",
      ]),
    );
    const second = await init(box);
    expect(second.stderr).not.toMatch(/\b(?:write|extend|change|todo|stage) /);
    expect(contents(box)).toEqual(after);
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

  it.each([
    ["", ".prime\n.venv\n"],
    ["**/.venv\n.prime/\n", "**/.venv\n.prime/\n"],
    ["*\n!src\n", "*\n!src\n!prime\n"],
    ["/.venv/\r\nbuild", "/.venv/\r\nbuild\r\n.prime\r\n"],
    [".*\n", ".*\n"],
    ["**\n!**/*.py\n", "**\n!**/*.py\n!prime\n"],
    [".prime\n.venv\n!.venv\n", ".prime\n.venv\n!.venv\n.venv\n"],
  ])("completes the .dockerignore %j beside a Dockerfile", async (before, after) => {
    const box = repo({ Dockerfile: "FROM scratch\n", ".dockerignore": before });
    await init(box);
    expect(fs.readFileSync(box.path(".dockerignore"), "utf8")).toBe(after);
  });
});
