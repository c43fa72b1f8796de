import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noPythonError } from "../../../src/python/search/no-python.ts";
import { searchPython } from "../../../src/python/search/search.ts";
import { parseRequest } from "../../../src/python/version.ts";
import { ALL_START, anyPython, realPython, Sandbox } from "../../fixtures/python.ts";

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

const search = (
  text: string | null,
  env: Record<string, string>,
  more: { exclude?: string[]; limitMs?: number; soabi?: string } = {},
) =>
  searchPython(parseRequest(text), {
    env,
    root: box.folder,
    cacheFolder: box.path("cache"),
    starting: ALL_START,
    limitMs: more.limitMs ?? 20_000,
    exclude: more.exclude ?? [],
    ...(more.soabi === undefined ? {} : { soabi: more.soabi }),
  });

/** Puts a real interpreter into a folder under several names. */
const place = (folder: string, minor: string, ...names: string[]) => {
  const python = realPython(minor);
  if (python === undefined) throw new Error(`this test needs Python ${minor}`);
  for (const name of names) box.link(`${folder}/${name}`, python);
};

const has = (...minors: string[]) => minors.every((minor) => realPython(minor) !== undefined);
const minorOf = (version: string | undefined) => version?.split(".").slice(0, 2).join(".");

describe.skipIf(!has("3.9", "3.10", "3.12"))("the order", () => {
  test("an exact name in a later folder beats a plain one in an earlier folder", async () => {
    place("one", "3.9", "python3", "python");
    place("two", "3.12", "python3.12");
    const result = await search("3.12", box.env("one", "two"));
    expect(result.selected?.path).toBe(box.path("two/python3.12"));
    expect(result.fits).toBe(true);
    expect(result.passedOver).toEqual([]);
  });

  test("of one name the first folder counts", async () => {
    place("one", "3.9", "python3");
    place("two", "3.12", "python3");
    expect((await search("3", box.env("one", "two"))).selected?.path).toBe(box.path("one/python3"));
  });

  test("of a wanted ABI beats all others that fit, and these beat none", async () => {
    place("one", "3.12", "python3");
    place("two", "3.9", "python3");
    const [first, second] = ["one", "two"].map((folder) => box.path(folder, "python3"));
    const soabi = (await search(null, box.env("two"))).selected?.soabi ?? "";
    expect((await search(null, box.env("one", "two"), { soabi })).selected?.path).toBe(second);
    const none = await search(null, box.env("one", "two"), { soabi: "cpython-399" });
    expect(none).toMatchObject({ selected: { path: first }, fits: true });
  });

  test("what uv has installed serves where nothing on PATH answers, the highest version first", async () => {
    place("uv/python/cpython-3.9.18-linux-x86_64-gnu/bin", "3.9", "python3");
    place("uv/python/cpython-3.10.13-linux-x86_64-gnu/bin", "3.10", "python3");
    const env = { ...box.env("empty"), XDG_DATA_HOME: box.folder };
    expect(minorOf((await search(null, env)).selected?.version)).toBe("3.10");
    expect((await search("3.9", env)).selected?.version).toMatch(/^3\.9\./);
    place("one", "3.12", "python3");
    const misfit = await search("3.9", { ...env, PATH: box.path("one") });
    expect(misfit).toMatchObject({ selected: { path: box.path("one/python3") }, fits: false });
  });

  test("one that fits beats one that answers first; what did not fit is told", async () => {
    place("one", "3.9", "python3");
    place("two", "3.12", "python3");
    const result = await search(">=3.12", box.env("one", "two"));
    expect(result.selected?.path).toBe(box.path("two/python3"));
    expect(result.passedOver).toEqual([
      { path: box.path("one/python3"), why: expect.stringMatching(/^it is cpython 3\.9\.\d+, not Python >=3\.12$/) },
    ]);
  });

  test("when none fits, the first that answers is taken, and said not to fit", async () => {
    place("one", "3.9", "python3");
    place("two", "3.12", "python");
    const result = await search("3.10.99", box.env("one", "two"));
    expect(result.selected?.path).toBe(box.path("one/python3"));
    expect(result.fits).toBe(false);
    expect(result.passedOver.map((one) => one.path)).toEqual([box.path("two/python")]);
  });

  test("anything that answers will do to start with, under whatever name", async () => {
    place("one", "3.9", "python3.9");
    for (const request of ["3.12", "pypy3.10"]) {
      const result = await search(request, box.env("one"));
      expect([result.selected?.path, result.fits]).toEqual([box.path("one/python3.9"), false]);
    }
  });

  test("what was passed over is told in the order of the search", async () => {
    place("one", "3.9", "python3.12", "python3");
    box.stub("two/python3", "exit 9");
    place("two", "3.10", "python");
    const result = await search("3.12", box.env("one", "two"));
    expect(result.selected?.path).toBe(box.path("one/python3.12"));
    expect(result.passedOver.map((one) => one.path)).toEqual([box.path("two/python3"), box.path("two/python")]);
  });

  test("a range takes the newest of the names with a minor that it fits", async () => {
    place("one", "3.12", "python3", "python3.12");
    place("one", "3.9", "python3.9");
    place("one", "3.10", "python3.10");
    expect((await search(">=3.9,<3.12", box.env("one"))).selected?.path).toBe(box.path("one/python3.10"));
  });

  test("an interpreter is asked once, whatever it is called and by whatever way it is reached", async () => {
    place("real", "3.9", "python3", "python", "python3.9");
    box.link("again", box.path("real"));
    box.stub("real/python3.10", "exit 7");
    const result = await search("3.10", box.env("real", "again"));
    expect(result.passedOver).toEqual([{ path: box.path("real/python3.10"), why: "it ended with status 7" }]);
    expect(fs.readdirSync(box.path("cache/probes"))).toHaveLength(1);
  });

  test("nothing is started after one that fits", async () => {
    place("one", "3.12", "python3");
    box.counted("two/python3", anyPython());
    await search("3.12", box.env("one", "two"));
    expect(box.calls("two/python3")).toBe(0);
  });
});

describe("what is passed over", () => {
  test("folders, files without permission, broken links, stubs, what hangs: each with its reason", async () => {
    box.folderAt("one/python3");
    box.write("two/python3", "text");
    box.link("three/python3", box.path("gone"));
    box.stub("four/python3", "exit 9");
    box.stub("five/python3", `read word < '${box.fifo("never")}'`);
    const folders = ["one", "two", "three", "four", "five"];
    const result = await search("3", box.env(...folders), { limitMs: 200 });
    expect(result.selected).toBeUndefined();
    expect(result.passedOver.map((one) => [path.relative(box.folder, one.path), one.why])).toEqual([
      ["one/python3", "it is a folder"],
      ["two/python3", "it is not executable"],
      ["three/python3", `it is a link that leads nowhere: ${box.path("gone")}`],
      ["four/python3", "it ended with status 9"],
      ["five/python3", "it did not answer within 0.2 seconds"],
    ]);
  });

  test("a working one behind all that is found", async () => {
    box.folderAt("one/python3");
    box.stub("two/python3", "exit 9");
    box.link("three/python3", anyPython());
    const result = await search(null, box.env("one", "two", "three"));
    expect(result.selected?.path).toBe(box.path("three/python3"));
    expect(result.passedOver).toHaveLength(2);
  });

  test("a folder of PATH that is relative, empty or missing", async () => {
    box.stub("python3", "exit 1");
    const env = { PATH: `::.:bin:${box.path("missing")}` };
    expect(await search(null, env)).toMatchObject({ selected: undefined, passedOver: [], folders: [] });
  });

  test("PATH that is not set", async () => {
    expect((await search(null, {})).selected).toBeUndefined();
  });

  test("what is left out on purpose", async () => {
    box.link("one/python3", anyPython());
    box.link("two/python3", anyPython());
    const result = await search(null, box.env("one", "two"), { exclude: [box.path("one")] });
    expect(result.selected?.path).toBe(box.path("two/python3"));
    expect(result.passedOver).toEqual([{ path: box.path("one/python3"), why: "it is left out of the search" }]);
  });

  const python2 = path.join(path.dirname(anyPython()), "../../2.7.18/bin/python2.7");
  test.skipIf(!fs.existsSync(python2))("Python 2, though it alone answers", async () => {
    box.link("one/python", python2);
    const result = await search(null, box.env("one"));
    expect(result.selected).toBeUndefined();
    expect(result.passedOver[0]?.why).toBe("it is Python 2.7.18, and prime needs 3.6 or newer");
  });
});

describe("a venv", () => {
  test("stands for the interpreter that it was made from, also when it is prime's own", async () => {
    const python = anyPython();
    box.venv(python, ".prime/generations/0badcafe-1");
    box.link(".venv", ".prime/generations/0badcafe-1");
    const { selected } = await search(null, box.env(".venv/bin"));
    expect(selected?.isVenv).toBe(false);
    expect(selected?.path.startsWith(box.folder)).toBe(false);
    expect(selected?.realPath).toBe(fs.realpathSync(python));
  });

  test("whose interpreter is gone is passed over, and the interpreter itself is still taken afterwards", async () => {
    const real = fs.realpathSync(anyPython());
    box.link("venv/bin/python3", real);
    box.write("venv/pyvenv.cfg", `home = ${box.path("gone")}\n`);
    box.link("bin/python3", real);
    const result = await search(null, box.env("venv/bin", "bin"));
    expect(result.selected?.path).toBe(box.path("bin/python3"));
    expect(result.passedOver[0]?.path).toBe(box.path("venv/bin/python3"));
  });
});

describe.skipIf(!has("3.9", "3.10", "3.12"))("shims", () => {
  beforeEach(() => {
    for (const name of ["python", "python3", "python3.9", "python3.10", "python3.12"]) {
      box.stub(`pyenv/shims/${name}`, `echo 'pyenv: ${name}: command not found' >&2\nexit 127`);
    }
    place("pyenv/versions/3.9.18/bin", "3.9", "python");
    place("pyenv/versions/3.10.13/bin", "3.10", "python");
    place("pyenv/versions/3.12.1/bin", "3.12", "python");
  });

  test("that fail are passed over for what stands behind them", async () => {
    const result = await search("3.10", box.env("pyenv/shims"));
    expect(result.selected?.path).toBe(box.path("pyenv/versions/3.10.13/bin/python"));
    expect(result.passedOver.map((one) => one.why)).toEqual([
      "it ended with status 127: pyenv: python3.10: command not found",
      "it ended with status 127: pyenv: python3: command not found",
      "it ended with status 127: pyenv: python: command not found",
    ]);
  });

  test("of what fits the highest version comes first, by number", async () => {
    const { selected } = await search(">=3.9,<3.12", box.env("pyenv/shims"));
    expect(selected?.path).toBe(box.path("pyenv/versions/3.10.13/bin/python"));
  });

  test("PATH goes first where something in it fits", async () => {
    place("bin", "3.9", "python3");
    expect((await search(">=3.9", box.env("pyenv/shims", "bin"))).selected?.path).toBe(box.path("bin/python3"));
    const result = await search("3.12", box.env("pyenv/shims", "bin"));
    expect(result.selected?.path).toBe(box.path("pyenv/versions/3.12.1/bin/python"));
  });

  test("when nothing fits anywhere, the highest behind them is taken where PATH has none", async () => {
    const result = await search("3.10.99", box.env("pyenv/shims"));
    expect([minorOf(result.selected?.version), result.fits]).toEqual(["3.12", false]);
  });

  test("a shim that answers stands for the interpreter that it started", async () => {
    const shim = box.stub("pyenv/shims/python3.9", `exec '${realPython("3.9")}' "$@"`);
    const { selected } = await search("3.9", box.env("pyenv/shims"));
    expect(selected?.path).toBe(shim);
    expect(selected?.executable).toBe(realPython("3.9"));
  });

  test("are asked in the root, since they answer by the nearest .python-version", async () => {
    const shim = box.stub("pyenv/shims/python3.9", `test -e .python-version && exec '${realPython("3.9")}' "$@"`);
    box.write(".python-version", "3.9\n");
    expect((await search("3.9", box.env("pyenv/shims"))).selected?.path).toBe(shim);
  });

  test("$PYENV_ROOT counts where it is elsewhere, and nothing of it does without shims in PATH", async () => {
    box.folderAt("plugin/shims");
    const env = { ...box.env("plugin/shims"), PYENV_ROOT: box.path("pyenv") };
    expect(minorOf((await search(null, env)).selected?.version)).toBe("3.12");
    expect((await search(null, { ...env, PATH: box.folderAt("bin") })).selected).toBeUndefined();
  });

  test("other managers' folders are known too", async () => {
    box.folderAt("asdf/shims");
    place("asdf/installs/python/3.10.13/bin", "3.10", "python");
    expect(minorOf((await search("3.10", box.env("asdf/shims"))).selected?.version)).toBe("3.10");
  });
});

describe("nothing found", () => {
  test("the message lists what was looked for, what was tried, why each failed, and what to do here", async () => {
    box.folderAt("one/python3");
    box.stub("two/python", "exit 9");
    box.stub("two/apk", "exit 0");
    box.stub("two/pyenv", "exit 0");
    const request = parseRequest("3.12");
    const error = noPythonError(await search("3.12", box.env("one", "two")), request);
    expect(error.id).toBe("no-python");
    expect(error.exitCode).toBe(125);
    expect(error.message).toBe(
      [
        "could not find a Python to start with; Python 3.12 is required",
        `looked for python3.12, python3, python, python3.N in PATH (${box.path("one")}, ${box.path("two")})`,
        "what was found does not work:",
        `  ${box.path("one/python3")}: it is a folder`,
        `  ${box.path("two/python")}: it ended with status 9`,
      ].join("\n"),
    );
    expect(error.hint).toBe("install one: `sudo apk add python3` or `pyenv install 3.12`, then start again");
  });

  test("on a machine without any of these tools", async () => {
    const error = noPythonError(await search(null, { PATH: "" }), parseRequest(null));
    expect(error.message).toContain("looked for python3, python, python3.N in PATH (it is empty)");
    expect(error.message).toContain("nothing there has such a name");
    expect(error.hint).toContain("install Python 3.8 or newer");
  });
});
