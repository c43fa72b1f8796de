import * as path from "node:path";
import { isFile } from "../../edges/files/read.ts";
import type { InputCollector } from "../../inputs/collector.ts";
import { isTable } from "../../toml.ts";
import { type Pyproject, readPyproject } from "../files/pyproject.ts";
import { readSetupCfg } from "../files/setup-cfg.ts";
import { readSetupPy } from "../files/setup-py.ts";
import { normalizeName } from "../packages.ts";
import { watchCacheKeys } from "./cache-keys.ts";

export interface WatchedProject {
  /** Environment variables that it names as build inputs. */
  readonly variables: readonly string[];
  readonly name: string | undefined;
  /** Whether its metadata come from files that uv does not look at before it takes a build from its cache. */
  readonly readsMore: boolean;
}

/**
 * Gathers what an editable build of the project in `folder` reads: its metadata files, `src/`, the files that dynamic
 * dependencies, extras and versions come from, and its cache keys.
 */
export async function watchProject(folder: string, inputs: InputCollector): Promise<WatchedProject> {
  const at = (name: string) => path.join(folder, name);
  const pyproject = inputs.file(at("pyproject.toml")) ? await readPyproject(at("pyproject.toml")) : undefined;
  const setupPy = inputs.file(at("setup.py")) ? readSetupPy(at("setup.py")) : undefined;
  const setupCfg = inputs.file(at("setup.cfg")) ? readSetupCfg(at("setup.cfg")) : undefined;
  inputs.presence(at("src"));
  const named = (setupPy?.requirementFiles ?? []).filter((name) => isFile(at(name)));
  const read = [...dynamicFiles(pyproject), ...(setupCfg?.requirementFiles ?? []), ...named];
  for (const name of read) inputs.file(at(name));
  return {
    variables: pyproject === undefined ? [] : watchCacheKeys(pyproject, inputs),
    name: pyproject?.project?.name ?? setupCfg?.name ?? setupPy?.name,
    readsMore: read.length > 0 || (pyproject ?? setupPy) === undefined,
  };
}

/** What all of them name, and which variables are named otherwise. */
export function namesAndVariables(watched: readonly WatchedProject[], variables: readonly string[]) {
  return {
    variables: [...new Set([...watched.flatMap((one) => one.variables), ...variables])],
    localNames: watched.flatMap(({ name }) => name ?? []),
    rebuilt: watched.flatMap(({ name, readsMore }) => (readsMore ? (name ?? []) : [])),
  };
}

/** Extras that a backend takes from files: setuptools' `tool.setuptools.dynamic`, hatch-requirements-txt. */
export function dynamicExtras(pyproject: Pyproject): string[] {
  const fromSetuptools = tableAt(pyproject.tool, "setuptools", "dynamic", "optional-dependencies");
  const fromHatch = tableAt(pyproject.tool, "hatch", "metadata", "hooks", "requirements_txt", "optional-dependencies");
  return [...Object.keys(fromSetuptools), ...Object.keys(fromHatch)].map(normalizeName);
}

/**
 * Files that dynamic dependencies, extras and the version come from, relative to the project's folder.
 *
 * A Python module that merely holds the version is left out: it is edited all day, and an editable install whose
 * version is one behind harms nobody.
 */
export function dynamicFiles(pyproject: Pyproject | undefined): string[] {
  if (pyproject === undefined) return [];
  const setuptools = tableAt(pyproject.tool, "setuptools", "dynamic");
  const hook = tableAt(pyproject.tool, "hatch", "metadata", "hooks", "requirements_txt");
  return [
    ...filesOf(setuptools.dependencies),
    ...Object.values(tableAt(setuptools, "optional-dependencies")).flatMap(filesOf),
    ...filesOf(setuptools.version),
    ...texts(hook.filename),
    ...texts(hook.files),
    ...Object.values(tableAt(hook, "optional-dependencies")).flatMap(texts),
    ...(pyproject.buildBackend === "pbr.build" && pyproject.project?.dynamic.includes("dependencies") !== false
      ? ["requirements.txt"]
      : []),
    ...texts(tableAt(pyproject.tool, "hatch", "version").path).filter((file) => !file.endsWith(".py")),
  ];
}

function filesOf(directive: unknown): string[] {
  return isTable(directive) ? texts(directive.file) : [];
}

function texts(value: unknown): string[] {
  return [value].flat().filter((item): item is string => typeof item === "string");
}

function tableAt(table: Readonly<Record<string, unknown>>, ...keys: readonly string[]): Record<string, unknown> {
  let value: unknown = table;
  for (const key of keys) value = isTable(value) ? value[key] : undefined;
  return isTable(value) ? { ...value } : {};
}
