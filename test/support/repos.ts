import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { type Ended, LONG_AGO, type RunOptions, type Sandbox, type SandboxOptions, sandbox } from "./sandbox.ts";
import { SEEDED_UV } from "./seed.ts";
import type { PackageIndex } from "./servers/index-server.ts";
import { NO_NODE, withoutNode } from "./system/no-node.ts";

/** A sandbox whose repo holds these files. */
export function repo(files: Readonly<Record<string, string>>, options: SandboxOptions = {}): Sandbox {
  const box = sandbox(options);
  for (const [name, text] of Object.entries(files)) box.file(name, text);
  for (const name of Object.keys(files)) age(box, path.dirname(name));
  return box;
}

/** Folders, too, were made long ago: a start is sure of what a pattern finds in them only then. */
function age(box: Sandbox, folder: string): void {
  if (folder === ".") return;
  fs.utimesSync(box.path(folder), LONG_AGO, LONG_AGO);
  age(box, path.dirname(folder));
}

/** A start that must succeed. */
export async function good(box: Sandbox, args: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
  const ended = await box.run(args, options);
  if (ended.code !== 0) throw new Error(`./prime ${args.join(" ")} ended with ${ended.code}:\n${ended.stderr}`);
  return ended;
}

/** A start that must fail by prime's own fault status; gives what it said. */
export async function bad(box: Sandbox, args: readonly string[] = [], options: RunOptions = {}): Promise<string> {
  const ended = await box.run(args, options);
  expect(ended).toMatchObject({ code: 125, stdout: "" });
  return ended.stderr;
}

const LIST = `
import importlib.metadata, json
print(json.dumps({d.metadata["Name"].lower(): d.version for d in importlib.metadata.distributions()}))
`;

/** Names and versions of what a venv holds, as its own interpreter tells. */
export function packagesOf(venv: string): Record<string, string> {
  const listed = execFileSync(path.join(venv, "bin/python"), ["-I", "-c", LIST], { encoding: "utf8" });
  const packages = Object.entries(JSON.parse(listed) as Record<string, string>);
  return Object.fromEntries(packages.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The file from which the environment imports a module. */
export function whereIs(box: Sandbox, module: string): string {
  const program = `import ${module}; print(${module}.__file__)`;
  return execFileSync(box.path(".venv/bin/python"), ["-c", program], { encoding: "utf8", cwd: "/" }).trim();
}

/** What the `.venv` of a repo holds. */
export function installed(box: Sandbox): Record<string, string> {
  return packagesOf(box.path(".venv"));
}

/** What one start with flags has: by the environment of its command. */
export async function installedBy(box: Sandbox, flags: readonly string[]): Promise<Record<string, string>> {
  const { stdout } = await good(box, [...flags, "run", "sh", "-c", 'echo "$VIRTUAL_ENV"']);
  return packagesOf(stdout.trim());
}

/** Which generation `.venv` shows. */
export function shown(box: Sandbox): string {
  return path.basename(fs.readlinkSync(box.path(".venv")));
}

/** Names of all generations, finished or not. */
export function generations(box: Sandbox): string[] {
  const folder = box.path(".prime/generations");
  return fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
}

/** Whether a start is warm: it works without Node. */
export async function isWarm(box: Sandbox, flags: readonly string[] = []): Promise<boolean> {
  const { code, stderr } = await box.run([...flags, "run", "python", "-c", ""], { env: { PATH: withoutNode(box) } });
  if (code !== 0) expect(stderr).toContain(NO_NODE);
  return code === 0;
}

/** The sha256 of each file that is the repo's own. */
export function hashes(box: Sandbox): Record<string, string> {
  const names = fs.readdirSync(box.root, { recursive: true, encoding: "utf8" }).sort();
  const own = names.filter((name) => !/^\.(?:git|prime|venv)(?:\/|$)/.test(name));
  const files = own.filter((name) => fs.statSync(box.path(name)).isFile());
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash("sha256")
        .update(fs.readFileSync(box.path(name)))
        .digest("hex"),
    ]),
  );
}

/** The pinned uv itself, as a measure for what prime makes of it. */
export function uv(box: Sandbox, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(pinnedUv(), args, {
    cwd: box.root,
    env: { ...box.env, ...env },
    encoding: "utf8",
    stdio: "pipe",
  });
}

/** The same for one that asks a server of this very process. */
export async function uvBeside(box: Sandbox, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const run = promisify(execFile);
  return (await run(pinnedUv(), args, { cwd: box.root, env: { ...box.env, ...env }, encoding: "utf8" })).stdout;
}

export function pinnedUv(): string {
  const [folder] = fs.readdirSync(SEEDED_UV).filter((name) => !name.startsWith("."));
  return path.join(SEEDED_UV, folder as string, "uv");
}

/** What `uv sync` with these arguments makes of a repo. */
export function synced(box: Sandbox, args: readonly string[] = []): Record<string, string> {
  const venv = path.join(box.base, `synced-${args.join("")}`);
  uv(box, ["sync", "--frozen", ...args], { UV_PROJECT_ENVIRONMENT: venv });
  return packagesOf(venv);
}

let edits = 0;

/** Another time than that of any edit before, and one that no shell finds too new to be sure of. */
function timeOfEdit(): number {
  edits += 1;
  return LONG_AGO + edits;
}

/** Writes a file anew. */
export function edit(box: Sandbox, name: string, text: string): void {
  box.file(name, text, { mtime: timeOfEdit() });
}

/** Makes a file or folder that a tool wrote just now as old as an edit is. */
export function backdate(box: Sandbox, name: string): void {
  const time = timeOfEdit();
  fs.utimesSync(box.path(name), time, time);
}

/** A pyproject.toml of a package that is built without a network, its module beside it in `src`. */
export function packageFiles(folder: string, name: string, extra = ""): Record<string, string> {
  const at = (file: string) => path.posix.join(folder, file);
  const module = name.replaceAll("-", "_");
  const build = '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n';
  return {
    [at("pyproject.toml")]: `[project]\nname = "${name}"\nversion = "0.1"\ndescription = ""\n${extra}\n${build}`,
    [at(`src/${module}/__init__.py`)]: "",
  };
}

/** This index is the only one, and nothing is cached. */
export function onlyBy(box: Sandbox, index: PackageIndex, env: NodeJS.ProcessEnv = {}): RunOptions {
  const cache = path.join(box.base, "uv-cache");
  return { env: { UV_DEFAULT_INDEX: index.url, UV_CACHE_DIR: cache, UV_HTTP_RETRIES: "0", ...env } };
}

/** How the build of a witness went. */
export function built(box: Sandbox, name: string): { settings: object; variable: string | null; helper: boolean } {
  const program = `import json, ${name}_built; print(json.dumps(${name}_built.told))`;
  return JSON.parse(execFileSync(box.path(".venv/bin/python"), ["-c", program], { encoding: "utf8" }));
}

const WITNESS = fs.readFileSync(path.join(import.meta.dirname, "../fixtures/witness.py"), "utf8");

/** A project whose build tells how it was built, and needs nothing; see `test/fixtures/witness.py`. */
export function witness(
  folder: string,
  name: string,
  dependencies: readonly string[] = [],
  extra = "",
): Record<string, string> {
  const at = (file: string) => path.posix.join(folder, file);
  const project = `[project]\nname = "${name}"\nversion = "1"\ndependencies = ${JSON.stringify(dependencies)}\n`;
  const build = '[build-system]\nrequires = []\nbuild-backend = "witness"\nbackend-path = ["."]\n';
  return {
    [at("pyproject.toml")]: `${project}${build}${extra}`,
    [at("witness.py")]: WITNESS,
    [at(`src/${name.replaceAll("-", "_")}.py`)]: `where = ${JSON.stringify(folder)}\n`,
  };
}
