import * as path from "node:path";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import { exists } from "../../edges/files/read.ts";
import type { Folders } from "../../environment/folders.ts";
import type { Project } from "../../project/project.ts";

const PYPROJECT = `[build-system]
requires = ["setuptools"]
build-backend = "backend:backend"
backend-path = ["."]
`;

/**
 * Gives a root that has a setup.cfg alone a project of prime's own in its place. Neither pip nor uv takes such a folder
 * for a project, though setuptools can build it: the build backend of the stand-in (PEP 517, "In-tree build backends")
 * is setuptools', at work in the root.
 */
export function withStandIn(project: Project, root: string, folders: Folders): Project {
  const isAlone = !["setup.py", "pyproject.toml"].some((name) => exists(path.join(root, name)));
  if (project.kind !== "setup" || !isAlone) return project;
  const folder = path.join(folders.data, "setup-cfg");
  const backend = [
    "import os",
    `os.chdir(${JSON.stringify(root)})`,
    "from setuptools.build_meta import __legacy__ as backend",
  ];
  makeFolder(folder);
  writeAtomic(path.join(folder, "pyproject.toml"), PYPROJECT);
  writeAtomic(path.join(folder, "backend.py"), `${backend.join("\n")}\n`);
  const stand = (one: string): string => (one === root ? folder : one);
  const editables = project.editables.map((one) => ({ ...one, folder: stand(one.folder) }));
  return { ...project, editables, localProjects: project.localProjects.map(stand) };
}
