import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { withShortNames } from "../../../build/plugins/python-names.ts";
import { withoutRemarks } from "../../../build/plugins/texts.ts";
import { ROOT } from "../../../build/program.ts";
import { goodPython } from "../../support/machine.ts";

const folder = path.join(ROOT, "src/python/texts");

/**
 * Prints what is not the same in two programs, but for what they say of themselves: a name that is a function's own may be another one
 * throughout, if neither the module nor Python nor an argument has it.
 */
const DIFFERENCES = `
import ast, builtins, json, sys

def read(text):
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            del node.body[0]
    apart = [[ast.Import([name]) for name in node.names] if isinstance(node, ast.Import) else [node] for node in tree.body]
    return sum(apart, [])

def take_names(part):
    names = []
    for node in ast.walk(part):
        for field in ("id", "arg") if isinstance(node, (ast.Name, ast.arg)) else ("name",) if isinstance(node, ast.ExceptHandler) else ():
            if getattr(node, field, None) is not None:
                names.append(getattr(node, field))
                setattr(node, field, "_")
    return names

whole, short = [read(text) for text in json.load(sys.stdin)]
fixed = set(dir(builtins))
for part in whole:
    fixed |= {node.arg for node in ast.walk(part) if isinstance(node, ast.keyword)}
    if isinstance(part, (ast.FunctionDef, ast.ClassDef)):
        fixed.add(part.name)
    else:
        fixed |= {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
        fixed |= {alias.asname or alias.name for node in ast.walk(part) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names}
if len(whole) != len(short):
    print("other parts")
for one, other in zip(whole, short):
    was, now = take_names(one), take_names(other)
    pairs = set(zip(was, now))
    if ast.dump(one) != ast.dump(other) or not len(pairs) == len(set(was)) == len(set(now)):
        print("another program", ast.dump(one))
    for name, new in pairs:
        if name != new and (name in fixed or new in dir(builtins) or not isinstance(one, ast.FunctionDef)):
            print("another name", name, new)
`;

const files = fs.readdirSync(folder, { encoding: "utf8", recursive: true }).filter((name) => name.endsWith(".py"));

test.each(files)("%s stays the same program", (name) => {
  const text = fs.readFileSync(path.join(folder, name), "utf8");
  const short = withShortNames(withoutRemarks(text));
  expect(short.length).toBeLessThan(text.length);
  const { stdout, stderr } = spawnSync(goodPython(), ["-c", DIFFERENCES], {
    input: JSON.stringify([text, short]),
    encoding: "utf8",
  });
  expect(stderr + stdout).toBe("");
});
