import * as path from "node:path";
import type { Config } from "../config/config.ts";
import { InputCollector } from "../inputs/collector.ts";
import { readPyproject } from "./files/pyproject.ts";
import { nearestAbove, readWorkspace } from "./files/workspace.ts";

/**
 * The configuration with the range of Python that all members of a uv workspace allow, in place of the root's own alone: uv
 * resolves for all of them, and refuses an interpreter outside. What anybody asked for by another way stays.
 */
export async function withWorkspaceRange(config: Config): Promise<Config> {
  const { root, requiredPythonVersion: required, protoprimer } = config;
  const file = path.join(root, "pyproject.toml");
  const { kind, where, key } = required.source;
  const isOwn = kind === "default" || (where === file && key === "project.requires-python");
  if (!isOwn || protoprimer !== null) return config;
  const inputs = new InputCollector(); // the same files are watched by whoever reads what is to be installed
  const mayBeOne = inputs.text(file)?.includes("workspace") === true || nearestAbove(root, inputs) !== undefined;
  const project = mayBeOne ? await readPyproject(file) : undefined;
  if (project === undefined) return config;
  const workspace = await readWorkspace(project, inputs);
  const ranges = [...workspace.members.values()].flatMap((member) => member.project?.requiresPython ?? []);
  const value = [...new Set(ranges)].join(",");
  if (value === "" || value === required.value) return config;
  const source = { kind: "file", where: workspace.root.file, key: "tool.uv.workspace" } as const;
  return { ...config, requiredPythonVersion: { value, source } };
}
