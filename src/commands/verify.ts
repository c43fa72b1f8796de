import * as path from "node:path";
import { provision } from "../builder/build.ts";
import { lockFits } from "../builder/uv-lock.ts";
import { loadConfig } from "../config/load.ts";
import type { Context } from "../context.ts";
import { decide, unfitLock } from "../decision/decide.ts";
import { makeTemporaryFolder } from "../edges/files/change.ts";
import { isFile, readText } from "../edges/files/read.ts";
import { remove } from "../edges/files/remove.ts";
import { PrimeError } from "../errors.ts";
import type { Answer } from "../launch/answer.ts";
import { configFindings } from "./doctor/config.ts";
import { type Finding, isSound, sound, wrong } from "./doctor/finding.ts";
import { askGit, cloneFindings } from "./doctor/git.ts";
import { launcherFacts, launcherFindings } from "./doctor/launcher.ts";
import { renderFindings, reportOf } from "./doctor/report.ts";

/**
 * `./prime verify`, for CI: whether what is committed gives every clone the same environment. Builds nothing and leaves the
 * root as it is. Status 1 when something is wrong.
 */
export async function verify(context: Context, json: boolean): Promise<Answer> {
  const config = await configFindings(() => loadConfig(context));
  const link = path.resolve(context.root, config.loaded?.config.localVenvDirRelPath.value ?? ".venv");
  const findings = [
    ...launcherFindings(launcherFacts(context)),
    ...cloneFindings(await askGit(context, link), context.launcher),
    ...config.findings,
    ...(config.loaded === undefined ? [] : [await lockFinding(context)]),
  ];
  if (json) context.print.json(reportOf(findings));
  else context.print.text(renderFindings(findings));
  return { kind: "exit", code: isSound(findings) ? 0 : 1 };
}

async function lockFinding(context: Context): Promise<Finding> {
  const work = makeTemporaryFolder(path.join(context.places.cache, "verify-"));
  const log = path.join(work, "log");
  try {
    const decision = await decide(context, false);
    const { uvLock } = decision.project;
    const [unfit] = unfitLock(decision.project, decision.asked?.base ?? decision.selected);
    if (unfit !== undefined) return wrong("lock", unfit, "lock anew with the tool that wrote it, and commit it");
    if (decision.project.kind === "pylock") return sound("lock", "pylock.toml fits pyproject.toml");
    if (uvLock === null) return noLock(context.root);
    const name = path.relative(context.root, uvLock);
    const job = { context, log, steps: [] };
    const uv = await provision(job, decision);
    const fits = await lockFits(job, decision, uv, (decision.asked?.base ?? decision.selected).executable);
    if (fits === true) return sound("lock", `${name} fits pyproject.toml`);
    const mend = "`./prime uv lock`, and commit it";
    if (fits === false) return wrong("lock", `${name} does not fit what pyproject.toml asks for`, mend);
    return wrong(
      "lock",
      `uv can't tell whether ${name} fits: ${lastWords(readText(log))}`,
      "mend what these words name",
    );
  } catch (error) {
    if (!(error instanceof PrimeError)) throw error;
    return wrong("lock", error.message, error.hint ?? "mend that, and start again");
  } finally {
    remove(work);
  }
}

function noLock(root: string): Finding {
  const isPassedOver = isFile(path.join(root, "uv.lock"));
  return sound("lock", isPassedOver ? "nothing is installed from uv.lock" : "the repo has no uv.lock");
}

function lastWords(log = ""): string {
  return log.trimEnd().split("\n").slice(-3).join("\n");
}
