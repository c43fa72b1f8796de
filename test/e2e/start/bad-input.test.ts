import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { failure, folderOf } from "../../support/failures.ts";
import { install, twoMinors, withoutPython } from "../../support/pythons/interpreters.ts";
import { edit, generations, repo, shown } from "../../support/repos.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { nodeBinary, OLD_NODES } from "../../support/system/nodes.ts";

/** A repo whose environment works, and what must still be so after every failure. */
async function workingRepo(): Promise<{ box: Sandbox; stillWorks: () => Promise<void> }> {
  const box = sandbox();
  box.file("requirements.txt", "six==1.17.0\n");
  expect(await box.run(["-q"])).toMatchObject({ code: 0, stderr: "" });
  const [before, link] = [generations(box), shown(box)];
  const stillWorks = async () => {
    expect(generations(box)).toEqual(before);
    expect(shown(box)).toBe(link);
    const answer = await box.run(["-c", "import six; print(six.__version__)"], {
      launcher: box.path(".venv/bin/python"),
    });
    expect(answer).toMatchObject({ code: 0, stdout: "1.17.0\n" });
  };
  return { box, stillWorks };
}

/** A port of this machine on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("no runtime", () => {
  it("no Node at all: one line that says what was looked for and what to install", async () => {
    const box = sandbox();
    const end = await box.run(["run", "true"], { env: { PATH: folderOf(box, "empty", {}) } });
    expect(end).toMatchObject({ code: 125, stdout: "" });
    expect(end.stderr).toBe(
      "prime: found no Node.js that works (tried: no node on PATH); " +
        "install Node.js 18.19 or newer from the system's packages, and start again\n",
    );
  });

  it.for(Object.values(OLD_NODES))("only Node %s: one line that names it", async (version, { skip }) => {
    const node = nodeBinary(version) ?? skip(`Node ${version} could not be had from npm`);
    const box = sandbox();
    const end = await box.run(["run", "true"], { env: { PATH: folderOf(box, "old", { node }) } });
    expect(end).toMatchObject({ code: 125, stdout: "" });
    expect(end.stderr).toMatch(/^prime: .*\n$/);
    expect(end.stderr).toContain(version);
    expect(end.stderr).toContain("18.19");
  });

  it("no Python at all: every name and folder that was tried", async () => {
    const box = sandbox();
    const folder = folderOf(box, "bin", { node: process.execPath });
    const said = failure(await box.run([], { env: { PATH: folder } }), "no-python");
    expect(said).toContain("could not find a Python to start with; any Python 3 is required");
    expect(said).toContain(`looked for python3, python, python3.N in PATH (${folder})`);
    expect(said).toContain("nothing there has such a name");
    expect(fs.existsSync(box.path(".prime"))).toBe(false);
  });

  it("Pythons that do not work: each is named with its reason", async () => {
    const box = sandbox();
    const folder = folderOf(box, "bin", { node: process.execPath, "python3.12": "/nowhere/python3.12" });
    fs.writeFileSync(`${folder}/python3`, "#!/bin/sh\necho no disk in drive >&2\nexit 9\n", { mode: 0o755 });
    fs.writeFileSync(`${folder}/python`, "", { mode: 0o644 });
    fs.mkdirSync(`${folder}/python3.11`);
    const said = failure(await box.run([], { env: { PATH: folder } }), "no-python");
    expect(said).toContain(`${folder}/python3: it ended with status 9: no disk in drive`);
    expect(said).toContain(`${folder}/python: it is not executable`);
    expect(said).toContain(`${folder}/python3.11: it is a folder`);
    expect(said).toContain(`${folder}/python3.12: it is a link that leads nowhere: /nowhere/python3.12`);
  });
});

describe("configuration", () => {
  it.each([
    ["broken TOML", "lock = \n", "config-torn", "prime.toml:1:8 as TOML: invalid value"],
    [
      "an unknown key",
      '\nlokc = "x"\n',
      "config-unknown-key",
      "prime.toml:2: unknown key `lokc`; did you mean `lock`?",
    ],
    ["a wrong type", "lock = 3\n", "config-value", 'prime.toml:1: `lock` must be "update", "check" or "frozen", found'],
    ["a version that is none", 'required_python_version = "new"\n', "config-value", "prime.toml:1:"],
  ])("%s: file, line and what was expected", async (_, text, id, said) => {
    const { box, stillWorks } = await workingRepo();
    box.file("prime.toml", text);
    expect(failure(await box.run(["run", "true"]), id)).toContain(`${box.root}/${said}`);
    await stillWorks();
    fs.rmSync(box.path("prime.toml"));
    expect(await box.run(["run", "python", "-c", "import six"])).toMatchObject({ code: 0 });
  });

  it("a required version that nobody has: who asks for it, and that it cannot be had", async () => {
    const { box, stillWorks } = await workingRepo();
    box.file(".python-version", "3.99\n");
    const said = failure(await box.run(["run", "true"]), "python-not-installed");
    expect(said).toContain("could not finish `install Python 3.99`");
    expect(said).toContain(`or ask for another version (${box.path(".python-version")})`);
    expect(said).toContain(box.path(".prime/log/"));
    const [, words = ""] = /next: for one start, \.\/prime (.*) …; else install/.exec(said) ?? [];
    expect(await box.run([...words.split(" "), "true"])).toMatchObject({ code: 0 });
    box.file("pyproject.toml", '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.99"\n');
    expect(failure(await box.run(["run", "true"]), "python-not-installed")).toContain("next: install Python 3.99");
    fs.rmSync(box.path("pyproject.toml"));
    await stillWorks();
  });

  it("a required patch that nobody has: another one of its minor is offered before what is first on PATH", async () => {
    const [older, newer] = twoMinors();
    const box = repo({ "requirements.txt": "", ".python-version": `${older.minor}.199\n` });
    const folders = [newer, older].map((one) => `${install(one, path.join(box.base, one.minor)).prefix}/bin`);
    const options = withoutPython(box, ...folders);
    const said = failure(await box.run([], options), "python-not-installed");
    expect(said).toContain(`next: for one start, ./prime --python ${older.minor} run …; else install`);
  });
});

describe("a python selector", () => {
  const asked = 'python_selector_file_rel_path = "choose"\nselector_limit_s = 1\n';

  it.each([
    ["is missing", undefined, 0, "selector-missing", "it does not exist"],
    ["is not executable", "x\n", 0o644, "selector-not-executable", "it is not executable"],
    ["prints two lines", "#!/bin/sh\necho /bin/a\necho /bin/b\n", 0o755, "selector-answer", "printed 2 lines"],
    ["prints no absolute path", "#!/bin/sh\necho python3\n", 0o755, "selector-answer", "answered `python3`"],
    ["hangs", "#!/bin/sh\nsleep 1000\n", 0o755, "selector-limit", "did not end within 1 seconds"],
    [
      "fails",
      "#!/bin/sh\necho no luck >&2\nexit 3\n",
      0o755,
      "selector-failed",
      "it ended with status 3; it said:\n  no luck",
    ],
  ])("that %s: which file, and why", async (_, text, mode, id, said) => {
    const { box, stillWorks } = await workingRepo();
    box.file("prime.toml", asked);
    if (text !== undefined) box.file("choose", text, { mode });
    const all = failure(await box.run(["run", "true"]), id);
    expect(all).toContain(`the python selector ${box.path("choose")}`);
    expect(all).toContain(said);
    await stillWorks();
  });

  it("that raises: its own text and line", async () => {
    const { box, stillWorks } = await workingRepo();
    box.file("prime.toml", 'python_selector_file_rel_path = "choose.py"\nrequired_python_version = ">=3.6"\n');
    box.file("choose.py", "def select_python_file_abs_path(version):\n    raise KeyError('no %s.%s.%s' % version)\n");
    const said = failure(await box.run(["run", "true"]), "selector-raised");
    expect(said).toContain(`the python selector ${box.path("choose.py")}:2 raised KeyError: 'no 3.6.0'`);
    await stillWorks();
  });
});

describe("a build that cannot be made", () => {
  it("index unreachable: the address, no half-made environment, and the old one still runs", async () => {
    const { box, stillWorks } = await workingRepo();
    const index = `http://127.0.0.1:${await closedPort()}/simple`;
    edit(box, "requirements.txt", "six==1.17.0\niniconfig==2.0.0\n");
    const env = { UV_DEFAULT_INDEX: index, UV_NO_CACHE: "1", UV_HTTP_RETRIES: "0" };
    const said = failure(await box.run(["run", "true"], { env }), "resolve-failed");
    expect(said).toContain("could not finish `resolve requirements`");
    expect(said).toContain(index);
    expect(said).toMatch(/next: check the network, and the index .*; what worked before still works;/);
    expect(fs.readdirSync(box.path(".prime")).filter((name) => name.startsWith("work-"))).toEqual([]);
    await stillWorks();
    const first = repo({ "requirements.txt": "six==1.17.0\niniconfig==2.0.0\n" });
    const toldFirst = failure(await first.run(["run", "true"], { env }), "resolve-failed");
    expect(toldFirst).toMatch(/next: check the network, and the index .*, then start again; the whole output is in/);
    expect(await box.run(["-q", "run", "python", "-c", "import six, iniconfig"])).toMatchObject({
      code: 0,
      stderr: "",
    });
  });

  it("a project that fails to build: its own words and where the whole log is", async () => {
    const { box, stillWorks } = await workingRepo();
    fs.rmSync(box.path("requirements.txt"));
    const backend = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n';
    box.file("pyproject.toml", `[project]\nname = "sample"\nversion = "1"\n${backend}`);
    box.file("backend.py", 'raise RuntimeError("no such wind")\n');
    const said = failure(await box.run(["run", "true"]), "install-failed");
    expect(said).toContain("RuntimeError: no such wind");
    const log = /the whole output is in (.+\.log)/.exec(said)?.[1] ?? "";
    expect(fs.readFileSync(log, "utf8")).toContain("RuntimeError: no such wind");
    await stillWorks();
  });

  it("on a first start nothing is left that looks like an environment", async () => {
    const box = sandbox();
    box.file("requirements.txt", "no-such-package-anywhere @ file:///nowhere/at/all.whl\n");
    failure(await box.run([]), "resolve-failed");
    expect(generations(box)).toEqual([]);
    expect(fs.existsSync(box.path(".venv"))).toBe(false);
    expect((await box.run(["status"])).stdout).toMatch(/^environment +not built yet/m);
  });
});
