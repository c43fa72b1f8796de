import { minorOf } from "../../python/version.ts";
import type { InterpreterRecord, SeenInterpreter } from "../manifest/interpreter-record.ts";

/** What is seen now of an environment and of the interpreter below it. */
export interface SeenNow {
  /** Absolute path of the checkout. */
  readonly root: string;
  /** sha256 of pyvenv.cfg; undefined when it is gone. */
  readonly pyvenv: string | undefined;
  /** What the interpreter at the anchor answered, or why it did not answer. */
  readonly interpreter: SeenInterpreter | Silence;
  /** Whether the interpreter is what the repo asks for. */
  readonly fits: boolean;
}

/** Why an interpreter can't be asked. */
export interface Silence {
  /** `other`: it starts and ends badly, or never answers. `unasked`: who looks does not start it. */
  readonly kind: "gone" | "stdlib" | "library" | "format" | "other" | "unasked";
  readonly why: string;
}

/**
 * What became of an environment when the machine changed:
 *
 * - `sound`: nothing that counts.
 * - `moved`: it was built for another path of the checkout.
 * - `gone`: no interpreter is at the anchor. `stdlib`: its standard library is gone. `library`: a shared library that it needs is
 *   missing or another one. `format`: it is for another machine. `other`: it does not work. `unasked`: nobody knows.
 * - `another`: another minor version or ABI is at the anchor, another version at an exact one, or one that can't be reached by
 *   this path alone: this environment must not be run, not even once.
 * - `unfit`: another patch than the one that the repo asks for.
 * - `patch`: another build of the same minor and ABI; extension modules have to be looked at.
 * - `edited`: pyvenv.cfg is not as it was built.
 */
export type Verdict =
  | { readonly kind: "sound" | "moved" | "edited" }
  | { readonly kind: Silence["kind"]; readonly why: string }
  | { readonly kind: "another" | "unfit" | "patch"; readonly now: SeenInterpreter };

/** Judges an environment by its manifest and what is seen now. Of several faults the gravest one is told. */
export function judgeEnvironment(
  built: { root: string; pyvenv: string; interpreter: InterpreterRecord },
  seen: SeenNow,
): Verdict {
  const { interpreter: was } = built;
  const { interpreter: is } = seen;
  if (built.root !== seen.root) return { kind: "moved" };
  if ("why" in is) return is;
  if (!canRun(was, is)) return { kind: "another", now: is };
  if (!seen.fits) return { kind: "unfit", now: is };
  if (built.pyvenv !== seen.pyvenv) return { kind: "edited" };
  return isSameBuild(was, is) ? { kind: "sound" } : { kind: "patch", now: is };
}

const SAME = ["anchor", "anchorKind", "implementation", "soabi", "platform", "libc"] as const;

function canRun(was: SeenInterpreter, is: SeenInterpreter): boolean {
  const hasSameAbi = SAME.every((part) => was[part] === is[part]);
  if (!hasSameAbi || minorOf(was.version) !== minorOf(is.version)) return false;
  return was.anchorKind === "minor" || (was.version === is.version && was.realPath === is.realPath);
}

function isSameBuild(was: SeenInterpreter, is: SeenInterpreter): boolean {
  return was.version === is.version && was.realPath === is.realPath && was.state === is.state;
}
