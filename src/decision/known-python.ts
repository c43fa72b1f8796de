import type { Environment } from "../edges/command.ts";
import { isFile } from "../edges/files/read.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import { PrimeError } from "../errors.ts";
import type { Input } from "../inputs/input.ts";
import type { StageFacts } from "../launch/progress.ts";
import { type Failure, type Interpreter, isFailure, versionOf } from "../python/interpreter.ts";
import { missingText } from "../python/missing-text.ts";
import { refuseUnasked } from "../python/search/not-known.ts";
import { interpreterAt, type SearchOptions } from "../python/search/search.ts";
import { fits, type VersionRequest } from "../python/version.ts";
import { decisiveFiles } from "../python/watched.ts";

/** What the generations of a root tell of the interpreter to take. */
export interface Recalled {
  /** An interpreter that fits and works, and the generation that stands on it. */
  readonly known: { readonly id: string; readonly interpreter: Interpreter } | undefined;
  /**
   * The generation that would be used if its interpreter had not been lost: it is gone, does not work, or is not what
   * is asked for any more.
   */
  readonly lost: Lost | undefined;
  /** What the interpreter at each anchor answered, so that one which fails is not started again. */
  readonly answers: ReadonlyMap<string, Interpreter | Failure>;
}

export interface Lost {
  readonly manifest: Manifest;
  readonly why: string;
}

/**
 * Looks at the interpreters that the generations for this request stand on, the youngest first: which python comes
 * first in PATH differs between a shell, an editor and a scheduled job. A generation that was built in place of another
 * comes after that one, which is used again as soon as its interpreter is back. Once an interpreter is lost, another
 * one of its ABI is better than all others. `failed`: what an earlier stage of this start saw fail, which is not
 * started again.
 */
export async function recall(
  generations: readonly Manifest[],
  request: VersionRequest,
  requestText: string,
  search: SearchOptions,
  failed: Failure | undefined,
): Promise<Recalled> {
  let lost: Lost | undefined;
  let other: Recalled["known"];
  const answers = new Map<string, Interpreter | Failure>(failed && [[failed.path, failed]]);
  for (const manifest of inOrder(generations.filter((one) => one.request === requestText))) {
    const { anchor } = manifest.interpreter;
    const interpreter = answers.get(anchor) ?? (await interpreterAt(anchor, search));
    answers.set(anchor, interpreter);
    if (isFailure(interpreter)) refuseUnasked([interpreter]);
    if (isFailure(interpreter)) lost ??= { manifest, why: interpreter.why };
    else if (!fits(request, interpreter)) {
      const why = `it is Python ${versionOf(interpreter)} now`;
      if (interpreter.version !== manifest.interpreter.version) lost ??= { manifest, why };
    } else if (lost === undefined || lost.manifest.interpreter.soabi === interpreter.soabi) {
      return { known: { id: manifest.id, interpreter }, lost, answers };
    } else other ??= { id: manifest.id, interpreter };
  }
  return { known: other, lost, answers };
}

function inOrder(generations: readonly Manifest[]): Set<Manifest> {
  const order = new Set<Manifest>();
  for (const manifest of generations) {
    const first = generations.find(({ id }) => id === manifest.standsInFor);
    if (first !== undefined) order.add(first);
    order.add(manifest);
  }
  return order;
}

/** What a stage tells the next one of a lost interpreter. */
export function lostFact({ manifest, why }: Lost): StageFacts["lost"] {
  return { path: manifest.interpreter.anchor, why };
}

/** What freshness must watch of a lost interpreter, so that a start notices when it is back. */
export function returnInputs({ manifest }: Lost): Input[] {
  const { interpreter } = manifest;
  return decisiveFiles(interpreter.anchor, interpreter).map((file) => ({
    kind: isFile(file) ? "file" : "no-file",
    path: file,
  }));
}

const NO_PYTHON = new Set(["no-python", "python-not-installed", "python-not-found"]);

/**
 * The error when nothing can take the place of a lost interpreter: it says which interpreter that is, and how to
 * restore it, in the distributor's words if there are any. The environment on it stays.
 */
export function replacementError({ manifest, why }: Lost, env: Environment, error: unknown): unknown {
  if (!(error instanceof PrimeError)) return error;
  const { id, interpreter } = manifest;
  const { anchor, distributor } = interpreter;
  const below = `environment ${id} can't be used: it stands on ${anchor}${distributor.package === null ? "" : ` (${distributor.package})`}, and ${why}`;
  const restore = `restore ${anchor}${distributor.restore === null ? "" : ` by \`${distributor.restore}\``}`;
  const words = [missingText(env), `${restore}: the environment is used again as it is`].filter(
    (text) => text !== undefined,
  );
  const isMissing = NO_PYTHON.has(error.id);
  const hint = isMissing || error.hint === undefined ? words.join("\n") : `${error.hint}; or ${words.join("\n")}`;
  const message = `${below}\n${error.message}`;
  return new PrimeError(isMissing ? "interpreter-lost" : error.id, message, hint, {
    exitCode: error.exitCode,
    cause: error,
  });
}
