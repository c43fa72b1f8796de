import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { beforeAll, describe, expect, it, TestRunner } from "vitest";
import { type Examined, examine, sitePackages, wrongs } from "../../support/checkouts/doctor.ts";
import { program } from "../../support/machine.ts";
import { install, somePython, twoPatches } from "../../support/pythons/interpreters.ts";
import { generations, good, installed, repo, shown, uv } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { SEEDED_UV } from "../../support/seed.ts";

const REQUIREMENTS = "six==1.16.0\niniconfig==2.0.0\n";
const PACKAGES = { iniconfig: "2.0.0", six: "1.16.0" };

/** Mends what is wrong, after which nothing is; what was shown stays on the disk. */
async function mended(box: Sandbox): Promise<Examined> {
  const before = shown(box);
  const report = await examine(box, ["--fix"]);
  expect(wrongs(report)).toEqual([]);
  expect(generations(box)).toContain(before);
  return report;
}

it("./prime doctor tells all else where the environment can't be looked at", async () => {
  const box = repo({ "requirements.txt": "" });
  await good(box);
  const lib = path.join(fs.realpathSync(box.path(".venv")), "lib");
  fs.rmSync(lib, { recursive: true });
  fs.symlinkSync("l".repeat(256), lib);
  const report = await examine(box);
  expect(wrongs(report).at(-1)).toEqual(["environment", expect.stringContaining("(ENAMETOOLONG)")]);
  expect(report.checks.map(({ check }) => check)).toEqual(expect.arrayContaining(["clock", "uv"]));
});

describe("./prime doctor", () => {
  let box: Sandbox;
  beforeAll(async () => {
    box = repo({ "requirements.txt": REQUIREMENTS }, { git: true });
    expect((await good(box, ["doctor"])).stdout).toContain("none was made yet");
    await good(box);
  });

  it("names every check and finds nothing in what prime made; --fix has nothing to do", async () => {
    const { stdout } = await good(box, ["doctor"]);
    const names = [...stdout.matchAll(/^sound {4}(\S+(?: \S+)*) {2}/gm)].map(([, name]) => name);
    expect(names).toEqual([
      ...[
        "node",
        "certificates",
        "proxy",
        "clock",
        "launcher",
        "line ends",
        "executable",
        "tracked",
        "config",
        "state",
      ],
      ...[
        "selected python",
        "uv",
        "environment",
        "interpreter",
        "drift",
        "files",
        "extension modules",
        "scripts",
        "links",
      ],
    ]);
    expect(stdout).toMatch(/\d+ files of 2 packages are as RECORD tells \([\d.]+ MB in [\d.]+ s, \d+ MB\/s\)/);
    expect((await examine(box, ["--fix"])).mended).toEqual([]);
  });

  it("finds files that were edited or are missing; --fix builds the same anew, beside it and with no index", async () => {
    const before = shown(box);
    const site = sitePackages(box);
    fs.appendFileSync(path.join(site, "six.py"), "\n");
    fs.rmSync(path.join(site, "iniconfig/_parse.py"));
    expect(wrongs(await examine(box))).toEqual([
      ["files", `iniconfig: ${site}/iniconfig/_parse.py is missing`],
      ["files", `six: ${site}/six.py is not what was installed`],
    ]);
    const offline = { UV_OFFLINE: "1" };
    const report = await examine(box, ["--fix"], offline);
    expect([wrongs(report), report.mended]).toEqual([[], [expect.stringContaining(shown(box))]]);
    expect(generations(box)).toContain(before);
    expect([shown(box) === before, installed(box)]).toEqual([false, PACKAGES]);
    await good(box, ["run", "python", "-c", "import six, iniconfig"]);
  });

  it("names what others installed, with adopt and a rebuild as the two ways on", async () => {
    uv(box, ["pip", "install", "--quiet", "pluggy==1.5.0"], { VIRTUAL_ENV: box.path(".venv") });
    uv(box, ["pip", "uninstall", "--quiet", "six"], { VIRTUAL_ENV: box.path(".venv") });
    const report = await examine(box);
    expect(wrongs(report)).toEqual([
      ["drift", "pluggy 1.5.0 was added"],
      ["drift", "six 1.16.0 was removed"],
    ]);
    for (const { mend } of report.checks.filter(({ check }) => check === "drift"))
      expect(mend).toMatch(/\.\/prime adopt.*\.\/prime reboot/);
    await mended(box);
    expect(installed(box)).toEqual(PACKAGES);
  });

  it("finds scripts and links that are dead", async () => {
    const venv = fs.realpathSync(box.path(".venv"));
    fs.writeFileSync(path.join(venv, "bin/tool"), "#!/no/such/python\n", { mode: 0o755 });
    fs.symlinkSync("nowhere", path.join(venv, "link"));
    expect(wrongs(await examine(box))).toEqual([
      ["scripts", `${venv}/bin/tool is to be run by /no/such/python, which is gone`],
      ["links", `${venv}/link leads nowhere`],
    ]);
    await mended(box);
  });

  it("finds extension modules that do not load, with the library that is missing", async () => {
    const cc = program("cc");
    const venv = fs.realpathSync(box.path(".venv"));
    const asked = "import sysconfig as s; print(s.get_path('include'), s.get_config_var('EXT_SUFFIX'), sep='\\n')";
    const ask = ["-I", "-c", asked];
    const [include, suffix] = execFileSync(`${venv}/bin/python`, ask, { encoding: "utf8" }).trim().split("\n");
    if (!fs.existsSync(`${include}/Python.h`)) TestRunner.getCurrentTest()?.context.skip("this Python has no headers");
    const [library, module] = [
      path.join(box.base, "libgone.so"),
      path.join(sitePackages(box), `iniconfig/fast${suffix}`),
    ];
    const source = path.join(box.base, "fast.c");
    fs.writeFileSync(source, "int gone(void) { return 1; }");
    execFileSync(cc, ["-shared", "-fPIC", source, "-o", library]);
    fs.writeFileSync(source, "int gone(void); void *PyInit_fast(void) { gone(); return 0; }");
    execFileSync(cc, ["-shared", "-fPIC", source, "-o", module, library]);
    fs.rmSync(library);
    const report = await examine(box);
    const found = `${module} can't be loaded: ${library} is missing`;
    expect(wrongs(report)).toEqual([["extension modules", found]]);

    const other = module.replace(/fast(?=[^/]*$)/, "other");
    fs.writeFileSync(source, "void *PyInit_other(void) { return 0; }");
    execFileSync(cc, ["-shared", "-fPIC", source, "-o", other]);
    const beside = await examine(box);
    expect(wrongs(beside)).toEqual([]);
    const note = `${found}, which its package may not need`;
    expect(beside.checks).toContainEqual(expect.objectContaining({ check: "extension modules", found: note }));
    fs.rmSync(module);
    fs.rmSync(other);
  });

  it("finds torn state, and what git is to ignore and does not; nothing is lost when it is mended", async () => {
    const history = fs.readFileSync(box.path(".prime/history.jsonl"), "utf8");
    fs.appendFileSync(box.path(".prime/history.jsonl"), '{"at": 12');
    fs.writeFileSync(box.path(".prime/state.json"), '{"form": 1, "ho');
    const holder = { pid: 1, start: "1", boot: "an earlier one", host: os.hostname(), reason: "a build" };
    fs.writeFileSync(box.path(".prime/lock"), JSON.stringify(holder));
    fs.rmSync(box.path(".prime/.gitignore"));
    fs.writeFileSync(box.path(".git/info/exclude"), "");
    const found = wrongs(await examine(box));
    expect(found.map(([check]) => check)).toEqual(["lock", "state", "history", "git ignore", "git ignore"]);
    expect((await mended(box)).mended).toHaveLength(5);
    expect(fs.readFileSync(box.path(".prime/history.jsonl"), "utf8")).toBe(history);
    expect(
      fs
        .readdirSync(box.path(".prime/aside"))
        .map((name) => name.slice(0, -9))
        .sort(),
    ).toEqual(["history.jsonl", "state.json"]);
    expect(box.git("status", "--porcelain", "--", ".venv", ".prime")).toBe("");
  });

  it("finds after a start that failed that it did, and nothing that a start would do by itself", async () => {
    const failed = repo({ "requirements.txt": "./no-such-folder\n" }, { git: true });
    expect((await failed.run([])).code).toBe(125);
    expect(fs.existsSync(failed.path(".prime"))).toBe(true);
    expect(wrongs(await examine(failed))).toEqual([
      ["environment", expect.stringMatching(/^none was made yet, the last start failed: could not finish .* for /)],
    ]);
    const { stdout } = await good(failed, ["status"]);
    expect(stdout).toMatch(/^last cold start {2}the first start here; failed: could not finish .* for /m);
  });

  it("tells once why a start failed where another check tells it as well", async () => {
    const failed = repo({ "pyproject.toml": "[project\n" });
    expect((await failed.run([])).code).toBe(125);
    expect(wrongs(await examine(failed))).toEqual([["config", expect.stringContaining("pyproject.toml:1")]]);
  });

  it("finds a project that no start can install, and where only a start can tell its interpreter", async () => {
    const pipenv = repo({ Pipfile: "" });
    const found = [["project", expect.stringContaining("described for Pipenv alone")]];
    expect(wrongs(await examine(pipenv))).toEqual(found);
    const shims = path.join(pipenv.base, "shims");
    fs.mkdirSync(shims);
    fs.writeFileSync(path.join(shims, "python3"), "#!/bin/sh\nexit 127\n", { mode: 0o755 });
    const { checks, ...report } = await examine(pipenv, [], { PATH: `${shims}:${process.env.PATH}` });
    expect(checks).toContainEqual(expect.objectContaining({ found: expect.stringContaining("what a start would") }));
    expect(wrongs({ ...report, checks })).toEqual(found);
  });

  it("finds a launcher that is not as it was built or may not be executed", async () => {
    const text = fs.readFileSync(box.launcher);
    fs.appendFileSync(box.launcher, "\n");
    fs.chmodSync(box.launcher, 0o644);
    const shell = { shell: ["sh"] };
    const { stdout } = await box.run(["doctor", "--fix", "--json"], shell);
    const report = JSON.parse(stdout) as Examined;
    expect([wrongs(report).map(([check]) => check), report.mended]).toEqual([
      ["launcher"],
      [`${box.launcher} may be executed now`],
    ]);
    fs.writeFileSync(box.launcher, text);
  });

  it("goes on where the configuration can't be read, and says what git must not have", async () => {
    box.file("prime.toml", "lock = 'fozen'\n");
    box.git("add", "--force", ".venv");
    expect(wrongs(await examine(box))).toEqual([
      ["tracked", expect.stringContaining("git has .venv")],
      ["config", expect.stringContaining("fozen")],
    ]);
    box.git("rm", "--quiet", "--cached", ".venv");
    fs.rmSync(box.path("prime.toml"));
  });

  it("finds certificates and proxies that can't be", async () => {
    const env = { SSL_CERT_FILE: "/no/such.pem", HTTPS_PROXY: "htp://me:secret@proxy", https_proxy: "http://proxy:1" };
    const report = await examine(box, [], env);
    expect(wrongs(report).map(([check]) => check)).toEqual(["certificates", "proxy", "proxy"]);
    expect(JSON.stringify(report)).not.toContain("secret");
  });
});

it("a uv in the cache that was changed is found, and got anew", async () => {
  const box = repo({ "requirements.txt": "" });
  await good(box);
  const cache = path.join(box.home, ".cache/prime/uv");
  fs.rmSync(cache);
  fs.cpSync(SEEDED_UV, cache, { recursive: true });
  const [name] = fs.readdirSync(cache).filter((one) => !one.startsWith("."));
  fs.appendFileSync(path.join(cache, name as string, "uv"), "x");
  expect(wrongs(await examine(box))).toEqual([["uv", expect.stringContaining("which is no digest of its pin's")]]);
  await mended(box);
});

it("a uv in the cache that was cut short is got anew by whoever needs it", async () => {
  const box = repo({ "requirements.txt": "" });
  const cache = path.join(box.home, ".cache/prime/uv");
  fs.rmSync(cache);
  fs.cpSync(SEEDED_UV, cache, { recursive: true });
  const [name] = fs.readdirSync(cache).filter((one) => !one.startsWith("."));
  const file = path.join(cache, name as string, "uv");
  const { size } = fs.statSync(file);
  fs.truncateSync(file, size / 2);
  await good(box);
  expect(fs.statSync(file).size).toBe(size);
});

it("an edit that hard links carry from one environment to another is named; --fix has uv's cache forget it", async () => {
  const box = repo({ "requirements.txt": "six==1.16.0\n" });
  const env = { UV_CACHE_DIR: path.join(box.base, "uv-cache"), UV_LINK_MODE: "hardlink" };
  await good(box, [], { env });
  const other = path.join(box.base, "other");
  fs.cpSync(box.root, other, { recursive: true, filter: (file) => !/\/\.(?:prime|venv)(?:\/|$)/.test(file) });
  const there = { launcher: path.join(other, "prime"), cwd: other, env };
  await good(box, [], there);
  const [theirs] = fs.readdirSync(path.join(other, ".prime/generations"));
  const site = path.relative(path.join(box.root, ".prime/generations", shown(box)), sitePackages(box));
  const copy = path.join(other, ".prime/generations", theirs as string, site, "six.py");
  fs.rmSync(copy); // an index that has everything asked for again gives each environment a file of its own
  fs.linkSync(path.join(sitePackages(box), "six.py"), copy);
  fs.appendFileSync(path.join(sitePackages(box), "six.py"), "\n# an edit\n");

  const { code, stdout } = await box.run(["doctor", "--json"], there);
  const found = wrongs(JSON.parse(stdout) as Examined);
  expect([code, found]).toEqual([
    1,
    [["hard links", expect.stringMatching(/six\.py is not what was installed, with \d/)]],
  ]);
  expect(stdout).toContain("the wheel came so: ./prime adopt keeps it");
  const { stdout: fixed } = await good(box, ["doctor", "--fix", "--json"], there);
  expect((JSON.parse(fixed) as Examined).mended).toEqual([
    expect.stringContaining("uv had forgotten what it cached of six"),
  ]);
  expect(wrongs(await examine(box, [], env)).map(([check]) => check)).toEqual(["hard links"]);
});

it("another patch where no path stays through patches is named", async () => {
  const [older, newer] = twoPatches();
  const box = repo({ "requirements.txt": "" });
  const prefix = path.join(box.base, "opt/some");
  const env = { PATH: `${install(older, prefix, { name: "python3" }).prefix}/bin:${box.env.PATH}` };
  await good(box, [], { env });
  expect(wrongs(await examine(box, [], env))).toEqual([]);
  install(newer, prefix, { name: "python3" });
  const expected = `is Python ${newer.version} now, and environment ${shown(box)} was made for ${older.version}`;
  expect(wrongs(await examine(box, [], env))).toEqual([["interpreter", expect.stringContaining(expected)]]);
});

it("an interpreter that is gone is named, with what of it the manifest knows", async () => {
  const box = repo({ "requirements.txt": "six==1.16.0\n" });
  const below = install(somePython(), path.join(box.base, "opt/python"));
  const env = { PATH: `${below.prefix}/bin:${box.env.PATH}` };
  await good(box, [], { env });
  expect(wrongs(await examine(box, [], env))).toEqual([]);
  fs.rmSync(below.prefix, { recursive: true });
  const found = wrongs(await examine(box, [], env));
  expect(found).toEqual([["interpreter", expect.stringMatching(/^interpreter removed: \S+ is gone$/)]]);
});
