import * as path from "node:path";
import { MOST } from "../edges/files/open.ts";
import { isFile, listFolder, readText } from "../edges/files/read.ts";
import { tolerate } from "../errors.ts";
import { PINS } from "../project/notes.ts";

/** Where repos say for which Python they build, test and ship. */
const FILES = [
  ...PINS,
  ...["Containerfile", "tox.ini", "noxfile.py", "pyproject.toml", "setup.cfg", "setup.py"],
  ...[
    ".gitlab-ci.yml",
    ".travis.yml",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
  ],
  ...[".readthedocs.yaml", ".readthedocs.yml"],
];

/** Lines of such files that name a minor version, as `file:line`, relative to root. */
export function placesOfVersion(root: string, minor: string): string[] {
  const below = (folder: string) => (listFolder(path.join(root, folder)) ?? []).map((name) => path.join(folder, name));
  const workflows = below(".github/workflows").filter((name) => /\.ya?ml$/.test(name));
  const containers = below(".").filter((name) => /^(?:Docker|Container)file\./.test(name));
  const [major, number] = minor.split(".");
  const named = new RegExp(`(?<![\\d.])${major}\\.${number}(?!\\d)|\\bpy${major}${number}\\b`);
  return [...FILES, ...workflows, ...containers]
    .filter((name) => isFile(path.join(root, name)))
    .flatMap((name) =>
      linesOf(path.join(root, name)).flatMap((line, index) =>
        named.test(line) && !/requires-python|python_requires/.test(line) ? [`${name}:${index + 1}`] : [],
      ),
    );
}

function linesOf(file: string): string[] {
  return (tolerate(() => readText(file, MOST.written)) ?? "").split("\n");
}
