import * as path from "node:path";
import { isExecutableFile } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import { basenames, describe, type VersionRequest } from "../version.ts";
import type { SearchResult } from "./search.ts";

/** How to get a Python that can make venvs, by the first of these tools that the machine has. */
const INSTALLERS: readonly (readonly [tool: string, command: string])[] = [
  ["apt-get", "sudo apt-get install python3 python3-venv"],
  ["dnf", "sudo dnf install python3"],
  ["yum", "sudo yum install python3"],
  ["zypper", "sudo zypper install python3"],
  ["pacman", "sudo pacman -S python"],
  ["apk", "sudo apk add python3"],
  ["brew", "brew install python"],
];

const OPEN_MINOR = /^(?:python|pypy)3\.\d+$/;

/** No candidate answered: says what was looked for and where, why each failed, and how to get one here. */
export function noPythonError(result: SearchResult, request: VersionRequest): PrimeError {
  const exact = basenames(request).filter((name) => !OPEN_MINOR.test(name) || namesMinor(request));
  const names = [...new Set([...exact, "python3", "python", "python3.N"])];
  const looked = `looked for ${names.join(", ")} in PATH (${result.folders.join(", ") || "it is empty"})`;
  const tried = result.passedOver.map(({ path: file, why }) => `  ${file}: ${why}`);
  const lines = [
    `could not find a Python to start with; ${describe(request)} is required`,
    looked,
    ...(tried.length === 0 ? ["nothing there has such a name"] : ["what was found does not work:", ...tried]),
  ];
  return new PrimeError("no-python", lines.join("\n"), `${howToInstall(result, request)}, then start again`);
}

function howToInstall(result: SearchResult, request: VersionRequest): string {
  const has = (tool: string) => result.folders.some((folder) => isExecutableFile(path.join(folder, tool)));
  const commands = INSTALLERS.filter(([tool]) => has(tool))
    .slice(0, 1)
    .map(([, command]) => command);
  if (has("pyenv")) commands.push(`pyenv install ${pyenvName(request)}`);
  if (commands.length === 0) return "install Python 3.8 or newer so that `python3` is in PATH";
  return `install one: ${commands.map((command) => `\`${command}\``).join(" or ")}`;
}

function namesMinor(request: VersionRequest): boolean {
  return request.wanted.kind === "release" && request.wanted.release.length > 1;
}

/** pyenv takes the start of a version for the newest that begins so. */
function pyenvName(request: VersionRequest): string {
  const version =
    request.wanted.kind === "release" ? request.wanted.release.join(".") + request.wanted.prerelease : "3";
  return request.implementation === "pypy" ? `pypy${version}` : version;
}
