import * as path from "node:path";
import { readPylock } from "../../project/files/pylock.ts";
import type { Project } from "../../project/project.ts";

/** The commands that make a pylock.toml anew, by its `created-by` (PEP 751). */
const MAKERS: Readonly<Record<string, string>> = {
  uv: "`uv lock --upgrade` and `uv export --format pylock.toml --output-file pylock.toml`",
  pdm: "`pdm update` and `pdm export --format pylock --output pylock.toml`",
  pip: "`pip lock`, with the arguments that made it",
};

/**
 * Why the packages of a repo are not prime's to upgrade, and what upgrades them; undefined: they are prime's to
 * upgrade.
 */
export async function whyUntouched({ kind }: Project, root: string, isByUv: boolean): Promise<string | undefined> {
  if (kind === "pylock") {
    const maker = (await readPylock(path.join(root, "pylock.toml"))).table["created-by"];
    const command =
      MAKERS[String(maker)] ?? (typeof maker === "string" ? `${maker}, which made it` : "the tool that made it");
    return `pylock.toml is the repo's own: ${command} upgrades it`;
  }
  if (kind === "descriptors") return "protoprimer's constraints say the versions: `./prime reboot` resolves them anew";
  return isByUv
    ? undefined
    : "pip has chosen the versions, which keeps to no policy: `./prime reboot` installs the newest that fit";
}
