export type Stage = "node" | "python" | "venv";

/** How far one start has come: the value of PRIME_PROGRESS, carried from stage to stage by the head's shell. */
export interface Progress {
  readonly stage: Stage;
  /** Absolute physical path of the root. */
  readonly root: string;
  /** The head's shell, which every exec keeps: its number and when it started. */
  readonly shellPid: number;
  readonly shellStart: string;
  /** What earlier stages decided, e.g. the selected python and why. */
  readonly facts: Readonly<Record<string, string>>;
}

const STAGES: readonly unknown[] = ["node", "python", "venv"] satisfies readonly Stage[];

export function renderProgress(progress: Progress): string {
  return JSON.stringify(progress);
}

/** The progress of this very start; `undefined` for text that is no progress or that another start left behind. */
export function readProgress(
  text: string | undefined,
  here: Pick<Progress, "root" | "shellPid" | "shellStart">,
): Progress | undefined {
  const value = parse(text ?? "");
  if (value === undefined || !STAGES.includes(value.stage)) return undefined;
  const { root, shellPid, shellStart } = here;
  if (value.root !== root || value.shellPid !== shellPid || value.shellStart !== shellStart) return undefined;
  const { facts } = value;
  if (typeof facts !== "object" || facts === null || Array.isArray(facts)) return undefined;
  if (Object.values(facts).some((fact) => typeof fact !== "string")) return undefined;
  return { stage: value.stage as Stage, root, shellPid, shellStart, facts: facts as Progress["facts"] };
}

function parse(text: string): Partial<Record<keyof Progress, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
