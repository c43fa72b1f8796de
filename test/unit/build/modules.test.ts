import { createRequire } from "node:module";
import * as path from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { asModule, modules } from "../../../build/plugins/modules.ts";
import { ROOT } from "../../../build/program.ts";

const ENTRY = `
  import { compare, explain, satisfies, validRange } from "@renovatebot/pep440";
  import { canonicalize } from "@tufjs/canonical-json";
  import { Key, Metadata, MetadataKind, Root } from "@tufjs/models";
  import { Argument, Command, CommanderError } from "commander";

  const key = { keytype: "ed25519", scheme: "ed25519", keyval: { public: "ab".repeat(32) } };
  const parse = (...args) => {
    const said = [];
    const program = new Command("p").exitOverride().configureOutput({ writeOut: (t) => said.push(t), writeErr: (t) => said.push(t) });
    const one = program.command("one").option("-n, --number <n>").addArgument(new Argument("<what>").choices(["a", "b"]));
    one.action((what, options) => said.push([what, options]));
    try { program.parse(args, { from: "user" }); } catch (error) { said.push(error instanceof CommanderError && error.code); }
    return said;
  };
  const versions = ["1.0", "1.0.post1", "1.0rc1", "2!1", "1.0.dev3", "x"];
  export const found = [
    versions.map((one) => explain(one)),
    versions.slice(0, 5).map((one) => versions.slice(0, 5).map((other) => compare(one, other))),
    versions.slice(0, 5).map((one) => [">=1", "==1.*", "~=1.0", "<1.0.post2", "===1.0"].map((range) => satisfies(one, range))),
    [validRange(">=1,<2"), validRange("nothing")],
    canonicalize({ b: [1, "a"], a: null }),
    JSON.stringify(Key.fromJSON("id", key)),
    JSON.stringify(new Metadata(new Root({ expires: "2030-01-01T00:00:00Z" })).toJSON()).length,
    MetadataKind.Root,
    ...[["one", "a", "-n", "1"], ["one", "c"], ["one"], ["on"], ["one", "--numbre"], ["--help"], ["one", "--help"]].map((args) => parse(...args)),
  ];`;

async function found(plugins: (typeof modules)[]): Promise<unknown> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: ROOT },
    ...{ absWorkingDir: ROOT, bundle: true, write: false, format: "cjs", platform: "node", plugins },
  });
  const module: { exports: { found?: unknown } } = { exports: {} };
  new Function("module", "exports", "require", outputFiles[0]?.text ?? "")(
    module,
    module.exports,
    createRequire(path.join(ROOT, "package.json")),
  );
  return module.exports.found;
}

describe("libraries of CommonJS as modules", () => {
  let whole: unknown;
  beforeAll(async () => {
    whole = await found([]);
  });

  it("do what they do", async () => {
    expect(JSON.stringify(whole)).toContain("commander.unknownCommand");
    expect(await found([modules])).toEqual(whole);
  });

  it.each(["exports[name] = 1;", "if (x) require('y');", "module.exports = () => 1;"])("are refused: %s", (text) => {
    expect(() => asModule(text, "a/b.js")).toThrow("a/b.js has words of CommonJS's that are not known");
  });
});
