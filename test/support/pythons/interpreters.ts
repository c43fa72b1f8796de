import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { TestRunner } from "vitest";
import { MINORS, realPythons } from "../../fixtures/python.ts";
import { folderOf } from "../failures.ts";
import { onPath } from "../machine.ts";
import { LONG_AGO, type RunOptions, type Sandbox } from "../sandbox.ts";

/** What a real interpreter of this machine says of itself. */
export interface RealPython {
  readonly file: string;
  readonly version: string;
  readonly minor: string;
  readonly soabi: string;
  readonly prefix: string;
  /** The folder of its standard library. */
  readonly stdlib: string;
  /** The library that it lives in, if it is one; absolute. */
  readonly libpython: string | null;
}

const DESCRIBE = `
import json, os, sys, sysconfig
name = sysconfig.get_config_var("INSTSONAME") or ""
maps = open("/proc/self/maps").read().split() if os.path.exists("/proc/self/maps") else []
print(json.dumps({
  "version": "%d.%d.%d" % sys.version_info[:3], "minor": "%d.%d" % sys.version_info[:2],
  "soabi": sysconfig.get_config_var("SOABI") or "", "prefix": sys.base_prefix, "stdlib": os.path.dirname(os.__file__),
  "libpython": next((file for file in maps if os.path.basename(file) == name and ".so" in name), None),
}))`;

const RUNPATH = "$ORIGIN/../lib";

const described = new Map<string, RealPython>();

function describePython(file: string): RealPython {
  const text = () => execFileSync(file, ["-I", "-S", "-c", DESCRIBE], { encoding: "utf8", env: {} });
  const found = described.get(file) ?? { file, ...(JSON.parse(text()) as Omit<RealPython, "file">) };
  described.set(file, found);
  return found;
}

/** Interpreters that make environments and that packages are built for. */
function usable(): RealPython[] {
  return MINORS.filter((minor) => !["3.6", "3.7", "3.8"].includes(minor)).flatMap((minor) =>
    realPythons(minor).map(describePython),
  );
}

/** Some interpreter, the newest; else the running test is skipped. */
export function somePython(): RealPython {
  return usable().at(-1) ?? skip("this machine has no Python from 3.9 on");
}

/** Some interpreter that lives in a shared library, which a copy of it looks for beside itself; else the running test is skipped. */
export function sharedPython(): RealPython {
  const hasOwn = ({ file, prefix, libpython }: RealPython): boolean =>
    libpython !== null &&
    [`\0${prefix}/lib\0`, RUNPATH].some((text) => fs.readFileSync(file).includes(text, 0, "latin1"));
  return usable().findLast(hasOwn) ?? skip("no Python of this machine looks for its libpython by a path of its own");
}

/** An interpreter that dpkg installed, and its package; else the running test is skipped. */
export function ownedByDpkg(): RealPython & { readonly package: string } {
  for (const python of onPath("dpkg") === undefined ? [] : usable()) {
    const { status, stdout } = spawnSync("dpkg", ["-S", fs.realpathSync(python.file)], { encoding: "utf8" });
    if (status === 0) return { ...python, package: stdout.slice(0, stdout.indexOf(":")) };
  }
  return skip("no Python of this machine is dpkg's");
}

/** Two patches of one minor with one ABI, the older first; else the running test is skipped. */
export function twoPatches(): readonly [older: RealPython, newer: RealPython] {
  const all = usable();
  for (const older of all) {
    const newer = all.find(({ soabi, version }) => soabi === older.soabi && patchOf(version) > patchOf(older.version));
    if (newer !== undefined) return [older, newer];
  }
  return skip("this machine has no two patches of one minor of Python");
}

/** Two minors, the older first; else the running test is skipped. */
export function twoMinors(): readonly [older: RealPython, newer: RealPython] {
  const [newer, older] = usable()
    .filter(({ minor }) => minor !== "3.14")
    .reverse()
    .filter(({ minor }, index, all) => all.findIndex((one) => one.minor === minor) === index);
  return newer === undefined || older === undefined ? skip("this machine has no two minors of Python") : [older, newer];
}

function patchOf(version: string): number {
  return Number(version.split(".")[2]);
}

export interface Installed {
  readonly prefix: string;
  /** The executable itself, a file. */
  readonly file: string;
  readonly stdlib: string;
  readonly libpython: string | null;
  readonly version: string;
  readonly minor: string;
}

let installations = 0;

/**
 * Puts a real interpreter with its libraries at `prefix`, as an installer does that replaces the one before: executable and
 * libpython are copies that know no other place, the standard library is a folder of links around a copy of os.py. Its
 * executable is `bin/pythonX.Y`, or `bin/<name>`; `python3` and `python` lead to it. `time`, in seconds, is that of all files.
 */
export function install(
  python: RealPython,
  prefix: string,
  { name = `python${python.minor}`, time = LONG_AGO + ++installations }: { name?: string; time?: number } = {},
): Installed {
  fs.rmSync(prefix, { recursive: true, force: true });
  const place = (from: string) => path.join(prefix, path.relative(python.prefix, from));
  const bin = path.join(prefix, "bin");
  const [file, stdlib] = [path.join(bin, name), place(python.stdlib)];
  for (const folder of [bin, path.join(stdlib, "site-packages")]) fs.mkdirSync(folder, { recursive: true });
  for (const entry of fs.readdirSync(python.stdlib)) {
    if (["site-packages", "dist-packages", "os.py", "EXTERNALLY-MANAGED"].includes(entry)) continue;
    fs.symlinkSync(path.join(python.stdlib, entry), path.join(stdlib, entry));
  }
  fs.copyFileSync(path.join(python.stdlib, "os.py"), path.join(stdlib, "os.py"));
  const libpython = python.libpython === null ? null : path.join(prefix, "lib", path.basename(python.libpython));
  const copies = [[fs.realpathSync(python.file), file], ...(libpython === null ? [] : [[python.libpython, libpython]])];
  for (const [from, to] of copies) {
    fs.writeFileSync(to as string, movedTo(fs.readFileSync(from as string), python.prefix), { mode: 0o755 });
  }
  for (const link of ["python3", "python"].filter((one) => one !== name)) fs.symlinkSync(name, path.join(bin, link));
  for (const made of [file, path.join(stdlib, "os.py"), ...(libpython === null ? [] : [libpython])]) {
    fs.utimesSync(made, time, time);
  }
  return { prefix, file, stdlib, libpython, version: python.version, minor: python.minor };
}

/**
 * A binary that looks for its library beside itself, and for its standard library nowhere else than from its own place on:
 * the folders that it was compiled for are strings in it, whose ends may serve as other strings, too.
 */
function movedTo(bytes: Buffer, prefix: string): Buffer {
  const library = `\0${prefix}/lib\0`;
  const beside = RUNPATH.length + 2 > library.length ? library : `\0${RUNPATH.padEnd(library.length - 2, "\0")}\0`;
  return replaceAll(replaceAll(bytes, library, beside), `\0${prefix}\0`, `\0/~${prefix.slice(2)}\0`);
}

function replaceAll(bytes: Buffer, from: string, to: string): Buffer {
  const changed = Buffer.from(bytes);
  for (let at = changed.indexOf(from, 0, "latin1"); at !== -1; at = changed.indexOf(from, at + 1, "latin1")) {
    changed.write(to, at, "latin1");
  }
  return changed;
}

/** A PATH that begins with these folders and holds no other interpreter. */
export function withoutPython(box: Sandbox, ...folders: string[]): RunOptions {
  const programs = ["sh", "env", "cat", "find", "sleep", "stat", "dpkg", "dpkg-query"].flatMap((name) => {
    const file = onPath(name);
    return file === undefined ? [] : [[name, file] as const];
  });
  const tools = folderOf(box, "tools", { ...Object.fromEntries(programs), node: process.execPath });
  return { env: { PATH: [...folders, tools].join(":") } };
}

/** Makes a link, in place of one that was there. */
export function link(file: string, target: string): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(file, { force: true });
  fs.symlinkSync(target, file);
  return file;
}

function skip(why: string): never {
  const test = TestRunner.getCurrentTest();
  if (test === undefined) throw new Error(why);
  return test.context.skip(why);
}
