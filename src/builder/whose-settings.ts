import * as path from "node:path";
import type { Context } from "../context.ts";
import type { Environment } from "../edges/command.ts";
import { isFile, readText } from "../edges/files/read.ts";
import { orTrust, whyForeignOutside } from "../edges/files/trust.ts";
import { PrimeError } from "../errors.ts";
import { isTable, parseToml, valueAt } from "../toml.ts";

type Place = Pick<Context, "root" | "trust" | "env">;

/**
 * Throws `foreign-settings` when uv would follow somebody else's settings: they name indexes, caches and where
 * interpreters come from, and uv can't be told to pass over one file (uv's manual, "Configuration files").
 */
export async function refuseForeignUvSettings({ root, trust, env }: Place): Promise<void> {
  if (env.UV_CONFIG_FILE) return refuseForeign("uv", [path.resolve(root, env.UV_CONFIG_FILE)], { root, trust, env });
  if (env.UV_NO_CONFIG) return;
  const users = configFolders(env).map((folder) => path.join(folder, "uv/uv.toml"));
  refuseForeign("uv", [...(await nearestSettings(root)), ...users], { root, trust, env });
}

/** The same for pip, which looks for none above a repo (pip's manual, "Configuration"). */
export function refuseForeignPipSettings({ root, trust, env }: Place): void {
  if (env.PIP_CONFIG_FILE === "/dev/null") return;
  const named = env.PIP_CONFIG_FILE ? [path.resolve(root, env.PIP_CONFIG_FILE)] : [];
  const legacy = path.join(env.HOME ?? "/", ".pip");
  const users = [...configFolders(env).map((folder) => path.join(folder, "pip")), legacy];
  refuseForeign("pip", [...named, ...users.map((folder) => path.join(folder, "pip.conf"))], { root, trust, env });
}

function refuseForeign(tool: "uv" | "pip", files: readonly string[], { root, trust }: Place): void {
  for (const file of files) {
    const why = isFile(file) ? whyForeignOutside(file, root, trust) : undefined;
    if (why === undefined) continue;
    throw new PrimeError(
      "foreign-settings",
      `could not work on ${root}: ${tool} would follow the settings in ${file}; ${why}`,
      orTrust("take it away", path.dirname(file)),
    );
  }
}

/** The folders in which both tools look for settings (XDG Base Directory Specification). */
function configFolders({ XDG_CONFIG_HOME, XDG_CONFIG_DIRS, HOME }: Environment): string[] {
  const folders = [XDG_CONFIG_HOME || `${HOME ?? ""}/.config`, ...(XDG_CONFIG_DIRS ?? "").split(":")];
  return folders.filter((folder) => path.isAbsolute(folder));
}

/** The file above a root whose settings uv would take; none when the root has its own. */
async function nearestSettings(root: string): Promise<string[]> {
  for (let folder = root; ; folder = path.dirname(folder)) {
    const file = await settingsIn(folder);
    if (file !== undefined) return folder === root ? [] : [file];
    if (folder === path.dirname(folder)) return [];
  }
}

async function settingsIn(folder: string): Promise<string | undefined> {
  const [own, project] = ["uv.toml", "pyproject.toml"].map((name) => path.join(folder, name)) as [string, string];
  if (isFile(own)) return own;
  if (!isFile(project)) return undefined;
  try {
    return isTable(valueAt(await parseToml(readText(project) ?? "", project), ["tool", "uv"])) ? project : undefined;
  } catch {
    return undefined; // uv passes it over, too
  }
}
