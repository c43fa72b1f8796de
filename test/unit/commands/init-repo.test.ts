import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type InitRequest, init } from "../../../src/commands/init/init.ts";
import { PrimeError } from "../../../src/errors.ts";

const LAUNCHER =
  "#!/bin/sh -f\ntrue /* prime: a head\nexit 125\n: <<'JAVASCRIPT' # */\n/*\nprime 2.0.0, Copyright grüße\n*/\n";
const ATTRIBUTES = "/prime text eol=lf -diff -merge linguist-generated\n";

let folder: string;
let repo: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "init-")));
  repo = path.join(folder, "a repo");
  mkdirSync(repo);
  writeFileSync(path.join(folder, "prime"), LAUNCHER, { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function start(
  request: Partial<InitRequest> = {},
  launcher = path.join(folder, "prime"),
): Promise<{ said: string[]; printed: string }> {
  const said: string[] = [];
  let printed = "";
  const silent = { update: () => {}, done: () => {} };
  const terminal = {
    verbosity: 0,
    say: (text: string) => void said.push(text),
    detail: () => {},
    warn: (text: string) => void said.push(text),
    step: () => silent,
    end: () => {},
  };
  const text = (more: string) => {
    printed += more;
  };
  const print = { text, json: () => {}, code: text };
  const env = { PATH: process.env.PATH, HOME: folder };
  const context = {
    launcher,
    cwd: folder,
    version: "2.0.0",
    terminal,
    print,
    env,
    startedAt: 0,
  };
  const asked = { folder: "a repo", dryRun: false, force: false, toToml: false, extras: [], ...request };
  expect(await init(context, asked)).toEqual({ kind: "exit", code: 0 });
  return { said, printed };
}

async function refusal(request: Partial<InitRequest> = {}): Promise<PrimeError> {
  const error = await start(request).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PrimeError) return error;
  throw error ?? new Error("it was not refused");
}

const read = (name: string) => readFileSync(path.join(repo, name), "utf8");
const write = (name: string, text: string) => writeFileSync(path.join(repo, name), text);

test("an empty folder gets the launcher, both git files and an example", async () => {
  const { said } = await start();
  expect(readdirSync(repo).sort()).toEqual([".gitattributes", ".gitignore", "prime", "prime.toml"]);
  expect(read("prime")).toBe(LAUNCHER);
  expect(statSync(path.join(repo, "prime")).mode & 0o100).toBe(0o100);
  expect(read(".gitattributes")).toBe(ATTRIBUTES);
  expect(read(".gitignore")).toBe("/.venv\n/.prime/\n");
  expect(
    read("prime.toml")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#")),
  ).toEqual([]);
  expect(said).toEqual([
    "write   a repo/prime: this launcher, version 2.0.0",
    "write   a repo/.gitattributes: /prime text eol=lf -diff -merge linguist-generated",
    "write   a repo/.gitignore: /.venv, /.prime/",
    "write   a repo/prime.toml: an example, all of it comments",
    `Start it: ${repo}/prime; then commit what was written.`,
  ]);
});

test("a second time changes nothing and says so", async () => {
  await start();
  const times = () => readdirSync(repo).map((name) => [name, statSync(path.join(repo, name)).ino, read(name)]);
  const before = times();
  const { said } = await start();
  expect(times()).toEqual(before);
  expect(said.slice(0, 4).every((line) => line.startsWith("keep "))).toBe(true);
});

test("--dry-run prints the same and writes nothing", async () => {
  write(".gitignore", "*.pyc");
  const { said, printed } = await start({ dryRun: true });
  expect(readdirSync(repo)).toEqual([".gitignore"]);
  expect(read(".gitignore")).toBe("*.pyc");
  expect(said).toEqual([]);
  expect(printed).toBe(`Nothing was changed. Without --dry-run prime would
  write   a repo/prime: this launcher, version 2.0.0
  write   a repo/.gitattributes: /prime text eol=lf -diff -merge linguist-generated
  extend  a repo/.gitignore: /.venv, /.prime/
  write   a repo/prime.toml: an example, all of it comments
`);
});

describe("lines that are there", () => {
  test.each([
    ["*.pyc", "*.pyc\n/.venv\n/.prime/\n"],
    ["", "/.venv\n/.prime/\n"],
    [".venv\n", ".venv\n/.prime/\n"],
    [".venv/\n.prime\n", ".venv/\n.prime\n/.venv\n"],
    ["a\r\nb", "a\r\nb\r\n/.venv\r\n/.prime/\r\n"],
    ["/.prime/\r\n/.venv\r\n", "/.prime/\r\n/.venv\r\n"],
  ])(".gitignore %j becomes %j", async (before, after) => {
    write(".gitignore", before);
    await start();
    expect(read(".gitignore")).toBe(after);
  });

  test.each([
    ["* text=auto", `* text=auto\n${ATTRIBUTES}`],
    [ATTRIBUTES.slice(1), ATTRIBUTES.slice(1)],
    ["prime -text\n", `prime -text\n${ATTRIBUTES}`],
    [`${ATTRIBUTES}prime -text\n`, `${ATTRIBUTES}prime -text\n${ATTRIBUTES}`],
  ])(".gitattributes %j becomes %j", async (before, after) => {
    write(".gitattributes", before);
    await start();
    expect(read(".gitattributes")).toBe(after);
  });

  test.each([
    ["within the repo", "shared", "x\n/.venv\n/.prime/\n"],
    ["elsewhere", "../shared", "x\n"],
  ])("a link to a shared .gitignore %s stays a link", async (_, target, after) => {
    const shared = path.join(repo, target);
    writeFileSync(shared, "x\n");
    symlinkSync(target, path.join(repo, ".gitignore"));
    const { said } = await start();
    expect([readlinkSync(path.join(repo, ".gitignore")), readFileSync(shared, "utf8")]).toEqual([target, after]);
    const isLeft = said.some((line) =>
      /^todo +a repo\/\.gitignore: \/\.venv, \/\.prime\/ \(by hand: the file leads out of /.test(line),
    );
    expect(isLeft).toBe(target.startsWith(".."));
  });

  test("a file that is read-only is left, with the lines that it lacks", async () => {
    write(".gitignore", "x\n");
    write(".editorconfig", "[*]\n");
    for (const name of [".gitignore", ".editorconfig"]) chmodSync(path.join(repo, name), 0o444);
    const { said } = await start();
    expect(read(".gitignore")).toBe("x\n");
    expect(said.join("\n")).toContain("[/prime], end_of_line = lf, indent_size = unset, ");
    expect(said).toContain("todo    a repo/.gitignore: /.venv, /.prime/ (by hand: the file is read-only)");
  });
});

test.each([
  "pyproject.toml",
  "requirements.txt",
  "requirements-dev.txt",
  "dev-requirements.txt",
  "setup.py",
  "setup.cfg",
  "uv.lock",
  "pylock.toml",
])("no example where %s says what to install", async (name) => {
  write(name, "");
  const { said } = await start();
  expect(readdirSync(repo)).not.toContain("prime.toml");
  expect(said).toContain("keep    a repo/prime.toml: not needed: the repo says what to install");
});

describe("a file named prime", () => {
  test("another version's launcher is replaced, and both versions are told", async () => {
    write("prime", LAUNCHER.replace("2.0.0", "1.5.0-rc.1"));
    expect((await start()).said[0]).toBe(
      "replace a repo/prime: a launcher of version 1.5.0-rc.1 by this launcher, version 2.0.0",
    );
    expect(read("prime")).toBe(LAUNCHER);
    expect(statSync(path.join(repo, "prime")).mode & 0o100).toBe(0o100);
  });

  test("the same one that is not executable becomes so", async () => {
    write("prime", LAUNCHER);
    chmodSync(path.join(repo, "prime"), 0o640);
    expect((await start()).said[0]).toBe(
      "replace a repo/prime: has this launcher, version 2.0.0, but was not executable",
    );
    expect(statSync(path.join(repo, "prime")).mode & 0o777).toBe(0o750);
  });

  test("any other is refused, and nothing at all is written", async () => {
    write("prime", "#!/bin/sh\necho mine\n");
    const error = await refusal();
    expect(error.id).toBe("init-refused");
    expect(error.message).toContain("a file that is no launcher of prime's stands there");
    expect(error.hint).toContain("--force");
    expect(readdirSync(repo)).toEqual(["prime"]);
    expect(read("prime")).toBe("#!/bin/sh\necho mine\n");
  });

  test("any other is replaced with --force", async () => {
    write("prime", "mine");
    expect((await start({ force: true })).said[0]).toMatch(
      /^replace .*: a file that is no launcher of prime's by this launcher/,
    );
    expect(read("prime")).toBe(LAUNCHER);
  });

  test("a link is refused, and replaced itself with --force", async () => {
    writeFileSync(path.join(folder, "other"), LAUNCHER);
    symlinkSync("../other", path.join(repo, "prime"));
    expect((await refusal()).message).toContain("a link to ../other stands there");
    await start({ force: true });
    expect(statSync(path.join(folder, "other")).mode & 0o111).toBe(0);
    expect(read("prime")).toBe(LAUNCHER);
  });

  test("a folder is refused even with --force", async () => {
    mkdirSync(path.join(repo, "prime"));
    expect((await refusal({ force: true })).message).toContain("a folder stands there");
  });

  test("gives a launcher of another name, copied by hand, what it needs", async () => {
    mkdirSync(path.join(repo, "prime"));
    writeFileSync(path.join(repo, "boot"), LAUNCHER, { mode: 0o755 });
    write("Dockerfile", "");
    write(".dockerignore", "*\n");
    write(".editorconfig", "");
    const { said } = await start({}, path.join(repo, "boot"));
    expect(said[0]).toMatch(/^keep .*boot: it is this launcher itself$/);
    expect(said.at(-1)).toContain("/boot;");
    expect(read(".gitattributes")).toBe(ATTRIBUTES.replace("prime", "boot"));
    expect(read(".dockerignore")).toContain("\n!boot\n");
    expect(read(".editorconfig")).toContain("[/boot]");
    expect((await start({}, path.join(repo, "boot"))).said).not.toContainEqual(
      expect.stringMatching(/^(?:write|extend)/),
    );
  });

  test.each([
    ["docker", "\n.prime\n"],
    ["docs", undefined],
  ])("a Dockerfile in %s", async (folder, ignored) => {
    mkdirSync(path.join(repo, folder));
    write(`${folder}/Dockerfile`, "");
    await start({});
    const text = readdirSync(repo).includes(".dockerignore") ? `\n${read(".dockerignore")}` : undefined;
    expect(text).toEqual(ignored && expect.stringContaining(ignored));
  });

  test("the launcher's own folder keeps it", async () => {
    expect((await start({ folder: "." })).said[0]).toBe("keep    prime: it is this launcher itself");
  });
});

test("a folder that is not there is refused", async () => {
  expect(await refusal({ folder: "nowhere" })).toMatchObject({ id: "no-folder", exitCode: 2 });
});
