import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { evalJson, renderEval, sourceText } from "../../../src/config/evaluation.ts";
import { KEYS } from "../../../src/config/schema/keys.ts";
import { parseToml, tomlText } from "../../../src/toml.ts";
import { DIGEST, load, top, write } from "./place.ts";

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
