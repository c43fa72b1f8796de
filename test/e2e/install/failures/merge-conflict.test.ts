import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { failure } from "../../../support/failures.ts";
import { edit, good, installed, repo } from "../../../support/repos.ts";
import type { Sandbox } from "../../../support/sandbox.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

/** Merges two branches that both changed the same line of some files. */
function conflict(box: Sandbox, files: readonly string[], sides: readonly ((name: string) => string)[]): void {
  box.git("add", ...files);
  box.git("commit", "--quiet", "-m", "before");
  box.git("branch", "other");
  for (const [index, branch] of ["main", "other"].entries()) {
    box.git("checkout", "--quiet", branch);
    for (const name of files) fs.writeFileSync(box.path(name), sides[index]?.(name) ?? "");
    box.git("commit", "--quiet", "-am", branch);
  }
  box.git("checkout", "--quiet", "main");
  expect(() => box.git("merge", "--quiet", "other")).toThrow();
}

/** What starting, `doctor` and `verify` all say of it. */
async function conflictIn(box: Sandbox, file: string, options: { env: Record<string, string> } = { env: {} }) {
  const what = `could not read ${box.path(file)}: a merge has left a conflict in it, lines `;
  const stderr = failure(await box.run([], options), "merge-conflict");
  expect(stderr).toContain(what);
  for (const command of ["doctor", "verify"]) {
    const { code, stdout } = await box.run([command, "--json"], options);
    expect([command, code]).toEqual([command, 1]);
    expect(JSON.stringify(JSON.parse(stdout))).toContain(what);
  }
  return stderr;
}

describe("a merge conflict is said as that, by each start, by doctor and by verify; what prime says ends it", () => {
  it("in pyproject.toml and uv.lock", async () => {
    const index = await packageIndex();
    for (const name of ["alpha", "beta", "gamma"]) index.publish(name, "1.0");
    const options = { env: { UV_DEFAULT_INDEX: index.url } };
    const texts = (name: string) =>
      `[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["${name}"]\n`;
    const lockOf = async (name: string) => {
      const other = repo({ "pyproject.toml": texts(name) });
      await good(other, ["uv", "lock"], options);
      return fs.readFileSync(other.path("uv.lock"), "utf8");
    };
    const locks = { alpha: await lockOf("alpha"), beta: await lockOf("beta"), gamma: await lockOf("gamma") };
    const box = repo({ "pyproject.toml": texts("alpha"), "uv.lock": locks.alpha }, { git: true });
    const side = (name: "beta" | "gamma") => (file: string) => (file === "uv.lock" ? locks[name] : texts(name));
    conflict(box, ["pyproject.toml", "uv.lock"], [side("beta"), side("gamma")]);

    const first = await conflictIn(box, "pyproject.toml", options);
    expect(first).toContain(
      "`git checkout --ours pyproject.toml` or `--theirs` keeps one whole), then `git add pyproject.toml`",
    );
    box.git("checkout", "--theirs", "pyproject.toml");
    box.git("add", "pyproject.toml");
    const second = await conflictIn(box, "uv.lock", options);
    expect(second).toContain("`git checkout --ours uv.lock` (or remove it), then `./prime uv lock`");
    box.git("checkout", "--ours", "uv.lock");
    await good(box, ["uv", "lock"], options);
    expect(installed(box)).toMatchObject({ gamma: "1.0" });
    expect(fs.readFileSync(box.path("uv.lock"), "utf8")).toBe(locks.gamma);
  });

  const NAMES = [
    "requirements.txt",
    "requirements/base.in",
    "prime.toml",
    ".python-version",
    "setup.cfg",
    "setup.py",
    "uv.toml",
    "pylock.toml",
  ];
  it.for(NAMES)("in %s", async (name) => {
    const box = repo({ "pyproject.toml": "", [name]: "" }, { git: true });
    if (name !== "setup.cfg" && name !== "setup.py") fs.rmSync(box.path("pyproject.toml"));
    if (name === "uv.toml") box.file("requirements.txt", "");
    conflict(box, [name], [() => "# ours\n", () => "# theirs\n"]);
    const said = await conflictIn(box, name);
    const base = name.slice(name.lastIndexOf("/") + 1);
    expect(said).toContain(`\`git checkout --ours ${base}\``);
    edit(box, name, name === "setup.py" ? "from setuptools import setup\nsetup(name='app', py_modules=[])\n" : "");
    if (name !== "pylock.toml") await good(box);
  });
});

it("a conflict in a file whose name a shell would run is said without that name in a command", async () => {
  const name = "a;touch here.txt";
  const box = repo({ "requirements.txt": `-r ${name}\n`, [name]: "<<<<<<< a\n=======\n>>>>>>> b\n" });
  expect(failure(await box.run([]), "merge-conflict")).toContain("`git checkout --ours FILE`");
});

it("a pointer that Git LFS has left in the place of a file is said as that", async () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 12345\n";
  for (const name of ["uv.lock", "pylock.toml", "prime.toml", "requirements.txt", "setup.cfg"]) {
    const box = repo({
      "pyproject.toml": name === "uv.lock" ? '[project]\nname = "x"\nversion = "1"\n' : "",
      [name]: pointer,
    });
    const stderr = failure(await box.run([]), "lfs-pointer");
    expect(stderr).toContain(`could not read ${box.path(name)}: it is a pointer of Git LFS`);
    expect(stderr).toContain("next: `git lfs pull`");
  }
});
