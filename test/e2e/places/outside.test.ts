import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { repo } from "../../support/repos.ts";
import { describeEachShell, LAUNCHER, type Sandbox } from "../../support/sandbox.ts";

/** A launcher among other programs, and what is started by its name in a folder. */
function withProgram(box: Sandbox) {
  const bin = path.join(box.base, "bin");
  fs.mkdirSync(bin);
  const program = path.join(bin, "prime");
  fs.copyFileSync(LAUNCHER, program);
  fs.chmodSync(program, 0o755);
  const env = { PATH: `${bin}:${box.env.PATH}` };
  return {
    bin,
    start: (cwd: string, args: readonly string[], shell: readonly string[]) =>
      box.run(args, { cwd, env, shell, launcher: program }),
  };
}

const FILES = { "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n', "sub/deep/x": "" };
const SHOW = ["run", "sh", "-c", 'echo "$VIRTUAL_ENV_PROMPT|$VIRTUAL_ENV|$1"', "sh", "a b"];

describeEachShell("a launcher outside of any project", ({ words }) => {
  it("leaves a start to the launcher of the project around, from any folder of it", async () => {
    const box = repo(FILES);
    const { bin, start } = withProgram(box);
    const first = await start(box.path("sub/deep"), SHOW, words);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^shop\|.*\|a b\n$/) });
    expect(first.stderr).not.toContain("nearest project");
    expect(first.stdout).toContain(box.path(".prime/generations"));
    expect((await start(box.root, ["run", "sh", "-c", "exit 7"], words)).code).toBe(7);
    expect(fs.readdirSync(bin)).toEqual(["prime"]);
  });

  it("works itself for a project that has none, and says so", async () => {
    const box = repo(FILES);
    fs.rmSync(box.launcher);
    const { bin, start } = withProgram(box);
    const ended = await start(box.path("sub"), SHOW, words);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining(box.path(".prime/generations")) });
    expect(ended.stderr.match(/for .*, the nearest project, which has no launcher of its own/g)).toHaveLength(1);
    expect((await start(box.root, ["-q", ...SHOW], words)).stderr).toBe("");
    expect(fs.readdirSync(bin)).toEqual(["prime"]);
  });

  it("refuses where there is no project, but for what needs none", async () => {
    const box = repo(FILES);
    const { start } = withProgram(box);
    const ended = await start(box.base, SHOW, words);
    expect([ended.code, ended.stderr]).toEqual([125, expect.stringContaining("could not tell which project is meant")]);
    expect(ended.stderr).toContain("prime init DIR");
    expect((await start(box.base, ["--version"], words)).code).toBe(0);
    expect((await start(box.base, ["--root", box.root, ...SHOW], words)).code).toBe(0);
  });
});

it("looks without the launcher of the project, and tells where that is another one", async () => {
  const box = repo(FILES);
  const { start } = withProgram(box);
  const looks = ["status", "why", "history", "tasks", "pins", "verify", "doctor", "python list", "gc", "eval"];
  const look = (words: string) => start(box.path("sub"), words.split(" "), ["sh"]);
  await start(box.root, [], ["sh"]);
  const own = await box.run(["status"]);
  const same = await look("status");
  expect([same.stdout, same.stderr]).toEqual([own.stdout, own.stderr]);

  const ran = path.join(box.base, "ran");
  const [first, ...rest] = fs.readFileSync(box.launcher, "utf8").split("\n");
  fs.writeFileSync(box.launcher, [`${first}`, rest[0], `echo ran >>'${ran}'`, ...rest.slice(1)].join("\n"));
  for (const words of looks) {
    const { stderr } = await look(words);
    expect([words, fs.existsSync(ran)]).toEqual([words, false]);
    expect([words, stderr]).toEqual([words, expect.stringContaining(`${box.launcher} is another one than `)]);
  }
  await start(box.root, ["doctor", "--fix"], ["sh"]);
  expect(fs.existsSync(ran)).toBe(true);
});

it("a project of another user's is not started by its own launcher", async ({ skip }) => {
  const box = repo(FILES);
  const { start } = withProgram(box);
  if (process.getuid?.() !== 0) skip("only root can give files to another user");
  for (const name of ["", "prime", "pyproject.toml"]) fs.chownSync(path.join(box.root, name), 12345, 12345);
  const ended = await start(box.root, SHOW, ["sh"]);
  expect([ended.code, ended.stderr]).toEqual([125, expect.stringContaining("another user")]);
});
