import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { goodPython } from "../../support/machine.ts";
import { good, repo, shown } from "../../support/repos.ts";
import { describeEachShell, LONG_AGO, type Sandbox } from "../../support/sandbox.ts";
import { ALL_SHELLS, MACHINE_SHELLS, pathWithoutNode, warmShells, whereIs } from "../../support/warm.ts";

const FIXTURES = path.join(import.meta.dirname, "../../fixtures");

interface Seen {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly fds: Readonly<Record<string, string>>;
}

interface Given {
  /** Bytes as Latin-1, as everything here. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly fds: Readonly<Record<string, string>>;
}

/** POSIX XBD 8.1; of other names shells make what they like. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What a shell sets for itself, at each start of one. */
const OF_THE_SHELL = new Set(["_", "SHLVL", "PWD", "OLDPWD"]);

/** What a command sees that prime runs in this shell. */
function seenBy(box: Sandbox, shell: readonly string[], given: Given): Seen & { stderr: string } {
  const file = path.join(box.base, "seen.json");
  fs.rmSync(file, { force: true });
  const words = [...shell, box.launcher, "run", "python", path.join(FIXTURES, "show.py"), ...given.args];
  const env = { ...box.env, ...given.env, SHOW: file };
  const request = JSON.stringify({ ...given, words, env });
  const stderr = path.join(box.base, "stderr");
  execFileSync(goodPython(), [path.join(FIXTURES, "start.py"), request], {
    stdio: ["ignore", "ignore", fs.openSync(stderr, "w")],
  });
  const seen = JSON.parse(fs.readFileSync(file, "utf8")) as Seen;
  const named = Object.entries(seen.env).filter(([name]) => IDENTIFIER.test(name) && !OF_THE_SHELL.has(name));
  const { cwd, args, fds } = seen;
  return { cwd, args, fds, env: Object.fromEntries(named.sort()), stderr: fs.readFileSync(stderr, "latin1") };
}

const EVERY_BYTE = String.fromCharCode(...Array.from({ length: 255 }, (_, index) => index + 1));
const WORDS = [
  EVERY_BYTE,
  "",
  "-",
  "--",
  "-x",
  "a b",
  "*",
  "~",
  "$HOME",
  "`id`",
  "$(id)",
  "'",
  '"',
  "\\",
  "\n",
  "a\n\n",
];

describeEachShell("a command gets the same, first build, cold and warm:", ({ words }) => {
  it("every byte of its arguments and variables, its folder, its descriptors", () => {
    const box = repo({ "requirements.txt": "six\n", "prime.toml": `env = { OF_REPO = "it's $X" }\n` });
    const cwd = path.join(box.base, "\u00c3\u00bc $x \n");
    fs.mkdirSync(Buffer.from(cwd, "latin1"));
    const numbers = ["3", "4", "5", "9", "10", "11", "12", "63", "255"];
    const fds = Object.fromEntries(numbers.map((number) => [number, path.join(box.base, `fd${number}`)]));
    const variables = Object.fromEntries(WORDS.map((word, index) => [`WORD${index}`, word]));
    const env = {
      ...variables,
      NODE_OPTIONS: "--require=nowhere",
      PYTHONHOME: "/nowhere",
      IFS: "x/ ",
      CDPATH: "/",
      PS4: "$(id)",
      OPTIND: "7",
      MAKEFLAGS: " -j2 --jobserver-auth=3,4",
      LISTEN_FDS: "2",
      "not an identifier": "1",
    };
    const given = { args: WORDS, env, cwd, fds };
    const { stderr: first, ...built } = seenBy(box, words, given);
    expect(first).toContain("prime: ready: ");
    fs.utimesSync(box.path("requirements.txt"), LONG_AGO + 1, LONG_AGO + 1);
    const { stderr: second, ...cold } = seenBy(box, words, given);
    const without = { ...given, env: { ...env, PATH: `${pathWithoutNode(box)}:${box.env.PATH}` } };
    const { stderr: third, ...warm } = seenBy(box, words, given);

    expect([second, third]).toEqual(["", ""]);
    expect(cold).toEqual(built);
    expect(warm).toEqual(built);
    expect(seenBy(box, words, without).env.PATH).toBe(
      `${box.path(".prime/generations", shown(box))}/bin:${without.env.PATH}`,
    );
    expect(warm.args).toEqual(WORDS);
    expect(warm.cwd).toBe(cwd);
    expect(warm.fds).toMatchObject(fds);
    expect(Object.keys(warm.fds).filter((number) => Number(number) > 2 && !(number in fds))).toEqual([]);
    expect(warm.env).toMatchObject({ ...variables, NODE_OPTIONS: env.NODE_OPTIONS, OF_REPO: "it's $X" });
    for (const name of ["PYTHONHOME", "PRIME_PROGRESS", "PRIME_HEAD"]) expect(warm.env).not.toHaveProperty(name);
  });
});

/** What each file and folder of a tree is: a write of any kind shows in one of these. */
function listing(folder: string): Record<string, string> {
  const names = ["", ...fs.readdirSync(folder, { recursive: true, encoding: "utf8" })];
  const tell = (name: string): string => {
    const { ino, mode, size, mtimeNs, ctimeNs } = fs.lstatSync(path.join(folder, name), { bigint: true });
    return [ino, mode, size, mtimeNs, ctimeNs].join(" ");
  };
  return Object.fromEntries(names.map((name) => [name, tell(name)]));
}

describe("a warm start", () => {
  let box: Sandbox;
  beforeAll(async () => {
    box = repo({ "pyproject.toml": PROJECT, "tools/show.py": "import os\nprint(os.environ['VIRTUAL_ENV'])\n" });
    await good(box);
    await good(box, ["--group", "more", "run", "true"]);
    expect(await warmShells(box)).toEqual(ALL_SHELLS);
    pathWithoutNode(box);
  });
  const generation = () => box.path(".prime/generations", shown(box));
  const PATH_SHOWN = ["sh", "-c", 'printf "%s\\n%s\\n" "$PATH" "$VIRTUAL_ENV"'];

  it("of a command, a script, -c and ./prime alone writes nothing at all", async () => {
    const before = listing(box.base);
    const env = { PATH: pathWithoutNode(box), PYTHONDONTWRITEBYTECODE: "1" };
    for (const [, shell] of MACHINE_SHELLS) {
      for (const args of [
        ["run", "env"],
        ["tools/show.py"],
        ["-c", "env"],
        [],
        ["-q"],
        ["--group", "more", "run", "env"],
      ]) {
        await good(box, args, { shell, env });
      }
    }
    expect(listing(box.base)).toEqual(before);
  });

  it("opens nothing for writing and starts no process but the command", (context) => {
    const strace = whereIs("strace");
    if (strace === "") return context.skip("strace is not installed");
    for (const [name, shell] of MACHINE_SHELLS) {
      const log = path.join(box.base, "trace");
      const calls =
        "trace=process,openat,open,creat,mkdir,mkdirat,unlink,unlinkat,rename,renameat,renameat2,utimensat,symlink,symlinkat";
      const words = ["-f", "-qq", "-o", log, "-e", calls, ...shell, box.launcher, "run", "env"];
      const done = spawnSync(strace, words, {
        cwd: box.root,
        env: { ...box.env, PATH: pathWithoutNode(box) },
        encoding: "utf8",
      });
      if (/not permitted/.test(done.stderr)) return context.skip(`strace may not trace here: ${done.stderr.trim()}`);
      const lines = fs.readFileSync(log, "utf8").split("\n");
      const execs = lines
        .filter((line) => / execve\(.* = 0$/.test(line))
        .map((line) => /execve\("([^"]*)"/.exec(line)?.[1]);
      expect([name, execs]).toEqual([name, [shell[0], path.join(pathWithoutNode(box), "env")]]);
      expect(new Set(lines.filter((line) => line !== "").map((line) => line.split(" ")[0])).size).toBe(1);
      const writes = lines.filter((line) =>
        /O_WRONLY|O_RDWR|O_CREAT|creat\(|mkdir|unlink|rename|utimens|symlink/.test(line),
      );
      expect(writes.filter((line) => !/"\/dev\/(?:null|tty)"/.test(line))).toEqual([]);
      expect(lines.filter((line) => /clone|fork/.test(line))).toEqual([]);
    }
  });

  it.each(MACHINE_SHELLS)("within a warm start is warm, and PATH does not grow (%s)", async (_, shell) => {
    const env = { PATH: pathWithoutNode(box) };
    const nested = ["run", box.launcher, "run", ...PATH_SHOWN];
    const expected = `${generation()}/bin:${env.PATH}\n${generation()}\n`;
    expect((await good(box, ["run", ...PATH_SHOWN], { shell, env })).stdout).toBe(expected);
    expect((await good(box, nested, { shell, env })).stdout).toBe(expected);
    expect(
      (
        await good(
          box,
          ["run", box.launcher, "-c", `"$0" ${nested.map(quoted).join(" ")}`.replace("$0", box.launcher)],
          { shell, env },
        )
      ).stdout,
    ).toBe(expected);
  });

  it.each(MACHINE_SHELLS)("takes an activated .venv, or a foreign one, out of PATH (%s)", async (_, shell) => {
    const without = pathWithoutNode(box);
    const expected = `${generation()}/bin:${without}\n${generation()}\n`;
    for (const venv of [box.path(".venv"), generation(), path.join(box.base, "foreign venv")]) {
      const env = { VIRTUAL_ENV: venv, VIRTUAL_ENV_PROMPT: "theirs", PATH: `${venv}/bin:${without}` };
      const warm = await good(box, ["run", ...PATH_SHOWN], { shell, env });
      expect([venv, warm.stdout]).toEqual([venv, expected]);
    }
  });

  it.each(MACHINE_SHELLS)(
    "is the same by the shortcut of most starts, which no $VIRTUAL_ENV takes (%s)",
    async (_, shell) => {
      box.file("tools/tell", "#!/bin/sh\nenv | grep -E '^(PATH|VIRTUAL_ENV|PRIME_)' | sort; echo \"$@\"\n");
      fs.chmodSync(box.path("tools/tell"), 0o755);
      const PATH = `${pathWithoutNode(box)}:/usr/bin:/bin:`;
      const taken = ["tools/tell a --", "-- tools/tell", "python tools/show.py", "sh tools/tell"];
      const refused = ["tools", "jobs", "-x"];
      for (const one of [...taken, ...refused]) {
        const [short, long] = [{ PATH }, { PATH, VIRTUAL_ENV: "" }].map((env) =>
          box.run(["run", ...one.split(" ")], { shell, env }),
        );
        expect([one, await short]).toEqual([one, await long]);
      }
      const { stdout } = await good(box, ["run", "tools/tell", "ran"], { shell, env: { PATH } });
      expect(stdout.split("\n")).toEqual(expect.arrayContaining([`PATH=${generation()}/bin:${PATH}`, "ran"]));
    },
  );

  it("runs what has a name of the shell's own where the environment has that", async () => {
    const jobs = path.join(generation(), "bin/jobs");
    fs.writeFileSync(jobs, "#!/bin/sh\necho ran\n", { mode: 0o755 });
    try {
      fs.utimesSync(box.path("pyproject.toml"), LONG_AGO + 2, LONG_AGO + 2);
      await good(box);
      for (const [name, shell] of MACHINE_SHELLS)
        expect([name, (await good(box, ["run", "jobs"], { shell })).stdout]).toEqual([name, "ran\n"]);
    } finally {
      fs.rmSync(jobs);
    }
  });

  it("is the same by the activate script of the environment itself", async () => {
    for (const venv of [box.path(".venv"), generation()]) {
      const script = '. "$1/bin/activate" && exec "$2" run sh -c \'printf "%s\\n%s\\n" "$PATH" "$VIRTUAL_ENV"\'';
      const stdout = execFileSync("bash", ["-c", script, "bash", venv, box.launcher], {
        cwd: box.root,
        env: { ...box.env, PATH: `${pathWithoutNode(box)}:/usr/bin:/bin` },
        encoding: "utf8",
      });
      expect(stdout).toBe(`${generation()}/bin:${pathWithoutNode(box)}:/usr/bin:/bin\n${generation()}\n`);
    }
  });

  it("believes no plan but that in the user's own state folder", async () => {
    const state = path.join(box.home, ".local/state/prime/at");
    const plan = path.join(state, box.root, ".plan/plan");
    const text = fs.readFileSync(plan, "utf8");
    const planted = "echo planted; exit 0\n";
    const places = [".plan/plan", ".prime/plan", ".prime/.plan/plan", `.local/state/prime/at${box.root}/.plan/plan`];
    for (const place of [...places, `state/prime/at${box.root}/.plan/plan`]) box.file(place, planted);
    try {
      fs.rmSync(plan);
      for (const env of [{}, { XDG_STATE_HOME: "state" }, { XDG_STATE_HOME: "" }, { XDG_STATE_HOME: "." }]) {
        expect(await warmShells(box, [], { env })).toEqual([]);
      }
      if (process.getuid?.() !== 0) return;
      fs.writeFileSync(plan, planted);
      fs.chownSync(plan, 12_345, 12_345);
      expect(await warmShells(box)).toEqual([]);
      expect((await good(box, ["run", "echo", "ran"])).stdout).toBe("ran\n");
      expect(fs.statSync(plan).uid).toBe(0);
      expect(await warmShells(box)).toEqual(ALL_SHELLS);
    } finally {
      for (const name of [".plan", ".local", "state"]) fs.rmSync(box.path(name), { recursive: true });
      if (!fs.existsSync(plan)) fs.writeFileSync(plan, text);
    }
  });
});

const PROJECT = `[project]
name = "app"
version = "1"
dependencies = ["six"]
[dependency-groups]
more = ["iniconfig"]
[tool.uv]
package = false
`;

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
