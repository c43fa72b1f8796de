import * as path from "node:path";
import { MOST, readText } from "../edges/files/read.ts";
import { KINDS, write } from "./kinds.ts";
import { BELOW } from "./notes.ts";
import { normalizeName } from "./packages.ts";
import type { Project } from "./project.ts";

/** What to do in place of `pip install`, by what kind of repo this is. */
export function insteadOfPip(project: Project): string {
  return `${wayToAdd(project, "NAME")}; for one start, ./prime run --with NAME CMD`;
}

/** How this repo comes to have one more package; `isTool`: one to work with, which its users do not need. */
export function wayToAdd(project: Project, name: string, isTool = false): string {
  const { kind, uvAdds, requirementFiles } = project;
  const file = isTool ? requirementFiles.at(-1) : undefined;
  if (file !== undefined) return write(name, file); // a lock that uv would write leaves such a file out
  const byUv = uvAdds === "all" || (uvAdds === "groups" && isTool);
  return byUv ? `./prime uv add ${isTool ? "--dev " : ""}${name}` : KINDS[kind].wayToAdd(project, name, isTool);
}

/** The same of a tool, and how one start alone has a command of it. */
export function wayToAddOnce(project: Project, name: string, command: string): string {
  return `${wayBelow(project)}${wayToAdd(project, name, true)}; for one start, ./prime run --with ${name} ${command} …`;
}

/** Where a root asks for nothing itself, the environment that is meant is most likely one of those below (`noteBelow`). */
export function wayBelow({ omissions }: Project): string {
  const note = omissions.find((line) => line.startsWith(BELOW));
  return note === undefined ? "" : `${note.slice(0, -1)}; or `;
}

/** Where the repo's files ask for a package first, as `file:line`; else where a person would write it. */
export function whereNamed(project: Project, root: string, name: string): string {
  const written = [...normalizeName(name)].map((letter) => (letter === "-" ? "[-_.]+" : letter)).join("");
  const named = new RegExp(`(?<![\\w.-])${written}(?![\\w-])`, "i");
  const files = project.inputs.flatMap(({ kind, path: file }) =>
    kind === "file" && DECLARING.test(file) ? [file] : [],
  );
  for (const file of files) {
    const line = (readText(file, MOST.listed) ?? "")
      .split("\n")
      .findIndex((text) => named.test(text.replace(/#.*|^\s*name\s*=.*/, "")));
    if (line >= 0) return `${path.relative(root, file)}:${line + 1}`;
  }
  return project.declaredIn;
}

const DECLARING = /(?:\/(?:pyproject\.toml|setup\.cfg|setup\.py)|\.(?:txt|in))$/;
