import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { edit, good, repo } from "../../support/repos.ts";
import { describeEachShell, LONG_AGO, type Sandbox } from "../../support/sandbox.ts";
import { pathWithoutNode } from "../../support/warm.ts";

const SHOW = "import os, sys; print(os.getcwd(), os.environ.get('A'), sys.argv[1:])";
const FILES = {
  "pyproject.toml": `[project]
name = "app"
version = "1"
[dependency-groups]
docs = ["pluggy"]
[tool.poe.tasks]
lint = "ruff check"
_hidden = "no"
[tool.rye.scripts]
types = "mypy"
[tool.hatch.envs.test.scripts]
cov = "pytest --cov"
[tool.taskipy.tasks]
fmt = "ruff format"
`,
  "prime.toml": `env = { A = "all" }
[tasks]
words = "python show.py a=b"
line = '''python show.py "$A" | cat -u'''
places = 'python show.py "$2" "$1"'
several = ["echo one", "python show.py"]
stops = ["echo one", "(exit 7)", "echo two"]
table = { run = "python show.py", env = { A = "it's $A" }, cwd = "docs/de", about = "shows" }
docs = { run = "python -c 'import pluggy, sys; print(sys.argv[1:])'", groups = ["docs"] }
"a.b:c-d" = "python -c 0"
gone = { run = "true", cwd = "gone" }
`,
  "show.py": SHOW,
  "docs/de/show.py": SHOW,
  Makefile: "define A\ntry:\n\timport x\nendef\nall: x\n\techo\nx y: all\nA := b\n.PHONY: all\n%.o: %.c\nz:: x\n",
  justfile: 'set shell := ["sh"]\nA := "b:c"\ndefault: fmt\n  echo a: b\n@greet name="World": default\n  echo\n_own:\n',
  "noxfile.py":
    "@nox.session(python=['3.12'])\ndef tests(session):\n  pass\n@session(\n  name='lint-all',\n)\ndef lint(s): ...\n",
  "tasks.py":
    "@task\ndef up(c): ...\n@task(help={'a': 'b'})\ndef build_docs(c): ...\n@task(name='go')\ndef run(c): ...\n",
  "hatch.toml": '[envs.docs.scripts]\nserve = "mkdocs serve"\n',
  "pixi.toml": '[tasks]\nsolve = "python -V"\n',
  "tox.toml": "[env.typing]\n",
  "poe_tasks.toml": "[tasks]\ntorn =",
  "tox.ini": "[tox]\nenvlist = py312\n[testenv]\n[testenv:docs-html]\n[testenv:{a,b}-c]\n",
} as const;

const made = (): Sandbox => repo(FILES);
const ARGS = ["a b", "", "it's\n$x", "--group", "-q"];
const LIST = `['a b', '', "it's\\n$x", '--group', '-q']`;

/** What each says with ARGS. */
const SAYS: Readonly<Record<string, (root: string) => string>> = {
  words: (root) => `${root} all ['a=b', ${LIST.slice(1)}\n`,
  places: (root) => `${root} all ['', 'a b']\n`,
  several: (root) => `one\n${root} all ${LIST}\n`,
  table: (root) => `${root}/docs/de it's $A ${LIST}\n`,
  docs: () => `${LIST}\n`,
  "a.b:c-d": () => "",
};

describeEachShell("a task", ({ words: shell }) => {
  it.each(Object.entries(SAYS))("%s starts cold and warm alike, from any folder", async (name, says) => {
    const box = made();
    const expected = { code: 0, stdout: says(box.root) };
    for (const env of [{}, {}, { PATH: pathWithoutNode(box) }]) {
      const options = { shell, env, cwd: box.path("docs") };
      expect(await box.run([name, ...ARGS], options)).toMatchObject(expected);
    }
    fs.utimesSync(box.path("pyproject.toml"), LONG_AGO + 1, LONG_AGO + 1);
    expect(await box.run([name, ...ARGS], { shell })).toMatchObject(expected);
    expect(await box.run([name, ...ARGS], { shell, env: { PATH: pathWithoutNode(box) } })).toMatchObject(expected);
  });

  it("ends as its last line does, and a list at the first that fails", async () => {
    const box = made();
    await good(box);
    for (const env of [{}, { PATH: pathWithoutNode(box) }]) {
      expect(await box.run(["stops"], { shell, env })).toMatchObject({ code: 7, stdout: "one\n" });
    }
    expect((await box.run(["line"], { shell })).stdout).toBe(`${box.root} all ['all']\n`);
  });
});

describe("tasks", () => {
  it("follow prime.toml, and build nothing anew", async () => {
    const box = made();
    await good(box);
    edit(box, "prime.toml", '[tasks]\nwords = "echo other"\n');
    const { stdout, stderr } = await good(box, ["words", "x"]);
    expect(stdout).toBe("other x\n");
    expect(stderr).not.toContain("validate");
    expect((await box.run(["docs"])).stderr).toContain("unknown command 'docs'");
  });

  it("are listed, with those of other tools, which are not run", async () => {
    const box = made();
    const { stdout } = await good(box, ["tasks"]);
    expect(stdout).toContain("table    shows (in docs/de)\n");
    expect(stdout).toContain("several  echo one; python show.py\n");
    expect(stdout).toContain("also here: [tool.poe.tasks]: lint (./prime run poe NAME)\n");
    expect(stdout).toContain("also here: [tool.rye.scripts]: types (./prime run rye run NAME)\n");
    expect(stdout).toContain("also here: [tool.hatch.envs.test.scripts]: cov (./prime run hatch run test:NAME)\n");
    expect(stdout).toContain("also here: Makefile: all, x, y, z (./prime run make NAME)\n");
    expect(stdout).toContain("also here: [tool.taskipy.tasks]: fmt (./prime run task NAME)\n");
    expect(stdout).toContain("also here: justfile: default, greet (./prime run just NAME)\n");
    expect(stdout).toContain("also here: noxfile.py: tests, lint-all (./prime run nox -s NAME)\n");
    expect(stdout).toContain("also here: tasks.py: up, build-docs, go (./prime run invoke NAME)\n");
    expect(stdout).toContain("also here: tox.ini: docs-html (./prime run tox -e NAME)\n");
    expect(stdout).toContain("also here: [envs.docs.scripts] of hatch.toml: serve (./prime run hatch run docs:NAME)\n");
    expect(stdout).toContain("also here: [tasks] of pixi.toml: solve (./prime run pixi run NAME)\n");
    expect(stdout).toContain("also here: [env] of tox.toml: typing (./prime run tox -e NAME)\n");
    const { tasks, others } = JSON.parse((await good(box, ["tasks", "--json"])).stdout);
    expect(tasks.map(({ name }: { name: string }) => name)).toContain("a.b:c-d");
    expect(others).toHaveLength(12);
    expect(fs.existsSync(box.path(".prime"))).toBe(false);
    expect((await good(repo({}), ["tasks"])).stdout).toMatch(/^no tasks: /);
  });

  it.each(["run", "status", "upgrade", "help"])("can't be named %s, which is prime's own", async (name) => {
    const box = repo({ "prime.toml": `[tasks]\n${name} = "true"\n` });
    const { code, stderr } = await box.run(["run", "true"]);
    expect([code, stderr]).toEqual([
      125,
      expect.stringContaining(`the name in \`tasks.${name}\` must be one that is no command`),
    ]);
    expect(stderr).toContain("prime.toml:2");
  });

  it("are refused by name where they are wrong", async () => {
    const box = made();
    await good(box);
    const { code, stderr } = await box.run(["gone"]);
    expect([code, stderr]).toEqual([125, expect.stringContaining("could not run the task gone: there is no folder")]);
    for (const [text, words] of [
      ['x = ""', "a command line that is not empty"],
      ["x = 3", "a command line, a list of command lines, or a table"],
      ['x = { rum = "a" }', "rum"],
      ['x = { run = "a", cwd = "../y" }', "inside it"],
      ['"x y" = "a"', "a name of letters"],
    ] as const) {
      edit(box, "prime.toml", `[tasks]\n${text}\n`);
      expect((await box.run(["x"])).stderr).toContain(words);
    }
  });

  it("say what a task's command lacks, as `run` does", async () => {
    const box = repo({ "prime.toml": '[tasks]\nup = "pip install x"\nno = "no-such-command a"\n' });
    expect((await box.run(["up"])).code).toBe(127);
    expect((await box.run(["no"])).stderr).toContain("could not run no-such-command");
    expect((await box.run(["on"])).stderr).toContain("did you mean `no`?");
  });
});
