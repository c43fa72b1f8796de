import { describe, expect, test } from "vitest";
import { tomlText } from "../../../src/toml.ts";
import { failure, load, value, write } from "./place.ts";

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
    ['install_extras = "test"', 1, '`install_extras` must be a list of names, e.g. ["test"], or "all", found "test"'],
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
      '[env]\nSECONDS = "9"',
      2,
      "the name in `env.SECONDS` must be one that neither prime nor the shell sets by itself",
    ],
    [
      '[env]\nEPOCHSECONDS = "9"',
      2,
      "the name in `env.EPOCHSECONDS` must be one that neither prime nor the shell sets by itself",
    ],
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
