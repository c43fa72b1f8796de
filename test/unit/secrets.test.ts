import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { plain, plainJson } from "../../src/edges/terminal/text.ts";
import { valueTest } from "../../src/plan/freshness.ts";
import { quoted } from "../../src/quoted.ts";
import { hideValuesOf, remembered, withoutSecrets } from "../../src/secrets.ts";
import { neverQuote } from "../../src/unquotable.ts";

describe("a secret is hidden", () => {
  it.each([
    ["https://me:pw@host/x?a=1", "https://****@host/x?a=1"],
    ["git+ssh://git@host/x and http://TOKEN@h", "git+ssh://****@host/x and http://****@h"],
    ["http://h/?token=abc&b=1", "http://h/?token=****&b=1"],
    ["Authorization: Bearer abc", "Authorization: Bearer ****"],
    ["http://user:pa/ss@host/x@1", "http://****@1"],
    ["http://host:8080/a@1 https://[::1]:80/x@2", "http://host:8080/a@1 https://[::1]:80/x@2"],
    ["http://a:b@h,http://c:d@h", "http://****@h,http://****@h"],
    ["--index-url=me:p=w@host/simple", "--index-url=****@host/simple"],
    ["me:pa/ss@host", "****@host"],
    ["git@github.com:org/repo.git six==1.0", "git@github.com:org/repo.git six==1.0"],
    ["machine h login me password hunter2", "machine h login me password ****"],
    ["password hunter2 login me", "password **** login me"],
    ["a\n  password hunter2\n", "a\n  password ****\n"],
    ["UV_INDEX_MINE_PASSWORD=hunter2 x", "UV_INDEX_MINE_PASSWORD=**** x"],
    ['"auth_token": "hunter2"', '"auth_token": "****"'],
    ["the password in the URL is wrong", "the password in the URL is wrong"],
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

it("the values of the environment's secrets are hidden wherever they turn up", () => {
  hideValuesOf({ UV_INDEX_MINE_PASSWORD: "tr0ub4dor/&3", GH_TOKEN: "ghx1234567", SHORT_TOKEN: "a", PATH: "/usr/bin" });
  const shown = plain("got tr0ub4dor/&3 and tr0ub4dor%2F%263 of ghx1234567 by a in /usr/bin");
  expect(shown).toBe("got **** and **** of **** by a in /usr/bin");
  expect(JSON.parse(plainJson(["x ghx1234567"]))).toEqual(["x ****"]);
});

it("of a file that is not to be quoted no part that could be a secret is shown", () => {
  neverQuote('machine example.com login me password hunter22\n{"auth": "c29tZWJvZHk6cHc"}\nexport X=AKIA1234567890\n');
  const cut = plain("found `hunter22` and c29tZWJvZHk6cHc, at line 3: `X=AKIA1234567890` of example");
  expect(cut).not.toMatch(/hunter22|c29tZ|AKIA/);
  expect(plain("could not use 3.12.1 or python3.12 of requirements.txt")).toContain(
    "3.12.1 or python3.12 of requirements",
  );
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

it.each([
  ["a filler of Hangul", "\u3164"],
  ["a variation selector", "\ufe0f"],
  ["a tag", "\u{e0041}"],
  ["a mark of direction", "\u200f"],
  ["an isolate", "\u2066"],
  ["a joiner of words", "\u2060"],
  ["a control of the second half", "\u0085"],
  ["half a character", "\ud800"],
  ["a blank of Braille", "\u2800"],
  ["a combining grapheme joiner", "\u034f"],
])("%s is spelled out", (_, one) => {
  expect(plain(`a${one}b`)).toBe(`a\\u{${one.codePointAt(0)?.toString(16)}}b`);
  expect(JSON.parse(plainJson({ a: one }))).toEqual({ a: one });
  expect(plainJson({ a: one })).toMatch(/^[\x20-\x7e\n]*$/);
});

it("what is quoted is on one line and short, and its secret is hidden before it is cut", () => {
  expect(quoted("a\nb\tc")).toBe("a\\u{a}b\\u{9}c");
  expect(quoted("x".repeat(1_000_000))).toMatch(/^x{200}… \(999800 characters more\)$/);
  expect(quoted(`${"x".repeat(180)} http://user:${"p".repeat(50)}@host`)).not.toContain("ppp");
  expect(plain(`${"y".repeat(5000)}\nz`)).toMatch(/^y{2000}… \(3000 characters more\)\nz$/);
});
