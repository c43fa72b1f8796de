import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { wrongs } from "../../support/checkouts/doctor.ts";
import { listing } from "../../support/listing.ts";
import { goodPython } from "../../support/machine.ts";
import { good, repo } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { Tattler } from "../../support/servers/tattler.ts";
import { give, somebody } from "../../support/system/users.ts";

/** Commands that look, and what they end with in a repo that has nothing wrong but what is set here. */
const LOOKS: readonly (readonly string[])[] = [
  ["status"],
  ["status", "--json"],
  ["why"],
  ["history"],
  ["eval"],
  ["doctor"],
  ["verify"],
  ["gc", "--dry-run"],
  ["gc"],
  ["rollback"],
  ["init", "--dry-run"],
  ["completion", "bash"],
  ["--version"],
  ["--help"],
];

/** A clone that names programs wherever something could start one, none of which is needed to look. */
function hostileClone(): { readonly box: Sandbox; readonly tattler: Tattler; readonly env: NodeJS.ProcessEnv } {
  const box = repo({}, { git: true });
  const tattler = new Tattler(box);
  const fixed = (name: string) => tattler.script(box.path(name));
  box.file("prime.toml", 'python_selector_file_rel_path = "tools/select.py"\nsetup = ["./setup.sh"]\n');
  box.file(
    "tools/select.py",
    `${tattler.python("selector")}def select_python_file_abs_path(v):\n    return "${goodPython()}"\n`,
  );
  fixed("setup.sh");
  const backend = 'requires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n';
  const project = '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = []\n';
  box.file("pyproject.toml", `${project}[build-system]\n${backend}`);
  box.file("backend.py", tattler.python("backend"));
  box.file("setup.py", tattler.python("setup"));
  box.file(
    "uv.lock",
    `version = 1\nrequires-python = ">=3.9"\n\n[[package]]\nname = "demo"\nversion = "1"\nsource = { editable = "." }\n`,
  );
  for (const name of ["pip.py", "json.py", "sitecustomize.py", "encodings.py"]) box.file(name, tattler.python(name));
  box.file(".python-version", "../../tools/python\n");

  const venv = ".prime/generations/0a1b2c3d-4e5f6a7b";
  for (const name of ["python", "python3", "uv", "git", "pip"]) fixed(`${venv}/bin/${name}`);
  box.file(`${venv}/pyvenv.cfg`, `home = ${box.path("tools")}\nversion_info = 3.12.1\n`);
  fixed("tools/python3.12");
  for (const name of [
    "node",
    "nodejs",
    "sleep",
    "readlink",
    "stat",
    "find",
    "ps",
    "sha256sum",
    "dpkg",
    "rpm",
    "cat",
    "ls",
  ])
    fixed(`tools/${name}`);
  fs.symlinkSync(venv, box.path(".venv"));
  box.git("add", ".");
  fs.rmSync(box.path(".gitattributes"), { force: true });
  for (const hook of ["post-index-change", "post-checkout"]) tattler.script(box.path(".git/hooks", hook));
  box.git("config", "core.fsmonitor", tattler.script(box.path(".git/fsmonitor")));
  box.git("config", "core.sshCommand", tattler.script(box.path(".git/ssh")));
  return { box, tattler, env: { PATH: `${box.path(".venv/bin")}:${box.path("tools")}:${box.env.PATH}` } };
}

describe("a look runs nothing of a hostile clone", () => {
  it("by none of its commands, with what the clone brings first on PATH, and leaves all as it is", async () => {
    const { box, tattler, env } = hostileClone();
    const before = listing(box.root, [box.path(".git")]);
    for (const args of LOOKS) {
      const { code, stdout, stderr } = await box.run(args, { env });
      expect([args, tattler.told(), stderr.includes("defect"), code]).toEqual([args, [], false, expect.any(Number)]);
      if (args[0] === "status" && args.length === 1) expect(stdout).toContain("not known: start it once");
      expect([args, listing(box.root, [box.path(".git")])]).toEqual([args, before]);
    }
  });

  it("tells by what is recorded once a start has run it, which is what a start is for", async () => {
    const box = repo({ "requirements.txt": "" });
    const tattler = new Tattler(box);
    box.file("prime.toml", 'python_selector_file_rel_path = "select.py"\n');
    box.file(
      "select.py",
      `${tattler.python("selector")}def select_python_file_abs_path(v):\n    return "${goodPython()}"\n`,
    );
    await good(box);
    expect(tattler.told()).toEqual(["selector"]);
    for (const args of LOOKS) {
      await box.run(args);
      expect([args, tattler.told()]).toEqual([args, []]);
    }
    expect((await good(box, ["status"])).stdout).toMatch(/selected python .* chosen by the python selector/);
    box.file("select.py", `${tattler.python("selector")}raise ValueError("edited")\n`);
    expect((await good(box, ["status"])).stdout).toContain("a start asks the python selector");
    expect(tattler.told()).toEqual([]);
  });

  it("and waits for no git that its configuration leads to a pipe", async () => {
    const box = repo({}, { git: true });
    execFileSync("mkfifo", [path.join(box.base, "pipe")]);
    box.git("config", "include.path", path.join(box.base, "pipe"));
    const { code, stdout } = await box.run(["verify"]);
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining("git does not answer for this root: it gave no answer"),
    ]);
  });

  it.each([
    ["a pipe", "it gave no answer within 10 seconds"],
    ["torn", "fatal: .*index"],
  ])("says so where git's index is %s, and waits once", async (what, why) => {
    const box = repo({}, { git: true });
    const index = box.path(".git/index");
    fs.rmSync(index, { force: true });
    if (what === "torn") fs.writeFileSync(index, "DIRC torn");
    else execFileSync("mkfifo", [index]);
    expect((await box.run(["doctor"])).stdout).toMatch(new RegExp(`git does not answer for this root: ${why}`));
    if (what !== "torn") return;
    const { stdout, stderr } = await box.run(["init", "--dry-run", "."]);
    expect(stdout + stderr).toMatch(new RegExp(`todo .*\\.git: git says nothing of what it ignores \\(${why}`));
  });

  it("through git, which is told to start nothing for want of an object either", async () => {
    const box = repo({ ".gitattributes": "prime text eol=lf\n" }, { git: true });
    const tattler = new Tattler(box);
    box.git("add", ".");
    const id = box.git("rev-parse", ":.gitattributes").trim();
    fs.rmSync(box.path(".git/objects", id.slice(0, 2), id.slice(2)));
    fs.rmSync(box.path(".gitattributes"));
    const remotes = { url: `ext::${tattler.script(box.path(".git/remote"))}`, promisor: "true" };
    for (const [key, value] of Object.entries(remotes)) box.git("config", `remote.origin.${key}`, value);
    box.git("config", "core.repositoryFormatVersion", "1");
    box.git("config", "extensions.partialClone", "origin");
    box.git("config", "protocol.ext.allow", "always");
    try {
      box.git("check-attr", "text", "--", "prime");
    } catch {}
    expect(tattler.told()).toEqual(["remote"]);
    for (const args of [["verify"], ["doctor"], ["init", "--dry-run"]]) {
      await box.run(args);
      expect([args, tattler.told()]).toEqual([args, []]);
    }
  });
});

describe("doctor DIR", () => {
  /** What it says of each environment, by the name of its folder. */
  async function examined(box: Sandbox, folder: string, env: NodeJS.ProcessEnv = {}): Promise<Record<string, string>> {
    const { stdout } = await box.run(["doctor", "--all", "--json", folder], { env });
    const { environments } = JSON.parse(stdout) as { environments: { path: string; verdict: string; why: string }[] };
    return Object.fromEntries(environments.map((one) => [path.basename(one.path), `${one.verdict}: ${one.why}`]));
  }

  function venv(folder: string, home: string, python?: string, version = "3.12.1"): void {
    fs.mkdirSync(path.join(folder, "bin"), { recursive: true });
    fs.writeFileSync(path.join(folder, "pyvenv.cfg"), `home = ${home}\nversion = ${version}\n`);
    if (python !== undefined) fs.symlinkSync(python, path.join(folder, "bin/python"));
  }

  it("root runs nothing of another user's, whatever its environments name, and says what their files tell", async () => {
    const box = repo({});
    const tattler = new Tattler(box);
    somebody(box);
    const home = path.join(box.base, "theirs");
    const script = tattler.script(path.join(home, "tool"));
    const inner = tattler.interpreter(path.join(home, "inner"));
    const outer = tattler.interpreter(path.join(box.base, "outer"));
    const mixed = tattler.interpreter(path.join(box.base, "mixed"));
    venv(path.join(home, "script"), home, script);
    venv(path.join(home, "inner-venv"), path.dirname(inner.file), inner.file, inner.version);
    venv(path.join(home, "outer-venv"), path.dirname(outer.file), outer.file, outer.version);
    venv(path.join(home, "mixed-venv"), path.dirname(mixed.file), mixed.file, mixed.version);
    venv(path.join(home, "program"), "/usr/bin", fs.realpathSync("/bin/sh"));
    venv(path.join(home, "copy"), home);
    tattler.script(path.join(home, "copy/bin/python"));
    tattler.script(path.join(home, "python3.12"));
    tattler.script(path.join(home, "conda/bin/python"));
    fs.mkdirSync(path.join(home, "conda/conda-meta"));
    venv(
      path.join(home, "up"),
      `${home}/../../..${box.base}/outer/bin`,
      `../../../outer/bin/../bin/${path.basename(outer.file)}`,
    );
    give(home, outer.prefix, mixed.stdlib);
    const env = { PATH: `${path.join(box.base, "outer/bin")}:${path.join(box.base, "mixed/bin")}:${box.env.PATH}` };
    const found = await examined(box, home, env);
    expect(tattler.told()).toEqual([]);
    expect(Object.keys(found).sort()).toEqual([
      "conda",
      "copy",
      "inner-venv",
      "mixed-venv",
      "outer-venv",
      "program",
      "script",
      "up",
    ]);
    expect(found["inner-venv"]).toContain(`it is below ${home}, which is looked at`);
    for (const name of ["outer-venv", "up"]) expect(found[name]).toContain("belongs to another user (uid 54321)");
    expect(found.program).toContain("is no interpreter by its name");
    expect(found["mixed-venv"]).toContain(`${mixed.stdlib} belongs to another user (uid 54321)`);

    fs.rmSync(box.path(".venv"), { force: true });
    fs.symlinkSync(path.join(home, "script"), box.path(".venv"));
    expect(wrongs(JSON.parse((await box.run(["doctor", "--json"], { env })).stdout))).toEqual(expect.any(Array));
    expect(tattler.told()).toEqual([]);
  });

  it("an interpreter that is one's own alone and on PATH is asked, which the bait would tell", async () => {
    const box = repo({});
    const tattler = new Tattler(box);
    const below = tattler.interpreter(path.join(box.base, "outer"));
    const top = path.join(box.base, "venvs");
    venv(path.join(top, "one"), path.dirname(below.file), below.file, below.version);
    const env = { PATH: `${path.dirname(below.file)}:${box.env.PATH}` };
    expect((await examined(box, top)).one).toContain("neither on PATH nor where interpreters are installed");
    for (const mode of [0o777, 0o775]) {
      fs.chmodSync(path.dirname(below.file), mode);
      fs.chownSync(path.dirname(below.file), 0, 54321);
      expect((await examined(box, top, env)).one).toContain(`others can write ${path.dirname(below.file)}`);
    }
    fs.chownSync(path.dirname(below.file), 0, 0);
    fs.chmodSync(path.dirname(below.file), 0o755);
    expect(tattler.told()).toEqual([]);
    await examined(box, top, env);
    expect(tattler.told()).toEqual(["outer"]);
    // What was told once is known without asking again.
    expect((await examined(box, top)).one).not.toContain("was not started");
    expect(tattler.told()).toEqual([]);
  });
});

it("root starts nothing on PATH that another user could change: it is passed over, by a start as by a look", async () => {
  const box = repo({ "requirements.txt": "" });
  const tattler = new Tattler(box);
  somebody(box);
  const bin = path.join(box.base, "bin");
  for (const name of ["python3", "python", "uv", "git", "dpkg", "rpm", "find", "stat"])
    tattler.script(path.join(bin, name));
  tattler.script(path.join(box.base, "sticky/python3"));
  execFileSync("chmod", ["1777", path.join(box.base, "sticky")]);
  give(bin, path.join(box.base, "sticky/python3"));
  const env = { PATH: `${path.join(box.base, "sticky")}:${bin}:${box.env.PATH}` };
  for (const args of [["status"], ["doctor"], ["verify"], ["-v"], ["run", "true"]]) {
    const { code, stderr } = await box.run(args, { env });
    expect([args, tattler.told(), code !== 125]).toEqual([args, [], true]);
    if (args[0] === "-v") expect(stderr).toContain(`passed over ${bin}/python3: it is not started: ${bin} belongs to`);
  }
});
