import * as path from "node:path";
import { MOST, readText } from "../../edges/files/read.ts";
import { parseIni } from "../../ini.ts";
import { ownRequirements } from "../files/groups.ts";
import { readPyproject } from "../files/pyproject.ts";
import { requirementHead } from "../packages.ts";
import type { Project } from "../project.ts";

/** What a repo's own files ask of a package. */
export interface DeclaredRange {
  /** Normalized. */
  readonly name: string;
  /** PEP 440, "" for any. */
  readonly range: string;
  /** It holds only where a marker does (PEP 508). */
  readonly isConditional: boolean;
  /** The file, absolute, with the line where that can be told. */
  readonly place: string;
}

/** Reads what the root's and the local projects' files ask for, extras and groups that are not chosen among it; addresses have no range. */
export async function declaredRanges(project: Project, root: string): Promise<DeclaredRange[]> {
  const { localProjects, virtualProjects, virtualSources, requirementLines, uvLock } = project;
  const folders = [root, ...(uvLock === null ? [] : [path.dirname(uvLock)]), ...localProjects, ...virtualSources];
  const all = new Set([...folders, ...virtualProjects.map(({ folder }) => folder)]);
  const found = await Promise.all([...all].map(inFolder));
  const listed = requirementLines.flatMap(({ kind, value, file, line }) =>
    kind === "requirement" ? (rangeIn(value.replace(/\s--.*$/s, ""), `${file}:${line}`) ?? []) : [],
  );
  return [...found.flat(), ...listed];
}

async function inFolder(folder: string): Promise<DeclaredRange[]> {
  const file = path.join(folder, "pyproject.toml");
  const pyproject = await readPyproject(file);
  const extras = Object.values(pyproject?.project?.extras ?? {}).flat();
  const groups = pyproject === undefined ? [] : Object.values(ownRequirements(pyproject.groups)).flat();
  const texts = [...(pyproject?.project?.dependencies ?? []), ...extras, ...groups];
  const inSetup = ["setup.cfg", "setup.py"].flatMap((name) => inSetupFile(path.join(folder, name)));
  return [...placed(file, texts), ...inSetup];
}

function inSetupFile(file: string): DeclaredRange[] {
  const text = readText(file, MOST.written) ?? "";
  if (file.endsWith(".py")) {
    const quoted = text.matchAll(/(["'])([A-Za-z0-9][\w.-]*(?:\[[^\]"']*\])?\s*[<>=!~][^"'\n]*)\1/g);
    return placed(
      file,
      [...quoted].map(([, , requirement = ""]) => requirement),
    );
  }
  const sections = parseIni(text);
  const extras = [...(sections.get("options.extras_require")?.values() ?? [])];
  const lists = [sections.get("options")?.get("install_requires") ?? "", ...extras];
  return placed(
    file,
    lists.flatMap((list) => list.split("\n")),
  );
}

function placed(file: string, requirements: readonly string[]): DeclaredRange[] {
  const lines = (readText(file, MOST.written) ?? "").split("\n");
  return requirements.flatMap((text) => {
    const line = lines.findIndex((one) => one.includes(text));
    return rangeIn(text, line < 0 ? file : `${file}:${line + 1}`) ?? [];
  });
}

const REST = /^\s*[A-Za-z0-9][\w.-]*(?:\s*\[[^\]]*\])?\s*\(?([^;@()]*)\)?\s*(;.*)?$/s;

function rangeIn(text: string, place: string): DeclaredRange | undefined {
  const head = requirementHead(text);
  const [matched, range = "", marker] = REST.exec(text) ?? [];
  if (head === undefined || matched === undefined) return undefined;
  return {
    name: head.name,
    range: range.replace(/\s+/g, "").replace(/,$/, ""),
    isConditional: marker !== undefined,
    place,
  };
}
