import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { edit, good, repo } from "../../support/repos.ts";
import { describeEachNode, describeEachShell, LONG_AGO, type RunOptions, type Sandbox } from "../../support/sandbox.ts";
import { MACHINE_SHELLS, pathWithoutNode, whyOf } from "../../support/warm.ts";

const SHOW = 'printf "%s|" "$@"; cat; echo "$VIRTUAL_ENV_PROMPT"';
/** What a plan serves, and what it says with `input` as its standard input. */
const STARTS: Readonly<Record<string, { readonly args: readonly string[]; readonly says: string }>> = {
  run: { args: ["run", "sh", "-c", SHOW, "sh", "a b", "", "it's\n$x"], says: "a b||it's\n$x|input\napp\n" },
  "run --": { args: ["run", "--", "sh", "-c", SHOW, "sh"], says: "|input\napp\n" },
  "-c": { args: ["-c", "cat; echo $VIRTUAL_ENV_PROMPT"], says: "input\napp\n" },
  "a script": { args: ["./show.py", "a b"], says: "a b input\n" },
  "a flag": { args: ["--group", "more", "run", "python", "-c", "import pluggy; print(input())"], says: "input\n" },
  "bare prime": { args: [], says: "" },
};

const UNSETTLED: Readonly<Record<string, { readonly seconds: number; readonly env: NodeJS.ProcessEnv }>> = {
  "archives set": { seconds: 0, env: {} },
  "a build sets": { seconds: LONG_AGO + 7, env: { SOURCE_DATE_EPOCH: `${LONG_AGO + 7}` } },
  "is older": { seconds: LONG_AGO - 7, env: {} },
};

let touches = 0;
function touch(box: Sandbox, file: string): void {
  touches += 1;
  fs.utimesSync(box.path(file), LONG_AGO + touches, LONG_AGO + touches);
}

function made(): Sandbox {
  return repo({
    "pyproject.toml": '[project]\nname = "app"\nversion = "1"\n[dependency-groups]\nmore = ["pluggy"]\n',
    "show.py": "import sys\nprint(sys.argv[1], input())\n",
  });
}

describeEachShell("an input that was touched", ({ words: shell }) => {
  it.each(Object.entries(STARTS))("does not change %s, and the start behind it is warm", async (_, { args, says }) => {
    const box = made();
    const options = { shell, stdin: "input\n" };
    const withoutNode = { ...options, env: { PATH: pathWithoutNode(box) } };
    await good(box, args, options);
    const first = await good(box, args, options);
    expect(first.stdout).toBe(says);
    touch(box, "pyproject.toml");
    expect(await good(box, args, withoutNode)).toEqual(first);
    touch(box, "prime");
    expect(await good(box, args, options)).toEqual(first);
    expect(await good(box, args, withoutNode)).toEqual(first);
    expect(await whyOf(box)).toMatch(/prime touched, contents the same\n.*\n.*the ready plan was renewed/);
  });

  it("is compared by contents once, and found when these are others", async () => {
    const box = made();
    const { stamps, shows } = await warm(box, { shell });
    touch(box, "pyproject.toml");
    expect(stamps()).not.toBe(timeOf(box, "pyproject.toml"));
    expect(await shows()).toBe(true);
    expect(stamps()).toBe(timeOf(box, "pyproject.toml"));
    expect((await good(box, ["status"], { shell })).stdout).toMatch(/^freshness +fresh$/m);
    fs.appendFileSync(box.path("pyproject.toml"), "# more\n");
    touch(box, "pyproject.toml");
    expect(await shows()).toBe(false);
  });

  it("with a time that is still to come is compared at each start: a later edit could have that time", async () => {
    const box = made();
    const { stamps, shows } = await warm(box, { shell });
    const before = stamps();
    const later = Date.now() / 1000 + 86_400;
    fs.utimesSync(box.path("pyproject.toml"), later, later);
    for (let start = 0; start < 2; start += 1) expect(await shows()).toBe(true);
    expect(stamps()).toBe(before);
    fs.appendFileSync(box.path("pyproject.toml"), "# more\n");
    fs.utimesSync(box.path("pyproject.toml"), later, later);
    expect(await shows()).toBe(false);
  });

  it("leaves nothing beside its stamps", async () => {
    const box = made();
    const { plans, shows } = await warm(box, { shell });
    const before = fs.readdirSync(plans);
    touch(box, "pyproject.toml");
    expect(await shows()).toBe(true);
    expect(fs.readdirSync(plans)).toEqual(before);
  });

  it.each(["-e", "-C", "-u", "-f"])(
    "is found when its contents are others, whatever the shell was told (%s)",
    async (option) => {
      const box = made();
      const words = [...shell, option];
      const { shows, stamps } = await warm(box, { shell: words });
      touch(box, "pyproject.toml");
      expect(await shows()).toBe(true);
      expect(stamps()).toBe(timeOf(box, "pyproject.toml"));
      change(box);
      expect(await good(box, ["run", "echo", "yes"], { shell: words })).toMatchObject({ stdout: "yes\n" });
      expect(await whyOf(box)).toContain("pyproject.toml has other contents");
    },
  );

  it.each(Object.entries(UNSETTLED))("gives the stamps no time that %s", async (_, { seconds, env }) => {
    const box = made();
    const { stamps, shows } = await warm(box, { shell, env });
    const before = stamps();
    fs.utimesSync(box.path("pyproject.toml"), seconds, seconds);
    for (let start = 0; start < 2; start += 1) expect(await shows()).toBe(true);
    expect(stamps()).toBe(before);
    fs.appendFileSync(box.path("pyproject.toml"), "# more\n");
    fs.utimesSync(box.path("pyproject.toml"), seconds, seconds);
    expect(await shows()).toBe(false);
  });

  it("is found by the next start where a power cut emptied what compares contents, or a kill left half of it", async () => {
    const box = made();
    const { plans, own, stamps, shows } = await warm(box, { shell });
    const before = stamps();
    fs.writeFileSync(path.join(plans, `${own}.new`), "");
    touch(box, "pyproject.toml");
    for (let start = 0; start < 2; start += 1) expect(await shows()).toBe(true);
    expect(stamps()).toBe(before);
    fs.truncateSync(path.join(plans, `${own}.slow`));
    expect(await shows()).toBe(false);
  });

  it("is not read where a named pipe took its place", async () => {
    const box = made();
    const { shows } = await warm(box, { shell });
    fs.rmSync(box.path("pyproject.toml"));
    execFileSync("mkfifo", [box.path("pyproject.toml")]);
    expect(await shows()).toBe(false);
    expect((await box.run(["run", "true"], { shell })).stderr).toContain("it is a named pipe");
  });

  it("is compared by the system's tools: no function of the environment, no tool of the repo", async () => {
    const box = made();
    fs.mkdirSync(box.path("bin"));
    fs.writeFileSync(box.path("bin/sha256sum"), "#!/bin/sh\n", { mode: 0o755 });
    const functions = ["sha256sum", "touch", "rm"].map((name) => [`BASH_FUNC_${name}%%`, "() { true; }"]);
    const env = { ...Object.fromEntries(functions), PATH: `${box.path("bin")}:${process.env.PATH}` };
    await good(box, [], { shell, env });
    await good(box, ["run", "true"], { shell, env });
    change(box);
    await good(box, ["run", "true"], { shell, env });
    expect(await whyOf(box)).toContain("pyproject.toml has other contents");
  });
});

it("an input that was touched a moment ago is compared by a shell that sees no fractions, whichever renewed the plan", async () => {
  const box = made();
  const { shows } = await warm(box, {});
  const present = Date.now() / 1000 - 0.1;
  fs.utimesSync(box.path("pyproject.toml"), present, present);
  const sees = MACHINE_SHELLS.filter(([name]) => name !== "busybox");
  for (const [, shell] of sees) expect(await shows(shell)).toBe(true);
  for (const [, shell] of MACHINE_SHELLS.filter(([name]) => name === "busybox")) expect(await shows(shell)).toBe(false);
});

function change(box: Sandbox): void {
  fs.appendFileSync(box.path("pyproject.toml"), "# more\n");
  touch(box, "pyproject.toml");
}

/** The time of the stamps of pyproject.toml, and whether a start is served without Node. */
async function warm(box: Sandbox, options: Pick<RunOptions, "shell" | "env">) {
  await good(box, [], options);
  expect((await good(box, ["run", "true"], options)).stderr).toBe("");
  const plans = path.join(box.home, ".local/state/prime/at", box.root, ".plan");
  const [own] = fs.readdirSync(plans).filter((name) => /^stamps-[0-9a-f]{8}$/.test(name));
  const stamp = (name: string) => fs.statSync(path.join(plans, own as string, name), { bigint: true }).mtimeNs;
  const env = { PATH: pathWithoutNode(box) };
  return {
    plans,
    own: own as string,
    stamps: () => (stamp("own0") === stamp("own0-") ? stamp("own0") : 0n),
    shows: async (shell = options.shell) =>
      (await box.run(["run", "env"], { ...(shell && { shell }), env: { ...options.env, ...env } })).code === 0,
  };
}

function timeOf(box: Sandbox, file: string): bigint {
  return fs.statSync(box.path(file), { bigint: true }).mtimeNs;
}

/** What a disk that fails makes of a file. */
const TORN: Readonly<Record<string, (text: Buffer) => Buffer>> = {
  "cut in its middle": (text) => text.subarray(0, text.length / 2),
  "full of zeros": (text) => Buffer.alloc(text.length),
  empty: () => Buffer.alloc(0),
};

describeEachShell("what a shell reads of a ready plan", ({ words: shell }) => {
  it.each(Object.keys(TORN))("ends no start while it is %s, and is made anew", async (how) => {
    const box = repo({ "pyproject.toml": '[project]\nname = "app"\nversion = "1"\n' });
    const args = ["run", "sh", "-c", 'printf "%s|" "$@"', "sh", "a b", ""];
    await good(box, args, { shell });
    for (const kind of [/^plan$/, /\.slow$/, /\.far$/, /\.sums$/]) {
      await good(box, args, { shell });
      const folder = path.join(box.home, ".local/state/prime/at", box.root, ".plan");
      const file = path.join(folder, fs.readdirSync(folder).find((name) => kind.test(name)) ?? "");
      fs.writeFileSync(file, TORN[how]?.(fs.readFileSync(file)) ?? "");
      const options = { shell, cwd: file.endsWith(".far") ? box.base : box.root };
      if (/slow$|sums$/.test(file)) touch(box, "pyproject.toml");
      expect((await good(box, args, options)).stdout).toBe("a b||");
      expect(await good(box, args, options)).toMatchObject({ stdout: "a b||", stderr: "" });
      expect((await good(box, args, { ...options, env: { PATH: pathWithoutNode(box) } })).stdout).toBe("a b||");
    }
  });

  it("is a file, or the program looks: nothing waits for who would write into a pipe", async () => {
    const box = repo({ "pyproject.toml": '[project]\nname = "app"\nversion = "1"\n' });
    await good(box, ["run", "true"], { shell });
    const folder = path.join(box.home, ".local/state/prime/at", box.root, ".plan");
    for (const name of fs.readdirSync(folder).filter((one) => /\.(?:slow|sums|far)$/.test(one))) {
      fs.rmSync(path.join(folder, name));
      execFileSync("mkfifo", [path.join(folder, name)]);
    }
    touch(box, "pyproject.toml");
    await good(box, ["run", "true"], { shell });
    await good(box, ["run", "true"], { shell, cwd: box.base });
  });
});

describeEachNode("an input that was touched", ({ binary }) => {
  it("hides nothing else that changed, and a look is no start", async () => {
    const box = made();
    await good(box, [], { node: binary });
    await good(box, [], { node: binary });
    touch(box, "pyproject.toml");
    edit(box, "prime.toml", 'install_groups = ["more"]\n');
    expect((await good(box, ["status"], { node: binary })).stdout).toContain("the next start is cold");
    await good(box, ["run", "python", "-c", "import pluggy"], { node: binary });
    touch(box, "prime");
    expect((await good(box, ["status"], { node: binary })).stdout).toContain("the next start is cold");
    expect((await good(box, ["-v", "run", "true"], { node: binary })).stderr).toContain("prime touched");
  });

  it("leaves the status of the command, and arguments that are wrong, as they are", async () => {
    const box = made();
    const wrong = [["run", "sh", "-c", "exit 7"], ["run", "no-such-command"], ["run"], ["-c"], ["./none.py"]];
    for (const args of wrong) {
      await box.run(args, { node: binary });
      const first = await box.run(args, { node: binary });
      touch(box, "prime");
      expect(await box.run(args, { node: binary })).toEqual(first);
    }
  });
});
