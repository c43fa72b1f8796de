import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { neverQuote, remembered, withoutSecrets } from "../../../src/edges/secrets.ts";
import { plain, plainJson } from "../../../src/edges/terminal/text.ts";
import { valueTest } from "../../../src/plan/freshness.ts";

describe("a secret is hidden", () => {
  it.each([
    ["https://me:pw@host/x?a=1", "https://****@host/x?a=1"],
    ["git+ssh://git@host/x and http://TOKEN@h", "git+ssh://****@host/x and http://****@h"],
    ["http://h/?token=abc&b=1", "http://h/?token=****&b=1"],
    ["Authorization: Bearer abc", "Authorization: Bearer ****"],
    ["mail me@host or pkg @ https://host/x.whl", "mail me@host or pkg @ https://host/x.whl"],
  ])("in %s", (text, shown) => {
    expect(withoutSecrets(text)).toBe(shown);
  });

  it("where a file must not be quoted, line by line", () => {
    neverQuote("root:x:0:0:root\nshort\n");
    expect(withoutSecrets("could not parse `root:x:0:0:root`")).not.toContain("root:x");
    expect(withoutSecrets("a short line")).toBe("a short line");
  });
});

describe("a variable is remembered", () => {
  const holds = (name: string, was: string, is: string) => {
    const script = `${name}="$1"; ${valueTest(name, was)} && echo same || echo other`;
    return execFileSync("/bin/sh", ["-c", script, "sh", is], { encoding: "utf8" }).trim();
  };

  it.each([
    ["INDEX", "https://a:b@host/simple", "https://c:d@host/simple", "same"],
    ["INDEX", "https://a:b@host/simple", "https://a:b@evil/simple", "other"],
    ["MY_TOKEN", "one", "two", "same"],
    ["VERSION", "1.0", "1.0", "same"],
    ["VERSION", "1.0", "1.1", "other"],
    ["VERSION", "it's *", "it's x", "other"],
  ])("%s=%s, then %s: %s", (name, was, is, told) => {
    const kept = remembered(name, was) as string;
    expect(kept).not.toMatch(/a:b|^one$/);
    expect(holds(name, kept, is)).toBe(told);
  });

  it("as not set", () => {
    expect(remembered("MY_TOKEN", undefined)).toBeNull();
  });
});

it("JSON stays JSON where a secret ends a text", () => {
  const value = { a: "Authorization: Bearer abc", b: ["http://x:y@h"] };
  expect(JSON.parse(plainJson(value))).toEqual({ a: "Authorization: Bearer ****", b: ["http://****@h"] });
});

it("what a terminal obeys is spelled out, and JSON stays what it says", () => {
  const text = "a\u001b[2J\u202eb\u200b\u009b\tc\n";
  expect(plain(text)).toBe("a\\u{1b}[2J\\u{202e}b\\u{200b}\\u{9b}\tc\n");
  expect(JSON.parse(plainJson({ text }))).toEqual({ text });
  expect(plainJson({ text })).toMatch(/^[\x20-\x7e\n]*$/);
});
