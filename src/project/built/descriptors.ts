import * as path from "node:path";
import type { ProjectDescriptor, ProtoprimerConfig } from "../../config/protoprimer/config.ts";
import { exists, isFile, isFolder } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import { InputCollector } from "../../inputs/collector.ts";
import { didYouMean } from "../../nearest.ts";
import { type Pyproject, readPyproject } from "../files/pyproject.ts";
import { readSetupCfg } from "../files/setup-cfg.ts";
import { readSetupPy } from "../files/setup-py.ts";
import { followSources } from "../files/uv/sources.ts";
import { NO_USER_SETTINGS } from "../files/uv/user-settings.ts";
import { readWorkspace } from "../files/uv/workspace.ts";
import { normalizeName } from "../packages.ts";
import type { InstallGroup, Project } from "../project.ts";
import { relevantContents } from "./build-inputs.ts";
import { dynamicExtras, namesAndVariables, watchProject } from "./dynamic.ts";

/**
 * What protoprimer's configuration wants installed: local projects, editable, group after group, under the constraints
 * that the last install wrote. Throws `descriptor` for a project that is not there.
 */
export async function inspectDescriptors(root: string, config: ProtoprimerConfig): Promise<Project> {
  const inputs = new InputCollector();
  const descriptors = config.projectDescriptors.value;
  const folders = descriptors.map((one, index) => projectFolder(root, config, one, index));
  const pyprojects = new Map<string, Pyproject>();
  for (const folder of folders) {
    const pyproject = await readPyproject(path.join(folder, "pyproject.toml"));
    if (pyproject !== undefined) pyprojects.set(folder, pyproject);
  }
  const localProjects = [...new Set([...folders, ...(await sourcesOf([...pyprojects.values()], inputs))])];
  const watched = await Promise.all(localProjects.map((folder) => watchProject(folder, inputs)));
  inputs.file(path.join(root, "uv.toml"));
  const ownFile = path.join(root, "pyproject.toml");
  const own = inputs.file(ownFile) ? await readPyproject(ownFile) : undefined;
  const hasConstraints = inputs.file(config.constraintsFile.value);
  return {
    ...NOTHING_ELSE,
    kind: "descriptors",
    declaredIn: path.relative(root, path.join(folders[0] ?? root, "pyproject.toml")),
    uvAdds: "nothing",
    name: own?.project?.name ?? path.basename(root),
    localProjects,
    installGroups: groupsInOrder(config, folders),
    constraintsFile: config.constraintsFile.value,
    notes: [
      descriptors.length === 0
        ? "project_descriptors is empty: nothing is installed."
        : `Installed as project_descriptors say, editable, ${hasConstraints ? "by" : "and pinned in"} ${path.relative(root, config.constraintsFile.value)}.`,
    ],
    warnings: descriptors.flatMap((one, index) =>
      unknownExtras(config, one, index, folders[index] as string, pyprojects.get(folders[index] as string)),
    ),
    inputs: inputs.list(),
    relevantContents: await relevantContents(inputs.list()),
    ...namesAndVariables(watched, []),
  };
}

/** What a repo without descriptors is asked for. */
const NOTHING_ELSE = {
  installsRoot: false,
  extras: [],
  groups: [],
  editables: [],
  virtualProjects: [],
  virtualRequirements: [],
  packages: null,
  requirementFiles: [],
  requirementLines: [],
  requirementOptions: null,
  groupSources: [],
  uvLock: null,
  lockedNeeds: null,
  sources: [],
  virtualSources: [],
  uvSettings: { file: undefined, table: {} },
  userSettings: NO_USER_SETTINGS,
  groupRequirements: [],
  declaredExtras: {},
  declaredGroups: {},
  groupsAlone: false,
  leftOut: { groups: [], extras: [], files: [] },
  omissions: [],
} as const;

/** Groups in the order of `install_specs`, then in the order in which the descriptors name them. */
export function groupsInOrder(
  { projectDescriptors, installSpecs }: Pick<ProtoprimerConfig, "projectDescriptors" | "installSpecs">,
  folders: readonly string[],
): InstallGroup[] {
  const specs = installSpecs.value;
  const used = projectDescriptors.value.map(({ group }) => group);
  const names = [...specs.map(({ group }) => group), ...used];
  return [...new Set(names)]
    .filter((name) => used.includes(name))
    .map((name) => ({
      name,
      args: specs.filter(({ group }) => group === name).at(-1)?.args ?? [],
      projects: projectDescriptors.value.flatMap(({ group, extras }, index) =>
        group === name ? [{ folder: folders[index] as string, extras }] : [],
      ),
    }));
}

function projectFolder(
  root: string,
  config: ProtoprimerConfig,
  { buildRoot }: ProjectDescriptor,
  index: number,
): string {
  const folder = path.resolve(root, buildRoot);
  const named = ["pyproject.toml", "setup.py"].some((name) => isFile(path.join(folder, name)));
  if (named) return folder;
  const why = isFolder(folder)
    ? "holds neither a pyproject.toml nor a setup.py"
    : exists(folder)
      ? "is no folder"
      : "does not exist";
  const { source } = config.projectDescriptors;
  const where = source.where === undefined ? "the default" : source.where;
  throw new PrimeError(
    "descriptor",
    `could not use \`project_descriptors[${index}].build_root_dir_rel_path\` in ${where}: it must be the folder of a project, and ${folder} ${why}`,
    source.where === undefined
      ? 'name the folders to install, e.g. "project_descriptors": [{"build_root_dir_rel_path": "src/app"}], or [] for none'
      : "correct the path, which starts at the ref root, or take the descriptor out",
  );
}

async function sourcesOf(pyprojects: readonly Pyproject[], inputs: InputCollector): Promise<string[]> {
  const found: string[] = [];
  for (const pyproject of pyprojects) {
    const { folders } = await followSources([pyproject], await readWorkspace(pyproject, inputs), inputs);
    found.push(...folders);
  }
  return found;
}

/** The installer goes on without an extra that it does not know, and so does prime; silently it would be a riddle. */
function unknownExtras(
  { projectDescriptors }: ProtoprimerConfig,
  { extras }: ProjectDescriptor,
  index: number,
  folder: string,
  pyproject: Pyproject | undefined,
): string[] {
  const known = extrasOf(folder, pyproject);
  if (known === undefined) return [];
  return extras
    .filter((extra) => !known.includes(normalizeName(extra)))
    .map((extra) => {
      const key = `\`project_descriptors[${index}].install_extras\` in ${projectDescriptors.source.where}`;
      const has = known.length === 0 ? "no extras" : `the extras ${known.join(", ")}`;
      return `${key} names the extra ${extra}, and ${folder} has ${has}${didYouMean(extra, known)}`;
    });
}

/** Undefined where more can exist than can be told without running anything. */
function extrasOf(folder: string, pyproject: Pyproject | undefined): string[] | undefined {
  const project = pyproject?.project;
  const isDynamic = project === undefined || project.dynamic.includes("optional-dependencies");
  if (!isDynamic) return Object.keys(project.extras);
  const listed = pyproject === undefined ? [] : dynamicExtras(pyproject);
  if (listed.length > 0) return listed;
  const setupPy = readSetupPy(path.join(folder, "setup.py"));
  const setupCfg = readSetupCfg(path.join(folder, "setup.cfg"));
  if ((setupPy ?? setupCfg) === undefined || setupPy?.extrasAreKnown === false) return undefined;
  return Object.keys({ ...setupPy?.extras, ...setupCfg?.extras });
}
