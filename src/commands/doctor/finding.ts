import { passOn } from "../../errors.ts";
/** What one check came to. */
export interface Finding {
  /** The check's name; several findings may bear it. */
  readonly check: string;
  readonly status: "sound" | "finding";
  /** What was looked at, or what is wrong with it. */
  readonly found: string;
  /** What to do about it; null when all is well. */
  readonly mend: string | null;
  /** What `--fix` can do about it, without losing anything. */
  readonly fix?: Fix | undefined;
}

/** A repair as data; equal ones are made once. */
export type Fix =
  /**
   * Build what the inputs ask for anew, beside a damaged generation (absolute), after uv has forgotten what it cached of these
   * packages.
   */
  | { readonly kind: "rebuild"; readonly damaged: string; readonly packages: readonly string[] }
  /** Keep the environment's link out of git. */
  | { readonly kind: "exclude" }
  /** Get the pinned uv anew. */
  | { readonly kind: "uv"; readonly folder: string }
  /** Put a text in place of a file, absolute, and keep the old one aside; null removes it. */
  | { readonly kind: "replace"; readonly file: string; readonly text: string | null }
  /** Take over the lock of one that has ended, absolute, and give it back. */
  | { readonly kind: "lock"; readonly file: string }
  | { readonly kind: "executable"; readonly file: string };

export function sound(check: string, found: string): Finding {
  return { check, status: "sound", found, mend: null };
}

/** `mend` is what people can do, `fix` what `--fix` does. */
export function wrong(check: string, found: string, mend: string, fix?: Fix): Finding {
  return { check, status: "finding", found, mend, fix };
}

/** What a look gives, or the finding that it can't be made. */
export async function orFinding<T>(check: string, look: () => T | Promise<T>): Promise<T | Finding> {
  try {
    return await look();
  } catch (error) {
    return failed(check, error);
  }
}

/** What can't be looked at is a finding: the others are still to be told. */
export async function told(check: string, look: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> {
  return [await orFinding(check, look)].flat();
}

/** What is not users' to mend is thrown again. */
export function failed(check: string, error: unknown): Finding {
  passOn(error);
  return wrong(check, error.message, error.hint ?? "mend that, and start again");
}

export type Rebuild = Extract<Fix, { kind: "rebuild" }>;

/** What mends an environment that is not as it was built. */
export const ANEW = "`./prime doctor --fix`, or ./prime reboot, builds it anew beside it";
