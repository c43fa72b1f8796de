import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { failure } from "../../support/failures.ts";
import { good, repo } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { give, somebody, userOf } from "../../support/system/users.ts";
import { ALL_SHELLS, warmShells } from "../../support/warm.ts";

const UID = 54321;
const RUN = ["run", "echo", "done"];
/** Everything that runs what a repo names. */
const STARTS = [
  [],
  RUN,
  ["-c", "echo done"],
  ["./tool.py"],
  ["shell"],
  ["env"],
  ["uv", "--version"],
  ["reboot"],
  ["rollback"],
  ["adopt"],
  ["seal"],
];

/** A checkout that belongs to another user than root, with what would tell if any of it were run. */
function theirs(uid = UID): { box: Sandbox; ran: () => boolean } {
  const box = repo({ "tool.py": "print('done')\n", "prime.toml": "" }, { python: null });
  const mark = path.join(box.base, "ran");
  box.file("prime.toml", `setup = ["touch ${mark}"]\npython_selector_file_rel_path = "select"\n`);
  box.file("select", `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
  somebody(box);
  execFileSync("chown", ["-R", `${uid}:${uid}`, box.root]);
  return { box, ran: () => fs.existsSync(mark) };
}

describe("a repo of another user", () => {
  it("is not run by root, in no way, and nothing is made in it", async () => {
    const { box, ran } = theirs();
    const names = () => fs.readdirSync(box.root).sort();
    const before = names();
    for (const args of STARTS) {
      const said = failure(await box.run(args, { cwd: box.root }), "foreign-repo");
      expect(said).toContain(`could not run what ${box.root} asks for: it belongs to another user (uid ${UID})`);
      expect(said).toContain(
        `next: own the checkout; or, if you trust who can write it, say so: PRIME_SAFE_DIRECTORY=${box.root}`,
      );
    }
    expect([ran(), names()]).toEqual([false, before]);
  });

  it("nor by a launcher of one's own that is sent there", async () => {
    const { box, ran } = theirs();
    const own = repo({}, { python: null });
    failure(await own.run(["--root", box.root, ...RUN]), "foreign-repo");
    expect(ran()).toBe(false);
  });

  it("nor by a third user, whom sudo's variable does not help", async () => {
    const { box, ran } = theirs();
    const third = userOf(box, 54322);
    failure(await box.run(RUN, third), "foreign-repo");
    failure(await box.run(RUN, { ...third, env: { ...third.env, SUDO_UID: `${UID}` } }), "foreign-repo");
    expect(ran()).toBe(false);
  });

  it.each([
    ["its path", (root: string) => ({ PRIME_SAFE_DIRECTORY: root })],
    ["a way to it by a link, among others", (root: string) => ({ PRIME_SAFE_DIRECTORY: `/nowhere:${root}/../link/` })],
    ["all in a folder", (root: string) => ({ PRIME_SAFE_DIRECTORY: `${path.dirname(root)}/*` })],
    ["everything", () => ({ PRIME_SAFE_DIRECTORY: "*" })],
    ["sudo, called by its owner", () => ({ SUDO_UID: `${UID}` })],
  ])("is run by root when that is named: %s", async (_, said) => {
    const { box, ran } = theirs();
    fs.symlinkSync("repo", path.join(box.base, "link"));
    const env = said(box.root);
    expect((await good(box, RUN, { env })).stdout).toBe("done\n");
    expect(ran()).toBe(true);
    expect(await warmShells(box, [], { env })).toEqual(ALL_SHELLS);
    expect(await warmShells(box)).toEqual([]);
    failure(await box.run(RUN), "foreign-repo");
  });

  it.each([
    ["another path", { PRIME_SAFE_DIRECTORY: "/nowhere:/nowhere/*" }],
    ["what only begins as its path does", { PRIME_SAFE_DIRECTORY: "/tmp/prime-e2e" }],
    ["sudo, called by somebody else", { SUDO_UID: "54322" }],
    ["sudo, by no number", { SUDO_UID: "x" }],
  ])("but not when that names %s", async (_, env) => {
    const { box, ran } = theirs();
    failure(await box.run(RUN, { env }), "foreign-repo");
    expect(ran()).toBe(false);
  });
});

describe("a checkout that is not one user's alone", () => {
  it("is run by the members of the group that it is shared with, and by nobody else", async () => {
    const { box, ran } = theirs();
    const member = userOf(box, 54322);
    fs.chmodSync(box.base, 0o777); // for what tells
    fs.chmodSync(box.root, 0o2775);
    expect((await good(box, RUN, member)).stdout).toBe("done\n");
    expect(ran()).toBe(true);
    failure(await box.run(RUN), "foreign-repo");
    fs.chownSync(box.root, UID, 54323);
    failure(await box.run(RUN, member), "foreign-repo");
    fs.chownSync(box.root, UID, UID);
    fs.chmodSync(box.root, 0o2777);
    failure(await box.run(RUN, member), "foreign-repo");
  });

  it("as /tmp is, is run only while nobody else has put there what decides", async () => {
    const box = repo({}, { python: null });
    somebody(box);
    fs.chmodSync(box.root, 0o1777);
    expect((await good(box, RUN)).stdout).toBe("done\n");
    const file = box.file("requirements.txt", "");
    give(file);
    const said = failure(await box.run(RUN), "foreign-repo");
    expect(said).toContain(
      `${box.root} asks for: every user can add files to it, and requirements.txt is another user's`,
    );
    fs.chownSync(file, 0, 0);
    expect((await good(box, RUN)).stdout).toBe("done\n");
  });
});

describe("what another user puts above a repo", () => {
  /** A repo in a folder like /tmp. */
  function below(files: Readonly<Record<string, string>>): {
    box: Sandbox;
    put: (name: string, text: string) => string;
  } {
    const box = repo(files, { python: null });
    fs.chmodSync(box.base, 0o1777);
    const put = (name: string, text: string): string => {
      const file = path.join(box.base, name);
      fs.writeFileSync(file, text);
      give(file);
      return file;
    };
    return { box, put };
  }
  const VERSION = ["run", "python", "-c", "import sys; print(sys.version_info >= (3, 8))"];

  it("does not choose its Python, and that is said; named safe it does", async () => {
    const { box, put } = below({});
    const file = put(".python-version", "2.7\n");
    const { stdout, stderr } = await good(box, VERSION);
    expect(stdout).toBe("True\n");
    expect(stderr).toContain(`prime: warning: ${file} belongs to another user (uid ${UID}): not followed`);
    expect(await warmShells(box)).toEqual(ALL_SHELLS);
    const named = await box.run(["eval"], { env: { PRIME_SAFE_DIRECTORY: box.base } });
    expect(named.stdout).toContain("2.7");
    fs.chownSync(file, 0, 0);
    expect((await good(box, ["eval"])).stdout).toContain("2.7");
    const link = path.join(box.base, ".python-version");
    fs.renameSync(file, path.join(box.base, "roots"));
    fs.symlinkSync("roots", link);
    fs.lchownSync(link, UID, UID);
    expect((await good(box, ["eval"])).stdout).not.toContain("2.7");
  });

  it("is no configuration of prime's, whoever it belongs to", async () => {
    const { box } = below({});
    fs.writeFileSync(path.join(box.base, "prime.toml"), 'setup = ["false"]\n');
    fs.writeFileSync(path.join(box.base, "pyproject.toml"), '[tool.prime]\nsetup = ["false"]\n');
    expect((await good(box, RUN)).stdout).toBe("done\n");
  });

  const PROJECT = '[project]\nname = "app"\nversion = "1"\n';
  const WORKSPACE = '[tool.uv.workspace]\nmembers = ["*"]\n';

  it("makes no member of a workspace of it: uv would follow, so that is refused by name", async () => {
    const { box, put } = below({ "pyproject.toml": PROJECT });
    const file = put("pyproject.toml", WORKSPACE);
    const said = failure(await box.run(RUN), "foreign-workspace");
    expect(said).toContain(
      `could not work on ${box.root}: uv would follow a workspace above it; ${file} belongs to another user`,
    );
    expect(said).toContain(`PRIME_SAFE_DIRECTORY=${box.base}`);
    put("pyproject.toml", "[torn");
    failure(await box.run(RUN), "foreign-workspace");
    put("pyproject.toml", PROJECT);
    await good(box, RUN);
    put("pyproject.toml", WORKSPACE);
    box.file("pyproject.toml", PROJECT + WORKSPACE, { mtime: 1_700_000_001 });
    await good(box, RUN);
  });

  it.each([
    ["uv.toml", 'index-url = "file:///nowhere"\n'],
    ["pyproject.toml", '[tool.uv]\nindex-url = "file:///nowhere"\n'],
  ])("gives uv no settings by a %s: uv would follow, so that is refused by name", async (name, text) => {
    const { box, put } = below({ "requirements.txt": "six==1.17.0\n" });
    const file = put(name, text);
    const said = failure(await box.run(RUN), "foreign-settings");
    expect(said).toContain(`uv would follow the settings in ${file}; ${file} belongs to another user (uid ${UID})`);
    expect(said).toContain(`PRIME_SAFE_DIRECTORY=${box.base}`);
    fs.chownSync(file, 0, 0);
    fs.chmodSync(file, 0o666);
    expect(failure(await box.run(RUN), "foreign-settings")).toContain(`others can write ${file}`);
    const env = { PRIME_SAFE_DIRECTORY: box.base };
    expect((await box.run(RUN, { env })).stderr).toContain(`uv takes its settings from ${file}`);
    box.file("uv.toml", "");
    await good(box, RUN);
  });

  it("nor by one of theirs where uv looks for a user's", async () => {
    const { box } = below({ "requirements.txt": "" });
    const file = path.join(box.home, "config/uv/uv.toml");
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, "");
    give(file);
    for (const env of [{ XDG_CONFIG_HOME: path.join(box.home, "config") }, { UV_CONFIG_FILE: file }]) {
      expect(failure(await box.run(RUN, { env }), "foreign-settings")).toContain(`${file} belongs to another user`);
      await good(box, ["reboot"], { env: { ...env, PRIME_SAFE_DIRECTORY: path.dirname(file) } });
      fs.rmSync(box.path(".prime"), { recursive: true });
    }
    await good(box, RUN, { env: { UV_NO_CONFIG: "1", XDG_CONFIG_HOME: path.join(box.home, "config") } });
  });

  it("gives pip none either, where pip looks for a user's", async () => {
    const { box } = below({ "requirements.txt": "six==1.17.0\n" });
    const file = path.join(box.home, ".config/pip/pip.conf");
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, "[global]\nindex-url = file:///nowhere\n");
    give(file);
    box.file("prime.toml", 'venv_driver = "venv_pip"\n');
    for (const env of [{}, { PIP_CONFIG_FILE: file }, { XDG_CONFIG_DIRS: path.join(box.home, ".config") }])
      expect(failure(await box.run(RUN, { env }), "foreign-settings")).toContain(
        `pip would follow the settings in ${file}`,
      );
    await good(box, RUN, { env: { PIP_CONFIG_FILE: "/dev/null" } });
  });
});
