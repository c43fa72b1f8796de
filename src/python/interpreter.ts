/** What an interpreter says of itself when it is run. All paths are absolute. */
export interface Interpreter {
  /** As it was found: may be a shim, a link, or inside a venv. */
  readonly path: string;
  /** The executable itself, outside any venv, links not resolved. */
  readonly executable: string;
  /** `executable` with every link resolved. */
  readonly realPath: string;
  /** `sys.implementation.name`, e.g. `cpython`, `pypy`. */
  readonly implementation: string;
  /** `X.Y.Z`, also for PyPy the version of the language. */
  readonly version: string;
  /** `a1`, `b2`, `rc1`; "" for a final release. */
  readonly prerelease: string;
  /** E.g. `cpython-312-x86_64-linux-gnu`; "" when it has none. */
  readonly soabi: string;
  /** `sysconfig.get_platform()`, e.g. `linux-x86_64`; of 32 bits on a kernel of 64 `linux-i686` or `linux-armv7l`. */
  readonly platform: string;
  /** Which C library it is linked with; "" outside Linux, or when that can't be told. */
  readonly libc: "gnu" | "musl" | "";
  readonly machine: string;
  readonly basePrefix: string;
  /** The folder that holds the standard library's os.py. */
  readonly stdlib: string;
  /** Where it was compiled to find its standard library; null when it does not say. */
  readonly builtFor: string | null;
  /** The shared library that the interpreter lives in; null when it is a part of the executable. */
  readonly libpython: string | null;
  /** Whether `path` leads into a venv, so that `executable` is another one. */
  readonly isVenv: boolean;
}

/** A candidate that is no interpreter that prime can use. */
export interface Failure {
  readonly path: string;
  readonly why: string;
  /**
   * What is amiss, where it can be told: nothing is there; its standard library is gone; a shared library is missing or another
   * one; the file is for another machine; it was not started, since a look starts no such file.
   */
  readonly kind?: "gone" | "stdlib" | "library" | "format" | "unasked";
}

export function isFailure(outcome: Interpreter | Failure): outcome is Failure {
  return "why" in outcome;
}

/** The version as people write it, e.g. `3.14.0rc1`. */
export function versionOf(interpreter: Interpreter): string {
  return interpreter.version + interpreter.prerelease;
}
