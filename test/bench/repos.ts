import type { Files } from "./place.ts";

function pyproject(name: string, dependencies: readonly string[], more = ""): string {
  const wanted = dependencies.map((one) => JSON.stringify(one)).join(", ");
  return `[project]\nname = "${name}"\nversion = "1.0"\nrequires-python = ">=3.9"\ndependencies = [${wanted}]\n\n[tool.uv]\npackage = false\n${more}`;
}

/** A project with two small packages and no members. */
export const SMALL: Files = { "pyproject.toml": pyproject("small", ["six", "iniconfig"]) };

/** A project with one package more, for another branch. */
export const SMALL_AND_MORE: Files = { "pyproject.toml": pyproject("small", ["six", "iniconfig", "click"]) };

/** A project of the usual size: some twenty packages with those of its group. */
export const USUAL: Files = {
  "pyproject.toml": pyproject(
    "usual",
    ["httpx", "rich", "jinja2"],
    '\n[dependency-groups]\ndev = ["pytest", "pytest-cov", "ruff"]\n',
  ),
};

/** A workspace of that many members, none of which is installed. */
export function workspace(members: number): Files {
  const root = pyproject("workspace", ["six", "iniconfig"], '\n[tool.uv.workspace]\nmembers = ["members/*"]\n');
  const files: Record<string, string> = { "pyproject.toml": root };
  for (let number = 0; number < members; number++) {
    files[`members/m${number}/pyproject.toml`] = pyproject(`member-${number}`, []);
  }
  return files;
}
