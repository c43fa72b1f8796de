/** Within what a resolution for an upgrade has to stay, and what it may move. */
export interface Limits {
  /** Requirements (PEP 508) that hold where a package is needed at all. */
  readonly constraints: readonly string[];
  /** What was published from this moment on, in milliseconds since the epoch, is not there; null: all is. */
  readonly before: number | null;
  /** The same for single packages, in place of it. */
  readonly beforeByName: ReadonlyMap<string, number | null>;
  /** Packages that need not stay as they are. */
  readonly moving: "all" | readonly string[];
}

/** Whether a resolution could find anything else than one of the declared ranges alone. */
export function isLimited({ constraints, before, beforeByName }: Limits): boolean {
  return constraints.length > 0 || before !== null || beforeByName.size > 0;
}

/** All of it but the constraints, for which uv has no argument that all commands know. */
export function limitArguments({ before, beforeByName, moving }: Limits): string[] {
  return [
    ...(moving === "all" ? ["--upgrade"] : moving.flatMap((name) => ["--upgrade-package", name])),
    ...(before === null ? [] : ["--exclude-newer", new Date(before).toISOString()]),
    ...[...beforeByName].flatMap(([name, moment]) => [
      "--exclude-newer-package",
      `${name}=${moment === null ? "false" : new Date(moment).toISOString()}`,
    ]),
  ];
}
