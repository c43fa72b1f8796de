import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import type { Config, ConfigFlags } from "../../../src/config/config.ts";
import { oneStartOf } from "../../../src/config/flags.ts";
import { inspectProject } from "../../../src/project/inspect.ts";
import type { Project } from "../../../src/project/project.ts";

/** A folder of its own for each test. */
export let root: string;

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "prime-project-")));
});

afterEach(() => fs.rmSync(root, { recursive: true }));

type AskedKey = "install_extras" | "install_groups" | "install_packages" | "requirements";
export type Asked = Partial<Record<AskedKey, unknown>> & { readonly oneStart?: ConfigFlags };

export function config(asked: Asked): Config {
  const value = (key: AskedKey) => ({
    value: asked[key] ?? null,
    source: {
      kind: "file",
      where: path.join(root, "prime.toml"),
      key: key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
    },
  });
  return {
    root,
    install_extras: value("install_extras"),
    install_groups: value("install_groups"),
    install_packages: value("install_packages"),
    requirements: value("requirements"),
    oneStart: { ...oneStartOf({}), ...asked.oneStart },
    protoprimer: null,
    required_python_version: { value: null, source: { kind: "default" } },
  } as unknown as Config;
}

export function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
}

export function inspect(files: Readonly<Record<string, string>>, asked: Asked = {}): Promise<Project> {
  write(files);
  return inspectProject(root, config(asked));
}

export async function refusal(files: Readonly<Record<string, string>>, asked: Asked = {}) {
  return inspect(files, asked).then(
    () => expect.unreachable("it was not refused"),
    (error) => ({ id: error.id, message: error.message.replaceAll(root, ""), hint: error.hint }),
  );
}

/** Inputs as `kind:path`, the path relative to the root. */
export function watched(project: Project): string[] {
  return project.inputs.map(({ kind, path: file }) => `${kind}:${path.relative(root, file)}`);
}

export function relative(folders: readonly string[]): string[] {
  return folders.map((folder) => path.relative(root, folder) || ".");
}

export const BUILD = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n';
export const PACKAGE = `${BUILD}[project]\nname = "My.App"\nversion = "1"\ndependencies = ["six"]\n`;
export const SETUP_PY = 'from setuptools import setup\nsetup(name="old", extras_require={"dev": ["pytest"]})\n';
