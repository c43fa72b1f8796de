import * as path from "node:path";
import { PrimeError } from "../../../errors.ts";
import type { InputCollector } from "../../../inputs/collector.ts";
import { isTable, type Table, valueAt } from "../../../toml.ts";

/** uv's settings for a folder, those of the user and of the machine left out. */
export interface UvSettings {
  /** The file that has them, absolute. */
  readonly file: string | undefined;
  readonly table: Table;
}

/**
 * As uv finds them: from `folder`, which is the root or that of its workspace, upwards until there is a uv.toml or a
 * pyproject.toml with `[tool.uv]`. A file above that is no TOML is passed over, as uv does; uv would wait for a pipe.
 * Without `above` only the folder's own are read: what a repo says to uv holds for pip, and pip itself would look at none.
 */
export async function readUvSettings(
  folder: string,
  inputs: InputCollector,
  { above }: { readonly above: boolean },
): Promise<UvSettings> {
  for (let place = folder; ; place = path.dirname(place)) {
    for (const [name, keys] of PLACES) {
      const file = path.join(place, name);
      const whole = await readTable(file, place === folder, inputs);
      const table = whole && valueAt(whole, keys);
      if (isTable(table)) return { file, table };
    }
    if (!above || place === path.dirname(place)) return { file: undefined, table: {} };
  }
}

const PLACES: readonly (readonly [name: string, keys: readonly string[]])[] = [
  ["uv.toml", []],
  ["pyproject.toml", ["tool", "uv"]],
];

async function readTable(file: string, isOwn: boolean, inputs: InputCollector): Promise<Table | undefined> {
  try {
    return await inputs.toml(file);
  } catch (error) {
    if (isOwn || !(error instanceof PrimeError) || error.id === "unfit-file") throw error;
    return undefined;
  }
}

/** What of `[tool.uv.pip]` makes another environment than the one that is asked for, and what says it to prime instead. */
export const UNFIT: Readonly<Record<string, string>> = {
  target: "prime installs into the environment alone: take it out",
  prefix: "prime installs into the environment alone: take it out",
  "python-platform": "prime makes environments for the machine that it runs on: take it out",
  "no-emit-package": "prime would leave these out as well: take it out, and give it to `uv pip compile` itself",
  extra: "name them by `install_extras`",
  "all-extras": "name them by `install_extras`",
  "no-extra": "name those that are wanted by `install_extras`",
  group: "name them by `install_groups`",
};

/** Refuses what can't be done, by name, where uv's `pip` commands would do it. */
export function refuseUnfitSettings({ file, table }: UvSettings, root: string): void {
  const pip = isTable(table.pip) ? table.pip : {};
  const found = Object.keys(UNFIT).find((key) => pip[key] !== undefined && pip[key] !== false);
  if (found === undefined) return;
  const key = path.basename(file ?? "") === "uv.toml" ? `pip.${found}` : `tool.uv.pip.${found}`;
  throw new PrimeError("uv-settings", `could not install for ${root}: ${file} sets \`${key}\``, UNFIT[found] as string);
}

/** What is set for uv's `pip` commands, whose own table comes before what holds for all of uv. */
export function pipSetting({ table }: UvSettings, key: string): unknown {
  return (isTable(table.pip) ? table.pip[key] : undefined) ?? table[key];
}
