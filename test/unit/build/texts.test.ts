import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { withoutRemarks } from "../../../build/plugins/texts.ts";
import { ROOT } from "../../../build/program.ts";
import { goodPython } from "../../support/machine.ts";

const folder = path.join(ROOT, "src/python/texts");

/** Prints what each of two programs is made of, without what they say of themselves. */
const PARTS = `
import ast, json, sys
for text in json.load(sys.stdin):
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            del node.body[0]
    apart = [[ast.Import([name]) for name in node.names] if isinstance(node, ast.Import) else [node] for node in tree.body]
    tree.body = sum(apart, [])
    print(ast.dump(tree))
`;

const files = fs.readdirSync(folder, { encoding: "utf8", recursive: true }).filter((name) => name.endsWith(".py"));

test.each(files)("%s stays the same program", (name) => {
  const text = fs.readFileSync(path.join(folder, name), "utf8");
  const short = withoutRemarks(text);
  expect(short.length).toBeLessThan(text.length);
  const { stdout, stderr } = spawnSync(goodPython(), ["-c", PARTS], {
    input: JSON.stringify([text, short]),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const [whole, cut] = stdout.trim().split("\n");
  expect(cut).toBe(whole);
});
