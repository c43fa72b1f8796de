import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { Input } from "../../../src/inputs/input.ts";
import { Launcher, SHELLS } from "../../support/launchers.ts";
import { Random } from "../../support/random.ts";

const WARM_LINE = "prime: ready\n";
const SHOW = path.join(import.meta.dirname, "../../fixtures/show.py");

function readyLauncher(name?: string): Launcher {
  const launcher = new Launcher(name);
  const inputs: Input[] = [{ kind: "file", path: launcher.file }];
  expect(launcher.ready(inputs)).toBeUndefined();
  return launcher;
}

interface Shown {
  readonly pid: number;
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly fds: Readonly<Record<string, string>>;
}

/** What a command that is run by `words` gets, warm or cold. */
function show(
  launcher: Launcher,
  script: string,
  env: NodeJS.ProcessEnv = {},
): Shown & { code: number | null; own: number } {
  const file = path.join(launcher.base, "shown.json");
  fs.rmSync(file, { force: true });
  const done = spawnSync("/bin/bash", ["-c", script], {
    cwd: launcher.root,
    env: { ...launcher.env, SHOW: file, ...env },
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (!fs.existsSync(file)) throw new Error(`the command was not run: ${done.stderr}`);
  return { ...(JSON.parse(fs.readFileSync(file, "utf8")) as Shown), code: done.status, own: done.pid };
}

describe.each(Object.keys(SHELLS))("%s", (name) => {
  const shell = SHELLS[name] as readonly string[];
  const words = shell?.join(" ");
  describe.skipIf(shell === undefined)(shell === undefined ? "is not installed" : "as the shell", () => {
    describe("finds the ready plan", () => {
      const launcher = () => readyLauncher("a repo");
      const warm = { code: 0, signal: null, stdout: "", stderr: WARM_LINE };

      it.each([
        ["prime", ""],
        ["./prime", ""],
        [".//prime", ""],
        ["./.venv/../../../prime", ""],
        ["../a repo/prime", ""],
        ["a repo/prime", ".."],
        ["../../prime", "members/one"],
        ["./a repo/./prime", ".."],
      ])("started as %s", (start, from) => {
        const l = launcher();
        l.write("members/one/x", "");
        expect(l.start([], { shell, launcher: start, cwd: path.join(l.root, from) })).toEqual(warm);
      });

      it("started by its absolute path, from a folder reached by a link, and by links to it", () => {
        const l = launcher();
        const elsewhere = path.join(l.base, "else where");
        fs.mkdirSync(elsewhere);
        fs.symlinkSync("../a repo/prime", path.join(elsewhere, "one"));
        fs.symlinkSync(path.join(elsewhere, "one"), path.join(elsewhere, "-two\n"));
        fs.symlinkSync(l.root, path.join(l.base, "linked"));
        for (const file of [
          l.file,
          path.join(elsewhere, "one"),
          path.join(elsewhere, "-two\n"),
          path.join(l.base, "linked/prime"),
        ]) {
          expect(l.start([], { shell, launcher: file, cwd: "/" })).toEqual(warm);
        }
        const linked = { shell, launcher: "./prime", cwd: path.join(l.base, "linked") };
        expect(l.start([], { ...linked, env: { PWD: linked.cwd } })).toEqual(warm);
        expect(l.start([], { ...linked, env: { PWD: "/wrong" } })).toEqual(warm);
        expect(l.start([], { shell: [...shell, "--"], launcher: "-two\n", cwd: elsewhere })).toEqual(warm);
      });

      it.each(["sp ace", "-dash", "quo'te\"", "$HOME `id` \\", "new\nline", "end\n", "ünï", "*?[a]", "a:b"])(
        "in a folder called %j",
        (odd) => {
          const l = readyLauncher(odd);
          expect(l.start([], { shell })).toEqual(warm);
          expect(l.start([], { shell, launcher: "./prime" })).toEqual(warm);
          const given = { shell: [...shell, "--"], launcher: `${odd}/prime`, cwd: l.base };
          expect(l.start([], given)).toEqual(warm);
        },
      );

      it("with any PRIME_PROGRESS about, and with a relative XDG_STATE_HOME, which does not count", () => {
        const l = launcher();
        expect(l.start([], { shell, env: { PRIME_PROGRESS: "forged", XDG_STATE_HOME: "state" } })).toEqual(warm);
      });

      it("not without HOME, but by XDG_STATE_HOME", () => {
        const l = launcher();
        expect(l.start(["run", "true"], { shell, env: { HOME: "" } }).stderr).toBe("cold\n");
        const state = path.join(l.home, ".local/state");
        expect(l.start(["-q"], { shell, env: { HOME: "", XDG_STATE_HOME: state } })).toEqual({ ...warm, stderr: "" });
      });

      it("of the flags in front of the command, and of no others", () => {
        const l = launcher();
        const inputs: Input[] = [{ kind: "file", path: l.file }];
        const key = "--group=test--extra=a.b-c_d";
        expect(l.ready(inputs, { flagKey: key, readyLine: "prime: ready with flags" })).toBeUndefined();
        const flags = ["--group", "test", "-q", "--extra=a.b-c_d"];
        expect(l.start([...flags, "run", "echo", "--group"], { shell })).toMatchObject({
          stdout: "--group\n",
          stderr: "",
        });
        expect(
          l.start(
            flags.filter((flag) => flag !== "-q"),
            { shell },
          ).stderr,
        ).toBe("prime: ready with flags\n");
        for (const other of [
          ["--group=test"],
          ["--group"],
          ["--group="],
          ["--extra=a/b"],
          ["--group", "../x"],
          ["-v"],
          ["--"],
        ]) {
          expect(l.start(other, { shell })).toMatchObject({ code: 99, stderr: "cold\n" });
        }
      });
    });

    it("refuses to be sourced", () => {
      const l = readyLauncher();
      const outer = l.write("outer.sh", ". ./prime; echo after $?; exit 7\n");
      for (const start of [["-c", ". ./prime; echo after $?; exit 7"], [outer]]) {
        const [file, ...rest] = [...shell, ...start];
        const done = spawnSync(file as string, rest, { cwd: l.root, env: l.env, encoding: "utf8" });
        expect([done.stdout, done.status, done.stderr]).toEqual([
          "after 2\n",
          7,
          "prime: run it, do not source it: ./prime\n",
        ]);
      }
    });

    it("gives the command the same environment, arguments, folder and descriptors, warm and cold", () => {
      const l = readyLauncher();
      const run = `exec ${words} ./prime run python3 '${SHOW}' 'a b' '' '$x' 'new\nline' -- -q 3</dev/zero 4>/dev/full 5<&- 9</dev/null 10</dev/zero 11</dev/full`;
      const warm = show(l, run, { PRIME_PROGRESS: "x", PYTHONHOME: "/usr" });
      fs.rmSync(l.plan);
      const cold = show(l, run);
      expect(warm.args).toEqual(["a b", "", "$x", "new\nline", "--", "-q"]);
      expect(cold.args).toEqual(warm.args);
      expect([warm.pid, cold.pid]).toEqual([warm.own, cold.own]);
      expect(warm.fds).toMatchObject({
        3: "/dev/zero",
        4: "/dev/full",
        9: "/dev/null",
        10: "/dev/zero",
        11: "/dev/full",
      });
      expect(Object.values(cold.fds).map(kind)).toEqual(Object.values(warm.fds).map(kind));
      expect(Object.keys(cold.fds)).toEqual(Object.keys(warm.fds));
      const changed = Object.keys(warm.env).filter((variable) => warm.env[variable] !== cold.env[variable]);
      // `_` is how ksh and zsh name what they run, which the stand-in finds by another PATH.
      expect(changed.filter((name) => name !== "_").sort()).toEqual(["PATH", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT"]);
      expect(warm.cwd).toBe(l.root);
    });

    it("opens closed standard streams on /dev/null", () => {
      const l = readyLauncher();
      for (const state of ["warm", "cold"]) {
        if (state === "cold") fs.rmSync(l.plan);
        for (const close of ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]) {
          const { fds } = show(l, `exec ${words} ./prime run python3 '${SHOW}' 3<&- 4<&- ${close}`);
          expect([0, 1, 2].map((fd) => fds[fd] === undefined)).toEqual([false, false, false]);
          expect([fds[3], fds[4]]).toEqual([undefined, undefined]);
        }
      }
    });

    it("passes every byte of the arguments", () => {
      const l = readyLauncher();
      const random = randomBytes(20261121);
      const args = Array.from(
        { length: 40 },
        () =>
          `$'${random(1 + (random(1)[0] ?? 0) / 8)
            .map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`)
            .join("")}'`,
      );
      const script = `exec ${words} ./prime run python3 '${SHOW}' ${args.join(" ")}`;
      const bare = show(l, `exec python3 '${SHOW}' ${args.join(" ")}`);
      expect(show(l, script).args).toEqual(bare.args);
      fs.rmSync(l.plan);
      expect(show(l, script).args).toEqual(bare.args);
    });

    it("runs commands, scripts and -c, each with its own status", () => {
      const l = readyLauncher();
      const script = l.write("bin/x y.py", "import sys; print(sys.argv[1:]); sys.exit(3)\n");
      const run = (...args: string[]) => {
        const { code, signal, stdout, stderr } = l.start(args, { shell, env: { SHELL: "/bin/bash" } });
        return [code ?? signal, stdout, stderr.trim().split("\n")[0]];
      };
      expect(run("run", "--", "sh", "-c", "echo $1; exit 5", "x", "--")).toEqual([5, "--\n", ""]);
      expect(run("run", "sh", "-c", "kill -9 $$")).toEqual(["SIGKILL", "", ""]);
      expect(run("bin/x y.py", "run", "-q")).toEqual([3, "['run', '-q']\n", ""]);
      expect(run(script, "a")).toEqual([3, "['a']\n", ""]);
      expect(run("-c", "echo $0 $1 $BASH; exit 4", "n", "m")).toEqual([4, "n m /bin/bash\n", ""]);
      expect(run("run", "python", "-c", "import sys; print(sys.argv)", "é")[1]).toContain("'-c'");
      expect(run("run", "./bin")).toEqual([126, "", "cold"]);
      expect(run("run", "no-such-command")).toEqual([127, "", "cold"]);
      for (const other of [
        ["status"],
        ["run"],
        ["run", ""],
        ["run", "--help"],
        ["-c"],
        ["no/such.py"],
        ["--version"],
      ]) {
        expect(run(...other)[2]).toBe("cold");
      }
    });

    it("does not let PATH grow when nested", () => {
      const l = readyLauncher();
      const once = l.start(["run", "sh", "-c", "echo $PATH"], { shell }).stdout;
      const twice = l.start(["run", ...shell, "./prime", "run", "sh", "-c", "echo $PATH"], { shell });
      expect(twice).toMatchObject({ stdout: once, stderr: "" });
    });

    it.each([
      ["SIGTERM", "the shell"],
      ["SIGHUP", "the shell"],
      ["SIGINT", "its group, as a terminal does"],
    ] as const)("ends by %s to %s while Node works, and Node can tell", async (signal, whom) => {
      const l = new Launcher();
      const told = path.join(l.base, "told");
      fs.mkdirSync(told);
      const program = `
        var gone = function () { fs.writeFileSync(process.env.TOLD + "/gone", ""); };
        setInterval(function () {
          try { process.kill(Number.parseInt(process.env.PRIME_HEAD, 10), 0); } catch (e) { gone(); process.exit(); }
        }, 5);
        process.on("SIGINT", function () {
          gone();
          try { fs.writeSync(3, "exit 130 #: whole"); } catch (e) {} // the shell may be gone already
          process.exit(0);
        });
        fs.writeFileSync(process.env.TOLD + "/node", String(process.pid));`;
      const working = watchFor(told, "node");
      const child = l.begin(["run", "true"], { shell, env: { STAND_IN: program, TOLD: told } });
      const ended = new Promise((resolve) => child.on("exit", (code, by) => resolve(code ?? by)));
      await working;
      const gone = watchFor(told, "gone");
      process.kill(signal === "SIGINT" ? -(child.pid as number) : (child.pid as number), signal);
      // zsh always takes care of SIGHUP itself, and ends with 1.
      const expected = [signal, 128 + SIGNALS[signal], ...(name === "zsh" && signal === "SIGHUP" ? [1] : [])];
      expect(expected, whom).toContain(await ended);
      await gone;
    });
  });
});

const SIGNALS = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 };

function kind(target: string): string {
  return target.replace(/\[\d+\]/, "");
}

/** Resolves when the folder has a file of that name. */
function watchFor(folder: string, name: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = fs.watch(folder, (_, changed) => {
      if (changed !== name) return;
      watcher.close();
      resolve();
    });
  });
}

/** The same bytes on each run, none of them NUL. */
function randomBytes(seed: number): (count: number) => number[] {
  const random = new Random(seed);
  return (count) => Array.from({ length: Math.floor(count) }, () => 1 + random.below(255));
}
