export type Stage = Progress["stage"];

/** How far a start has come: the value of PRIME_PROGRESS, which the head's shell carries from stage to stage. */
export interface Progress {
  readonly stage: "node" | "python" | "venv";
  /** Absolute physical path of the root. */
  readonly root: string;
  /** The head's shell, which every exec keeps: its process number, and when it started. */
  readonly shellPid: number;
  readonly shellStart: string;
  readonly facts: StageFacts;
}

/** What earlier stages decided. */
export interface StageFacts {
  /** The selected python, absolute, and why it was selected. */
  readonly python: string;
  readonly how: string;
  /** Why the start is cold. */
  readonly reason: string;
  /** Milliseconds since the epoch when the start began. */
  readonly since: number;
  /** The interpreter of an earlier environment, when it does not serve any more. */
  readonly lost?: { readonly path: string; readonly why: string } | undefined;
  /** The generation that was built. */
  readonly generation?: string | undefined;
}

export function renderProgress(progress: Progress): string {
  return JSON.stringify(progress);
}

/** The progress of this very start; `undefined` for a text that is no progress, or that another start left behind. */
export async function readProgress(
  text: string | undefined,
  { root, shellPid, shellStart }: Pick<Progress, "root" | "shellPid" | "shellStart">,
): Promise<Progress | undefined> {
  if (text === undefined) return undefined;
  const progress = (await import("./progress-schema.ts")).parseProgress(text); // most starts have none, and need no schema
  const isHere = progress?.root === root && progress.shellPid === shellPid && progress.shellStart === shellStart;
  return isHere ? progress : undefined;
}
