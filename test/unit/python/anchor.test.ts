import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Anchor, anchorOf, chooseAnchor, isManaged } from "../../../src/python/anchor.ts";
import { type Interpreter, isFailure } from "../../../src/python/interpreter.ts";
import { probe } from "../../../src/python/probe/probe.ts";
import { ALL_START, Sandbox } from "../../fixtures/python.ts";
import { install, link, somePython, twoMinors, twoPatches } from "../../support/pythons/interpreters.ts";

describe("the anchor rule", () => {
  const anchor = (real: string, version: string, ...paths: string[]): Anchor =>
    chooseAnchor(
      { realPath: real, version },
      paths.map((file, hops) => ({ path: file, hops, isSame: true, hasStdlib: true })),
    );

  it.each([
    ["/usr/bin/python3.11", "3.11.2", ["/usr/bin/python3", "/usr/bin/python3.11"], "/usr/bin/python3.11"],
    ["/usr/bin/python3.11", "3.11.2", ["/usr/bin/python3.11"], "/usr/bin/python3.11"],
    [
      "/opt/Python3.10.1/bin/python3.10",
      "3.10.1",
      ["/usr/local/bin/python3.10", "/opt/Python3.10.1/bin/python3.10"],
      "/usr/local/bin/python3.10",
    ],
    [
      "/opt/Python3.10.1/bin/python3.10",
      "3.10.1",
      ["/opt/Python3.10.1/bin/python3.10"],
      "/opt/Python3.10.1/bin/python3.10",
    ],
    ["/v/3.12.1/bin/python3.12", "3.12.1", ["/v/3.12/bin/python", "/v/3.12.1/bin/python3.12"], "/v/3.12/bin/python"],
    [
      "/b/Cellar/python@3.12/3.12.1/bin/python3.12",
      "3.12.1",
      ["/b/Cellar/python@3.12/3.12.1/bin/python3.12", "/b/bin/python3.12"],
      "/b/bin/python3.12",
    ],
    [
      "/usr/bin/python3.11",
      "3.11.2",
      ["/usr/bin/python", "/etc/alternatives/python3.11", "/usr/bin/python3.11"],
      "/usr/bin/python3.11",
    ],
    [
      "/nix/store/abc-python3-3.11.7/bin/python3.11",
      "3.11.7",
      ["/run/current-system/sw/bin/python3.11", "/nix/store/abc-python3-3.11.7/bin/python3.11"],
      "/run/current-system/sw/bin/python3.11",
    ],
  ])("%s, found by %j", (real, version, paths, wanted) => {
    expect(anchor(real, version, ...paths)).toEqual({ path: wanted, kind: "minor" });
  });

  it("is the real path, exactly, where no path says the minor", () => {
    expect(anchor("/py/bin/python3", "3.11.2", "/usr/bin/python", "/py/bin/python3")).toEqual({
      path: "/py/bin/python3",
      kind: "exact",
    });
    expect(anchor("/py13.11/bin/python3.110", "3.11.2", "/py13.11/bin/python3.110").kind).toBe("exact");
  });

  it("is the one that says the minor by its own name where two are as near", () => {
    const both = ["/v/3.12/bin/python", "/v/3.12/bin/python3.12"].map((file) => ({
      path: file,
      hops: 0,
      isSame: true,
      hasStdlib: true,
    }));
    for (const candidates of [both, [...both].reverse()]) {
      expect(chooseAnchor({ realPath: "/v/3.12.1/bin/python3.12", version: "3.12.1" }, candidates).path).toBe(
        "/v/3.12/bin/python3.12",
      );
    }
  });

  it("is the real path of what uv installed, though uv has a link for the minor", () => {
    const real = "/u/python/cpython-3.12.1-linux-x86_64-gnu/bin/python3.12";
    const short = "/u/python/cpython-3.12-linux-x86_64-gnu/bin/python3.12";
    expect(anchor(real, "3.12.1", short, real)).toEqual({ path: real, kind: "exact" });
    expect([isManaged(real), isManaged(short), isManaged("/opt/cpython-3.12.1/bin/python3")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("takes no other file, and none from which the standard library is out of reach", () => {
    const real = "/opt/py/bin/python3.11";
    const none = { path: "/usr/bin/python3.11", hops: 0 };
    expect(
      chooseAnchor({ realPath: real, version: "3.11.2" }, [
        { ...none, isSame: false, hasStdlib: true },
        { ...none, isSame: true, hasStdlib: false },
        { path: real, hops: 1, isSame: true, hasStdlib: true },
      ]),
    ).toEqual({ path: real, kind: "minor" });
  });
});

describe("the anchor of a real interpreter", () => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox();
  });
  afterEach(() => box.remove());

  async function anchorAt(file: string): Promise<Anchor> {
    const options = {
      env: box.env(),
      cwd: box.folder,
      cacheFolder: box.path("cache"),
      starting: ALL_START,
      limitMs: 10_000,
    };
    const found = await probe(file, options);
    if (isFailure(found)) return expect.fail(found.why);
    const anchor = anchorOf(found);
    // The anchor of the anchor is itself, or an environment would move with every look.
    const again = (await probe(anchor.path, options)) as Interpreter;
    expect(anchorOf(again)).toEqual(anchor);
    expect(fs.realpathSync(anchor.path)).toBe(found.realPath);
    return anchor;
  }

  it("python → python3 → python3.11", async () => {
    const python = somePython();
    const { prefix, file } = install(python, box.path("usr"));
    link(path.join(prefix, "bin/python"), "python3");
    expect(await anchorAt(path.join(prefix, "bin/python"))).toEqual({ path: file, kind: "minor" });
  });

  it("a link from elsewhere counts where the standard library can be reached from it", async () => {
    const python = somePython();
    const name = `python${python.minor}`;
    const compiledFor = link(box.path("a/bin", name), python.file);
    expect(await anchorAt(compiledFor)).toEqual({ path: compiledFor, kind: "minor" });
    const copied = install(python, box.path(`opt/Python${python.version}`));
    expect(await anchorAt(link(box.path("b/bin", name), copied.file))).toEqual({ path: copied.file, kind: "minor" });
    link(box.path("b/lib", name), copied.stdlib);
    const reached = box.path("b/bin", name);
    expect(await anchorAt(reached)).toEqual({ path: reached, kind: "minor" });
  });

  it("a name without a version is exact; a sibling that is the same file is better", async () => {
    const python = somePython();
    const { file } = install(python, box.path("opt/python"), { name: "python3" });
    expect(await anchorAt(file)).toEqual({ path: file, kind: "exact" });
    const sibling = link(path.join(path.dirname(file), `python${python.minor}`), "python3");
    expect(await anchorAt(path.join(path.dirname(file), "python"))).toEqual({ path: sibling, kind: "minor" });
  });

  it("stays through a patch behind a link", async () => {
    const [older, newer] = twoPatches();
    const short = box.path("usr/bin", `python${older.minor}`);
    for (const python of [older, newer]) {
      expect(await anchorAt(link(short, python.file))).toEqual({ path: short, kind: "minor" });
    }
  });

  it("is another one after another minor was linked in", async () => {
    const [older, newer] = twoMinors();
    for (const { minor, file } of [older, newer]) {
      link(box.path("usr/bin", `python${minor}`), file);
      const plain = link(box.path("usr/bin/python3"), `python${minor}`);
      expect(await anchorAt(plain)).toEqual({ path: box.path("usr/bin", `python${minor}`), kind: "minor" });
    }
  });

  it("is that of the interpreter below nested venvs, with the system's packages or without", async () => {
    const python = somePython();
    const { file } = install(python, box.path("usr"));
    const venv = (from: string, to: string, ...words: string[]): string => {
      execFileSync(from, ["-m", "venv", "--without-pip", ...words, box.path(to)], { env: {} });
      return box.path(to, "bin/python");
    };
    const inner = venv(file, "outer", "--system-site-packages");
    for (const one of [inner, venv(inner, "inner")]) {
      const options = {
        env: box.env(),
        cwd: box.folder,
        cacheFolder: box.path("cache"),
        starting: ALL_START,
        limitMs: 10_000,
      };
      const found = (await probe(one, options)) as Interpreter;
      expect(found).toMatchObject({ isVenv: true });
      expect(await anchorAt(found.executable)).toEqual({ path: file, kind: "minor" });
    }
  });
});
