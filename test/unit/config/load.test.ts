import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { suggestedLock } from "../../../src/config/load.ts";
import { KEYS, type Key, variableOf } from "../../../src/config/schema/keys.ts";
import { tomlText } from "../../../src/toml.ts";
import { DIGEST, failure, load, root, value, write } from "./place.ts";

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
  tasks: { value: { test: "pytest -x", all: ["a", "b"], docs: { run: "mkdocs", groups: ["docs"], cwd: "docs" } } },
  freshness: { value: "strict", bare: "strict" },
  uv: { value: { version: "0.9.1", sha256: { "linux-x86_64-gnu": DIGEST } } },
  upgrade: { value: { max_minor: "3.13", exclude: ["foo ==1.0"], trial: { starts: 2 } } },
  selector_limit_s: { value: 0.25, bare: "0.25" },
  probe_limit_s: { value: 2, bare: "2" },
  lock_patience_s: { value: 600, bare: "600" },
  proto_code_dir_rel_path: { value: "tools/kernel", bare: "tools/kernel" },
};

/** What a sample speaks of is there. */
function supply(key: Key): void {
  if (key !== "proto_code_dir_rel_path") return;
  fs.mkdirSync(path.join(root, "tools/kernel"), { recursive: true });
  write("tools/kernel/proto_kernel.json", '{"ref_root_dir_rel_path": "../.."}');
  write(".python-version", "3.12\n");
}

describe("every key by every source", () => {
  test.each(KEYS)("%s by default", async (key) => {
    const { source } = (await load()).config[key];
    expect(source).toEqual({ kind: "default" });
  });

  test.each(KEYS)("%s by prime.toml", async (key) => {
    supply(key);
    const file = write("prime.toml", `${key} = ${tomlText(SAMPLES[key].value)}\n`);
    const { config } = await load();
    expect(config[key]).toEqual({ value: SAMPLES[key].value, source: { kind: "file", where: file, key } });
  });

  test.each(KEYS)("%s by [tool.prime]", async (key) => {
    supply(key);
    const file = write("pyproject.toml", `[tool.prime]\n${key} = ${tomlText(SAMPLES[key].value)}\n`);
    const { config } = await load();
    const source = { kind: "file", where: file, key: `tool.prime.${key}` };
    expect(config[key]).toEqual({ value: SAMPLES[key].value, source });
  });

  test.each(KEYS)("%s by its variable, in TOML", async (key) => {
    supply(key);
    const { config } = await load({ [variableOf(key)]: tomlText(SAMPLES[key].value) });
    const source = { kind: "environment", where: variableOf(key) };
    expect(config[key]).toEqual({ value: SAMPLES[key].value, source });
  });

  test.each(KEYS.filter((key) => SAMPLES[key].bare !== undefined))("%s by its variable, bare", async (key) => {
    supply(key);
    expect(await value(key, { [variableOf(key)]: SAMPLES[key].bare ?? "" })).toEqual(SAMPLES[key].value);
  });

  test("the three flags", async () => {
    const { config } = await load({}, { extras: ["a"], groups: ["b", "c"], packages: ["d"] });
    expect(config.install_extras).toEqual({ value: ["a"], source: { kind: "flag", where: "--extra" } });
    expect(config.install_groups).toEqual({ value: ["b", "c"], source: { kind: "flag", where: "--group" } });
    expect(config.install_packages).toEqual({ value: ["d"], source: { kind: "flag", where: "--package" } });
  });

  test("--package all stands for all members", async () => {
    expect(await value("install_packages", {}, { packages: ["all"] })).toBe("all");
  });

  test("the defaults", async () => {
    const { config } = await load();
    const values = Object.fromEntries(KEYS.map((key) => [key, config[key].value]));
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
      tasks: {},
      env: {},
      freshness: "mtime",
      uv: null,
      upgrade: {},
      selector_limit_s: 30,
      probe_limit_s: 10,
      lock_patience_s: 30,
      proto_code_dir_rel_path: null,
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
    ["PRIME_INSTALL_GROUPS", "dev", '`install_groups` must be a list of names, e.g. ["dev"], or "all", found "dev"'],
    ["PRIME_INSTALL_GROUPS", '["a', '`install_groups` must be a list of names, e.g. ["dev"], or "all", found "[\\"a"'],
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

  test("those by which users of uv choose are told, those of where things come from are not", async () => {
    const choices = [
      "UV_CONSTRAINT",
      "UV_LOCKED",
      "UV_NO_BUILD_PACKAGE",
      "UV_NO_DEV",
      "UV_PROJECT_ENVIRONMENT",
      "UV_PYTHON",
    ];
    const others = ["UV_DEFAULT_INDEX", "UV_EXCLUDE_NEWER", "UV_PYTHON_INSTALL_DIR", "UV_LINK_MODE", "UV_TOOL_DIR"];
    const { warnings } = await load(Object.fromEntries([...choices, ...others].map((name) => [name, "x"])));
    expect(warnings).toEqual(
      choices.map((name) => `${name} in the environment is not a setting of prime's and is ignored`),
    );
  });

  test("all of them, and CI, are told to freshness", async () => {
    expect((await load()).variables).toEqual([...KEYS.map(variableOf), "CI"]);
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

  /** Where protoprimer's configuration would count from. */
  const NO_KERNEL = ["no-file proto_kernel.json", "no-file proto_kernel.py", "absent cmd", "absent proto_code"];

  test("an empty repo relies on what is absent", async () => {
    const seen = await inputs({ PRIME_REQUIRED_PYTHON_VERSION: "3" });
    expect(seen).toEqual(["absent prime.toml", "absent pyproject.toml", ...NO_KERNEL, "absent prime.lock"]);
  });

  test("a file where a kernel's folder could be does not have to go", async () => {
    write("cmd", "#!/bin/sh\n");
    const seen = await inputs({ PRIME_REQUIRED_PYTHON_VERSION: "3" });
    expect(seen).not.toContain("absent cmd");
    expect(seen).toEqual(
      expect.arrayContaining(["no-file cmd/proto_kernel.json", "no-file cmd/proto_kernel.py", "absent cmd/proto_code"]),
    );
  });

  test("an escape in pyproject.toml is no sign of a kernel beside it", async () => {
    write("pyproject.toml", '[tool.prime]\nlock = "update"\n[tool.x]\npattern = "\\u00e9"\n');
    expect((await load()).from).toBe(`prime's own, ${path.join(root, "pyproject.toml")}`);
  });

  test("with a prime.toml, pyproject.toml does not matter", async () => {
    write("prime.toml", 'required_python_version = "3"');
    write("pyproject.toml", "");
    expect(await inputs()).toEqual(["file prime.toml", "absent prime.lock"]);
  });

  test("each file once, and every place of a nearer .python-version", async () => {
    write("pyproject.toml", "");
    const seen = await inputs();
    expect(seen.slice(0, 8)).toEqual([
      "absent prime.toml",
      "file pyproject.toml",
      ...NO_KERNEL,
      "no-file .python-version",
      "no-file ../.python-version",
    ]);
    expect(seen.slice(-3)).toEqual(["absent setup.cfg", "absent setup.py", "absent prime.lock"]);
    expect(seen).toContain(`no-file ${path.relative(root, "/.python-version")}`);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
