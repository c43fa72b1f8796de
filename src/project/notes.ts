import { isTable } from "../toml.ts";
import type { Project } from "./project.ts";
import type { RootFiles } from "./root-files.ts";

/** What is not read, not installed or empty, a sentence each. */
export function noteUnread(
  project: Pick<Project, "kind" | "installsRoot" | "requirementFiles" | "packages" | "groupsAlone">,
  files: RootFiles,
): string[] {
  return [
    ...noteNothing(project, files),
    ...(project.groupsAlone ? [] : noteRoot(project, files)),
    ...noteForeign(project, files),
  ];
}

/** Which requirement files are installed where nobody named them. */
export function noteFound(
  { installsRoot, requirementFiles }: Pick<Project, "installsRoot" | "requirementFiles">,
  areFound: boolean,
): string[] {
  if (!areFound || requirementFiles.length === 0) return [];
  const beside = installsRoot ? ", beside the project itself (editable)" : "";
  return [
    `Installs what ${requirementFiles.join(", ")} ${requirementFiles.length === 1 ? "asks" : "ask"} for${beside}.`,
  ];
}

function noteNothing({ kind }: Pick<Project, "kind">, files: RootFiles): string[] {
  if (kind !== "nothing") return [];
  const why = files.pyproject === undefined ? "" : " (pyproject.toml only configures tools)";
  return [`No file here says what to install${why}: the environment is empty.`];
}

function noteRoot(
  { kind, installsRoot, packages }: Pick<Project, "kind" | "installsRoot" | "packages">,
  files: RootFiles,
): string[] {
  const setupOnly = files.setupCfg !== undefined && files.setupPy === undefined && files.pyproject === undefined;
  if (setupOnly && kind === "requirements") {
    return [
      "The project itself is not installed: setup.cfg alone can't be, it wants a setup.py or pyproject.toml beside it.",
    ];
  }
  if (kind !== "pyproject" || installsRoot || packages !== null || files.pyproject?.project === undefined) return [];
  const why =
    files.pyproject.uv.package === false ? "`tool.uv.package` is false" : "pyproject.toml has no [build-system]";
  return [`Installs what the project requires, not the project itself: ${why}.`];
}

function noteForeign(
  { kind, installsRoot }: Pick<Project, "kind" | "installsRoot">,
  { pyproject, foreign }: RootFiles,
): string[] {
  if (kind === "uv-lock" || kind === "pylock") return [];
  const instead =
    kind === "pyproject" ? "the versions are resolved from [project]" : "the files beside it are installed";
  const notes = foreign.map((name) => `${name} is not read: ${instead}.`);
  if (pyproject === undefined) return notes;
  const { poetry, pdm, hatch } = pyproject.tool;
  const backendReadsPoetry = pyproject.hasBuildSystem && installsRoot;
  const unread = [
    ...(isTable(poetry) && pyproject.project === undefined && !backendReadsPoetry ? ["[tool.poetry]"] : []),
    ...(isTable(poetry) && poetry.group !== undefined ? ["[tool.poetry.group]"] : []),
    ...(isTable(poetry) && poetry["dev-dependencies"] !== undefined ? ["[tool.poetry.dev-dependencies]"] : []),
    ...(isTable(pdm) && pdm["dev-dependencies"] !== undefined ? ["[tool.pdm.dev-dependencies]"] : []),
    ...(isTable(hatch) && hatch.envs !== undefined ? ["[tool.hatch.envs]"] : []),
  ];
  if (unread.length === 0) return notes;
  return [
    ...notes,
    `What ${unread.join(" and ")} of pyproject.toml asks for is not read; [dependency-groups] would be.`,
  ];
}
