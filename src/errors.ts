/**
 * The one error class that users see.
 *
 * `message` says what was being done, to which path, and why it failed; `hint` says what to do next. `id` is stable
 * across releases, so that it can be searched for. Anything else that reaches the top is a defect of prime's.
 */
export class PrimeError extends Error {
  readonly id: string;
  readonly exitCode: number;
  readonly hint: string | undefined;
  /** Milliseconds after which it may go better, as a server said. */
  readonly retryMs: number | undefined;

  constructor(
    id: string,
    message: string,
    hint?: string,
    {
      exitCode = EXIT_FAILURE,
      cause,
      retryMs,
    }: { exitCode?: number; cause?: unknown; retryMs?: number | undefined } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "PrimeError";
    this.id = id;
    this.exitCode = exitCode;
    this.hint = hint;
    this.retryMs = retryMs;
  }
}

/** Throws what is no PrimeError again: a catch that knows what to do of those alone begins so. */
export function passOn(error: unknown): asserts error is PrimeError {
  if (!(error instanceof PrimeError)) throw error;
}

/**
 * Acts where a failure is no reason to stop: gives what `otherwise` makes of a PrimeError, or undefined without it. A defect
 * is thrown again. What `act` promises is not waited for.
 */
export function tolerate<T, U = undefined>(act: () => T, otherwise?: (error: PrimeError) => U): T | U {
  try {
    return act();
  } catch (error) {
    passOn(error);
    return otherwise?.(error) as U;
  }
}

/** prime itself failed: a status that no ordinary command uses (as in `env`, `timeout`, `git bisect`). */
export const EXIT_FAILURE = 125;
/** Wrong usage, as shells and most tools say it. */
export const EXIT_USAGE = 2;
/** A policy refuses what was asked for. */
export const EXIT_POLICY = 3;
/** POSIX 2.8.2: the command was found but could not be started. */
export const EXIT_NOT_EXECUTABLE = 126;
/** POSIX 2.8.2: the command was not found. */
export const EXIT_NOT_FOUND = 127;

/** What the user has asked for can't be done, whatever the machine. */
export function usageError(id: string, message: string, hint?: string): PrimeError {
  return new PrimeError(id, message, hint, { exitCode: EXIT_USAGE });
}

/** Why a system call failed, in words, for a message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  const words = code === undefined ? undefined : SYSTEM_REASONS[code];
  return words === undefined ? error.message : `${words} (${code})`;
}

const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBUSY: "it is in use",
  ECONNRESET: "the connection broke off",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it exists already",
  EIO: "the disk reported an error",
  EISDIR: "it is a folder",
  ELOOP: "too many symbolic links",
  EMFILE: "too many open files",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "it does not exist",
  ENOSPC: "no space is left on the disk",
  ENOTDIR: "a part of the path is not a folder",
  EPERM: "the system does not permit it",
  EROFS: "the file system is read-only",
  ETXTBSY: "it is being executed",
  EXDEV: "it is on another file system",
};
