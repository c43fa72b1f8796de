import * as path from "node:path";
import { type Job, runStep, tryStep } from "../../builder/job.ts";
import { RESOLVE_FAILED } from "../../builder/resolve/resolving.ts";
import { makeView } from "../../builder/resolve/view.ts";
import { writePlain } from "../../edges/files/change.ts";
import { readText } from "../../edges/files/read.ts";
import { lockedSourcesIn } from "../../project/files/uv/locked-sources.ts";
import { normalizeName } from "../../project/packages.ts";
import type { Project } from "../../project/project.ts";
import { isTable, parseToml, renderToml, type Table, valueAt } from "../../toml.ts";
import { isLimited, type Limits } from "../../uv/limits.ts";
import { updateLock, upgradeLock } from "../../uv/lock-commands.ts";
import type { UvTool } from "../../uv/tool.ts";
import type { Locked } from "../rules/limits.ts";
import type { Solver } from "./solver.ts";

interface LockOf {
  readonly project: Project;
  /** Absolute. */
  readonly lock: string;
  /** An empty folder for files of this resolution, absolute. */
  readonly work: string;
  /** The executable that uv is told to resolve for. */
  readonly python: string;
}

/**
 * Resolves a uv.lock anew in a view of its workspace. uv reads constraints in pyproject.toml alone, and keeps limits of
 * all kinds in the lock. So what is found is locked once more without them, near to it, so that the lock fits the
 * repo's own pyproject.toml.
 */
export async function lockSolver(job: Job, uv: UvTool, { project, lock, work, python }: LockOf): Promise<Solver> {
  const workspace = path.dirname(lock);
  const declaring = path.join(workspace, "pyproject.toml");
  const [before, declared] = [readText(lock) ?? "", readText(declaring) ?? ""];
  const table = await parseToml(declared, declaring);
  const found = await packagesInLock(before, lock);
  const { view, outside } = makeView({
    folder: work,
    workspace,
    projects: project.localProjects,
    sources: lockedSourcesIn(before, lock),
    replaced: [lock, declaring],
  });
  const there = { ...uv, root: view };
  const [lockThere, declaringThere] = [path.join(view, "uv.lock"), path.join(view, "pyproject.toml")];
  const put = (lockText: string, declaringText: string): void => {
    writePlain(lockThere, lockText);
    writePlain(declaringThere, declaringText);
  };
  let unlimited: string | undefined;
  return {
    before: found,
    text: before,
    solve: async (limits) => {
      put(before, limits.constraints.length === 0 ? declared : await renderToml(withConstraints(table, limits)));
      const outcome = await tryStep(job, "resolve packages", upgradeLock(there, python, limits), {
        otherwise: "not so",
      });
      const text = outcome.ok ? (readText(lockThere) ?? "") : "";
      if (!isLimited(limits)) unlimited = text;
      return { outcome, text, packages: await packagesInLock(text, lockThere) };
    },
    settle: async (text) => {
      if (text === unlimited) return outside(text);
      put(text, declared);
      await runStep(job, "write uv.lock", updateLock(there, python, []), RESOLVE_FAILED);
      return outside(readText(lockThere) ?? "");
    },
  };
}

function withConstraints(table: Table, { constraints }: Limits): Table {
  const [tool, uv] = [valueAt(table, ["tool"]), valueAt(table, ["tool", "uv"])];
  const own = valueAt(table, ["tool", "uv", "constraint-dependencies"]);
  const all = [...(Array.isArray(own) ? own : []), ...constraints];
  return {
    ...table,
    tool: { ...(isTable(tool) ? tool : {}), uv: { ...(isTable(uv) ? uv : {}), "constraint-dependencies": all } },
  };
}

/** The packages of a uv.lock, local projects left out. */
async function packagesInLock(text: string, file: string): Promise<Locked[]> {
  const { package: packages } = await parseToml(text, file);
  return (Array.isArray(packages) ? packages : []).filter(isTable).flatMap((one) => {
    const source = isTable(one.source) ? one.source : {};
    if (["editable", "virtual", "directory"].some((key) => key in source)) return [];
    const commit = typeof source.git === "string" ? /#([0-9a-f]{7})/.exec(source.git)?.[1] : undefined;
    const version = String(one.version ?? "");
    const markers = one["resolution-markers"];
    return [
      {
        name: normalizeName(String(one.name)),
        version: commit === undefined ? version : `${version} (${commit})`,
        marker: Array.isArray(markers) ? markers.map((marker) => `(${marker})`).join(" or ") : null,
        published: publishedOf([one.wheels, one.sdist].flat()),
        registry: typeof source.registry === "string" ? source.registry : null,
        requires: namesIn(
          [
            one.dependencies,
            ...Object.values(isTable(one["optional-dependencies"]) ? one["optional-dependencies"] : {}),
          ].flat(),
        ),
      },
    ];
  });
}

function namesIn(dependencies: readonly unknown[]): string[] {
  return dependencies.filter(isTable).map(({ name }) => normalizeName(String(name)));
}

/** When the youngest of a version's files was published, in milliseconds since the epoch; null: that is not known. */
export function publishedOf(files: readonly unknown[]): number | null {
  const times = files.filter(isTable).map((one) => Date.parse(timeText(one["upload-time"])));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? null : Math.max(...known);
}

/** A time, which is a text in a uv.lock and a date of TOML's in a pylock.toml. */
function timeText(time: unknown): string {
  return time instanceof Date ? time.toISOString() : String(time);
}
