import * as path from "node:path";
import type { Config } from "../../config/config.ts";
import type { ProtoprimerConfig } from "../../config/protoprimer/config.ts";
import type { Source } from "../../config/source.ts";
import { tomlText } from "../../toml.ts";
import type { Deed } from "./deed.ts";

/** A field of protoprimer's configuration: its value in force, and where that stands. */
export interface TakenField {
  readonly key: string;
  readonly value: unknown;
  readonly source: Source;
}

/** The same repo by prime's own configuration. */
interface Equivalent {
  readonly deeds: readonly Deed[];
  /** A sentence for each field that prime's configuration has no word for. */
  readonly missing: readonly string[];
}

const REQUIREMENTS = "prime-requirements.txt";

/** Every field that protoprimer knows, in the order of its files, by the env in force. */
export function takenFields(config: Config, protoprimer: ProtoprimerConfig): TakenField[] {
  const { leaps, projectDescriptors, installSpecs, constraintsFile, logFolder, tmpFolder, cacheFolder } = protoprimer;
  const { primer, client } = leaps;
  const of = <TKey extends string>(
    leap: { file: string; values: { [K in TKey]?: unknown } },
    key: TKey,
    usual: unknown,
  ) => ({
    key,
    value: leap.values[key] ?? usual,
    source: key in leap.values ? ({ kind: "file", where: leap.file } as const) : ({ kind: "default" } as const),
  });
  const folder = (key: string, { value, source }: typeof logFolder) => ({
    key,
    value: path.relative(leaps.root, value) || ".",
    source,
  });
  return [
    of(primer, "ref_root_dir_rel_path", "."),
    of(primer, "global_conf_dir_rel_path", "gconf"),
    of(client, "local_conf_symlink_rel_path", null),
    of(client, "default_env_dir_rel_path", null),
    { key: "required_python_version", ...config.required_python_version },
    { key: "python_selector_file_rel_path", ...config.python_selector_file_rel_path },
    { key: "local_venv_dir_rel_path", ...config.local_venv_dir_rel_path },
    folder("local_log_dir_rel_path", logFolder),
    folder("local_tmp_dir_rel_path", tmpFolder),
    folder("local_cache_dir_rel_path", cacheFolder),
    { key: "venv_driver", ...config.venv_driver },
    {
      key: "version_constraints_file_basename",
      value: path.basename(constraintsFile.value),
      source: constraintsFile.source,
    },
    {
      key: "project_descriptors",
      value: projectDescriptors.value.map(({ buildRoot, extras, group }) => ({
        build_root_dir_rel_path: buildRoot,
        install_extras: extras,
        install_group: group,
      })),
      source: projectDescriptors.source,
    },
    {
      key: "install_specs",
      value: installSpecs.value.map(({ group, args }) => ({ [group]: { extra_command_args: args } })),
      source: installSpecs.source,
    },
  ];
}

/** One line for people; files are shown relative to `folder`. */
export function describeField({ key, value, source }: TakenField, folder: string): string {
  const where = source.kind === "default" ? "the default" : path.relative(folder, source.where ?? "") || source.where;
  return `${key} = ${JSON.stringify(value)}: ${where}`;
}

/**
 * What prime.toml and a requirement file beside it have to say for the same environment. `hasConstraints`: the file of
 * version constraints is there; `hasRootProject`: the root has a `[project]`, which prime installs by itself.
 */
export function equivalentOf(
  config: Config,
  protoprimer: ProtoprimerConfig,
  there: { readonly hasConstraints: boolean; readonly hasRootProject: boolean },
): Equivalent {
  const { leaps, projectDescriptors, constraintsFile } = protoprimer;
  const isRoot = (buildRoot: string): boolean => path.resolve(leaps.root, buildRoot) === leaps.root;
  const own = there.hasRootProject ? projectDescriptors.value.find(({ buildRoot }) => isRoot(buildRoot)) : undefined;
  const others = projectDescriptors.value.filter((one) => one !== own);
  const constraints = path.relative(leaps.root, constraintsFile.value);
  const lines = [
    ...(there.hasConstraints ? [`--constraint ${constraints}`] : []),
    ...others.map(({ buildRoot, extras }) => editable(buildRoot, extras)),
  ];
  const venv = config.local_venv_dir_rel_path.value;
  const values: Readonly<Record<string, unknown>> = {
    required_python_version: config.required_python_version.value,
    python_selector_file_rel_path: config.python_selector_file_rel_path.value,
    venv_driver: config.venv_driver.source.kind === "default" ? null : config.venv_driver.value,
    local_venv_dir_rel_path: path.isAbsolute(venv) ? null : venv,
    requirements: lines.length === 0 ? [] : [REQUIREMENTS],
    install_groups: [],
    install_extras: own?.extras ?? [],
  };
  const missing = missingOf(protoprimer, path.isAbsolute(venv), there.hasRootProject && own === undefined);
  const said = Object.entries(values).flatMap(([key, value]) =>
    value === null ? [] : [`${key} = ${tomlText(value)}\n`],
  );
  const toml = `# Made from protoprimer's configuration, which does not count any more beside this file.
${said.join("")}${missing.map((sentence) => `# ${sentence}\n`).join("")}`;
  const file: Deed = { file: "prime.toml", verb: "write", why: "the same in prime's own words", text: toml };
  const requirements: Deed = {
    file: REQUIREMENTS,
    verb: "write",
    why: "the projects of `project_descriptors`",
    text: lines.map((line) => `${line}\n`).join(""),
  };
  return { deeds: lines.length === 0 ? [file] : [file, requirements], missing };
}

/** As a line of a requirement file: a path there begins with a dot. */
function editable(buildRoot: string, extras: readonly string[]): string {
  const folder = path.isAbsolute(buildRoot) ? buildRoot : `./${path.normalize(buildRoot)}`.replace(/\/\.?$/, "");
  return `-e ${folder}${extras.length === 0 ? "" : `[${extras.join(",")}]`}`;
}

function missingOf(protoprimer: ProtoprimerConfig, hasFarVenv: boolean, addsRoot: boolean): string[] {
  const { leaps, installSpecs, logFolder, tmpFolder, cacheFolder } = protoprimer;
  const folders = Object.entries({ log: logFolder, tmp: tmpFolder, cache: cacheFolder })
    .filter(([, { source }]) => source.kind === "file")
    .map(([name]) => `local_${name}_dir_rel_path`);
  const args = installSpecs.value.filter(({ args: given }) => given.length > 0);
  const sentence = (condition: boolean, text: string): string[] => (condition ? [text] : []);
  return [
    ...sentence(
      leaps.link !== null,
      `local_conf_symlink_rel_path, default_env_dir_rel_path: prime.toml knows no envs; these are the values of ${leaps.selectedEnv}`,
    ),
    ...folders.map((key) => `${key}: prime keeps its logs in .prime/ and its cache in the user's`),
    ...sentence(hasFarVenv, "local_venv_dir_rel_path: it is absolute: .venv takes its place"),
    "version_constraints_file_basename: the file still constrains; prime keeps what it resolved in .prime/resolved/",
    ...sentence(installSpecs.value.length > 1, "install_specs: prime installs all groups at once, without an order"),
    ...args.map(({ group, args: given }) => `install_specs: the arguments of ${group}, ${given.join(" ")}`),
    ...sentence(addsRoot, "project_descriptors: the root's own project is installed as well"),
  ];
}
