import type { PythonBuild } from "../config/lock/python-build.ts";
import { loadPolicy } from "../config/policy/load.ts";
import type { Decision } from "../decision/decide.ts";
import { asVersion } from "../decision/pinned-python.ts";
import { run } from "../edges/processes/run.ts";
import { EXIT_FAILURE, PrimeError } from "../errors.ts";
import { type Interpreter, isFailure, versionOf } from "../python/interpreter.ts";
import { compileLibrary } from "../python/probe/probe.ts";
import { interpreterAt } from "../python/search/search.ts";
import { compareVersions } from "../python/version.ts";
import { learnInterpreter } from "../uv/python-commands.ts";
import type { UvTool } from "../uv/tool.ts";
import type { Job } from "./job.ts";
import { takeTurn } from "./turn.ts";

/** The parts of a decision that are needed to get an interpreter. */
export type Obtainer = Pick<Decision, "config" | "search">;

/**
 * The interpreter of exactly this build, from this user's store. If it is not there yet, one start at a time fetches,
 * checks and unpacks it. When it is not what its list says, it is removed again (`python-lies`). `exitCode` is the
 * status for a policy that can't be read.
 */
export async function obtainInterpreter(
  job: Job,
  { config, search }: Obtainer,
  build: PythonBuild,
  uv: () => Promise<UvTool>,
  exitCode: number = EXIT_FAILURE,
): Promise<Interpreter> {
  const { context } = job;
  const { findKept, openStore, storeFolderOf, removeKeptPython, usersOf } = await import(
    "../provision/python/store.ts"
  );
  const { nameOf } = await import("../provision/python/build-lists.ts");
  const store = openStore(context);
  const turn = await takeTurn(context, config, `${storeFolderOf(store, build)}.lock`, {
    doing: `getting ${nameOf(build)}`,
    reason: `for ${context.root}`,
    beside: "getting it",
    look: async () => findKept(store, build),
  });
  if ("found" in turn)
    return refuseOtherBuild(await interpreterAt(turn.found.executable, { ...search, exclude: [] }), build);
  try {
    const { obtainPython } = await import("../provision/python/obtain.ts");
    const provider = { policy: await loadPolicy(config, exitCode), configured: config.primeLock };
    let tool: UvTool | undefined;
    const unpacker = async () => {
      tool = await uv();
      return tool;
    };
    const kept = await obtainPython({ context, provider, uv: unpacker, log: job.log }, build);
    await compileLibrary(kept.executable, { ...search, cwd: search.root });
    const learning = tool && run(learnInterpreter(tool, kept.executable), { log: job.log });
    job.learning = learning?.catch(() => {}); // rejects only once the user has ended prime, which others hear, too
    try {
      return refuseOtherBuild(await interpreterAt(kept.executable, { ...search, exclude: [] }), build);
    } catch (error) {
      await job.learning;
      if (usersOf(kept).length === 0) removeKeptPython(kept);
      throw error;
    }
  } finally {
    turn.lock.release();
  }
}

function refuseOtherBuild(interpreter: Awaited<ReturnType<typeof interpreterAt>>, build: PythonBuild): Interpreter {
  const { implementation, version } = build;
  const is = isFailure(interpreter) ? interpreter.why : `it is ${interpreter.implementation} ${versionOf(interpreter)}`;
  const isIt =
    !isFailure(interpreter) &&
    interpreter.implementation === implementation &&
    compareVersions(interpreter, asVersion(build)) === 0;
  if (isIt) return interpreter;
  throw new PrimeError(
    "python-lies",
    `could not use ${build.url} as ${implementation} ${version} for ${build.platform}: ${is}`,
    "nothing of it was kept; choose another build (`./prime python list --all`), or ask who provides it",
  );
}
