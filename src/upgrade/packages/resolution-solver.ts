import { type Job, tryStep } from "../../builder/job.ts";
import { asKept, readKept } from "../../builder/resolve/resolution.ts";
import { type ResolveTarget, readResolved, resolveNear } from "../../builder/resolve/resolving.ts";
import { filesOf, type Pylock, packagesOf } from "../../project/files/pylock.ts";
import { normalizeName } from "../../project/packages.ts";
import { isTable, type Table } from "../../toml.ts";
import type { UvTool } from "../../uv/tool.ts";
import type { Locked } from "../rules/limits.ts";
import { publishedOf } from "./lock-solver.ts";
import type { Solver } from "./solver.ts";

interface ResolutionOf extends ResolveTarget {
  /** The file of what it was resolved to before, absolute; it need not be there. */
  readonly known: string;
  readonly indexes: string;
}

/** Resolves a repo without a lock anew, into a pylock.toml as prime keeps it, but with absolute paths. */
export async function resolutionSolver(job: Job, uv: UvTool, target: ResolutionOf): Promise<Solver> {
  const before = await readKept(target.known);
  return {
    before: before === undefined ? [] : packagesInPylock(before),
    text: "",
    solve: async (limits) => {
      const command = resolveNear(uv, target, before, limits);
      const outcome = await tryStep(job, "resolve packages", command, { otherwise: "not so" });
      if (!outcome.ok) return { outcome, text: "", packages: [] };
      const found = await readResolved(target);
      return { outcome, text: asKept(found, target.indexes, (file) => file), packages: packagesInPylock(found) };
    },
    settle: async (text) => text,
  };
}

/** The packages of a pylock.toml that uv has written: it names no index, and does not say who requires what. */
export function packagesInPylock({ table }: Pylock): Locked[] {
  return packagesOf(table)
    .filter(({ directory }) => directory === undefined)
    .map((one) => ({
      name: normalizeName(String(one.name)),
      version: versionOf(one),
      marker: null,
      published: publishedOf(filesOf(one)),
      registry: typeof one.index === "string" ? one.index : originOf(one),
      requires: [],
    }));
}

function versionOf({ version, vcs }: Table): string {
  const commit = isTable(vcs) && typeof vcs["commit-id"] === "string" ? ` (${vcs["commit-id"].slice(0, 7)})` : "";
  return `${String(version ?? "")}${commit}`;
}

/** The address of the host that has a package's files. */
function originOf(one: Table): string | null {
  const url = filesOf(one).find((file) => typeof file.url === "string")?.url;
  return /^https?:\/\/[^/?#]+/.exec(String(url))?.[0] ?? null;
}
