import * as path from "node:path";
import type { Config } from "../config/config.ts";
import { isOfProject } from "../config/required.ts";
import { quoteForShell } from "../edges/command.ts";
import { isFile, isFolder, readStart } from "../edges/files/read.ts";
import { oneLine, quoted } from "../quoted.ts";
import { isTable } from "../toml.ts";
import { filesAside, scriptsWithNeeds, TOOL_FILES } from "./around/aside.ts";
import { projectsBelow } from "./around/below.ts";
import { emptySubmodules } from "./around/submodules.ts";
import type { Pyproject } from "./files/pyproject.ts";
import { KINDS } from "./kinds.ts";
import type { Project } from "./project.ts";
import { DEV_LOCK, type RootFiles } from "./root-files.ts";
import { shortened } from "./selection/left-out.ts";
import { isPackage, namesNone } from "./selection/targets.ts";

type NotedProject = Pick<Project, "kind" | "installsRoot" | "packages" | "groupsAlone"> & {
  /** Whether a group, an extra or a requirement file is installed. */
  readonly installsMore: boolean;
};

/** What is not read, not installed or empty, a sentence each. */
export function noteUnread(project: NotedProject, files: RootFiles): string[] {
  return [
    ...noteNothing(project, files),
    ...(project.groupsAlone && !namesNone(project.packages) ? [] : noteRoot(project, files)),
    ...noteForeign(project, files),
  ];
}

/** What git has left out, which the code may import and the tests may read. */
export function noteSubmodules(root: string): string[] {
  const empty = emptySubmodules(root).filter((name) => isFolder(path.join(root, name))); // git made one for each
  return empty.length === 0
    ? []
    : [`Not checked out: ${shortened(empty)} (\`git submodule update --init --recursive\` does it).`];
}

/** Scripts whose own requirements no environment of the repo has. */
export function noteScripts(root: string): string[] {
  const found = scriptsWithNeeds(root);
  const [first] = found;
  if (first === undefined) return [];
  const own = `What ${shortened(found)} ${found.length === 1 ? "requires itself" : "require themselves"} (PEP 723)`;
  return [`${own} is not installed: \`./prime uv run --script ${quoteForShell(oneLine(first))}\` runs it with that.`];
}

/** Projects below a root that asks for nothing itself, with how to start in one. */
export function noteBelow(
  { kind, packages }: Pick<Project, "kind" | "packages">,
  { root, pyproject, workspace, mainRequirements, devRequirements, testRequirements }: RootFiles,
): string[] {
  const isForTests =
    kind === "requirements" &&
    mainRequirements === undefined &&
    devRequirements.length === 0 &&
    testRequirements.length > 0;
  const isBare =
    kind === "nothing" ||
    isForTests ||
    (packages === null &&
      mainRequirements === undefined &&
      pyproject !== undefined &&
      KINDS[kind].buildsRoot === "never" &&
      asksForNothing(pyproject));
  if (!isBare) return [];
  const members = [...(workspace?.members.values() ?? [])].map(({ folder }) => path.relative(root, folder));
  const isWorkspace = members.some((folder) => folder !== "" && !folder.startsWith(".."));
  const found = isWorkspace ? members.filter((folder) => folder !== "").sort() : projectsBelow(root);
  const [first] = found;
  if (first === undefined) return [];
  const whole = isWorkspace ? ', or `install_packages = "all"` for all of them' : "";
  return [`${BELOW}${shortened(found)} (./prime --root ${quoteForShell(oneLine(first))} run … starts in one${whole}).`];
}

/** How that begins, for hints that repeat it. */
export const BELOW = "Projects below: ";

const CONDA = ["environment.yml", "environment.yaml", "conda.yml"];
/** Where other tools are told which Python to take; the last two only count where no project has a range. */
export const PINS = [
  ...[".tool-versions", "mise.toml", ".mise.toml", "Pipfile", "runtime.txt", ...CONDA],
  ...["Dockerfile", "docker/Dockerfile"],
];

/** How: `python 3.9`, `python = "3.9"`, `python_version = "3.9"`, `python-3.9`, `- python=3.9`, `FROM python:3.9-slim`. */
const PIN =
  /^(?:FROM (?:\S+\/)?python:|[\uFEFF \t-]*["']?python(?:(?:_(?:full_)?version)?\s*==?\s*["']?|-|\s+))((?:pypy)?\d[\w.]*)/m;

/** Which Python the repo names to other tools alone, where nothing that is read pins one. */
export function notePins(
  root: string,
  { required_python_version: required }: Pick<Config, "required_python_version">,
): string[] {
  if (!isOfProject(required.source)) return [];
  const setup = ["setup.py", "setup.cfg"].map((name) => readStart(path.join(root, name), LONGEST)).join();
  if (/Python :: 2|^[ \t]*(?:print ["']|except [\w.]+, \w+:)/m.test(setup) && !/Python :: 3/.test(setup))
    return ["The project is for Python 2 alone, which prime does not work with."];
  const names = required.source.kind === "default" ? PINS : PINS.slice(0, -2);
  const there = names.filter((name) => isFile(path.join(root, name))); // see `ofOthersIn`
  const found = there.flatMap((name) => {
    const pin = PIN.exec(readStart(path.join(root, name), LONGEST))?.[1];
    return pin === undefined
      ? []
      : [`${name} names Python ${quoted(pin)}, which is not read: a .python-version would be.`];
  });
  return found.slice(0, 1);
}

/** Bytes of such a file that are looked at. */
const LONGEST = 65_536;

/** A project that is no package, and requires nothing itself. */
export function asksForNothing(pyproject: Pyproject): boolean {
  const { project, uv, groups } = pyproject;
  if (project === undefined) return uv.workspace === undefined;
  const { dependencies = [], extras } = project;
  const isNone = dependencies.length === 0 && Object.keys(extras).length === 0;
  return !isPackage(pyproject) && isNone && groups.entries.size === 0 && !project.dynamic.includes("dependencies");
}

/** Which requirement files are installed where nobody named them. */
export function noteFound(
  { installsRoot, requirementFiles }: Pick<Project, "installsRoot" | "requirementFiles">,
  areFound: boolean,
): string[] {
  if (!areFound || requirementFiles.length === 0) return [];
  const beside = installsRoot ? ", beside the project itself (editable)" : "";
  return [
    `Installs what ${requirementFiles.map(oneLine).join(", ")} ${requirementFiles.length === 1 ? "asks" : "ask"} for${beside}.`,
  ];
}

function noteNothing({ kind }: Pick<Project, "kind">, files: RootFiles): string[] {
  if (kind !== "nothing") return [];
  const why = files.pyproject === undefined ? "" : " (pyproject.toml only configures tools)";
  const unread = ofOthersIn(files.root);
  if (unread.length === 0) return [`No file here says what to install${why}: the environment is empty.`];
  return [
    `The environment is empty: ${unread.join(" and ")} ${unread.length === 1 ? "is" : "are"} not read${why}; a requirements.txt would be.`,
  ];
}

/** Where conda, pixi, tox, nox and hatch are told what to install. */
const OF_OTHERS = [...CONDA, "conda-lock.yml", "pixi.toml", ...TOOL_FILES];

function ofOthersIn(root: string): string[] {
  const isConda = (name: string) => /(?:env|conda)[^/]*\.ya?ml$/.test(name) && asks(root, name);
  const there = OF_OTHERS.filter((name) => isFile(path.join(root, name))); // a failure to read costs more than a look
  return [...there, ...filesAside(root).filter(isConda).slice(0, 1)]; // the others are much the same
}

function noteRoot(
  { kind, installsRoot, packages }: Pick<Project, "kind" | "installsRoot" | "packages">,
  files: RootFiles,
): string[] {
  if (namesNone(packages)) return ["No project is installed: `install_packages` names none."];
  const setupOnly = files.setupCfg !== undefined && files.setupPy === undefined && files.pyproject === undefined;
  if (setupOnly && kind === "requirements") {
    return ["The project itself is not installed: its setup.cfg wants a setup.py or pyproject.toml beside it."];
  }
  const isScript = files.setupPy === undefined && isFile(path.join(files.root, "setup.py"));
  if (isScript && ["requirements", "nothing"].includes(kind))
    return ["setup.py is not run: it calls no setup(); a [project] of pyproject.toml would be read."];
  if (kind !== "pyproject" || installsRoot || packages !== null || files.pyproject?.project === undefined) return [];
  const { uv, hasBuildSystem } = files.pyproject;
  const ofTool = uv.package === false ? "uv.package" : hasBuildSystem ? "poetry.package-mode" : undefined;
  const why = ofTool === undefined ? "pyproject.toml has no [build-system]" : `\`tool.${ofTool}\` is false`;
  return [`Installs what the project requires, not the project itself: ${why}.`];
}

function noteForeign(
  { kind, installsRoot, installsMore }: NotedProject,
  { root, pyproject, foreign, devRequirements }: RootFiles,
): string[] {
  const { insteadOfForeign } = KINDS[kind];
  if (insteadOfForeign === undefined) return [];
  const are = foreign.length === 1 ? "is" : "are";
  const notes = foreign.length === 0 ? [] : [`${foreign.join(" and ")} ${are} not read: ${insteadOfForeign}.`];
  const isBuiltByPoetry = installsRoot && /poetry/.test(pyproject?.buildBackend ?? "");
  const saysItself = pyproject?.project?.dependencies !== undefined; // Poetry takes no more then
  const tables = TABLES.filter(([tool, key]) => {
    if (tool === "rye" && devRequirements.includes(DEV_LOCK)) return false;
    const table = pyproject?.tool[tool];
    const asked = isTable(table) && table[key];
    if (!asked || key !== "dependencies") return asked;
    return !isBuiltByPoetry && !saysItself && Object.keys(asked).some((name) => name !== "python");
  });
  const files = installsMore || kind === "nothing" ? [] : ofOthersIn(root).filter((name) => asks(root, name));
  const unread = [...tables.map((keys) => `[tool.${keys.join(".")}]`), ...files];
  return unread.length === 0
    ? notes
    : [
        ...notes,
        `What is asked for in ${unread.join(" and ")} is not read; [dependency-groups] of pyproject.toml would be.`,
      ];
}

/** Where Poetry, PDM, Rye and hatch are told in pyproject.toml what developers need. */
const TABLES = [
  ["poetry", "dependencies"],
  ["poetry", "group"],
  ["poetry", "dev-dependencies"],
  ["pdm", "dev-dependencies"],
  ["rye", "dev-dependencies"],
  ["hatch", "envs"],
] as const;

/** Whether one of `OF_OTHERS` asks for anything. */
function asks(root: string, name: string): boolean {
  return /^[\uFEFF \t[]*(?:deps|(?:extra-)?dependencies)\b|\.install\(/m.test(
    readStart(path.join(root, name), LONGEST),
  );
}
