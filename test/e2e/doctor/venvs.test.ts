import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { goodPython } from "../../support/machine.ts";
import {
  type Installed,
  install,
  link,
  ownedByDpkg,
  somePython,
  twoMinors,
  twoPatches,
  withoutPython,
} from "../../support/pythons/interpreters.ts";
import { edit, good, repo, uv } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { userOf } from "../../support/system/users.ts";

interface Report {
  readonly path: string;
  readonly made_by: string;
  readonly python: string;
  readonly anchor: string | null;
  readonly interpreter: string | null;
  readonly packages: number;
  readonly verdict: string;
  readonly broken: boolean;
  readonly why: string;
  readonly mend: string | null;
}

async function examine(box: Sandbox, folder: string): Promise<Report> {
  const { code, stdout, stderr } = await box.run(["doctor", "--json", folder]);
  expect(stderr).toBe("");
  const report = JSON.parse(stdout) as Report;
  expect([code, report.mend === null]).toEqual(report.broken ? [1, false] : [0, true]);
  return report;
}

function makeVenv(python: string, folder: string, ...options: string[]): string {
  execFileSync(python, ["-m", "venv", "--without-pip", ...options, folder], { env: {} });
  return folder;
}

/** Lays a script down as an installer does. */
function addScript(venv: string): void {
  fs.writeFileSync(path.join(venv, "bin/tool"), `#!${venv}/bin/python\nprint("tool")\n`, { mode: 0o755 });
}

describe("./prime doctor PATH knows what each tool makes:", () => {
  let box: Sandbox;
  let real: string;
  beforeAll(() => {
    box = repo({});
    real = fs.realpathSync(goodPython());
  });
  const sound = { verdict: "sound", broken: false, mend: null };

  it("venv, with links and with copies", async () => {
    for (const options of [[], ["--copies"], ["--system-site-packages"]]) {
      const folder = makeVenv(goodPython(), path.join(box.base, `venv${options}`), ...options);
      const { interpreter, ...report } = await examine(box, folder);
      expect(report).toMatchObject({ ...sound, path: folder, made_by: "venv", packages: 0 });
      expect(interpreter).toBe(real);
    }
  });

  it("uv and virtualenv, through a link and by a relative path", async () => {
    const tools = path.join(box.base, "tools");
    uv(box, ["venv", "--quiet", "--python", goodPython(), tools]);
    uv(box, ["pip", "install", "--quiet", "virtualenv"], { VIRTUAL_ENV: tools });
    fs.symlinkSync(tools, path.join(box.base, "link"));
    for (const name of [tools, path.join(box.base, "link"), "../tools"]) {
      expect(await examine(box, name)).toMatchObject({ ...sound, path: tools, made_by: "uv", interpreter: real });
    }
    const folder = path.join(box.base, "virtual env");
    execFileSync(path.join(tools, "bin/virtualenv"), ["--quiet", "--no-download", folder], { env: { HOME: box.home } });
    expect(await examine(box, folder)).toMatchObject({ ...sound, made_by: "virtualenv", interpreter: real });
  });

  it("conda, whose interpreter is its own and is not run", async () => {
    const folder = path.join(box.base, "conda");
    const python = path.join(folder, "bin/python3.12");
    for (const name of ["bin", "conda-meta"]) fs.mkdirSync(path.join(folder, name), { recursive: true });
    fs.writeFileSync(path.join(folder, "conda-meta/python-3.12.4-h5148396_1.json"), "{}");
    fs.writeFileSync(python, `#!/bin/sh\ntouch ${box.base}/was-run\n`, { mode: 0o755 });
    fs.symlinkSync("python3.12", path.join(folder, "bin/python"));
    expect(await examine(box, folder)).toMatchObject({ ...sound, made_by: "conda", python: "3.12.4" });
    fs.rmSync(python);
    expect(await examine(box, folder)).toMatchObject({ verdict: "edited or torn", mend: /conda create/ });
    expect(fs.existsSync(path.join(box.base, "was-run"))).toBe(false);
  });

  it("and refuses what is no environment", async () => {
    expect(await box.run(["doctor", box.base])).toMatchObject({ code: 2, stdout: "" });
    expect(await box.run(["doctor", "--fix", box.base])).toMatchObject({ code: 2, stdout: "" });
    expect((await box.run(["doctor", "--all", box.launcher])).stderr).toContain("not a folder");
  });
});

describe("./prime doctor PATH says what has become of an environment:", () => {
  /** An environment on an interpreter of the test's own, and what the doctor says when something happened to it. */
  async function fateOf(change: (below: Installed, venv: string) => void, python = somePython()): Promise<Report> {
    const box = repo({});
    const below = install(python, path.join(box.base, "opt/python"));
    const venv = makeVenv(below.file, path.join(box.base, "env"));
    expect(await examine(box, venv)).toMatchObject({ verdict: "sound", interpreter: below.file });
    change(below, venv);
    return examine(box, venv);
  }

  it("interpreter removed", async () => {
    const report = await fateOf(({ prefix }) => fs.rmSync(prefix, { recursive: true }));
    expect(report).toMatchObject({ verdict: "interpreter removed", interpreter: null, broken: true });
    expect(report.mend).toMatch(/bring \S+ back, or make it anew: `python3\.\d+ -m venv --clear \S+`/);
  });

  it("minor upgrade", async () => {
    const [older, newer] = twoMinors();
    const report = await fateOf(({ file, prefix }) => {
      install(newer, `${prefix}-new`);
      fs.rmSync(prefix, { recursive: true });
      fs.renameSync(`${prefix}-new`, prefix);
      fs.symlinkSync(path.basename(file).replace(older.minor, newer.minor), file);
    }, older);
    expect(report).toMatchObject({
      verdict: "minor upgrade",
      why: expect.stringMatching(`it was made for Python ${older.minor}, and \\S+ is ${newer.version}`),
    });
  });

  it("patch upgrade, which is no harm", async () => {
    const [older, newer] = twoPatches();
    const report = await fateOf(({ prefix }) => install(newer, prefix), older);
    expect(report).toMatchObject({ verdict: "patch upgrade", broken: false, python: older.version });
    expect(report.why).toContain(newer.version);
  });

  it("standard library package removed", async () => {
    const report = await fateOf(({ stdlib }) => fs.rmSync(stdlib, { recursive: true }));
    expect(report.verdict).toBe("standard library package removed");
  });

  it("libpython or libc changed", async (context) => {
    if (somePython().libpython === null) context.skip("this machine's Python has its library in itself");
    const report = await fateOf(({ libpython }) => fs.rmSync(libpython as string));
    expect(report).toMatchObject({ verdict: "libpython or libc changed", why: expect.stringContaining("libpython") });
  });

  it("wrong architecture", async () => {
    const report = await fateOf(({ file }) => {
      const bytes = fs.readFileSync(file);
      bytes.writeUInt16LE(0x1234, 18); // e_machine, elf(5)
      fs.writeFileSync(file, bytes);
    });
    expect(report.verdict).toBe("wrong architecture");
  });

  it("edited or torn", async () => {
    expect(await fateOf((_, venv) => fs.rmSync(path.join(venv, "bin"), { recursive: true }))).toMatchObject({
      verdict: "edited or torn",
      why: expect.stringContaining("bin/python3 is gone"),
    });
    expect(await fateOf((_, venv) => fs.writeFileSync(path.join(venv, "pyvenv.cfg"), ""))).toMatchObject({
      verdict: "edited or torn",
      why: expect.stringContaining("names no home"),
    });
    const dead = await fateOf((_, venv) => {
      addScript(venv);
      fs.writeFileSync(path.join(venv, "bin/other"), "#!/no/such/python3\n", { mode: 0o755 });
    });
    expect(dead.why).toMatch(/bin\/other is to be run by \/no\/such\/python3, which is gone(?:;|$)/);
  });

  it("moved or copied", async () => {
    const box = repo({});
    const venv = makeVenv(goodPython(), path.join(box.base, "env"));
    addScript(venv);
    fs.renameSync(venv, `${venv}-moved`);
    expect(await examine(box, `${venv}-moved`)).toMatchObject({
      verdict: "moved or copied",
      why: expect.stringContaining(`${venv},`),
      mend: expect.stringContaining("move it back"),
    });
  });
});

it("./prime doctor --all DIR finds all environments, runs nothing of theirs, and follows no link", async () => {
  const box = repo({});
  const top = path.join(box.base, "all");
  const good = makeVenv(goodPython(), path.join(top, "a/.venv"));
  const below = install(somePython(), path.join(box.base, "opt/python"));
  const dead = makeVenv(below.file, path.join(top, "b/deep/er/env"));
  fs.symlinkSync(path.join(top, "a"), path.join(top, "link"));
  fs.symlinkSync("..", path.join(top, "b/loop"));
  makeVenv(goodPython(), path.join(box.base, "elsewhere"));
  const [site] = fs.readdirSync(path.join(good, "lib")).map((name) => path.join(good, "lib", name, "site-packages"));
  fs.writeFileSync(path.join(site as string, "x.pth"), `import os; open(${JSON.stringify(`${box.base}/ran`)}, "w")\n`);
  fs.writeFileSync(path.join(site as string, "sitecustomize.py"), `open(${JSON.stringify(`${box.base}/ran`)}, "w")\n`);
  expect((await box.run(["doctor", "--all", top])).stderr).toContain(`2 environments below ${top}: 0 broken`);
  fs.rmSync(below.prefix, { recursive: true });

  const { code, stdout } = await box.run(["doctor", "--json", "--all", "../all"]);
  const { sound, environments } = JSON.parse(stdout) as { sound: boolean; environments: Report[] };
  expect([code, sound]).toEqual([1, false]);
  expect(environments.map((one) => [one.path, one.verdict])).toEqual([
    [good, "sound"],
    [dead, "interpreter removed"],
  ]);
  expect(fs.existsSync(path.join(box.base, "ran"))).toBe(false);
  expect((await box.run(["doctor", "--all", "/proc/self"])).stderr).toContain("0 environments");
});

it("./prime doctor --all goes on where it can't look into a folder or an environment, and names each", async () => {
  const box = repo({});
  const user = userOf(box);
  const top = path.join(box.base, "all");
  const mine = makeVenv("/usr/bin/python3", path.join(top, "mine"));
  const closed = makeVenv("/usr/bin/python3", path.join(top, "other"));
  fs.chmodSync(path.join(closed, "pyvenv.cfg"), 0o600);
  for (const name of ["listed/below", "closed"]) fs.mkdirSync(path.join(top, name), { recursive: true });
  fs.chmodSync(path.join(top, "listed"), 0o744);
  fs.chmodSync(path.join(top, "closed"), 0o700);
  const deep = `cd "$1" && for i in $(seq 30); do mkdir "$2" && cd "$2" || exit; done`;
  spawnSync("sh", ["-c", deep, "sh", top, "d".repeat(200)]);
  const { stdout, stderr } = await box.run(["doctor", "--json", "--all", top], user);
  spawnSync("rm", ["-rf", path.join(top, "d".repeat(200))]); // Node can't
  expect((JSON.parse(stdout) as { environments: Report[] }).environments).toMatchObject([
    { path: mine, verdict: "sound" },
  ]);
  for (const name of ["listed/below", "closed", "other/pyvenv.cfg", "ddd"]) {
    expect(stderr).toMatch(new RegExp(`warning: could not \\w+(?: at)? ${path.join(top, name)}`));
  }
  expect(stderr).toContain(`1 environment below ${top}: 0 broken`);
});

it("./prime doctor says that a python is no file, and quotes a folder's name in what mends", async () => {
  const box = repo({});
  const folder = makeVenv(goodPython(), path.join(box.base, "$(touch here) it's"));
  fs.rmSync(path.join(folder, "bin/python"));
  execFileSync("mkfifo", [path.join(folder, "bin/python")]);
  const { why, mend } = await examine(box, folder);
  expect(why).toBe(`${folder}/bin/python is no file`);
  expect(mend).toContain(`--clear '${folder.replace("'", "'\\''")}'\``);
});

it("./prime doctor names what was written down to restore an interpreter, and of a repo what it shows alone", async () => {
  const python = ownedByDpkg();
  const box = repo({ ".python-version": `${python.minor}\n`, "requirements.txt": "six==1.16.0\n" });
  const file = link(path.join(box.base, "bin", `python${python.minor}`), python.file);
  const options = withoutPython(box, path.dirname(file));
  await good(box, [], options);
  const before = fs.realpathSync(box.path(".venv"));
  edit(box, "requirements.txt", "");
  await good(box, [], options);
  fs.rmSync(file);
  const mend = expect.stringContaining(`sudo apt-get install python${python.minor}`);
  expect(await examine(box, before)).toMatchObject({ verdict: "interpreter removed", mend });
  const { stdout } = await box.run(["doctor", "--all", "--json", box.root]);
  const { environments } = JSON.parse(stdout) as { environments: Report[] };
  expect(environments).toMatchObject([{ path: fs.realpathSync(box.path(".venv")), mend }]);

  const foreign = makeVenv(python.file, path.join(box.base, "foreign"));
  for (const name of ["python", "python3", `python${python.minor}`]) {
    const place = path.join(foreign, "bin", name);
    fs.rmSync(place, { force: true });
    fs.symlinkSync("/usr/bin/python3.99", place);
  }
  fs.writeFileSync(path.join(foreign, "pyvenv.cfg"), "home = /usr/bin\nversion = 3.99.1\n");
  expect(await examine(box, foreign)).toMatchObject({
    verdict: "interpreter removed",
    mend: expect.stringMatching(/`sudo (?:apt-get|dnf|zypper) install python3\.?99`/),
  });
});
