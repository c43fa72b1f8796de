import * as path from "node:path";
import type { Context } from "../../../../context.ts";
import { exists, isFolder, linkFacts, listFolder, realPath } from "../../../../edges/files/read.ts";
import { findFolders } from "../../../../edges/files/walk.ts";
import { readManifest } from "../../../../environment/manifest/manifest.ts";
import { passOn, usageError } from "../../../../errors.ts";
import type { Answer } from "../../../../launch/answer.ts";
import { distributorByPath, restoreByName } from "../../../../python/distributor.ts";
import { isFailure } from "../../../../python/interpreter.ts";
import { interpreterByFiles } from "../../../../python/probe/by-files.ts";
import { interpreterAt } from "../../../../python/search/search.ts";
import { asLook } from "../../../../python/starting.ts";
import { oneLine } from "../../../../quoted.ts";
import { counted } from "../../../../size.ts";
import { lookAtVenv, type VenvFacts } from "../../../../venv/foreign-venv.ts";
import { isVenv } from "../../../../venv/site-folders.ts";
import { type Below, judgeVenv, type Verdict } from "../../../../venv/venv-verdict.ts";

/** What is said of one environment; the names are those of the JSON form. */
interface VenvReport extends Verdict {
  readonly path: string;
  readonly made_by: VenvFacts["maker"];
  readonly python: string | null;
  readonly anchor: string | null;
  /** What the anchor's links lead to. */
  readonly interpreter: string | null;
  readonly packages: number;
}

/** `./prime doctor PATH`: what an environment, whoever made it, stands on, whether it is broken, and what mends it. */
export async function examineVenv(context: Context, given: string, json: boolean): Promise<Answer> {
  const folder = path.resolve(context.cwd, given);
  if (!isVenv(folder)) {
    throw usageError(
      "no-environment",
      `could not examine ${folder}: it has no pyvenv.cfg and no conda-meta`,
      "name the folder of an environment; `./prime doctor --all DIR` finds those below a folder",
    );
  }
  const report = await examiner(context, [realPath(folder) ?? folder])(lookAtVenv(folder), restoreOf(folder));
  if (json) context.print.json(report);
  else context.print.text(renderVenv(report));
  return { kind: "exit", code: report.broken ? 1 : 0 };
}

/** `./prime doctor --all DIR`: the same of all environments below a folder. */
export async function examineAll(context: Context, given: string, json: boolean): Promise<Answer> {
  const top = path.resolve(context.cwd, given);
  if (!isFolder(top)) {
    throw usageError(
      "no-folder",
      `could not look for environments in ${top}: it is not a folder`,
      "name a folder after --all",
    );
  }
  const step = context.terminal.step("look for environments");
  const passOver = (error: unknown) => {
    passOn(error);
    context.terminal.warn(error.message);
  };
  const found = await findFolders(realPath(top) ?? top, {
    isWanted: isVenv,
    below: condaEnvironments,
    onFolder: (folder) => step.update(folder),
    onClosed: passOver,
  });
  step.done();
  const examine = examiner(context, [realPath(top) ?? top]);
  const environments: VenvReport[] = [];
  for (const folder of found.filter(isOfUse)) {
    try {
      environments.push(await examine(lookAtVenv(folder), restoreOf(folder)));
    } catch (error) {
      passOver(error);
    }
  }
  const broken = environments.filter((one) => one.broken).length;
  if (json) context.print.json({ sound: broken === 0, environments });
  else context.print.text(environments.map(renderVenv).join("\n"));
  const count = environments.length;
  context.terminal.say(`${counted(count, "environment")} below ${top}: ${broken} broken`);
  return { kind: "exit", code: broken === 0 ? 0 : 1 };
}

/** The command that was written down when prime built the environment. */
function restoreOf(folder: string): string | null {
  return readManifest(realPath(folder) ?? folder)?.interpreter.distributor.restore ?? null;
}

/** Of what prime keeps of a repo, what a link in it shows; the others, and what was moved aside, wait for their day. */
function isOfUse(folder: string): boolean {
  const [, root, kept] = /^(.*)\/\.prime\/(generations|aside)\/[^/]+$/.exec(folder) ?? [];
  if (root === undefined) return true;
  const links = (listFolder(root) ?? []).map((name) => path.join(root, name)).filter(isLink);
  const shown = links.map(realPath).filter((target) => target?.startsWith(`${root}/.prime/generations/`));
  return kept === "generations" && (shown.length === 0 || shown.includes(folder));
}

function isLink(file: string): boolean {
  return linkFacts(file)?.kind === "link";
}

/** The base environment of a conda installation holds the others. */
function condaEnvironments(folder: string): string[] {
  return (listFolder(path.join(folder, "envs")) ?? []).map((name) => path.join("envs", name));
}

/**
 * Many environments stand on one interpreter, which is asked once, or known by its files where a look starts none (`examined`:
 * folders, absolute, physical). Nothing of an environment itself is run. `restore`: the command that brings the interpreter back,
 * where that was written down.
 */
export function examiner(
  context: Context,
  examined: readonly string[],
): (venv: VenvFacts, restore?: string | null) => Promise<VenvReport> {
  const asked = new Map<string, Promise<Told>>();
  const { env, root, repo, places, trust } = context;
  const starting = asLook(trust, env, [root, repo.folder, ...examined]);
  const options = { env, root, cacheFolder: places.cache, limitMs: PROBE_LIMIT_MS, starting, exclude: [] };
  const ask = async (file: string): Promise<Told> => {
    const answer = await interpreterAt(file, options);
    if (!isFailure(answer) || answer.kind !== "unasked") return { base: answer, unasked: undefined };
    return { base: interpreterByFiles(file), unasked: answer.why };
  };
  return async (venv, restore) => {
    const { anchor, version, home } = venv;
    const isThere = anchor !== null && realPath(anchor) !== undefined;
    const owned = { realPath: anchor ?? "", version: version ?? "", implementation: "cpython" };
    const told = isThere ? (asked.get(anchor) ?? ask(anchor)) : undefined;
    if (told !== undefined) asked.set(anchor as string, told);
    const verdict = judgeVenv(venv, {
      exists: isThere,
      ...((await told) ?? { base: undefined, unasked: undefined }),
      homeExists: home === null || exists(home),
      restore: restore ?? distributorByPath(owned, context.env)?.restore ?? restoreByName(owned.realPath, context.env),
    });
    const below = anchor === null ? null : (realPath(anchor) ?? null);
    return {
      path: venv.folder,
      made_by: venv.maker,
      python: version,
      anchor,
      interpreter: below,
      packages: venv.packages,
      ...verdict,
    };
  };
}

type Told = Pick<Below, "base" | "unasked">;

/** As the configuration's default; a foreign environment has no configuration of its own. */
const PROBE_LIMIT_MS = 10_000;

function renderVenv(report: VenvReport): string {
  const { path: folder, verdict, why, mend, anchor, interpreter } = report;
  const rows: [string, string | null][] = [
    ["made by", `${report.made_by}, ${counted(report.packages, "package")}`],
    ["python", report.python],
    [
      "anchor",
      anchor === null || interpreter === null || anchor === interpreter ? anchor : `${anchor} -> ${interpreter}`,
    ],
    ["why", why],
    ["mend", mend],
  ];
  const lines = rows.flatMap(([name, value]) => (value === null ? [] : `  ${name.padEnd(8)} ${oneLine(value)}\n`));
  return `${oneLine(folder)}: ${verdict}\n${lines.join("")}`;
}
