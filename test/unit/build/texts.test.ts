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
 * Prints what is not the same in two programs, but for what they say of themselves: the name of a function may be another one everywhere, and
 * one that is a function's own throughout that, if neither the module nor Python nor an argument has it.
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
    if isinstance(part, ast.ClassDef):
        fixed.add(part.name)
    elif not isinstance(part, ast.FunctionDef):
        fixed |= {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
        fixed |= {alias.asname or alias.name for node in ast.walk(part) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names}
if len(whole) != len(short):
    print("other parts")
functions = {}
for one, other in zip(whole, short):
    if isinstance(one, ast.FunctionDef):
        functions[one.name] = other.name
        one.name = other.name = "_"
fixed -= set(functions)
if len(set(functions.values()) - fixed) != len(functions):
    print("one name for two functions", functions)
for one, other in zip(whole, short):
    was, now = take_names(one), take_names(other)
    pairs = set(zip(was, now))
    if ast.dump(one) != ast.dump(other) or not len(pairs) == len(set(was)) == len(set(now)):
        print("another program", ast.dump(one))
    for name, new in pairs:
        is_own = isinstance(one, ast.FunctionDef) and name not in fixed and new not in fixed
        if new != functions.get(name, new if is_own else name):
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
