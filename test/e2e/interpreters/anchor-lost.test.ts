import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it, type TestContext } from "vitest";
import { failure } from "../../support/failures.ts";
import { onPath } from "../../support/machine.ts";
import {
  type Installed,
  install,
  link,
  ownedByDpkg,
  type RealPython,
  sharedPython,
  somePython,
  twoMinors,
  twoPatches,
  withoutPython,
} from "../../support/pythons/interpreters.ts";
import { edit, generations, good, isWarm, repo, shown } from "../../support/repos.ts";
import { LONG_AGO, type Sandbox } from "../../support/sandbox.ts";

const PREFIX = ["run", "python", "-c", "import sys; print(sys.base_prefix)"];

/** What prime says of itself in a start, and where the command's interpreter stands. */
async function start(box: Sandbox, options: ReturnType<typeof withoutPython>) {
  const { stdout, stderr } = await good(box, PREFIX, options);
  return { prefix: stdout.trim(), lines: stderr.split("\n").slice(0, 2) };
}

/** An environment on an interpreter, and another interpreter of the same kind with a minor that comes before it on PATH. */
async function onOneOfTwo(python: RealPython) {
  const box = repo({});
  const one = install(python, path.join(box.base, "one"), { time: LONG_AGO });
  await good(box, [], withoutPython(box, path.dirname(one.file)));
  const two = install(python, path.join(box.base, "two"));
  const [older, newer] = twoMinors();
  const decoy = link(path.join(box.base, "decoy/python3"), (older.minor === python.minor ? newer : older).file);
  return { box, one, two, options: withoutPython(box, path.dirname(decoy), path.dirname(two.file)) };
}

/** It is replaced by the other of its ABI, and used again as soon as it is back. */
async function isReplacedUntilItReturns(
  { box, one, two, options }: Awaited<ReturnType<typeof onOneOfTwo>>,
  lose: (one: Installed) => () => void,
  what: string,
): Promise<void> {
  const before = shown(box);
  expect(await isWarm(box)).toBe(true);
  const bringBack = lose(one);
  const { prefix, lines } = await start(box, options);
  expect(prefix).toBe(two.prefix);
  expect(lines).toEqual([
    `${one.file}, which environment ${before} stands on, ${what}`,
    `building a new environment on ${two.file} (${two.version}); ${before} stays, and is used again when its interpreter is back`,
  ]);
  expect(generations(box)).toContain(before);
  expect(await isWarm(box)).toBe(true);
  bringBack();
  expect(await isWarm(box)).toBe(false);
  expect((await start(box, options)).prefix).toBe(one.prefix);
  expect(shown(box)).toBe(before);
  expect(await isWarm(box)).toBe(true);
}

/** Moves a file away, and back. */
function away(file: string): () => void {
  fs.renameSync(file, `${file}.away`);
  return () => fs.renameSync(`${file}.away`, file);
}

it("an interpreter that is gone", async () => {
  const made = await onOneOfTwo(somePython());
  await isReplacedUntilItReturns(made, ({ prefix }) => away(prefix), "is gone");
  const [before, all] = [shown(made.box), generations(made.box)];
  away(made.one.prefix);
  const { lines } = await start(made.box, made.options);
  const next = `environment ${shown(made.box)} takes its place`;
  expect(lines[1]).toBe(`${next}; ${before} stays, and is used again when its interpreter is back`);
  expect(generations(made.box)).toEqual(all);
});

it("one whose standard library is gone", async () => {
  const made = await onOneOfTwo(somePython());
  const os = path.join(made.one.stdlib, "os.py");
  await isReplacedUntilItReturns(made, () => away(os), `has lost its standard library: ${os} is not there`);
});

it("one whose libpython is gone", async () => {
  const made = await onOneOfTwo(sharedPython());
  const name = path.basename(made.one.libpython as string);
  const why = `${made.one.file}: error while loading shared libraries: ${name}: cannot open shared object file: No such file or directory`;
  const ended = `it ended with status 127: ${why}`;
  const what = `can't be started, since a shared library is missing or another one: ${ended}`;
  await isReplacedUntilItReturns(made, ({ libpython }) => away(libpython as string), what);
});

it("one that is for another machine", async () => {
  const made = await onOneOfTwo(somePython());
  const forOtherMachine = ({ file }: Installed) => {
    const back = away(file);
    const bytes = fs.readFileSync(`${file}.away`);
    bytes.writeUInt16LE(0x5a5a, 18); // e_machine (elf(5))
    fs.writeFileSync(file, bytes, { mode: 0o755 });
    fs.utimesSync(file, LONG_AGO + 1, LONG_AGO + 1);
    return back;
  };
  await isReplacedUntilItReturns(made, forOtherMachine, "is a program for another machine");
});

it("one that does not work: it is started once in all stages", async () => {
  const made = await onOneOfTwo(somePython());
  const calls = path.join(made.box.base, "calls");
  const broken = ({ file }: Installed) => {
    const back = away(file);
    fs.writeFileSync(file, `#!/bin/sh\necho once >>'${calls}'\necho worn out >&2\nexit 3\n`, { mode: 0o755 });
    fs.utimesSync(file, LONG_AGO + 1, LONG_AGO + 1);
    return () => {
      expect(fs.readFileSync(calls, "utf8")).toBe("once\n");
      back();
    };
  };
  await isReplacedUntilItReturns(made, broken, "does not work: it ended with status 3: worn out");
});

it("pyenv's, of which another patch is there", async () => {
  const [older, newer] = twoPatches();
  const box = repo({});
  const versions = path.join(box.base, ".pyenv/versions");
  const one = install(older, path.join(versions, older.version));
  const shims = path.join(box.base, ".pyenv/shims");
  fs.mkdirSync(shims);
  fs.writeFileSync(path.join(shims, "python3"), "#!/bin/sh\necho 'version is not installed' >&2\nexit 127\n", {
    mode: 0o755,
  });
  const options = withoutPython(box, shims);
  expect((await start(box, options)).prefix).toBe(one.prefix);
  const before = shown(box);
  fs.rmSync(one.prefix, { recursive: true });
  const two = install(newer, path.join(versions, newer.version));
  const { prefix, lines } = await start(box, options);
  expect(prefix).toBe(two.prefix);
  expect(lines).toEqual([
    `${one.file} (${older.version}), which environment ${before} stands on, is gone`,
    `building a new environment on ${two.file} (${newer.version}); ${before} stays, and is used again after \`pyenv install ${older.version}\``,
  ]);
});

it("what can't be replaced is named with the command that restores it, and its environment is used again", async (context) => {
  const python = ownedByDpkg();
  const box = repo({ ".python-version": `${python.minor}\n` });
  const file = link(path.join(box.base, "usr/bin", `python${python.minor}`), python.file);
  const other = otherMinor(python, context);
  const decoy = link(path.join(box.base, "decoy/python3"), other.file);
  const options = withoutPython(box, path.dirname(file), path.dirname(decoy));
  await good(box, [], options);
  const before = shown(box);
  for (const downloads of ["never", "automatic"]) {
    fs.rmSync(file);
    const offline = { UV_PYTHON_DOWNLOADS: downloads, UV_PYTHON_DOWNLOADS_JSON_URL: path.join(box.base, "none.json") };
    const ended = await box.run(PREFIX, { env: { ...options.env, ...offline } });
    const said = failure(ended, "interpreter-lost");
    expect(said).toContain(
      `environment ${before} can't be used: it stands on ${file} (${python.package}), and it does not exist`,
    );
    expect(said).toMatch(new RegExp(`restore ${file} by \`sudo apt-get install python${python.minor}\``));
    expect(generations(box)).toEqual([before]);
    link(file, python.file);
    expect(await isWarm(box)).toBe(true);
    expect((await start(box, options)).prefix).toBe(python.prefix);
    expect(shown(box)).toBe(before);
  }
});

it("where there is no Python at all any more, the message names the one that was there", async () => {
  const box = repo({});
  const { file, prefix } = install(somePython(), path.join(box.base, "one"));
  const options = withoutPython(box, path.dirname(file));
  await good(box, [], options);
  const back = away(prefix);
  const said = failure(await box.run(PREFIX, options), "interpreter-lost");
  expect(said).toContain(`it stands on ${file}, and it does not exist\n`);
  expect(said).toContain(`next: restore ${file}: the environment is used again as it is`);
  back();
  expect(await isWarm(box)).toBe(true);
});

it("another minor in the place of an exact anchor, though all times are equal: the old environment is not run by it", async () => {
  const [older, newer] = twoMinors();
  const box = repo({});
  const prefix = path.join(box.base, "py");
  const lay = (python: RealPython) => install(python, prefix, { name: "python3", time: LONG_AGO });
  const { file } = lay(older);
  const options = withoutPython(box, path.dirname(file));
  await good(box, [], options);
  const before = shown(box);
  expect(await isWarm(box)).toBe(true);
  lay(newer);
  const canary = path.join(box.path(".prime/generations"), before, "lib", `python${newer.minor}`, "site-packages");
  fs.mkdirSync(canary, { recursive: true });
  fs.writeFileSync(
    path.join(canary, "canary.pth"),
    `import os; os.mkdir(${JSON.stringify(path.join(box.base, "ran"))})\n`,
  );
  expect(await isWarm(box)).toBe(false);
  const VERSION = ["run", "python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"];
  const { stdout, stderr } = await good(box, VERSION, options);
  expect(stdout).toBe(`${newer.minor}\n`);
  expect(stderr.split("\n").slice(0, 2)).toEqual([
    `${file} is Python ${newer.version} now, and environment ${before} was made for ${older.version} (ABI ${newer.soabi}, not ${older.soabi})`,
    `building a new environment on ${file} (${newer.version}); ${before} stays, and is used again when Python ${older.version} is back there`,
  ]);
  const refused = await box.run(["rollback"], options);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain(`could not roll back: ${file} is Python ${newer.version} now`);
  expect(fs.existsSync(path.join(box.base, "ran"))).toBe(false);
  lay(older);
  expect(await isWarm(box)).toBe(false);
  expect((await good(box, VERSION, options)).stdout).toBe(`${older.minor}\n`);
  expect(shown(box)).toBe(before);
});

it("an upgrade of the system takes the minor away: a failure on the next one names both ways on", async () => {
  const [older, newer] = twoMinors();
  const box = repo({ "requirements.txt": `six==0.0; python_version > "${older.minor}"\n` });
  const bin = path.join(box.base, "usr/bin");
  const file = link(path.join(bin, `python${older.minor}`), older.file);
  const options = withoutPython(box, bin);
  await good(box, [], options);
  const before = shown(box);
  fs.rmSync(file);
  link(path.join(bin, `python${newer.minor}`), newer.file);
  const said = failure(await box.run(PREFIX, options), "resolve-failed");
  expect(said).toContain(`environment ${before} can't be used: it stands on ${file}`);
  expect(said).toMatch(
    /next: ask for another version of six.*; or restore .*: the environment is used again as it is$/m,
  );
  expect(shown(box)).toBe(before);
  edit(box, "requirements.txt", "six\n");
  expect((await start(box, options)).prefix).toBe(newer.prefix);
  expect(generations(box)).toHaveLength(2);
});

it("a distributor's words come before prime's own", async ({ skip }) => {
  const box = repo({});
  const { file, prefix } = install(somePython(), path.join(box.base, "one"));
  const options = withoutPython(box, path.dirname(file));
  await good(box, [], options);
  fs.rmSync(prefix, { recursive: true });
  const words = path.join(box.base, "words");
  fs.mkdirSync(path.join(words, "prime"), { recursive: true });
  fs.writeFileSync(
    path.join(words, "prime/python-missing.ini"),
    "[python-missing]\nError = Ask us.\nError-de = Fragen.\n",
  );
  // In a name space of its own, the words stand where a distributor puts them.
  const [unshare, mount] = ["unshare", "mount"].map((name) => onPath(name) ?? skip(`this machine has no ${name}`));
  const script = `"${mount}" --bind "$0" /usr/share && exec "$@"`;
  const shell = [unshare as string, "--mount", "sh", "-c", script, words, "sh"];
  if (spawnSync(unshare as string, [...shell.slice(1, -1), "true"]).status !== 0)
    skip("mounting is not permitted here");
  for (const [LANG, text] of [
    ["C.UTF-8", "Ask us."],
    ["de_AT.UTF-8", "Fragen."],
  ]) {
    const ended = await box.run(PREFIX, { shell, env: { ...options.env, LANG } });
    expect(failure(ended, "interpreter-lost")).toContain(`next: ${text}\n  restore ${file}`);
  }
});

it("a patch that the repo does not ask for", async () => {
  const [older, newer] = twoPatches();
  const box = repo({ ".python-version": `${older.version}\n` });
  const one = install(older, path.join(box.base, "one"));
  const two = install(older, path.join(box.base, "two"));
  const options = withoutPython(box, ...[one, two].map(({ file }) => path.dirname(file)));
  await good(box, [], options);
  const before = shown(box);
  install(newer, one.prefix);
  const { prefix, lines } = await start(box, options);
  expect(prefix).toBe(two.prefix);
  expect(lines[0]).toBe(`${one.file} is Python ${newer.version} now, and Python ${older.version} is required`);
  expect(shown(box)).not.toBe(before);
});

function otherMinor(python: RealPython, { skip }: TestContext): RealPython {
  const other = twoMinors().find(({ minor }) => minor !== python.minor);
  return other ?? skip("this machine has no other minor of Python");
}
