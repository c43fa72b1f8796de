import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { Command, Option } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeCommandLine } from "../../../src/cli/completion/command-line.ts";
import { COMPLETED_SHELLS, completionScript } from "../../../src/cli/completion/script.ts";
import { goodPython, program as machineProgram } from "../../support/machine.ts";

const PERSON = path.join(import.meta.dirname, "../../fixtures/terminal.py");

const program = new Command("prime");
program
  .option("-q, --quiet", "say nothing but what's [needed]: warnings")
  .option("--root <dir>", "the repo to work on")
  .option("--group <group>", "install this group")
  .option("-c <string>", "run a string");
program.command("run").description("run a command").argument("<cmd...>");
program.command("rollback [id]").description("show another");
program.command("reboot").description("build the user's environment: anew");
program
  .command("env")
  .description("print what to set")
  .addOption(new Option("--shell <name>").choices(["bash", "zsh", "csh"]));
program.command("init [dir]").description("put this launcher into another repo").option("--dry-run", "only say");

const LINE = describeCommandLine(program);

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "completion-")));
  mkdirSync(path.join(folder, ".venv/bin"), { recursive: true });
  mkdirSync(path.join(folder, "sub/targets"), { recursive: true });
  for (const name of ["prime", "sub/prime", ".venv/bin/pytest", ".venv/bin/pytest-cov", ".venv/bin/python"]) {
    writeFileSync(path.join(folder, name), "#!/bin/sh\nprintf '<%s>' \"$@\" end\n", { mode: 0o755 });
  }
  writeFileSync(path.join(folder, ".venv/bin/activate"), "");
  const plans = path.join(folder, `state/prime/at${folder}/.plan`);
  mkdirSync(plans, { recursive: true });
  writeFileSync(
    path.join(plans, "names"),
    "group docs\ngroup $(touch x)\ntask lint:all\nextra cli\ngeneration 0a1b-2c3d\n",
  );
  for (const shell of COMPLETED_SHELLS) writeFileSync(path.join(folder, shell), completionScript(shell, LINE));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENV = { HOME: "/", PATH: "/usr/bin:/bin", TERM: "dumb", LC_ALL: "C.UTF-8" };
/** With the state folder that is made for these tests. */
const environment = () => ({ ...ENV, XDG_STATE_HOME: path.join(folder, "state") });

const PREPARE = {
  bash: [["bash", "--norc", "--noprofile"], "set +o history"],
  zsh: [["zsh", "-f"], "unset zle_bracketed_paste; unsetopt prompt_cr; autoload -U compinit; compinit -D"],
} as const;

/** Types the line at a real shell's prompt, a tab and return behind it: the words that the launcher gets, no `/` at an end. */
function typed(shell: keyof typeof PREPARE, line: string, cwd = folder): string[] {
  const [words, preparation] = PREPARE[shell];
  machineProgram(words[0]);
  const steps = [
    ["send", `PS1='>''> '; ${preparation}; . '${path.join(folder, shell)}'; cd '${cwd}'\n`],
    ["expect", ">> "],
    ["send", `${line}\t`],
    ["send", "\n"],
    ["expect", "<end>"],
    ["send", "exit\n"],
  ];
  const outcome = spawnSync(goodPython(), [PERSON, JSON.stringify(steps), ...words], {
    env: environment(),
    encoding: "utf8",
  });
  expect(outcome.stderr).toBe("");
  const { shown, missing } = JSON.parse(outcome.stdout) as { shown: string; missing: string | null };
  expect({ missing, shown }).toMatchObject({ missing: null });
  return [...shown.matchAll(/<(.*?)>/g)].map(([, word]) => word?.replace(/\/$/, "") as string).slice(0, -1);
}

/** What fish offers for the line: a word and its description, a line each. */
function offered(line: string, cwd = folder): string {
  const script = `. '${path.join(folder, "fish")}'; cd '${cwd}'; complete -C '${line}'`;
  const outcome = spawnSync(machineProgram("fish"), ["--no-config", "-c", script], {
    env: environment(),
    encoding: "utf8",
  });
  expect(outcome.stderr).toBe("");
  return outcome.stdout;
}

describe.each(["bash", "zsh"] as const)("%s", (shell) => {
  test.each([
    ["./prime ru", "run"],
    ["./prime reb", "reboot"],
    ["./prime --qu", "--quiet"],
    ["./prime -q ru", "-q run"],
    ["./prime --group x ru", "--group x run"],
    ["./prime --group=x ru", "--group=x run"],
    ["./prime run pyth", "run python"],
    ["./prime run pytest-", "run pytest-cov"],
    ["./prime run -- pyth", "run -- python"],
    ["./prime --group x run pyth", "--group x run python"],
    ["./prime run activ", "run activ"],
    ["./prime --group do", "--group docs"],
    ["./prime --group=do", "--group=docs"],
    ["./prime rollback 0a", "rollback 0a1b-2c3d"],
    ["./prime rollback 1", "rollback 1"],
    ["./prime lin", "lint:all"],
    ["./prime env --sh", "env --shell"],
    ["./prime env --shell cs", "env --shell csh"],
    ["./prime init --dr", "init --dry-run"],
    ["./prime init sub/targ", "init sub/targets"],
    ["./prime sub/targ", "sub/targets"],
  ])("%s", (line, completed) => expect(typed(shell, line)).toEqual(completed.split(" ")));

  test("the environment is the one beside the launcher, wherever one stands", () => {
    expect(typed(shell, "../prime run pyth", path.join(folder, "sub"))).toEqual(["run", "python"]);
    expect(typed(shell, `${folder}/prime run pyth`, "/")).toEqual(["run", "python"]);
    expect(typed(shell, "./prime run pyth", path.join(folder, "sub"))).toEqual(["run", "pyth"]);
  });
});

describe("fish", () => {
  test.each([
    ["./prime ru", "run\trun a command\n"],
    ["./prime reb", "reboot\tbuild the user's environment: anew\n"],
    ["./prime --qu", "--quiet\tsay nothing but what's [needed]: warnings\n"],
    ["./prime --group x reb", "reboot\tbuild the user's environment: anew\n"],
    ["./prime run pyth", "python\n"],
    ["./prime run -- pyth", "python\n"],
    ["./prime -q run pytest-", "pytest-cov\n"],
    ["./prime run activ", ""],
    ["./prime --group do", "docs\tinstall this group\n"],
    ["./prime rollback 0a", "0a1b-2c3d\n"],
    ["./prime lin", "lint:all\ttask\n"],
    ["./prime env --shell cs", "csh\n"],
    ["./prime init --dr", "--dry-run\tonly say\n"],
    ["./prime init sub/targ", "sub/targets/\n"],
    ["./prime reboot ", ""],
  ])("%s", (line, offers) => expect(offered(line)).toBe(offers));

  test("the environment is the one beside the launcher, wherever one stands", () => {
    expect(offered("../prime run pyth", path.join(folder, "sub"))).toBe("python\n");
    expect(offered(`${folder}/prime run pyth`, "/")).toBe("python\n");
    expect(offered("./prime run pyth", path.join(folder, "sub"))).toBe("");
  });
});
