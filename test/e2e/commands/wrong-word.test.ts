import * as fs from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { failure } from "../../support/failures.ts";
import { good, packageFiles, repo } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";

const FILES = {
  ...packageFiles(".", "app", '[dependency-groups]\ndocs = ["mkdocs"]\n'),
  "s.py": "print('it ran')\n",
  "sub/notes.txt": "",
  "packages/a/pyproject.toml": '[project]\nname = "a"\nversion = "1"\n',
  "tool/__main__.py": "print('it ran')\n",
};

let box: Sandbox;
beforeAll(async () => {
  box = repo(FILES);
  box.file("t.sh", "#!/bin/sh\necho it ran\n", { mode: 0o755 });
  box.file("plain.sh", "echo it ran\n");
  await good(box);
});

/** The command line that a hint names, started. */
async function followed(hint: string): Promise<string> {
  const [, line = ""] = /\.\/prime (.+?)(?: …)?$/m.exec(hint) ?? [];
  return (await good(box, line.split(" "))).stdout;
}

describe("a word that is no command, but", () => {
  it.each([
    [["s.py"], "./s.py is here: ./prime ./s.py …"],
    [["t.sh"], "./t.sh is here: ./prime run ./t.sh …"],
    [["plain.sh"], "./plain.sh is here: ./prime run sh ./plain.sh …"],
    [["tool"], "./tool is a folder that Python can run: ./prime run python ./tool …"],
  ])("%j here: the line that starts it, which does", async (args, line) => {
    const said = failure(await box.run(args), "usage", 2);
    expect(said).toContain(line);
    expect(await followed(line)).toBe("it ran\n");
  });

  it.each([
    [["add", "six"], "./prime uv add six"],
    [["install", "six"], "./prime uv add six"],
    [["install"], "./prime alone makes the environment"],
    [["sync"], "./prime alone makes the environment"],
    [["remove", "six"], "./prime uv remove six"],
    [["list"], "./prime uv pip list"],
    [["update"], "./prime upgrade"],
    [["update", "six"], "./prime upgrade --packages six"],
    [["test"], "./prime run pytest"],
    [["pytest", "-x"], "./prime run pytest …"],
    [["python", "-c", "1"], "./prime run python …"],
    [["mkdocs"], "./prime run mkdocs …"],
    [["sub"], "./sub is a folder"],
  ])("%j is one of another tool's: the line that does it here", async (args, line) => {
    expect(failure(await box.run(args), "usage", 2)).toContain(line);
  });

  it("the way of this kind of repo: a requirement file is written to, packages move by an upgrade", async () => {
    const plain = repo({ "requirements.txt": "six\n" });
    expect(failure(await plain.run(["add", "rich"]), "usage", 2)).toContain("write rich into requirements.txt");
    const locked = repo({ "pyproject.toml": FILES["packages/a/pyproject.toml"], "uv.lock": "version = 1\n" });
    const said = failure(await locked.run(["upgrade", "six"]), "usage", 2);
    expect(said).toContain("./prime upgrade --packages six");
  });

  it("a name that is nothing here is no way to anything", async () => {
    const said = failure(await box.run(["no-such-thing"]), "usage", 2);
    expect(said).toContain("next: see ./prime --help");
  });

  it.each([
    ["app lst", "could not do `./prime app lst`: there is no such command; did you mean `list`?", "app --help"],
    ["channel", "could not do `./prime channel`: a word is missing: init, publish, ", "channel --help"],
    ["python install", "missing required argument 'request'", "python install --help"],
    ["python lst", "did you mean `list`?", "run python …"],
  ])("%s: what there is below a command of commands, and its own help", async (words, why, next) => {
    const said = failure(await box.run(words.split(" ")), "usage", 2);
    expect(said).toMatch(/^prime: error: .*\n {2}next: .*\n {2}id: usage\n$/);
    expect(said).toContain(why);
    expect(said).toContain(next);
  });

  it("help is --help, of a command as well", async () => {
    expect((await good(box, ["help"])).stdout).toBe((await good(box, ["--help"])).stdout);
    expect((await good(box, ["help", "run"])).stdout).toBe((await good(box, ["run", "--help"])).stdout);
  });
});

describe("a path", () => {
  it.each([["sub/"], ["./sub"]])("%s that is a folder is named one", async (word) => {
    expect(failure(await box.run([word]), "command-not-found", 127)).toContain(`${word} is a folder`);
    expect(failure(await box.run(["run", word]), "command-not-found", 127)).toContain(`${word} is a folder`);
  });

  it("that holds a project: how to start in it", async () => {
    const said = failure(await box.run(["packages/a"]), "command-not-found", 127);
    expect(said).toContain("packages/a is a folder with a project of its own: ./prime --root packages/a");
  });
});

describe("run", () => {
  it.each([
    ["t.sh", "./t.sh is here: ./prime run ./t.sh …"],
    ["s.py", "./s.py is here: ./prime ./s.py …"],
  ])("%s, which is here and not on PATH", async (word, line) => {
    const said = failure(await box.run(["run", word]), "command-not-found", 127);
    expect(said).toContain(line);
    expect(said).not.toContain("uv add");
    expect(await followed(line)).toBe("it ran\n");
  });

  it("with a flag of prime's behind it: where flags stand, before anything is built", async () => {
    const fresh = repo(FILES);
    for (const flag of ["-v", "-q"]) {
      const said = failure(await fresh.run(["run", flag, "pytest"]), "usage", 2);
      expect(said).toContain("flags of prime's stand in front: ./prime -v run CMD …");
    }
    expect(fs.existsSync(fresh.path(".prime"))).toBe(false);
    expect(failure(await fresh.run(["status", "-v"]), "usage", 2)).toContain("-v stands in front of the command");
  });

  it("a misspelled command: the one that the repo declares, with its group", async () => {
    const said = failure(await box.run(["run", "mkdcos"]), "command-not-found", 127);
    expect(said).toContain("did you mean `mkdocs`? the group `docs` has it: ./prime --group docs run mkdocs …");
    expect(said).not.toContain("uv add");
  });
});
