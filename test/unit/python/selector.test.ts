import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PrimeError } from "../../../src/errors.ts";
import { selectPython } from "../../../src/python/search/choose.ts";
import { runSelector } from "../../../src/python/search/selector.ts";
import { parseRequest } from "../../../src/python/version.ts";
import { ALL_START, anyPython, MINORS, realPython, Sandbox } from "../../fixtures/python.ts";

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

const ask = (
  selector: string,
  more: { text?: string; interpreter?: string; limitMs?: number; env?: Record<string, string> } = {},
) =>
  runSelector({
    selector,
    request: parseRequest(more.text ?? "3.12"),
    interpreter: more.interpreter ?? anyPython(),
    env: more.env ?? { PATH: "/usr/bin:/bin" },
    root: box.folder,
    limitMs: more.limitMs ?? 20_000,
  });

async function refusal(asking: Promise<unknown>): Promise<PrimeError> {
  const error = await asking.then(
    (answer) => new Error(`answered ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PrimeError)) throw error;
  return error;
}

const python = (body: string) => box.write("select.py", body);
const returning = (expression: string, before = "") =>
  python(`${before}\ndef select_python_file_abs_path(required_version):\n    return ${expression}\n`);

describe("a selector in Python", () => {
  test.each(MINORS.filter((minor) => realPython(minor) !== undefined))("is run by python %s", async (minor) => {
    const selector = returning("sys.executable + ':' + repr(required_version)", "import sys");
    const interpreter = realPython(minor) as string;
    const { path: answer } = await ask(selector, { interpreter, text: "3.12.1" });
    expect(answer).toBe(`${interpreter}:(3, 12, 1)`);
  });

  test("gets three numbers, for a range the lowest that fits", async () => {
    const selector = returning("'/' + '.'.join(map(str, required_version))");
    expect((await ask(selector, { text: ">=3.9,<3.13" })).path).toBe("/3.9.0");
    expect((await ask(selector, { text: "3.7" })).path).toBe("/3.7.0");
    expect((await ask(selector, { text: "any" })).path).toBe("/3.0.0");
  });

  test("may answer with None", async () => {
    expect(await ask(returning("None"))).toEqual({ path: null, printed: "" });
  });

  test("may print, and so may its children: its answer is kept apart", async () => {
    const printing =
      "import os, subprocess, sys\nprint('one')\nsubprocess.call(['echo', 'two'])\nos.system('echo three')";
    const answer = await ask(returning("'/x'", printing));
    expect(answer.path).toBe("/x");
    expect(answer.printed.trim().split("\n").sort()).toEqual(["one", "three", "two"]);
  });

  test("is imported, isolated from the user's variables and the current folder, and leaves no trace beside it", async () => {
    box.write("json.py", "raise RuntimeError('shadowed')");
    const before = "import json, os, sys\nassert __name__ != '__main__'\nassert 'PYTHONPATH' not in os.environ";
    const selector = returning("'/isolated' if sys.flags.isolated else None", before);
    const env = { PATH: "/usr/bin:/bin", PYTHONPATH: box.folder, VIRTUAL_ENV: "/x" };
    expect((await ask(selector, { env })).path).toBe("/isolated");
    expect(fs.readdirSync(box.folder).sort()).toEqual(["json.py", "select.py"]);
  });

  test("that raises ends the start with its own text and line", async () => {
    const selector = python(
      "def select_python_file_abs_path(required_version):\n    helper()\n\ndef helper():\n    raise ValueError('no such team')\n",
    );
    const error = await refusal(ask(selector));
    expect(error.id).toBe("selector-raised");
    expect(error.exitCode).toBe(125);
    expect(error.message).toBe(`the python selector ${selector}:5 raised ValueError: no such team`);
    expect(error.hint).toContain("(3, 12, 0)");
  });

  test("that raises while it is imported, or leaves by sys.exit", async () => {
    expect((await refusal(ask(python("\nimport no_such_module\n")))).message).toMatch(
      /select\.py:2 raised ModuleNotFoundError: No module named 'no_such_module'$/,
    );
    expect((await refusal(ask(python("import sys\nsys.exit('enough')\n")))).message).toMatch(
      /select\.py:2 raised SystemExit: enough$/,
    );
  });

  test("that leaves without an answer", async () => {
    const error = await refusal(ask(python("import os, sys\nprint('bye', flush=True)\nos._exit(7)\n")));
    expect(error.message).toMatch(/gave no answer: it ended with status 7; it said:\n {2}bye$/);
  });

  test("that is not Python, with its line", async () => {
    const error = await refusal(ask(python("x = 1\nnot python at all\n")));
    expect(error.id).toBe("selector-syntax");
    expect(error.message).toMatch(/select\.py:2 is not valid Python: SyntaxError: /);
    expect((await refusal(ask(python("x = '\u0000'\n")))).id).toMatch(/^selector-(syntax|raised)$/);
  });

  test("that does not define the function", async () => {
    for (const text of ["", "select_python_file_abs_path = 3\n"]) {
      const error = await refusal(ask(python(text)));
      expect(error.id).toBe("selector-undefined");
      expect(error.message).toContain("does not define select_python_file_abs_path");
    }
  });

  test.each([
    ["3", "returned a value of type int"],
    ["b'/x'", "returned a value of type bytes"],
    ["'python3'", "answered `python3`, which is not an absolute path"],
    ["''", "answered ``, which is not an absolute path"],
  ])("that returns %s", async (expression, said) => {
    const error = await refusal(ask(returning(expression)));
    expect(error.id).toBe("selector-answer");
    expect(error.message).toContain(said);
  });

  test("that hangs is ended with all that it started", async () => {
    const fifo = box.fifo("never");
    const selector = python(
      `import os, subprocess\nchild = subprocess.Popen(['cat', ${JSON.stringify(fifo)}])\n` +
        `with open(${JSON.stringify(box.path("pids"))}, 'w') as f:\n    f.write('%d %d' % (os.getpid(), child.pid))\nchild.wait()\n`,
    );
    const error = await refusal(ask(selector, { limitMs: 3000 }));
    expect(error.id).toBe("selector-limit");
    expect(error.message).toContain("did not end within 3 seconds and was ended");
    const pids = fs.readFileSync(box.path("pids"), "utf8").split(" ").map(Number);
    expect(pids).toHaveLength(2);
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]));
  });
});

describe("a reply that prime's own text would not give", () => {
  test.each([
    ["null", "b'null'"],
    ["a number", "b'1'"],
    ["a list", "b'[1, {}]'"],
    ["another type", `b'{"path": 1}'`],
    ["an unknown failure", `b'{"failure": "x"}'`],
    ["a NUL", `b'{"path": "/a\\\\u0000b"}'`],
    ["bottomless", "b'[' * 200000"],
    ["a huge one", `b'{"path": "' + b'a' * 5000000 + b'"}'`],
  ])("%s is a refusal", async (_, reply) => {
    const forge = `import os\nfor fd in range(3, 20):\n  try:\n    rest = ${reply}\n    while rest: rest = rest[os.write(fd, rest):]\n  except OSError: pass\nos._exit(0)\n`;
    const error = await refusal(ask(python(forge)));
    expect(error.id).toMatch(/^selector-(?:failed|answer)$/);
    expect(error.message.length).toBeLessThan(1000);
  });
});

describe("any other executable", () => {
  test("gets the version as written and prints one path", async () => {
    const selector = box.stub("select", `echo "/$#/$1"`);
    expect((await ask(selector, { text: ">=3.9, <3.13" })).path).toBe("/1/>=3.9, <3.13");
    expect((await ask(selector, { text: "cpython-3.12.1" })).path).toBe("/1/cpython-3.12.1");
    expect((await ask(selector, { text: "any" })).path).toBe("/1/");
  });

  test("prints nothing to leave the choice, and the rest on standard error", async () => {
    expect(await ask(box.stub("select", "echo looking >&2"))).toEqual({ path: null, printed: "looking\n" });
    expect((await ask(box.stub("blank", "echo"))).path).toBeNull();
  });

  test.each([
    ["echo /a; echo /b", "selector-answer", "printed 2 lines where one path is expected:\n  /a\n  /b"],
    ["echo bin/python", "selector-answer", "answered `bin/python`, which is not an absolute path"],
    ["echo /x; echo 'no team' >&2; exit 3", "selector-failed", "it ended with status 3; it said:\n  no team"],
    ["kill -9 $$", "selector-failed", "it ended with SIGKILL"],
  ])("that does `%s`", async (script, id, said) => {
    const error = await refusal(ask(box.stub("select", script)));
    expect(error.id).toBe(id);
    expect(error.message).toContain(said);
  });

  test("that hangs, with a child that holds its output open", async () => {
    const fifo = box.fifo("never");
    const error = await refusal(ask(box.stub("select", `echo /x\ncat '${fifo}' &\ncat '${fifo}'`), { limitMs: 300 }));
    expect(error.id).toBe("selector-limit");
  });

  test("that is not executable, missing, a folder, or for no interpreter", async () => {
    expect((await refusal(ask(box.write("select", "text")))).hint).toContain("chmod +x");
    expect((await refusal(ask(box.path("gone")))).message).toContain("it does not exist");
    expect((await refusal(ask(box.path("gone.py")))).id).toBe("selector-missing");
    expect((await refusal(ask(box.folderAt("folder")))).message).toContain("it is not a file");
    expect((await refusal(ask(box.write("odd", "#!/no/such/interpreter\n", 0o755)))).id).toBe("selector-failed");
  });
});

describe("the choice", () => {
  const choose = (selector: string | null, text: string | null = null, folders = ["bin"]) =>
    selectPython({
      request: parseRequest(text),
      selector,
      env: { ...box.env(...folders), SEEN: box.path("seen") },
      root: box.folder,
      cacheFolder: box.path("cache"),
      starting: ALL_START,
      limitMs: 20_000,
      selectorLimitMs: 20_000,
      exclude: [],
    });

  beforeEach(() => {
    box.link("bin/python3", anyPython());
    box.link("other/python3", anyPython());
  });

  test("is the search's without a selector", async () => {
    const made = await choose(null);
    expect(made.selected.path).toBe(box.path("bin/python3"));
    expect(made).toMatchObject({ fits: true, warnings: [], passedOver: [], printed: "" });
    expect(made.how).toBe("the first found that fits any Python 3");
    const { realPath, stdlib, libpython } = made.selected;
    expect(made.inputs).toEqual([
      { kind: "file", path: realPath },
      { kind: "file", path: path.join(stdlib, "os.py") },
      ...(libpython === null ? [] : [{ kind: "file", path: libpython }]),
      { kind: "same", path: box.path("bin/python3"), target: realPath },
    ]);
  });

  test("is the selector's, which is asked once", async () => {
    const body = `open(__import__('os').environ['SEEN'], 'a').write('x')`;
    const made = await choose(returning(`'${box.path("other/python3")}'`, body));
    expect(made.selected.path).toBe(box.path("other/python3"));
    expect(made.how).toBe(`chosen by the python selector ${box.path("select.py")}`);
    expect(made.inputs[0]).toEqual({ kind: "file", path: box.path("select.py") });
    expect(fs.readFileSync(box.path("seen"), "utf8")).toBe("x");
  });

  test("of a path in a venv is the interpreter that the venv was made from", async () => {
    const venv = box.venv(anyPython(), "venv");
    const made = await choose(returning(`'${path.join(venv, "bin", "python")}'`));
    expect(made.selected.realPath).toBe(fs.realpathSync(anyPython()));
    expect(made.selected.isVenv).toBe(false);
  });

  test("of nothing, or of a path that does not run, is the search's, with a warning and without asking again", async () => {
    const body = `open(__import__('os').environ['SEEN'], 'a').write('x')`;
    const nothing = await choose(returning("None", body));
    expect(nothing.selected.path).toBe(box.path("bin/python3"));
    expect(nothing.warnings).toEqual([
      `the python selector ${box.path("select.py")} chose nothing: searching PATH instead`,
    ]);
    expect(fs.readFileSync(box.path("seen"), "utf8")).toBe("x");

    const dead = await choose(box.stub("select", "echo /no/such/python"));
    expect(dead.selected.path).toBe(box.path("bin/python3"));
    expect(dead.warnings[0]).toContain("chose /no/such/python, which does not work (it does not exist)");
  });

  test("of what does not fit is kept, and said not to fit", async () => {
    const made = await choose(returning(`'${box.path("other/python3")}'`), "3.7.99");
    expect([made.selected.path, made.fits]).toEqual([box.path("other/python3"), false]);
  });

  test("by an executable needs no Python in PATH; by a .py it does", async () => {
    const made = await choose(box.stub("select", `echo '${box.path("other/python3")}'`), null, ["empty"]);
    expect(made.selected.path).toBe(box.path("other/python3"));
    expect((await refusal(choose(returning("'/x'"), null, ["empty"]))).id).toBe("no-python");
    expect((await refusal(choose(null, null, ["empty"]))).id).toBe("no-python");
  });

  test("of a shim watches the interpreter that it started", async () => {
    box.counted("shims/python3", anyPython());
    const made = await choose(null, null, ["shims"]);
    expect(made.inputs.map((input) => input.path)).not.toContain(box.path("shims/python3"));
    expect(made.inputs[0]).toEqual({ kind: "file", path: fs.realpathSync(anyPython()) });
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed child whose new parent has not reaped it yet still has a number: it is dead all the same.
    return !fs.readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
