import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Activation, activated } from "../../../src/shells/activation.ts";
import { interactiveShell } from "../../../src/shells/interactive.ts";
import { goodPython, program } from "../../support/machine.ts";

const PERSON = path.join(import.meta.dirname, "../../fixtures/terminal.py");

let folder: string;
let home: string;
let activation: Activation;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "interactive-")));
  home = path.join(folder, "home");
  const generation = path.join(folder, "it's $one");
  mkdirSync(path.join(generation, "bin"), { recursive: true });
  mkdirSync(home);
  activation = { generation, prompt: "my-app", variables: { FROM_CONFIG: "'q' $x" }, hidden: [] };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Visit {
  readonly shown: string;
  readonly code: number | null;
  readonly missing: string | null;
}

/** The environment that a program gets which is started at the shell's prompt, and how the visit ended. */
function visit(shell: string, extra: Record<string, string> = {}): { seen: Record<string, string>; end: Visit } {
  const env = { HOME: home, PATH: "/usr/bin:/bin", TERM: "dumb", LC_ALL: "C.UTF-8", PYTHONHOME: "/nowhere", ...extra };
  const start = interactiveShell({ shell, activation, env, folder: path.join(folder, "state"), isTerminal: true });
  for (const file of start.files) {
    mkdirSync(path.dirname(file.path), { recursive: true, mode: 0o700 });
    writeFileSync(file.path, file.text);
  }
  const result = path.join(folder, "result.json");
  writeFileSync(
    path.join(folder, "see"),
    `#!${process.execPath}\nrequire("node:fs").writeFileSync(${JSON.stringify(result)}, JSON.stringify(process.env))`,
    { mode: 0o755 },
  );
  // What is typed is echoed: the word to wait for is put together by the shell.
  const steps = [
    ["expect", "(my-app) "],
    ["send", `"${folder}/see"; printf 'se%s\\n' en\n`],
    ["expect", "seen\r\n"],
    ["send", "exit 7\n"],
  ];
  const command = [PERSON, JSON.stringify(steps), start.file, ...start.args];
  const own = { ...activated(activation, env), ...start.variables };
  const outcome = spawnSync(goodPython(), command, { env: own, cwd: home, encoding: "utf8" });
  expect(outcome.stderr).toBe("");
  const end: Visit = JSON.parse(outcome.stdout);
  expect(end).toMatchObject({ missing: null });
  return { seen: JSON.parse(readFileSync(result, "utf8")), end };
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
  writeFileSync(path.join(home, file), text);
}

const LEFTOVERS = /^_PRIME|^prime_|^PRIME_/;

const SHELLS = [
  { name: "bash", rc: ".bashrc", env: {} },
  { name: "zsh", rc: ".zshrc", env: {} },
  { name: "dash", rc: ".own rc", env: { ENV: "$HOME/.own rc" } },
  { name: "ksh", rc: ".kshrc", env: {} },
  { name: "ksh", rc: ".own", env: { ENV: "$HOME/.own" } },
  { name: "mksh", rc: ".mkshrc", env: {} },
] as const;

describe.each(SHELLS)("$name with $rc", ({ name, rc, env }) => {
  test("the environment is active behind the user's own file, and the status is the shell's", () => {
    write(rc, 'export PATH="/users/own:/usr/bin:/bin" MINE=read PYTHONHOME=/again\nPS1="mine> "\n');
    const { seen, end } = visit(program(name), env);
    expect(seen).toMatchObject({
      MINE: "read",
      PATH: `${activation.generation}/bin:/users/own:/usr/bin:/bin`,
      VIRTUAL_ENV: activation.generation,
      VIRTUAL_ENV_PROMPT: "my-app",
      FROM_CONFIG: "'q' $x",
    });
    expect(seen).not.toHaveProperty("PYTHONHOME");
    expect(Object.keys(seen).filter((key) => LEFTOVERS.test(key))).toEqual([]);
    expect(seen.ENV).toBe((env as Record<string, string>).ENV);
    expect(seen.ZDOTDIR).toBeUndefined();
    expect(end.shown).toContain("(my-app) mine> ");
    expect(end.shown).not.toContain("(my-app) (my-app)");
    expect(end.code).toBe(7);
  });

  test("without any file of the user's", () => {
    const { seen, end } = visit(program(name));
    expect(seen.PATH).toBe(`${activation.generation}/bin:/usr/bin:/bin`);
    expect(end.code).toBe(7);
  });
});

describe("bash", () => {
  test("history is the user's", () => {
    visit(program("bash"));
    expect(readFileSync(path.join(home, ".bash_history"), "utf8")).toMatch(/exit 7\n$/);
  });

  test("a path of another environment goes, the rest stays", () => {
    write(".bashrc", 'PATH="/other/bin:$PATH"\n');
    const { seen } = visit(program("bash"), { PATH: "/other/bin:/usr/bin:/bin", VIRTUAL_ENV: "/other" });
    // What the user's file puts in front of PATH once more is the user's wish.
    expect(seen.PATH).toBe(`${activation.generation}/bin:/other/bin:/usr/bin:/bin`);
  });
});

describe("zsh", () => {
  test("a ZDOTDIR of the user's environment is used and kept", () => {
    const own = path.join(home, "own dir");
    write("own dir/.zshenv", "export ENV_READ=1\n");
    write("own dir/.zshrc", "export RC_READ=$ZDOTDIR HISTFILE=$ZDOTDIR/history SAVEHIST=10\n");
    const { seen } = visit(program("zsh"), { ZDOTDIR: own });
    expect(seen).toMatchObject({ ENV_READ: "1", RC_READ: own, ZDOTDIR: own });
    expect(readFileSync(path.join(own, "history"), "utf8")).toContain("exit 7\n");
  });

  test("a ZDOTDIR that the user's .zshenv sets is used and kept", () => {
    write(".zshenv", "ZDOTDIR=$HOME/set\n");
    write("set/.zshrc", "export RC_READ=$ZDOTDIR; setopt rcquotes ksharrays nounset promptsubst\n");
    const { seen } = visit(program("zsh"));
    expect(seen.RC_READ).toBe(path.join(home, "set"));
    expect(seen.ZDOTDIR).toBeUndefined();
    expect(seen.PATH).toBe(`${activation.generation}/bin:/usr/bin:/bin`);
  });
});

describe("fish", () => {
  test("the environment is active behind the user's own file, and the status is the shell's", () => {
    write(
      ".config/fish/config.fish",
      "set -gx PATH /users/own /usr/bin /bin\nset -gx MINE read\nset -g fish_greeting\nfunction fish_prompt; echo -n $status'mine> '; end\n",
    );
    const { seen, end } = visit(program("fish"));
    expect(seen).toMatchObject({
      MINE: "read",
      PATH: `${activation.generation}/bin:/users/own:/usr/bin:/bin`,
      VIRTUAL_ENV: activation.generation,
      VIRTUAL_ENV_PROMPT: "my-app",
      FROM_CONFIG: "'q' $x",
    });
    expect(seen).not.toHaveProperty("PYTHONHOME");
    expect(end.shown).toContain("(my-app) 0mine> ");
    expect(end.code).toBe(7);
  });
});

test("a shell that prime does not know is started as it is, and said so", () => {
  const start = interactiveShell({ shell: "/opt/xonsh", activation, env: {}, folder, isTerminal: true });
  expect(start).toMatchObject({ file: "/opt/xonsh", args: [], files: [], variables: {} });
  expect(start.note).toMatch(/^prime does not know the shell xonsh/);
});

test("a shell without a terminal is started as it is", () => {
  const start = interactiveShell({ shell: "/bin/zsh", activation, env: {}, folder, isTerminal: false });
  expect(start).toEqual({ file: "/bin/zsh", args: [], files: [], variables: {}, note: undefined });
});

test("a name with what shells expand is made plain for the prompt", () => {
  const odd = { ...activation, prompt: "a$(id)`b`%n\\u!é" };
  const { variables } = interactiveShell({ shell: "/bin/sh", activation: odd, env: {}, folder, isTerminal: true });
  expect(variables._PRIME_ACTIVATE).toContain("PS1='(a__id__b__n_u_é) '");
});

test("a shell is known by its name, whatever it leads to", () => {
  symlinkSync("/bin/sh", path.join(folder, "sh"));
  const start = interactiveShell({ shell: path.join(folder, "sh"), activation, env: {}, folder, isTerminal: true });
  expect(start.variables.ENV).toBe(path.join(folder, "shrc"));
});
