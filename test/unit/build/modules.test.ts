import { createRequire } from "node:module";
import * as path from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { asModule, modules } from "../../../build/plugins/modules.ts";
import { ROOT } from "../../../build/program.ts";

const ENTRY = `
  import { compare, explain, satisfies, valid, validRange } from "@renovatebot/pep440";
  import { canonicalize } from "@tufjs/canonical-json";
  import { Key, Metadata, MetadataKind, Root } from "@tufjs/models";
  import { Argument, Command, CommanderError } from "commander";
  import { sign } from "aws4";
  import * as toml from "smol-toml";
  import { Header } from "tar/header";
  import { Pax } from "tar/pax";
  import * as v from "valibot";

  const key = { keytype: "ed25519", scheme: "ed25519", keyval: { public: "ab".repeat(32) } };
  const parse = (...args) => {
    const said = [];
    const say = (text) => said.push(text.replace(/\\n\\(Did you mean.*/, "")); // prime proposes names itself
    const program = new Command("p").exitOverride().configureOutput({ writeOut: say, writeErr: say });
    const one = program.command("one").option("-n, --number <n>").addArgument(new Argument("<what>").choices(["a", "b"]));
    one.action((what, options) => said.push([what, options]));
    try { program.parse(args, { from: "user" }); } catch (error) { said.push(error instanceof CommanderError && error.exitCode); }
    return said;
  };
  const rewritten = (text) => {
    try {
      return toml.stringify(toml.parse(text, { integersAsBigInt: "asNeeded" }));
    } catch (error) {
      return [error.line, error.column, error.message.split("\\n", 1)]; // what prime shows of it
    }
  };
  const TOML = [
    "a = 1\\nb.c = 'x'\\n[t.u]\\nd = [1.5, nan, -inf, 0x1F, 9007199254740993]\\n[[t.v]]\\ne = { f = true }\\n[[t.v]]",
    "a = 1979-05-27T07:32:00-08:00\\nb = 1979-05-27 07:32:00.5\\nc = 1979-05-27\\nd = 07:32:00\\ne = 1979-05-27T07:32:00Z",
    ...["__proto__ = 1\\nconstructor.x = 2", "a = { __proto__ = 1, b.constructor = 2 }", "a = 1\\na = 2", "[a]\\n[a]", "a = 1979-13-01"],
    ...["a = 25:00:00", "a = {", "a = [1", "a = 0_1", "a = 'x", "a = 1 b = 2", "a = [ { b = 1, b = 2 } ]"],
  ];
  const SCHEMA = v.object({
    a: v.pipe(v.string("a text"), v.regex(/^x/, "an x")), b: v.optional(v.array(v.number("a number"), "numbers"), [1]), c: v.nullish(v.picklist(["d"], "d"), null),
    e: v.exactOptional(v.union([v.literal(1, "1"), v.pipe(v.array(v.string("a text"), "texts"), v.minLength(1, "one"))], "1, or texts")),
    f: v.optional(v.record(v.pipe(v.string(), v.regex(/^h/, "an h")), v.boolean("true or false"), "a table")),
    g: v.optional(v.strictObject({ k: v.literal("m", "m"), n: v.nullable(v.pipe(v.number("a number"), v.maxValue(3, "up to 3"))) }, "a table of k and n")),
  }, "a table");
  const checked = (value) => {
    const { success, output, issues = [] } = v.safeParse(SCHEMA, value, { abortEarly: true });
    const told = issues.map(({ type, input, expected, message, path }) => {
      return { type, input, isKnown: expected !== "never", message, path: path?.map(({ key, origin }) => [key, origin]) };
    });
    return [success, success && output, told];
  };
  const VALUES = [
    ...[{ a: "x" }, { a: "y" }, {}, 1, { a: "x", b: ["1"] }, { a: "x", c: "e" }, { a: "x", e: 2 }, { a: "x", e: [] }],
    ...[{ a: "x", f: { h: 1 } }, { a: "x", f: { i: true } }, { a: "x", e: [1] }, { a: "x", g: { k: "z" } }, { a: "x", g: { k: "m", n: 4 } }, { a: "x", g: { k: "m", n: null, o: 1 } }],
  ];
  const signed = (path, headers, body) => {
    const request = { service: "s3", region: "eu-central-1", host: "s3.example.org", method: body === undefined ? "GET" : "PUT", path };
    const who = { accessKeyId: "A", secretAccessKey: "S" };
    return [who, { ...who, sessionToken: "T" }].map((one) => sign({ ...request, headers, ...(body === undefined ? {} : { body }) }, one).headers);
  };
  const block = (fields, ustar = "ustar\\x0000") => {
    const bytes = Buffer.alloc(512);
    bytes.write(ustar, 257);
    for (const [at, text] of fields) bytes.write(text, at);
    const sum = bytes.reduce((all, byte) => all + byte, 8 * 32);
    bytes.write(sum.toString(8).padStart(6, "0") + "\\0 ", 148);
    return bytes;
  };
  const FILE = [[0, "a/b"], [100, "0000644\\0"], [124, "00000000012\\0"], [156, "0"]];
  const BLOCKS = [
    ...[block(FILE), block([...FILE, [345, "above"]]), block([[0, "a/"], [156, "0"]]), block([[0, "l"], [156, "2"], [157, "to"]])],
    ...[block([[0, "x"], [156, "x"]]), block([[0, "n"], [156, "L"]]), block(FILE, ""), block(FILE).fill("z", 0, 1), Buffer.alloc(512)],
  ];
  const PAX = [Pax.parse("16 path=long/er\\n10 size=7\\n27 mtime=1350244992.023960\\n14 linkpath=x\\n9 uid=12\\n"), Pax.parse("8 mode=x\\n", { path: "before" }, true)];
  const archived = (...more) => BLOCKS.map((bytes) => {
    const { type, size, path, mode, linkpath, nullBlock, cksumValid } = new Header(bytes, 0, ...more);
    return { type, size, path, mode, linkpath, nullBlock, cksumValid };
  });
  const versions = ["1.0", "1.0.post1", "1.0rc1", "2!1", "1.0.dev3", "x"];
  export const found = [
    versions.map((one) => [explain(one)?.release, explain(one)?.is_prerelease, explain(one)?.public, valid(one)]),
    versions.slice(0, 5).map((one) => versions.slice(0, 5).map((other) => compare(one, other))),
    versions.slice(0, 5).map((one) => [">=1", "==1.*", "~=1.0", "<1.0.post2", "===1.0"].map((range) => satisfies(one, range))),
    [validRange(">=1,<2"), validRange("nothing")],
    canonicalize({ b: [1, "a"], a: null }),
    JSON.stringify(Key.fromJSON("id", key)),
    JSON.stringify(new Metadata(new Root({ expires: "2030-01-01T00:00:00Z" })).toJSON()).length,
    MetadataKind.Root,
    TOML.map(rewritten),
    VALUES.map(checked),
    ...[signed("/", {}), signed("/b/a%20b/c%2B1.whl?list-type=2&prefix=x%2Fy%21&a=&a=2", { Range: "bytes=0-1" })],
    ...[archived(), archived(PAX[0]), archived(undefined, PAX[1]), archived(...PAX)],
    signed("/b/x", { "If-None-Match": "*", "Content-Type": "text/plain" }, "text"),
    ...[["one", "a", "-n", "1"], ["one", "c"], ["one"], ["on"], ["one", "--numbre"], ["--help"], ["one", "--help"]].map((args) => parse(...args)),
  ];`;

async function found(plugins: (typeof modules)[]): Promise<unknown> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: ROOT },
    ...{ absWorkingDir: ROOT, bundle: true, write: false, format: "cjs", platform: "node", plugins },
  });
  const module: { exports: { found?: unknown } } = { exports: {} };
  new Function("module", "exports", "require", "Date", outputFiles[0]?.text ?? "")(
    module,
    module.exports,
    createRequire(path.join(ROOT, "package.json")),
    StillDate,
  );
  return module.exports.found;
}

/** What is signed says when. */
class StillDate extends Date {
  constructor(given: number | string = 0) {
    super(given);
  }
}

describe("libraries of CommonJS as modules", () => {
  let whole: unknown;
  beforeAll(async () => {
    whole = await found([]);
  });

  it("do what they do", async () => {
    expect(JSON.stringify(whole)).toContain("unknown command");
    expect(await found([modules])).toEqual(whole);
  });

  it.each(["exports[name] = 1;", "if (x) require('y');", "module.exports = () => 1;"])("are refused: %s", (text) => {
    expect(() => asModule(text, "a/b.js")).toThrow("a/b.js has words of CommonJS's that are not known");
  });
});
