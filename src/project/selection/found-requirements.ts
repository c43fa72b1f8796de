import * as path from "node:path";
import type { OneStart } from "../../config/config.ts";
import { asksForRoot, requiredNames } from "../files/requirements.ts";
import type { ProjectKind } from "../kinds.ts";
import type { RootFiles } from "../root-files.ts";

/**
 * Beside a [project] only files for developers count: requirements.txt is one when it asks for the project itself, or
 * when the project declares no dependencies of its own.
 */
export function foundRequirements(kind: ProjectKind, files: RootFiles, { withoutDev }: OneStart): string[] {
  const main = files.mainRequirements;
  const project = files.pyproject?.project;
  const isOwn =
    kind !== "pyproject" ||
    project === undefined ||
    main === undefined ||
    asksForRoot(path.join(files.root, main), files.root);
  const isBare = project?.dependencies === undefined && project?.dynamic.includes("dependencies") !== true;
  const found = [
    ...(main !== undefined && (isOwn || isBare) ? [main] : []),
    ...(withoutDev ? [] : files.devRequirements),
  ];
  return withoutDev ? found : [...found, ...askingForMore(files.testRequirements, found, files.root)];
}

/** Compiled files of one repo may pin the same name differently: one that has nothing of its own is not taken. */
function askingForMore(files: readonly string[], beside: readonly string[], root: string): string[] {
  const names = new Set(beside.flatMap((file) => requiredNames(path.join(root, file))));
  return files.filter((file) => requiredNames(path.join(root, file)).some((name) => !names.has(name)));
}
