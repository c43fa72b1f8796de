import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ConfigFlags } from "../../src/config/config.ts";
import { evalJson, renderEval, sourceText } from "../../src/config/evaluation.ts";
import { FIELDS, KEYS, type Key, variableOf } from "../../src/config/keys.ts";
import { loadConfig, suggestedLock } from "../../src/config/load.ts";
import { PrimeError } from "../../src/errors.ts";
import { parseToml, tomlText } from "../../src/toml.ts";

let top: string;
let root: string;

beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime config ")));
  root = path.join(top, "repo");
  fs.mkdirSync(root);
});

afterEach(() => fs.rmSync(top, { recursive: true }));

function write(name: string, text: string): string {
  const file = path.resolve(root, name);
  fs.writeFileSync(file, text);
  return file;
}

const load = (env: Record<string, string> = {}, flags: ConfigFlags = {}) => loadConfig({ root, env, flags });

async function value(key: Key, env: Record<string, string> = {}, flags: ConfigFlags = {}): Promise<unknown> {
  return (await load(env, flags)).config[FIELDS[key]].value;
}

async function failure(loading: Promise<unknown>): Promise<PrimeError> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PrimeError);
  return error as PrimeError;
}

const DIGEST = "0123456789abcdef".repeat(4);

/** For each key a value that is not its default, as a file says it and, bare, as a variable may say it. */
const SAMPLES: Record<Key, { value: unknown; bare?: string }> = {
  required_python_version: { value: "3.10", bare: "3.10" },
  python_selector_file_rel_path: { value: "tools/select.py", bare: "tools/select.py" },
  venv_driver: { value: "venv_pip", bare: "venv_pip" },
  local_venv_dir_rel_path: { value: "build/venv", bare: "build/venv" },
  install_extras: { value: ["test", "docs"] },
  install_groups: { value: [] },
  install_packages: { value: "all", bare: "all" },
  requirements: { value: ["requirements/base.txt", "..odd.txt"] },
  lock: { value: "frozen", bare: "frozen" },
  setup: { value: ["pre-commit install", 'echo "$HOME"'] },
  env: { value: { DEBUG: "1", _x: "a b\n" } },
  freshness: { value: "strict", bare: "strict" },
  uv: { value: { version: "0.9.1", sha256: { "linux-x86_64-gnu": DIGEST } } },
  selector_limit_s: { value: 0.25, bare: "0.25" },
  probe_limit_s: { value: 2, bare: "2" },
  lock_patience_s: { value: 600, bare: "600" },
};

describe("every key by every source", () => {
  test.each(KEYS)("%s by default", async (key) => {
    const { source } = (await load()).config[FIELDS[key]];
    expect(source).toEqual({ kind: "default" });
  });

  test.each(KEYS)("%s by prime.toml", async (key) => {
    const file = write("prime.toml", `${key} = ${tomlText(SAMPLES[key].value)}\n`);
    const { config } = await load();
    expect(config[FIELDS[key]]).toEqual({ value: SAMPLES[key].value, source: { kind: "file", where: file, key } });
  });

  test.each(KEYS)("%s by [tool.prime]", async (key) => {
    const file = write("pyproject.toml", `[tool.prime]\n${key} = ${tomlText(SAMPLES[key].value)}\n`);
    const { config } = await load();
    const source = { kind: "file", where: file, key: `tool.prime.${key}` };
    expect(config[FIELDS[key]]).toEqual({ value: SAMPLES[key].value, source });
  });

  test.each(KEYS)("%s by its variable, in TOML", async (key) => {
    const { config } = await load({ [variableOf(key)]: tomlText(SAMPLES[key].value) });
    const source = { kind: "environment", where: variableOf(key) };
    expect(config[FIELDS[key]]).toEqual({ value: SAMPLES[key].value, source });
  });

  test.each(KEYS.filter((key) => SAMPLES[key].bare !== undefined))("%s by its variable, bare", async (key) => {
    expect(await value(key, { [variableOf(key)]: SAMPLES[key].bare ?? "" })).toEqual(SAMPLES[key].value);
  });

  test("the three flags", async () => {
    const { config } = await load({}, { extras: ["a"], groups: ["b", "c"], packages: ["d"] });
    expect(config.installExtras).toEqual({ value: ["a"], source: { kind: "flag", where: "--extra" } });
    expect(config.installGroups).toEqual({ value: ["b", "c"], source: { kind: "flag", where: "--group" } });
    expect(config.installPackages).toEqual({ value: ["d"], source: { kind: "flag", where: "--package" } });
  });

  test("--package all stands for all members", async () => {
    expect(await value("install_packages", {}, { packages: ["all"] })).toBe("all");
  });

  test("the defaults", async () => {
    const { config } = await load();
    const values = Object.fromEntries(KEYS.map((key) => [key, config[FIELDS[key]].value]));
    expect(values).toEqual({
      required_python_version: null,
      python_selector_file_rel_path: null,
      venv_driver: "venv_uv",
      local_venv_dir_rel_path: ".venv",
      install_extras: null,
      install_groups: null,
      install_packages: null,
      requirements: null,
      lock: "update",
      setup: [],
      env: {},
      freshness: "mtime",
      uv: null,
      selector_limit_s: 30,
      probe_limit_s: 10,
      lock_patience_s: 30,
    });
  });
});

describe("precedence", () => {
  test("flag, then variable, then prime.toml; a list is replaced whole", async () => {
    write("prime.toml", 'install_groups = ["file"]\n');
    expect(await value("install_groups")).toEqual(["file"]);
    const env = { PRIME_INSTALL_GROUPS: '["variable"]' };
    expect(await value("install_groups", env)).toEqual(["variable"]);
    expect(await value("install_groups", env, { groups: ["flag"] })).toEqual(["flag"]);
  });

  test("of two files only prime.toml is read, even for a key that it lacks", async () => {
    write("prime.toml", 'lock = "frozen"\n');
    write("pyproject.toml", '[tool.prime]\nfreshness = "strict"\nbogus = 1\n');
    expect(await value("lock")).toBe("frozen");
    expect(await value("freshness")).toBe("mtime");
  });

  test("an empty prime.toml is a file that is found", async () => {
    write("prime.toml", "");
    write("pyproject.toml", '[tool.prime]\nlock = "frozen"\n');
    expect(await value("lock")).toBe("update");
  });

  test("an empty variable counts as not set", async () => {
    write("prime.toml", 'lock = "frozen"\n');
    expect(await value("lock", { PRIME_LOCK: " " })).toBe("frozen");
  });

  test.each([
    ["[tool . prime]\nlock = 'frozen'"],
    ['["tool"."prime"]\nlock = "frozen"'],
    ['["to\\u006fl"."\\u0070rime"]\nlock = "frozen"'],
    ['[tool]\nprime.lock = "frozen"'],
    ['[tool]\nprime = { lock = "frozen" }'],
    ['tool = { prime = { lock = "frozen" } }'],
    ['tool."prim\\u0065".lock = "frozen"'],
    ['\uFEFF[tool.prime]\r\nlock = "frozen"\r\n'],
  ])("[tool.prime] in every spelling of TOML: %j", async (text) => {
    write("pyproject.toml", text);
    expect(await value("lock")).toBe("frozen");
  });

  test("a pyproject.toml that is not ours to read is not judged", async () => {
    write(".python-version", "3.12\n");
    write("pyproject.toml", "[torn\n");
    expect(await value("required_python_version")).toBe("3.12");
  });
});

describe("variables", () => {
  test.each([
    ["3.10", "3.10"],
    ["3", "3"],
    ["3.12.1", "3.12.1"],
    ['"3.10"', "3.10"],
    ["'3.10'", "3.10"],
    [">=3.10,<3.13", ">=3.10,<3.13"],
    ["  3.11 ", "3.11"],
  ])("PRIME_REQUIRED_PYTHON_VERSION=%s", async (text, version) => {
    expect(await value("required_python_version", { PRIME_REQUIRED_PYTHON_VERSION: text })).toBe(version);
  });

  test("a line break does not smuggle in a second key", async () => {
    const error = await failure(load({ PRIME_LOCK: '"check"\nsetup = ["x"]' }));
    expect(error.id).toBe("config-value");
  });

  test.each([
    ["PRIME_LOCK", "never", '`lock` must be "update", "check" or "frozen", found "never"'],
    ["PRIME_LOCK", "5", '`lock` must be "update", "check" or "frozen", found the number 5'],
    ["PRIME_INSTALL_GROUPS", "dev", '`install_groups` must be a list of names, e.g. ["dev"], found "dev"'],
    ["PRIME_INSTALL_GROUPS", '["a', '`install_groups` must be a list of names, e.g. ["dev"], found "[\\"a"'],
    ["PRIME_UV", '{ verison = "1.0.0" }', "unknown key `uv.verison`; did you mean `version`?"],
  ])("%s=%s is refused", async (name, text, message) => {
    const error = await failure(load({ [name]: text }));
    expect(error.message).toBe(`could not use ${name} in the environment: ${message}`);
    expect(error.exitCode).toBe(125);
  });

  test("unknown ones are told, the launcher's own are not", async () => {
    const env = { PRIME_PROGRESS: "{}", PRIME_HEAD: "1", PRIME_LOKC: "check", PRIME_TIME_TV: "x", PRIMETIME: "x" };
    expect((await load(env)).warnings).toEqual([
      "PRIME_LOKC in the environment is not a setting of prime's and is ignored; did you mean `PRIME_LOCK`?",
      "PRIME_TIME_TV in the environment is not a setting of prime's and is ignored",
    ]);
  });

  test("all of them, and CI, are told to freshness", async () => {
    expect((await load()).variables).toEqual([...KEYS.map(variableOf), "CI"]);
  });
});

describe("what is refused in a file", () => {
  test.each([
    ["lok = 1", 1, "unknown key `lok`; did you mean `lock`?"],
    ["\n# lok = 1\n  lok=1", 3, "unknown key `lok`; did you mean `lock`?"],
    [
      "required-python-version = '3'",
      1,
      "unknown key `required-python-version`; did you mean `required_python_version`?",
    ],
    ["xyzzy = 1", 1, "unknown key `xyzzy`"],
    ['lock = "check"\n[uv]\nversion = "1.2.3"\nsha = 1', 4, "unknown key `uv.sha`; did you mean `sha256`?"],
    ["[lokc]\nx = 1", 1, "unknown key `lokc`; did you mean `lock`?"],
    ["__proto__ = 1", 1, "unknown key `__proto__`"],
    ["constructor = 1", 1, "unknown key `constructor`"],
  ])("unknown key: %j", async (text, line, message) => {
    const file = write("prime.toml", text);
    const error = await failure(load());
    expect([error.id, error.message]).toEqual(["config-unknown-key", `could not use ${file}:${line}: ${message}`]);
    expect(error.exitCode).toBe(125);
  });

  test.each([
    [
      "\nrequired_python_version = 3.10",
      2,
      '`required_python_version` must be a version in quotes, e.g. "3.12", found the number 3.1',
    ],
    ["lock = 1979-05-27", 1, '`lock` must be "update", "check" or "frozen", found 1979-05-27'],
    ["venv_driver = true", 1, '`venv_driver` must be "venv_uv" or "venv_pip", found the truth value true'],
    ['install_extras = "test"', 1, '`install_extras` must be a list of names, e.g. ["test"], found "test"'],
    ['install_extras = ["a", 7]', 1, "`install_extras[1]` must be a name, found the number 7"],
    [
      'install_groups = ["a b"]',
      1,
      '`install_groups[0]` must be a name of letters, digits, `.`, `_` and `-`, found "a b"',
    ],
    [
      'install_packages = "one"',
      1,
      '`install_packages` must be a list of names of workspace members, e.g. ["member"], or "all", found "one"',
    ],
    [
      'setup = "pre-commit install"',
      1,
      '`setup` must be a list of commands, e.g. ["pre-commit install"], found "pre-commit install"',
    ],
    ['setup = [" "]', 1, '`setup[0]` must be a command that is not empty, found " "'],
    ['[env]\nA = "x"\nB = 1', 3, "`env.B` must be a text in quotes, found the number 1"],
    ["env = []", 1, '`env` must be a table of variables, e.g. { DEBUG = "1" }, found []'],
    [
      'env = { "A B" = "x" }',
      1,
      "the name in `env.A B` must be made of letters, digits and `_`, the first one no digit",
    ],
    ['[env]\nPATH = "x"', 2, "the name in `env.PATH` must be one that neither prime nor the shell sets by itself"],
    [
      '[env]\nPRIME_LOCK = "x"',
      2,
      "the name in `env.PRIME_LOCK` must be one that neither prime nor the shell sets by itself",
    ],
    ['env.A = "\\u0000"', 1, '`env.A` must be a text in quotes, without a NUL character, found "\\u0000"'],
    [
      "selector_limit_s = 0",
      1,
      "`selector_limit_s` must be a number of seconds above 0 and up to a day, found the number 0",
    ],
    [
      "probe_limit_s = inf",
      1,
      "`probe_limit_s` must be a number of seconds above 0 and up to a day, found the number Infinity",
    ],
    [
      "lock_patience_s = 99999999999999999999",
      1,
      "`lock_patience_s` must be a number of seconds above 0 and up to a day, found the number 99999999999999999999",
    ],
    ['uv = "0.9.1"', 1, 'found "0.9.1"'],
    ['[uv]\nversion = "0.9.1"', 1, "but `sha256` is missing"],
    ['[uv]\nversion = "0.9"\n[uv.sha256]\nx="y"', 2, '`uv.version` must be a whole version, e.g. "0.9.1", found "0.9"'],
    [
      '[uv]\nversion = "0.9.1"\n\n[uv.sha256]\nlinux-x86_64-gnu = "abc"',
      5,
      '`uv.sha256.linux-x86_64-gnu` must be 64 hexadecimal digits, the sha256 of uv\'s wheel for that platform, found "abc"',
    ],
  ])("wrong value: %j", async (text, line, message) => {
    const file = write("prime.toml", text);
    const error = await failure(load());
    expect(error.id).toBe("config-value");
    expect(error.message.startsWith(`could not use ${file}:${line}: `)).toBe(true);
    expect(error.message).toContain(message);
    expect(error.hint).toBeDefined();
  });

  test.each(["python_selector_file_rel_path", "local_venv_dir_rel_path", "requirements"] as const)(
    "%s must stay inside root",
    async (key) => {
      for (const bad of ["/abs", "..", "../x", "a/../../x", "a/..", "", "a\nb"]) {
        write("prime.toml", `${key} = ${tomlText(key === "requirements" ? [bad] : bad)}`);
        const error = await failure(load());
        expect(error.message).toMatch(/must be the path of a (file|folder), relative to root and inside it, found "/);
      }
    },
  );

  test.each([".", "./", ".prime", "./.prime/", ".prime/generations", ".//.prime/x", "./."])(
    "local_venv_dir_rel_path = %j is prime's own place",
    async (place) => {
      write("prime.toml", `local_venv_dir_rel_path = "${place}"`);
      expect((await failure(load())).message).toContain("must be a path other than root itself and outside `.prime`");
    },
  );

  test.each([
    ["./.venv/", ".venv"],
    ["a//b/./c", "a/b/c"],
    [".primed", ".primed"],
  ])("local_venv_dir_rel_path = %j is %j", async (written, meant) => {
    write("prime.toml", `local_venv_dir_rel_path = "${written}"`);
    expect(await value("local_venv_dir_rel_path")).toBe(meant);
  });

  test.each([
    ["lock = chek\n", 1, 8, "lock = chek"],
    ["# one\r\nsetup = [\r\n  'a'\r\nlock = 1\r\n", 4, 1, "lock = 1"],
    ['lock = "update"\nlock = "check"\n', 2, 1, 'lock = "check"'],
    ["[uv\n", 1, 4, "[uv"],
  ])("torn TOML: %j", async (text, line, column, shown) => {
    const file = write("prime.toml", text);
    const error = await failure(load());
    expect(error.id).toBe("config-torn");
    expect(error.message.split("\n")[0]).toMatch(`could not read ${file}:${line}:${column} as TOML: `);
    expect(error.message.split("\n").slice(1)).toEqual([`  ${shown}`]);
  });

  test("a line of [tool.prime] is a line of pyproject.toml", async () => {
    const file = write("pyproject.toml", '[project]\nname = "x"\nlock = 1\n[tool.prime] # here\nlock = 1\n');
    expect((await failure(load())).message).toContain(`could not use ${file}:5: \`lock\` must be`);
  });

  test("[tool.prime] that is no table", async () => {
    const file = write("pyproject.toml", "[tool]\nprime = 3\n");
    expect((await failure(load())).message).toBe(`could not use ${file}:2: \`tool.prime\` must be a table, found 3`);
  });

  test("a flag that is no name is wrong usage", async () => {
    const error = await failure(load({}, { groups: ["dev", "a b"] }));
    expect(error.message).toContain("could not use the flag --group: `install_groups[1]` must be a name of letters");
    expect(error.exitCode).toBe(2);
  });
});

describe("lock", () => {
  test.each(["1", "true", "yes", "github"])("CI=%s checks", async (ci) => {
    const source = { kind: "inferred", where: "CI", reason: "CI is set" };
    expect((await load({ CI: ci })).config.lock).toEqual({ value: "check", source });
  });

  test.each(["", "0", "false", "False"])("CI=%s updates", async (ci) => {
    expect(await value("lock", { CI: ci })).toBe("update");
  });

  test("a root that cannot be written is checked", () => {
    const source = { kind: "inferred", where: "/r", reason: "root cannot be written" };
    expect(suggestedLock({}, "/r", false)).toEqual({ value: "check", source });
  });

  test("what is said beats what is suggested", async () => {
    write("prime.toml", 'lock = "update"');
    expect(await value("lock", { CI: "1" })).toBe("update");
  });
});

describe("inputs", () => {
  const inputs = async (env: Record<string, string> = {}) =>
    (await load(env)).inputs.map(({ kind, path: file }) => `${kind} ${path.relative(root, file)}`);

  test("an empty repo relies on what is absent", async () => {
    const seen = await inputs({ PRIME_REQUIRED_PYTHON_VERSION: "3" });
    expect(seen).toEqual(["absent prime.toml", "absent pyproject.toml"]);
  });

  test("with a prime.toml, pyproject.toml does not matter", async () => {
    write("prime.toml", 'required_python_version = "3"');
    write("pyproject.toml", "");
    expect(await inputs()).toEqual(["file prime.toml"]);
  });

  test("each file once, and every place of a nearer .python-version", async () => {
    write("pyproject.toml", "");
    const seen = await inputs();
    expect(seen.slice(0, 4)).toEqual([
      "absent prime.toml",
      "file pyproject.toml",
      "no-file .python-version",
      "no-file ../.python-version",
    ]);
    expect(seen.at(-1)).toBe("absent setup.cfg");
    expect(seen).toContain(`no-file ${path.relative(root, "/.python-version")}`);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe("evaluation", () => {
  const someConfig = async () => {
    write(
      "prime.toml",
      'setup = ["echo \\"#\\""]\nenv = { "A_1" = "x\\ny" }\nuv = { version = "1.2.3", sha256 = { a = "' +
        DIGEST +
        '" } }',
    );
    fs.writeFileSync(path.join(top, ".python-version"), "3.12\n");
    return (await load({ PRIME_FRESHNESS: "strict", CI: "1" }, { groups: ["dev"] })).config;
  };

  test("what people see is TOML that says the same", async () => {
    const config = await someConfig();
    const said = await parseToml(renderEval(config), "eval");
    const json = evalJson(config) as Record<string, { value: unknown }>;
    const set = Object.entries(json).filter(([, { value }]) => value !== null);
    expect({ ...said }).toEqual(Object.fromEntries(set.map(([key, { value }]) => [key, value])));
  });

  test("every line says where its value is from", async () => {
    const lines = renderEval(await someConfig())
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(KEYS.length);
    const from = lines.map((line) => line.replace(/ += .*? {2,}# /, " ← "));
    expect(from).toContain(`required_python_version ← ${path.join(top, ".python-version")}`);
    expect(from).toContain("install_groups ← --group");
    expect(from).toContain("freshness ← PRIME_FRESHNESS");
    expect(from).toContain("lock ← CI is set");
    expect(from).toContain("venv_driver ← default");
    expect(from).toContain("# install_extras ← default");
    expect(lines.find((line) => line.startsWith("setup"))).toMatch(/# prime\.toml, setup$/);
  });

  test("the columns stand below each other, whatever one long value needs", async () => {
    const lines = renderEval((await load({ PRIME_SETUP: tomlText(["x".repeat(200)]) })).config)
      .trimEnd()
      .split("\n");
    expect(new Set(lines.map((line) => line.indexOf(" = "))).size).toBe(1);
    const short = lines.filter((line) => line.length < 100);
    expect(new Set(short.map((line) => line.lastIndexOf("  # "))).size).toBe(1);
    expect(short).toHaveLength(KEYS.length - 1);
  });

  test("data has every key with value and source", async () => {
    const json = evalJson((await load()).config);
    expect(Object.keys(json)).toEqual([...KEYS]);
    expect(json.lock).toEqual({ value: "update", source: { kind: "default" } });
    expect(JSON.parse(JSON.stringify(json)).uv).toEqual({ value: null, source: { kind: "default" } });
  });

  test("any text, once written as TOML, is read as the same text", async () => {
    const codes = [...Array(0x180).keys(), 0x2028, 0x2029, 0xfeff, 0xfffd, 0x1f600, 0x10ffff];
    const texts = [...codes.map((code) => `a${String.fromCodePoint(code)}z`), '"', "\\", '"""', "\\u0041", "#", ""];
    const table = Object.fromEntries(texts.map((text) => [text, [text]]));
    const { value: read } = await parseToml(`value = ${tomlText(table)}`, "a test");
    expect({ ...(read as object) }).toEqual(table);
  });

  test("what is not set stands there as a comment", async () => {
    const line = renderEval((await load()).config)
      .split("\n")
      .find((text) => text.includes("install_extras"));
    expect(line).toMatch(/^# install_extras += \(not set\) +# default$/);
  });

  test("sources in words", () => {
    expect(sourceText({ kind: "file", where: "/r/pyproject.toml", key: "tool.prime.lock" }, "/r")).toBe(
      "pyproject.toml, tool.prime.lock",
    );
    expect(sourceText({ kind: "file", where: "/.python-version" }, "/r")).toBe("/.python-version");
    expect(sourceText({ kind: "file", where: "/r/..x" }, "/r")).toBe("..x");
    expect(sourceText({ kind: "file", where: "/a\nb/.python-version" }, "/r")).toBe('"/a\\nb/.python-version"');
  });
});
