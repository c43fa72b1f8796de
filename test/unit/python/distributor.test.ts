import * as fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  distributorByPath,
  distributorOf,
  listedByDpkg,
  packageOfDpkg,
  upgradeCommand,
} from "../../../src/python/distributor.ts";
import { Sandbox } from "../../fixtures/python.ts";

const at = (realPath: string, version = "3.11.7") => ({ realPath, version, implementation: "cpython" });

describe("the distributor by the path", () => {
  it.each([
    ["/home/u/.pyenv/versions/3.11.7/bin/python3.11", "pyenv install 3.11.7", "pyenv install 3.11"],
    [
      "/home/u/.asdf/installs/python/3.11.7/bin/python3.11",
      "asdf install python 3.11.7",
      "asdf install python latest:3.11",
    ],
    [
      "/home/u/.local/share/mise/installs/python/3.11.7/bin/python3.11",
      "mise install python@3.11.7",
      "mise install python@3.11",
    ],
    [
      "/opt/homebrew/Cellar/python@3.11/3.11.7_1/bin/python3.11",
      "brew install python@3.11",
      "brew upgrade python@3.11",
    ],
    [
      "/d/uv/python/cpython-3.11.7-linux-x86_64-gnu/bin/python3.11",
      "./prime uv python install 3.11.7",
      "./prime uv python upgrade 3.11",
    ],
  ])("%s is restored by %s, and upgraded by %s", (real, restore, upgrade) => {
    const found = distributorByPath(at(real));
    expect(found?.restore).toBe(restore);
    expect(found && upgradeCommand(found, "3.11.7")).toBe(upgrade);
  });

  it("goes by PYENV_ROOT, too", () => {
    expect(distributorByPath(at("/srv/py/versions/3.11.7/bin/python3.11"))).toBeUndefined();
    expect(distributorByPath(at("/srv/py/versions/3.11.7/bin/python3.11"), { PYENV_ROOT: "/srv/py" })?.kind).toBe(
      "pyenv",
    );
  });

  it("says of a store that nothing in it is restored by name", () => {
    expect(distributorByPath(at("/nix/store/0a-python3-3.11.7/bin/python3.11"))).toMatchObject({
      kind: "nix",
      restore: null,
    });
  });
});

describe("what dpkg answers", () => {
  it.each([
    ["python3.11-minimal: /usr/bin/python3.11\n", "python3.11-minimal"],
    ["libpython3.11:amd64: /usr/lib/libpython3.11.so.1\n", "libpython3.11"],
    ["diversion by a from: /bin/x\ndiversion by a to: /bin/x.d\na, b: /bin/x\n", "a"],
    ["", undefined],
  ])("%j names %s", (answer, name) => {
    expect(packageOfDpkg(answer)).toBe(name);
  });
});

describe("dpkg's own lists", () => {
  it("tell the package that has the interpreter's name and this very file", () => {
    const box = new Sandbox();
    box.write("python3.11.list", "/.\n/usr/share/doc/python3.11\n");
    box.write("python3.11-minimal.list", "/.\n/usr/bin/python3.11\n");
    expect(listedByDpkg("/usr/bin/python3.11", box.folder)).toBe("python3.11-minimal");
    expect(listedByDpkg("/usr/local/bin/python3.11", box.folder)).toBeUndefined();
    expect(listedByDpkg("/usr/bin/python3.12", box.folder)).toBeUndefined();
    box.remove();
  });
});

describe("the distributor that a package manager tells", () => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox();
  });
  afterEach(() => box.remove());

  it("is asked by the real path", async () => {
    box.stub("bin/dpkg", `[ "$*" = '-S /usr/bin/python3.0' ] && echo 'python3.0-minimal: /usr/bin/python3.0'`);
    expect(await distributorOf(at("/usr/bin/python3.0"), box.env("bin", "/bin"), box.folder)).toEqual({
      kind: "dpkg",
      package: "python3.0-minimal",
      restore: "sudo apt-get install python3.0",
    });
  });

  it("is rpm's where dpkg knows nothing, with the installer that is there", async () => {
    box.stub("bin/dpkg", "exit 1");
    box.stub("bin/rpm", "echo python3.11; echo python3.11-debug");
    box.stub("bin/zypper", "exit 1");
    const distributor = await distributorOf(at("/usr/bin/python3.0"), box.env("bin", "/bin"), box.folder);
    expect(distributor).toEqual({ kind: "rpm", package: "python3.11", restore: "sudo zypper install python3.11" });
  });

  it("is nobody where none knows it, and conda where its records lie", async () => {
    fs.mkdirSync(box.path("conda/conda-meta"), { recursive: true });
    const env = box.env("bin");
    expect((await distributorOf(at(box.path("own/bin/python3.11")), env, box.folder)).kind).toBe("unknown");
    expect((await distributorOf(at("/opt/py/bin/python3.11"), env, box.folder)).kind).toBe("opt");
    expect((await distributorOf(at(box.path("conda/bin/python3.11")), env, box.folder)).restore).toBe(
      `conda install --prefix ${box.path("conda")} python=3.11`,
    );
  });
});
