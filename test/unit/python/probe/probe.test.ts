import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Failure, type Interpreter, isFailure, versionOf } from "../../../../src/python/interpreter.ts";
import { probe } from "../../../../src/python/probe/probe.ts";
import { ALL_START, anyPython, MINORS, realPython, Sandbox } from "../../../fixtures/python.ts";

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

const ask = (file: string, more: { env?: Record<string, string>; limitMs?: number } = {}) =>
  probe(file, {
    env: more.env ?? { PATH: "/usr/bin:/bin" },
    cwd: box.folder,
    cacheFolder: box.path("cache"),
    starting: ALL_START,
    limitMs: more.limitMs ?? 20_000,
  });

async function answered(file: string): Promise<Interpreter> {
  const answer = await ask(file);
  if (isFailure(answer)) throw new Error(`${answer.path}: ${answer.why}`);
  return answer;
}

async function failed(file: string, limitMs?: number): Promise<Failure> {
  const answer = await ask(file, limitMs === undefined ? {} : { limitMs });
  if (!isFailure(answer)) throw new Error(`${file} answered as ${versionOf(answer)}`);
  return answer;
}

describe.each(MINORS)("python %s", (minor) => {
  const python = realPython(minor);

  test.skipIf(python === undefined)("says what it is", async () => {
    const link = box.link("bin/python3", python as string);
    const found = await answered(link);
    expect(found.path).toBe(link);
    expect(found.realPath).toBe(fs.realpathSync(python as string));
    expect(found.version).toMatch(new RegExp(`^${minor.replace(".", "\\.")}\\.\\d+$`));
    expect(found).toMatchObject({ implementation: "cpython", prerelease: "", isVenv: false });
    expect(found.soabi).toMatch(new RegExp(`^cpython-${minor.replace(".", "")}`));
    expect(fs.existsSync(path.join(found.stdlib, "os.py"))).toBe(true);
    if (found.libpython !== null) expect(fs.statSync(found.libpython).isFile()).toBe(true);
  });

  test.skipIf(python === undefined)("in a venv in a venv leads to the interpreter outside", async () => {
    const outer = box.venv(python as string, "outer");
    const inner = box.venv(path.join(outer, "bin", "python"), "inner");
    for (const venv of [outer, inner]) {
      const found = await answered(path.join(venv, "bin", "python"));
      expect(found.isVenv).toBe(true);
      expect(found.executable.startsWith(box.folder)).toBe(false);
      expect(found.realPath).toBe(fs.realpathSync(python as string));
    }
  });
});

test("a venv of copies, and one that was written by hand, lead outside too", async () => {
  const real = fs.realpathSync(anyPython());
  const home = path.dirname(real);
  box.link("venv/bin/python", real);
  box.write("venv/pyvenv.cfg", `# by hand\nHome =   ${home}\n`);
  expect((await answered(box.path("venv/bin/python"))).executable).toMatch(new RegExp(`^${home}/`));
});

test("a venv whose interpreter is gone, and one that leads to itself, are failures", async () => {
  const real = fs.realpathSync(anyPython());
  box.link("venv/bin/python", real);
  box.write("venv/pyvenv.cfg", `home = ${box.path("gone")}\n`);
  expect((await failed(box.path("venv/bin/python"))).why).toContain(`gone from ${box.path("gone")}`);
  box.write("venv/pyvenv.cfg", `home = ${box.path("venv/bin")}\n`);
  expect((await failed(box.path("venv/bin/python"))).why).toContain("leads back to itself");
});

test("no variable of the user's and no file of the current folder reaches the interpreter", async () => {
  box.write("json.py", "raise SystemExit('shadowed')\n");
  box.write("lib/sitecustomize.py", "raise SystemExit('hooked')\n");
  const env = {
    PATH: "/usr/bin:/bin",
    PYTHONPATH: box.path("lib"),
    PYTHONHOME: box.path("nowhere"),
    VIRTUAL_ENV: "/x",
  };
  expect(isFailure(await ask(anyPython(), { env }))).toBe(false);
});

describe("what is no interpreter", () => {
  test("a stub that ends with a status and says nothing", async () => {
    expect((await failed(box.stub("python3", "exit 49"))).why).toBe("it ended with status 49");
  });

  test("a stub that ends well and says nothing, or opens a store", async () => {
    expect((await failed(box.stub("python3", "exit 0"))).why).toBe("it said nothing of use");
    const store = box.stub("python", "echo 'Python was not found; run without arguments to install it' >&2; exit 9");
    expect((await failed(store)).why).toBe(
      "it ended with status 9: Python was not found; run without arguments to install it",
    );
  });

  test.each([
    ["python3: error while loading shared libraries: libpython3.11.so.1.0: cannot open shared object file", "library"],
    ["python3: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by python3)", "library"],
    ["python3: symbol lookup error: python3: undefined symbol: Py_BytesMain", "library"],
    ["Error loading shared library libpython3.11.so.1.0: No such file or directory (needed by python3)", "library"],
    ["Error relocating /usr/bin/python3: Py_BytesMain: symbol not found", "library"],
    ["dyld[7]: Library not loaded: @executable_path/../Python3", "library"],
    ["ModuleNotFoundError: No module named 'encodings'", "stdlib"],
    ["Could not find platform independent libraries <prefix>", "stdlib"],
    ["pyenv: version `3.11.7' is not installed", undefined],
  ])("one that says: %s", async (words, kind) => {
    const { kind: found } = await failed(box.stub("python3", `cat >&2 <<'END'\n${words}\nEND\nexit 1`));
    expect(found).toBe(kind);
  });

  test("a file that is no program is told from one that is torn", async () => {
    const text = box.write("text", "no program\n", 0o755);
    expect(await failed(text)).toMatchObject({ kind: "format" });
    fs.writeFileSync(text, fs.readFileSync(process.execPath).subarray(0, 4096));
    expect(await failed(text)).not.toMatchObject({ kind: "format" });
  });

  test("one that claims a version and runs nothing", async () => {
    expect(isFailure(await ask(box.stub("python3", "echo Python 3.12.1")))).toBe(true);
  });

  test("one that hangs, with a child that holds its output open", async () => {
    const fifo = box.fifo("never");
    const hanging = box.stub("python3", `(read word < '${fifo}') & read word < '${fifo}'`);
    expect((await failed(hanging, 200)).why).toBe("it did not answer within 0.2 seconds");
  });

  test("one that prints JSON of its own", async () => {
    expect(isFailure(await ask(box.stub("python3", `echo '{"a": 1}'`)))).toBe(true);
    expect(isFailure(await ask(box.stub("python", "echo null")))).toBe(true);
  });

  test("text without a first line that names an interpreter", async () => {
    const why = (await failed(box.write("python3", "\u0000\u0001 no program\n", 0o755))).why;
    expect(why).toMatch(/^it (could not be started|ended)/);
  });

  test("one that is too old for the question, named as such", async () => {
    const answer =
      'case "$1" in --version) echo Python 3.5.2;; *) echo "SyntaxError: invalid syntax" >&2; exit 1;; esac';
    expect((await failed(box.stub("python3", answer))).why).toBe("it is Python 3.5.2, and prime needs 3.6 or newer");
  });

  const python2 = path.join(path.dirname(anyPython()), "../../2.7.18/bin/python2.7");
  test.skipIf(!fs.existsSync(python2))("Python 2, named as such", async () => {
    expect((await failed(python2)).why).toBe("it is Python 2.7.18, and prime needs 3.6 or newer");
  });
});

describe("the cache", () => {
  const place = () => box.link("bin/python3", anyPython());
  const records = () => fs.readdirSync(box.path("cache/probes"));

  test("answers without a process while the file is the same", async () => {
    const link = place();
    const first = await answered(link);
    const [record] = records();
    const file = box.path("cache/probes", record as string);
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(`"version":"${first.version}"`, '"version":"3.99.0"'));
    expect((await answered(link)).version).toBe("3.99.0");
  });

  test.each([0, 1, 2])("asks again when file %i of those that the answer rests on has changed", async (index) => {
    const link = place();
    const first = await answered(link);
    const file = box.path("cache/probes", records()[0] as string);
    const record = JSON.parse(fs.readFileSync(file, "utf8"));
    record.files[index] = `${record.files[index]}1`;
    record.interpreter.version = "3.99.0";
    fs.writeFileSync(file, JSON.stringify(record));
    expect(await answered(link)).toEqual(first);
  });

  test("asks again when the standard library is gone", async () => {
    const link = place();
    const first = await answered(link);
    const file = box.path("cache/probes", records()[0] as string);
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(`"stdlib":"${first.stdlib}"`, '"stdlib":"/gone"'));
    expect((await answered(link)).stdlib).toBe(first.stdlib);
  });

  const [older, newer] = MINORS.map(realPython).filter((python) => python !== undefined);
  test.skipIf(newer === undefined)("asks again when the link leads to another interpreter", async () => {
    const link = box.link("bin/python3", older as string);
    const before = await answered(link);
    fs.rmSync(link);
    box.link("bin/python3", newer as string);
    expect((await answered(link)).version).not.toBe(before.version);
  });

  test.each(["", "{", "null", "[]", '{"path": 1}', '{"interpreter": null}'])(
    "ignores the torn record %j",
    async (torn) => {
      const link = place();
      const first = await answered(link);
      const [record] = records();
      fs.writeFileSync(box.path("cache/probes", record as string), torn);
      expect(await answered(link)).toEqual(first);
      expect(fs.readFileSync(box.path("cache/probes", record as string), "utf8")).toContain(first.version);
    },
  );

  test("is not asked for a shim, which may answer differently each time", async () => {
    const shim = box.counted("python3", anyPython());
    await answered(shim);
    await answered(shim);
    expect(box.calls("python3")).toBe(2);
    expect(fs.existsSync(box.path("cache"))).toBe(false);
  });

  test("may be impossible to write", async () => {
    box.write("cache", "a file where the folder should be");
    expect((await answered(place())).implementation).toBe("cpython");
  });

  test("keeps no failure", async () => {
    await failed(box.stub("python3", "exit 1"));
    expect(fs.existsSync(box.path("cache"))).toBe(false);
  });
});
