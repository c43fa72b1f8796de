import * as path from "node:path";
import { listFolder } from "../../edges/files/read.ts";

/** Any of these in a folder tells prime what to install. */
const TELLING =
  /^(?:prime\.toml|pyproject\.toml|uv\.lock|pylock(?:\.[^.]+)?\.toml|setup\.(?:py|cfg)|Pipfile|proto_kernel\.json|(?:dev-)?requirements.*(?:\.txt|\.in)|requirements)$/;

/** Whether names in one folder tell what to install. */
export function areTelling(names: readonly string[]): boolean {
  return names.some((name) => TELLING.test(name));
}

/** The nearest folder, from this one (absolute) upwards, that tells what to install. */
export function nearestProject(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const names = listFolder(at) ?? [];
    if (areTelling(names)) return at;
    if (at === path.dirname(at)) return undefined;
  }
}
