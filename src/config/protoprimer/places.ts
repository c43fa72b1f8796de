import * as path from "node:path";
import { exists, isFolder } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import type { Source } from "../source.ts";
import { EXIT_PROTOPRIMER } from "./kernel.ts";
import type { EnvLink } from "./selected-env.ts";

/** Refuses the place of a folder that can't be made, since a file stands there or above it; gives it back otherwise. */
export function possibleFolder(folder: string, key: string, source: Source): string {
  let there = folder;
  while (!exists(there)) there = path.dirname(there);
  if (isFolder(there)) return folder;
  throw refusal(key, source, `it must be the path of a folder, and ${there} is none`);
}

/** Refuses a place for the environment that is the env's link, or that can't be made. */
export function refuseVenvPlace(venv: string, link: EnvLink | null, source: Source): void {
  const key = "local_venv_dir_rel_path";
  if (venv === link?.path)
    throw refusal(
      key,
      source,
      `${venv} is the link that \`local_conf_symlink_rel_path\` names, and there is one place for each`,
    );
  possibleFolder(path.dirname(venv), key, source);
}

/** Refuses a name for the constraints that is no file's, or that of the configuration itself. */
export function refuseConstraintsName(name: string, configName: string, source: Source): void {
  const key = "version_constraints_file_basename";
  if (name === "." || name === "..") throw refusal(key, source, `it must be the name of a file, found "${name}"`);
  if (name === configName) throw refusal(key, source, `"${name}" is the name of the configuration's own files`);
}

function refusal(key: string, { where }: Source, why: string): PrimeError {
  const place = where === undefined ? `the default of \`${key}\`` : `\`${key}\` in ${where}`;
  return new PrimeError(
    "config-value",
    `could not use ${place}: ${why}`,
    where === undefined ? `say another by \`${key}\`` : "correct the value",
    { exitCode: EXIT_PROTOPRIMER },
  );
}
