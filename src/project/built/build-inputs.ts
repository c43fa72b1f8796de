import * as path from "node:path";
import { readText, sha256 } from "../../edges/files/read.ts";
import type { Input } from "../../inputs/input.ts";
import { isTable, parseToml, type Table, textOfNumber } from "../../toml.ts";

/** Tables of `[tool]` that only configure what developers run; no build backend reads them. */
const DEVELOPERS_TOOLS = new Set(
  (
    "bandit basedpyright black bumpversion cibuildwheel codespell commitizen coverage deptry djlint flake8 interrogate isort " +
    "mypy nox prime pydocstyle pylint pyrefly pyright pytest refurb ruff semantic_release towncrier tox ty typos vulture yapf"
  ).split(" "),
);

/**
 * What counts of each pyproject.toml among the inputs, as a digest by path: all of it but the settings of tools that
 * cannot change what is installed, so that an edit of a linter's rules builds nothing.
 */
export async function relevantContents(inputs: readonly Input[]): Promise<Record<string, string>> {
  const relevant: Record<string, string> = {};
  for (const { kind, path: file } of inputs) {
    if (kind !== "file" || path.basename(file) !== "pyproject.toml") continue;
    const document = await parseToml(readText(file) ?? "", file).catch(() => undefined);
    if (document === undefined) continue; // not of this repo, or it would have been refused: it counts by its bytes
    relevant[file] = sha256(JSON.stringify(withoutTools(document), textOfNumber));
  }
  return relevant;
}

function withoutTools({ tool, ...rest }: Table): Table {
  if (!isTable(tool)) return { ...rest, tool };
  const kept = Object.entries(tool).filter(([name]) => !DEVELOPERS_TOOLS.has(name));
  return { ...rest, ...(kept.length === 0 ? {} : { tool: Object.fromEntries(kept) }) };
}
