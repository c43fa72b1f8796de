import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { buildSync } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { Launcher, launcherText, SHELLS, TELL_WATCHER, temporaryFolder } from "../../support/launchers.ts";

const SOURCE = path.join(import.meta.dirname, "../../../src");

/** A program of three stages, by the product's own parts, that tells of each on standard error. */
const STAGES = `
import { shellOfProcess, startOfProcess } from "${SOURCE}/edges/machine.ts";
import { answerPlan } from "${SOURCE}/launch/handover.ts";
import { readProgress, renderProgress } from "${SOURCE}/launch/progress.ts";
${TELL_WATCHER}const root = process.cwd();
const pid = Number.parseInt(process.env.PRIME_HEAD ?? process.pid, 10);
const here = { root, shellPid: pid, shellStart: startOfProcess(pid) };
readProgress(process.env.PRIME_PROGRESS, here).then((before) => {
  const stage = before?.stage ?? "node";
  const args = process.argv.slice(2);
  process.stderr.write(stage + " " + pid + "\\n");
  const next = { node: "python", python: "venv" }[stage];
  const activation = { generation: root + "/.prime/generations/1", prompt: "it's", variables: {}, hidden: [] };
  const progress = renderProgress({ stage: next, ...here, facts: { python: "python3", how: "it's $x", reason: "", since: 0 } });
  const answers = { run: { kind: "command", activation, shift: 1 }, "-c": { kind: "shell-command", activation, shift: 0 } };
  const last = answers[args[0]] ?? (args[0] ? { kind: "script", activation, shift: 0 } : { kind: "exit", code: 42 });
  const hops = process.env.PRIME_HEAD !== undefined && next !== undefined;
  const answer = hops ? { kind: "next-stage", progress, shell: shellOfProcess(pid) } : last;
  return answerPlan(answer, { env: process.env, launcher: process.argv[1], args });
}).then((code) => process.exit(code));
`;

let program: string;

beforeAll(() => {
  const folder = temporaryFolder();
  const entry = path.join(folder, "stages.ts");
  fs.writeFileSync(entry, STAGES);
  const [bundle] = buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    minifyWhitespace: true,
  }).outputFiles;
  program = bundle?.text ?? "";
});

function staged(): Launcher {
  const l = new Launcher("re po");
  fs.writeFileSync(l.file, launcherText(program), { mode: 0o755 });
  return l;
}

describe.each(Object.keys(SHELLS))("%s", (name) => {
  const shell = SHELLS[name] as readonly string[];
  describe.skipIf(shell === undefined)(shell === undefined ? "is not installed" : "goes from stage to stage", () => {
    it("by exec, in the same process, and the command is that process as well", () => {
      const l = staged();
      const [file, ...rest] = [
        ...shell,
        "./prime",
        "run",
        "sh",
        "-c",
        'echo $$ "$PRIME_PROGRESS$PRIME_HEAD" "$@"',
        "x",
        "a b",
      ];
      const done = spawnSync(file as string, rest, {
        cwd: l.root,
        env: { ...l.env, PRIME_PROGRESS: "stale" },
        encoding: "utf8",
      });
      expect(done.stderr).toBe(`node ${done.pid}\npython ${done.pid}\nvenv ${done.pid}\n`);
      expect(done.stdout).toBe(`${done.pid}  a b\n`);
    });

    it("started by every kind of name", () => {
      const l = staged();
      fs.mkdirSync(path.join(l.root, "-odd"));
      fs.symlinkSync("../prime", path.join(l.root, "-odd/-prime"));
      for (const launcher of ["prime", "./prime", l.file, "-odd/-prime"]) {
        const ended = l.start([], { shell: [...shell, "--"], launcher });
        expect([ended.code, ended.stderr.replace(/ \d+/g, "")]).toEqual([42, "node\npython\nvenv\n"]);
      }
    });

    it("to a script, and to -c with the user's shell", () => {
      const l = staged();
      l.write("bin/show.py", "import sys; print(sys.argv[1:])\n");
      expect(l.start(["bin/show.py", "-c"], { shell }).stdout).toBe("['-c']\n");
      expect(l.start(["-c", "echo bash $BASH"], { shell, env: { SHELL: "/bin/bash" } }).stdout).toBe(
        "bash /bin/bash\n",
      );
      expect(l.start(["-c", "echo $0"], { shell, env: { SHELL: "/nowhere" } }).stdout).toBe("/bin/sh\n");
    });
  });
});

describe.each([process.execPath, ...(process.env.PRIME_TEST_NODES?.split(":") ?? [])])("node prime, by %s", (node) => {
  const supported =
    Number(spawnSync(node, ["-p", "parseInt(process.versions.node)"], { encoding: "utf8" }).stdout) >= 18;

  it.skipIf(!supported)("runs the command with its status and output", () => {
    const l = staged();
    const run = (...args: string[]) =>
      spawnSync(node, ["prime", ...args], { cwd: l.root, env: l.env, encoding: "utf8" });
    expect(run("run", "sh", "-c", 'echo "$1"; exit 5', "x", "a  b")).toMatchObject({ status: 5, stdout: "a  b\n" });
    expect(run()).toMatchObject({ status: 42 });
    expect(run("run", "sh", "-c", "kill -KILL $$")).toMatchObject({ signal: "SIGKILL" });
    expect(run("run", "sh", "-c", "echo").stderr).toMatch(/^node \d+\n$/);
  });

  it.skipIf(!supported)("passes signals on", async () => {
    const l = staged();
    const child = spawn(
      node,
      ["prime", "run", "sh", "-c", "trap 'echo got; exit 6' TERM; echo ready; while :; do sleep 0.01; done"],
      {
        cwd: l.root,
        env: l.env,
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    let output = "";
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.stdout.on("data", (text: Buffer) => {
      output += text;
      if (output === "ready\n") child.kill("SIGTERM");
    });
    expect([await ended, output]).toEqual([6, "ready\ngot\n"]);
  });
});
