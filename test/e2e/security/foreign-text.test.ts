import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { good, repo, shown } from "../../support/repos.ts";
import type { Ended } from "../../support/sandbox.ts";
import { runInTerminal } from "../../support/system/terminal.ts";
import { userOf } from "../../support/system/users.ts";

/** Clears the screen, writes to the clipboard, runs backwards, hides, ends lines. */
const ORDERS = "\u001b[2J\u001b]52;c;ZXZpbA==\u0007\u202e\u200b\u009b31m\u2028";
/** prime's own colours, and how it draws one line again in place. */
const OWN = ["0m", "1m", "2m", "31m", "32m", "33m", "?7l", "?7h", "2K"].map((code) => `\u001b[${code}`);

/** What in a text a terminal would obey or hide, beside what is prime's own. */
function obeyed(text: string): string | undefined {
  const foreign = OWN.reduce((rest, code) => rest.replaceAll(code, ""), text).replace(/[\n\r\t]/g, "");
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.exec(foreign)?.[0];
}

const COLOUR = { NO_COLOR: undefined, FORCE_COLOR: "1" };

function expectPlain({ stdout, stderr }: Ended, what: string): void {
  expect([what, obeyed(stdout), obeyed(stderr)]).toEqual([what, undefined, undefined]);
}

describe("text of others gives a terminal no orders:", () => {
  const json = JSON.stringify(ORDERS);

  it.each<[string, Record<string, string>]>([
    ["a key", { "prime.toml": `${json} = 1\n` }],
    ["a value", { "prime.toml": `lock = ${json}\n` }],
    ["a line that is no TOML", { "prime.toml": `\u202e nonsense ${"\u001b"}[2J\n` }],
    ["a version", { ".python-version": `3.99${ORDERS}\n` }],
    ["a requirement", { "requirements.txt": `six ${ORDERS}\n` }],
    ["a file's name", { "requirements.txt": `-r ${ORDERS.replace("\u2028", "")}.txt\n` }],
  ])("%s", async (what, files) => {
    const box = repo(files);
    for (const args of [["run", "true"], ["status"], ["doctor"], ["verify"], ["eval"]])
      expectPlain(await box.run(args, { env: COLOUR }), `${what}, ${args[0]}`);
  });

  it("names, history and an account", async () => {
    const name = [
      "[project]",
      `name = "app"`,
      `version = "1"`,
      `dependencies = []`,
      "[dependency-groups]",
      `dev = []`,
    ].join("\n");
    const box = repo({ "pyproject.toml": name });
    await good(box);
    const account = box.path(".prime/generations", shown(box), "prime.json");
    fs.writeFileSync(
      account,
      fs.readFileSync(account, "utf8").replace('"reason": "', `"reason": ${json.slice(0, -1)}`),
    );
    const entry = { at: 1, what: "build", why: ORDERS, flags: "", from: null, to: ORDERS, changes: [ORDERS] };
    fs.appendFileSync(box.path(".prime/history.jsonl"), `${JSON.stringify(entry)}\n`);
    for (const args of [["status"], ["history"], ["doctor"], ["why"]])
      expectPlain(await box.run(args, { env: COLOUR }), args.join(" "));
    for (const args of [
      ["status", "--json"],
      ["history", "--json"],
    ]) {
      const ended = await box.run(args, { env: COLOUR });
      expectPlain(ended, args.join(" "));
      expect(JSON.stringify(JSON.parse(ended.stdout))).toContain(JSON.stringify(ORDERS).slice(1, -1));
    }
  });

  it("what an installer prints, at a terminal", async () => {
    const backend = `print(${json})\nimport sys\nprint(${json}, file=sys.stderr)\nraise SystemExit(1)\n`;
    const box = repo({
      "pyproject.toml":
        '[project]\nname = "app"\nversion = "1"\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
      "backend.py": backend,
    });
    const { shown: all, code } = await runInTerminal(box, ["run", "true"], []);
    expect(code).toBe(125);
    expect(obeyed(all)).toBeUndefined();
  });
});

describe("no order in the place of a file keeps prime waiting:", () => {
  const make: Record<string, (file: string) => void> = {
    "a named pipe": (file) => execFileSync("mkfifo", [file]),
    "a device": (file) => fs.symlinkSync("/dev/zero", file),
    "4 GB": (file) => {
      fs.writeFileSync(file, "");
      fs.truncateSync(file, 4 * 1024 ** 3);
    },
  };
  const cases = Object.keys(make).flatMap((what) =>
    ["prime.toml", "pyproject.toml", ".python-version", "uv.lock", "requirements.txt", "setup.cfg", "setup.py"].map(
      (name) => [what, name],
    ),
  ) as [string, string][];

  it.each(cases)("%s as %s", async (what, name) => {
    const box = repo(name === "uv.lock" ? { "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n' } : {});
    make[what]?.(box.path(name));
    const { code, stderr } = await box.run(["run", "true"]);
    expect([code, stderr]).toEqual([125, expect.stringContaining(`could not read ${box.path(name)}: it `)]);
  });

  const odd: Record<string, (file: string) => void> = {
    "a named pipe": (file) => execFileSync("mkfifo", [file]),
    "a device": (file) => fs.symlinkSync("/dev/zero", file),
    "a folder": (file) => fs.mkdirSync(file),
    "a socket": (file) =>
      execFileSync("python3", ["-c", "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", file]),
  };
  const places = [
    ...["proto_kernel.json", "cmd/proto_code/proto_kernel.json", "prime.toml", "pyproject.toml", "setup.cfg"],
    ...["setup.py", "pylock.toml", "uv.toml"],
  ];

  it.each(Object.keys(odd).flatMap((what) => places.map((name): [string, string] => [what, name])))(
    "%s as %s is no absence",
    async (what, name) => {
      const box = repo({ "requirements.txt": "" });
      fs.mkdirSync(path.dirname(box.path(name)), { recursive: true });
      odd[what]?.(box.path(name));
      const { code, stderr } = await box.run(["run", "true"]);
      expect(code, stderr).not.toBe(0);
      expect(stderr).toContain(`could not read ${box.path(name)}: it is ${what}, and no regular file`);
    },
  );

  const LOOKS = [["status"], ["doctor"], ["doctor", "--fix"], ["verify"], ["eval"], ["gc"], ["history"], ["tasks"]];

  it.each([...places, ".python-version", "uv.lock", ".prime", ".prime/state.json", ".venv"])(
    "a link that leads round, or a file that may not be read, as %s is named, or passed over with a word",
    async (name) => {
      const box = repo({ "requirements.txt": "" });
      const other = userOf(box);
      fs.mkdirSync(path.dirname(box.path(name)), { recursive: true });
      fs.symlinkSync(path.basename(name), box.path(name));
      for (const args of [["run", "true"], ...LOOKS]) {
        const { code, stdout, stderr } = await box.run(args);
        expect([args, code === null, /defect|\n {4}at /.test(stdout + stderr)]).toEqual([args, false, false]);
        if (args[0] === "run") expect([code === 0, stderr.includes(box.path(name))]).not.toEqual([false, false]);
      }
      fs.unlinkSync(box.path(name));
      fs.writeFileSync(box.path(name), "", { mode: 0 });
      execFileSync("chown", ["-R", "54321", box.root]);
      for (const args of [["run", "true"], ...LOOKS]) {
        const { code, stdout, stderr } = await box.run(args, other);
        expect([args, code === null, /defect|\n {4}at /.test(stdout + stderr)]).toEqual([args, false, false]);
      }
    },
  );
});

it("an item of a list has one line, whatever ends lines in its name", async () => {
  const name = "a\nforged: line\r\u2028\tb";
  const json = JSON.stringify(name);
  const box = repo({
    "pyproject.toml": `[dependency-groups]\n${json} = []\nplain = []\n[tool.poe.tasks]\n${json} = "true"\n`,
    [`${name}/pyproject.toml`]: '[project]\nname = "below"\nversion = "1"\n',
    [`requirements-${name}.txt`]: "",
  });
  const said = [await good(box)];
  for (const folder of ["", "generations", "resolved", "aside"]) {
    fs.mkdirSync(box.path(".prime", folder, name), { recursive: true });
    fs.writeFileSync(box.path(".prime", folder, `${name}.file`), "");
  }
  box.file(`${name}/requirements.txt`, "", { mtime: 1_700_000_001 });
  for (const args of [["status"], ["gc"], ["doctor"], ["doctor", "."], ["history"], ["why"], ["tasks"], ["verify"]])
    said.push(await box.run(args));
  const lines = said.flatMap(({ stdout, stderr }) => `${stdout}\n${stderr}`.split(/[\n\r\u2028]/));
  expect(lines.filter((line) => line.startsWith("forged"))).toEqual([]);
  expect(lines.filter((line) => line.includes("a\\u{a}forged")).length).toBeGreaterThan(5);
});

it("a path stays on its line in a message, whatever ends lines in it", async () => {
  const name = "a\n  next: forged\rforged\u2028b";
  const box = repo({ [`${name}/prime.toml`]: "x = [\n" });
  const [root, launcher] = [box.path(name), box.path(name, "prime")];
  fs.copyFileSync(box.launcher, launcher);
  fs.chmodSync(launcher, 0o755);
  const said: Ended[] = [];
  const say = async (args: readonly string[]) => said.push(await box.run(args, { launcher, cwd: root }));
  for (const args of [["run", "true"], ["doctor"], ["verify"], ["eval"], ["init", "--dry-run"]]) await say(args);
  fs.rmSync(path.join(root, "prime.toml"));
  for (const [file, text] of Object.entries({
    "requirements.txt": "-r absent\n",
    "pyproject.toml": "x = [\n",
    ".python-version": "\0",
  })) {
    fs.writeFileSync(path.join(root, file), text);
    for (const args of [["run", "true"], ["doctor"], ["status"]]) await say(args);
    fs.rmSync(path.join(root, file));
  }
  for (const { stdout, stderr } of said) expect(`${stdout}${stderr}`).not.toMatch(/^\s*(?:next: )?forged|[\r\u2028]/m);
  expect(
    said.filter(({ stderr }) => stderr.includes("a\\u{a}  next: forged\\u{d}forged\\u{2028}b/")).length,
  ).toBeGreaterThan(5);
});
