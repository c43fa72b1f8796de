import * as path from "node:path";
import type { Context } from "../context.ts";
import { isOpenToAll, isShared, isSticky, ownership } from "../edges/files/ownership.ts";
import { isFile, readText } from "../edges/files/read.ts";
import {
  belongs,
  isNamedSafe,
  isTrusted,
  orTrust,
  SAFE_VARIABLE,
  type Trust,
  trustOf,
  whyForeignOutside,
} from "../edges/files/trust.ts";
import { PrimeError } from "../errors.ts";
import { isTable, parseToml, valueAt } from "../toml.ts";

type Place = Pick<Context, "root" | "repo" | "trust">;

/**
 * Files by which a repo decides what is run. In a folder that everybody can write, as /tmp, each of them can be
 * somebody else's.
 */
const DECIDING = [
  ...["prime.toml", "pyproject.toml", "uv.toml", ".python-version", "uv.lock", "pylock.toml", "setup.py", "setup.cfg"],
  ...["requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "requirements"],
  ...["proto_kernel.json", "proto_kernel.py", "cmd", "proto_code"],
];

/**
 * Refuses to run what a repo names when it belongs to neither this user nor root, by git's rules (git-config(1),
 * `safe.directory`): when root ran it, its owner would have the machine. The members of a group that shares a checkout
 * are not refused. Throws `foreign-repo`.
 */
export function refuseForeignRepo({ root, repo, trust }: Place): void {
  for (const folder of [root, repo.folder]) {
    const why = whyForeign(folder, trust);
    if (why === undefined) continue;
    throw new PrimeError(
      "foreign-repo",
      `could not run what ${folder} asks for: ${why}`,
      orTrust("own the checkout", folder),
    );
  }
}

/** The variables without which this repo would be refused: a start that lacks them must not be warm. */
export function trustVariables({ root, repo }: Place): string[] {
  const unsaid = trustOf({});
  return [root, repo.folder].some((folder) => whyForeign(folder, unsaid) !== undefined)
    ? [SAFE_VARIABLE, "SUDO_UID"]
    : [];
}

function whyForeign(folder: string, trust: Trust): string | undefined {
  const is = ownership(folder);
  if (is === undefined || isNamedSafe(folder, trust) || isShared(is)) return undefined;
  if (!isTrusted(is.uid, trust)) return belongs("it", is.uid);
  const names = isOpenToAll(is) && isSticky(is) ? DECIDING : [];
  const strange = names.find((name) => !isTrusted(ownership(path.join(folder, name))?.uid ?? is.uid, trust));
  return strange === undefined ? undefined : `every user can add files to it, and ${strange} is another user's`;
}

/**
 * Refuses a root that uv would take for a member of somebody else's workspace, since uv can't be told to pass it over:
 * the nearest pyproject.toml above a root decides (uv's manual, "Workspaces"). Throws `foreign-workspace`.
 */
export async function refuseForeignWorkspace({ root, trust }: Place): Promise<void> {
  const own = path.join(root, "pyproject.toml");
  if (!isFile(own) || (await mayDeclareWorkspace(own))) return;
  for (let folder = path.dirname(root); ; folder = path.dirname(folder)) {
    const file = path.join(folder, "pyproject.toml");
    if (isFile(file)) return refuseWorkspace(file, root, whyForeignOutside(file, root, trust));
    if (folder === path.dirname(folder)) return;
  }
}

async function refuseWorkspace(file: string, root: string, why: string | undefined): Promise<void> {
  if (why === undefined || !(await mayDeclareWorkspace(file))) return;
  throw new PrimeError(
    "foreign-workspace",
    `could not work on ${root}: uv would follow a workspace above it; ${why}`,
    orTrust("move the repo away from there", path.dirname(file)),
  );
}

/** Whether uv may find a workspace there; a file that prime can't read or parse may be one to uv. */
async function mayDeclareWorkspace(file: string): Promise<boolean> {
  try {
    return isTable(valueAt(await parseToml(readText(file) ?? "", file), ["tool", "uv", "workspace"]));
  } catch {
    return true;
  }
}
