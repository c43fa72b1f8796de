import * as path from "node:path";
import type { Config } from "../../config/config.ts";
import { declaredRange, isOfProject } from "../../config/required.ts";
import type { Sourced } from "../../config/source.ts";
import { PrimeError, tolerate } from "../../errors.ts";
import { InputCollector } from "../../inputs/collector.ts";
import { allows, canMeet, parseRequest, type Version } from "../../python/version.ts";
import { readPyproject } from "../files/pyproject.ts";
import { nearestAbove, readWorkspace, type Workspace } from "../files/uv/workspace.ts";

/**
 * The configuration with the range of Python that all members of a uv workspace allow, in place of the root's own alone: uv
 * resolves for all of them, and refuses an interpreter outside. A `.python-version` that asks for one outside is refused where
 * the repo or its workspace has it, and passed over with a warning where it stands above; what else somebody asked for stays.
 */
export async function withinRange(config: Config): Promise<{ config: Config; warnings: readonly string[] }> {
  const { root, required_python_version: required, protoprimer } = config;
  const { where } = required.source;
  const file = path.join(root, "pyproject.toml");
  const pin = where !== undefined && path.basename(where) === ".python-version" ? where : undefined;
  if (protoprimer !== null || (pin === undefined && !isOfProject(required.source))) return { config, warnings: [] };
  const inputs = new InputCollector(); // the same files are watched by whoever reads what is to be installed
  const mayBeMember = inputs.text(file)?.includes("workspace") === true || nearestAbove(root, inputs) !== undefined;
  const project = mayBeMember ? await readPyproject(file) : undefined;
  const workspace = project && (await readWorkspace(project, inputs));
  const range = rangeOf(workspace) ?? (await declaredRange(root, inputs));
  const ranged =
    range === undefined || range.value === required.value ? config : { ...config, required_python_version: range };
  if (pin === undefined) return { config: ranged, warnings: [] };
  if (range === undefined || canMeet(parseRequest(required.value), parseRequest(range.value))) {
    return { config, warnings: [] };
  }
  const pinned = `${pin} asks for Python ${required.value}`;
  const allowed = `${range.source.where} allows ${range.value} alone (\`${range.source.key}\`)`;
  const own = workspace?.root.folder ?? root;
  if (!pin.startsWith(`${own}${path.sep}`))
    return { config: ranged, warnings: [`${pinned}, and ${allowed}: passed over`] };
  throw new PrimeError(
    "python-contradiction",
    `could not choose a Python for ${root}: ${pinned}, and ${allowed}`,
    `write a version within that range into ${pin}, or a wider range there`,
  );
}

/** What somebody asked for may be a Python that the project is not for: where the project is not built, nothing else says so. */
export async function outsideRange(
  { root, required_python_version: { value, source }, protoprimer }: Config,
  base: Version,
): Promise<string[]> {
  if (protoprimer !== null || isOfProject(source)) return [];
  const range = await declaredRange(root, new InputCollector());
  const isOutside = range !== undefined && tolerate(() => !allows(parseRequest(range.value), base));
  return isOutside
    ? [
        `${source.where} asks for ${value}, and ${range.source.where} is for Python ${range.value} (\`${range.source.key}\`): the former counts`,
      ]
    : [];
}

/** What all members of a workspace allow. */
function rangeOf(workspace: Workspace | undefined): Sourced<string> | undefined {
  const ranges = [...(workspace?.members.values() ?? [])].flatMap((member) => member.project?.requiresPython ?? []);
  const unlike = [...new Set(ranges)];
  if (workspace === undefined || unlike.length === 0) return undefined;
  const key =
    unlike.length === 1 && workspace.root.project?.requiresPython === unlike[0]
      ? "project.requires-python"
      : "tool.uv.workspace";
  return { value: unlike.join(","), source: { kind: "file", where: workspace.root.file, key } };
}
