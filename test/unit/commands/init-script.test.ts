import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { initScript as putHeader } from "../../../src/commands/init/init.ts";
import { addHeader, headerLine } from "../../../src/commands/init/script.ts";
import type { PrimeError } from "../../../src/errors.ts";
import { MINORS, realPython } from "../../fixtures/python.ts";
import { goodPython, program } from "../../support/machine.ts";

let folder: string;
let script: string;
beforeEach(() => {
  folder = path.join(realpathSync(mkdtempSync(path.join(tmpdir(), "script-"))), "it's a $repo");
  script = path.join(folder, "tools/deep/report.py");
  mkdirSync(path.dirname(script), { recursive: true });
  // A launcher's part in this: run the script by a python, or the command behind `run`.
  writeFileSync(
    path.join(folder, "prime"),
    `#!/bin/sh\nexport THROUGH=prime\nif [ "$1" = run ]; then shift 2; fi\nexec '${goodPython()}' "$@"\n`,
    { mode: 0o755 },
  );
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

const silent = { update: () => {}, done: () => {} };

function initScript(file = script, cwd = folder): string[] {
  const said: string[] = [];
  const terminal = {
    verbosity: 0,
    say: (text: string) => void said.push(text),
    detail: () => {},
    warn: () => {},
    step: () => silent,
    end: () => {},
  };
  const context = {
    launcher: path.join(folder, "prime"),
    cwd,
    version: "2",
    terminal,
    print: { text: () => {}, json: () => {}, code: () => {} },
    env: {},
    startedAt: 0,
  };
  putHeader(context, { folder: ".", dryRun: false, force: false, toToml: false, extras: [] }, file);
  return said;
}

function output(command: string, args: readonly string[], cwd = folder): string {
  const outcome = spawnSync(command, args, { cwd, encoding: "utf8" });
  expect(outcome.stderr).toBe("");
  expect(outcome.status).toBe(0);
  return outcome.stdout;
}

const SHOW = `import os, sys
print(os.environ.get("THROUGH"), sys.argv[1:], sys.flags.optimize, ascii(__doc__).split("#")[-1])
`;

describe("a script with everything that has to come first", () => {
  const BODY = `#!/usr/bin/env python3
# -*- coding: latin-1 -*-
# Licence: none

"""Says \u00fc."""
from __future__ import annotations

${SHOW}print(ascii("\u00fc"))
`;

  const expected = (through: string, args: string) => `${through} [${args}] 0 `;

  test.each(["sh", "dash", "bash", "busybox", "ksh", "zsh"])("runs through %s", (shell) => {
    writeFileSync(script, BODY, "latin1");
    initScript();
    const words = shell === "busybox" ? ["sh"] : [];
    const shown = output(program(shell), [...words, script, "a b", "c'd"]);
    expect(shown.startsWith(expected("prime", `'a b', "c'd"`))).toBe(true);
    expect(shown).toMatch(/ \\nSays \\xfc\.'\n'\\xfc'\n$/);
  });

  test.each(MINORS)("is Python %s still", (minor) => {
    writeFileSync(script, BODY.replace("import annotations", "import division"), "latin1");
    initScript();
    const shown = output(realPython(minor) ?? program(`python${minor}`), [script, "x"]);
    expect(shown.startsWith(expected("None", "'x'"))).toBe(true);
    expect(shown).toMatch(/ \\nSays \\xfc\.'\n'\\xfc'\n$/);
  });
});

describe("ways of starting it", () => {
  beforeEach(() => {
    writeFileSync(script, SHOW);
    initScript();
  });

  test("by its path, relative and absolute", () => {
    for (const way of [script, "tools/deep/report.py", "./tools/deep/report.py"]) {
      expect(output(path.resolve(folder, way), ["x"])).toMatch(/^prime \['x'\] /);
      expect(output("/bin/sh", ["-c", '"$0" x', way])).toMatch(/^prime \['x'\] /);
    }
  });

  test("by its bare name, where it stands", () => {
    expect(output("/bin/sh", ["report.py", "x"], path.dirname(script))).toMatch(/^prime \['x'\] /);
  });

  test("with a leading dash in its name", () => {
    const dash = path.join(path.dirname(script), "-n.py");
    writeFileSync(dash, SHOW);
    initScript(dash);
    expect(output("/bin/sh", ["--", "-n.py", "x"], path.dirname(script))).toMatch(/^prime \['x'\] /);
  });
});

test.each([
  ['"""Plain."""', "Plain."],
  ["'''It's \"so\" \\x41.'''", 'It\'s "so" A.'],
  ['r"""Raw \\d."""', "Raw \\d."],
  ["R'''Three \"\"\" and \"'''", 'Three """ and "'],
  ['"One \\"line\\"."', 'One "line".'],
  ["u'It\\'s.'", "It's."],
  ["'Two ' 'parts.'", "Two parts."],
  ['"""Many\n\n  lines\\\n joined."""', "Many\n\n  lines joined."],
  [`'a\\""'`, 'a""'],
  [`r'a\\"'`, 'a\\"'],
  ['""', ""],
])("a docstring of any kind keeps its text: %s", (literal, text) => {
  const show = "from __future__ import division\nimport json\nprint(json.dumps(__doc__))\n";
  const headed = addHeader(`${literal}\n${show}`, "prime", "f").text;
  writeFileSync(script, headed);
  const [first, ...rest] = JSON.parse(output(goodPython(), [script])).split("\n");
  expect(first).toBe(headerLine("prime", "").slice(3));
  expect(rest.join("\n")).toBe(text);
});

test.each(['b"""no docstring"""', 'f"{1}"', "x = 1", ""])("a script without a docstring: %s", (statement) => {
  const { text } = addHeader(`# a comment\n${statement}\n`, "prime", "f");
  expect(text).toBe(`#!/bin/sh\n${headerLine("prime", "")}"""\n# a comment\n${statement}\n`);
});

test("a new script runs at once", () => {
  expect(initScript()).toEqual(["write   tools/deep/report.py: a script that starts by the launcher"]);
  expect(output(script, [])).toBe("it works\n");
  expect(output(goodPython(), [script])).toBe("it works\n");
});

test("the options of its first line stay", () => {
  writeFileSync(script, `#!/usr/bin/python3 -O\n${SHOW}`);
  expect(initScript()[0]).toContain("its first line was `#!/usr/bin/python3 -O`");
  expect(output(script, ["x"])).toMatch(/^prime \['x'\] 1 /);
  initScript();
  expect(output(script, ["x"])).toMatch(/^prime \['x'\] 1 /);
});

test("a second time changes nothing", () => {
  for (const body of [SHOW, `"""Doc."""\n${SHOW}`, `#!/usr/bin/python3 -O\n'''Doc.'''\n${SHOW}`]) {
    rmSync(script, { force: true });
    writeFileSync(script, body);
    initScript();
    const before = readFileSync(script);
    expect(initScript()).toEqual(["keep    tools/deep/report.py: has the header"]);
    expect(readFileSync(script).equals(before)).toBe(true);
  }
});

test("a script that was moved gets the new way to the launcher", () => {
  writeFileSync(script, `"""Doc."""\n${SHOW}`);
  initScript();
  const moved = path.join(folder, "report.py");
  writeFileSync(moved, readFileSync(script));
  initScript(moved);
  expect(output(moved, [])).toMatch(/^prime \[\] 0 /);
});

test("its permissions stay, but who reads it may run it", () => {
  writeFileSync(script, SHOW);
  chmodSync(script, 0o640);
  initScript();
  expect(statSync(script).mode & 0o777).toBe(0o750);
});

test("a linked script is changed where it stands", () => {
  writeFileSync(script, SHOW);
  symlinkSync(script, path.join(folder, "link"));
  initScript(path.join(folder, "link"));
  expect(output(script, [])).toMatch(/^prime /);
});

test.each([
  "#!/bin/bash",
  "#!/usr/bin/env python2",
  "#!/usr/bin/env -S uv run --script",
  '#!/usr/bin/python3 -c "$(x)"',
])("a first line whose meaning would be lost is refused: %s", (first) => {
  writeFileSync(script, `${first}\n${SHOW}`);
  expect(() => initScript()).toThrowError(expect.objectContaining({ id: "script-not-python" }));
  expect(readFileSync(script, "utf8")).toBe(`${first}\n${SHOW}`);
});

test.each([
  "#!/usr/bin/python",
  "#! /usr/bin/python3.12",
  "#!/usr/bin/env python3",
  "#!/usr/bin/env -S python3 -u",
  "#!python",
])("a first line of Python 3 is taken: %s", (first) => {
  expect(addHeader(`${first}\nx = 1\n`, "prime", "f").text).toBe(
    `#!/bin/sh\n${headerLine("prime", first.endsWith("-u") ? "-u" : "")}"""\nx = 1\n`,
  );
});

test("what sh does not know goes", () => {
  const bytes = Buffer.from("\ufeff# caf\u00e9\r\nx = 1\r\n");
  const { text, told } = addHeader(bytes.toString("latin1"), "prime", "f");
  expect(Buffer.from(text, "latin1").toString()).toBe(`#!/bin/sh\n${headerLine("prime", "")}"""\n# caf\u00e9\nx = 1\n`);
  expect(told).toHaveLength(2);
});

test("outside the launcher's folder, or without one of its own, it is refused", () => {
  expect(() => initScript(path.join(path.dirname(folder), "else/x.py"))).toThrowError(
    expect.objectContaining({ id: "no-folder" } satisfies Partial<PrimeError>),
  );
  const outside = path.join(path.dirname(folder), "x.py");
  expect(() => initScript(outside)).toThrowError(expect.objectContaining({ id: "script-outside" }));
  expect(existsSync(outside)).toBe(false);
});
