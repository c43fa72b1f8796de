import { quoteForShell } from "../edges/command.ts";
import { PrimeError } from "../errors.ts";
import { isTable } from "../toml.ts";
import type { ProjectKind } from "./kinds.ts";
import { FOREIGN, isForUv, type RootFiles } from "./root-files.ts";
import { isBuiltWithoutProject } from "./selection/targets.ts";

/** What kind of repo this is; the first rule that fits. `requirements`: the files named in the configuration, if any. */
export function kindOf(files: RootFiles, requirements: readonly string[] | null): ProjectKind {
  const rule = RULES.find(({ fits }) => fits(files, requirements));
  rule?.refuse?.(files, requirements);
  return rule?.kind ?? "nothing";
}

interface Rule {
  readonly kind: ProjectKind;
  fits(files: RootFiles, requirements: readonly string[] | null): boolean;
  /** Throws where other files contradict. */
  refuse?(files: RootFiles, requirements: readonly string[] | null): void;
}

const hasSetup = ({ setupPy, setupCfg }: RootFiles): boolean => setupPy !== undefined || setupCfg !== undefined;

const hasRequirements = ({ mainRequirements, devRequirements }: RootFiles, asked: readonly string[] | null): boolean =>
  asked === null ? mainRequirements !== undefined || devRequirements.length > 0 : asked.length > 0;

const RULES: readonly Rule[] = [
  {
    kind: "uv-lock",
    fits: ({ uvLock }) => uvLock !== undefined,
    refuse: ({ root }, asked) => refuseBeside("uv.lock", root, asked),
  },
  {
    kind: "pylock",
    fits: ({ hasPylock }) => hasPylock,
    refuse: ({ root }, asked) => refuseBeside("pylock.toml", root, asked),
  },
  { kind: "pyproject", fits: ({ pyproject }) => pyproject?.project !== undefined },
  { kind: "setup", fits: (files) => files.pyproject?.hasBuildSystem === true && hasSetup(files) },
  { kind: "requirements", fits: hasRequirements },
  { kind: "setup", fits: hasSetup },
  {
    kind: "setup",
    fits: ({ pyproject }) => pyproject !== undefined && isBuiltWithoutProject(pyproject),
    refuse: refuseForeign,
  },
  { kind: "pyproject", fits: ({ pyproject }) => isForUv(pyproject), refuse: refuseForeign },
  {
    kind: "requirements",
    fits: ({ testRequirements }, asked) => asked === null && testRequirements.length > 0,
    refuse: refuseForeign,
  },
  { kind: "nothing", fits: () => true, refuse: refuseForeign },
];

function refuseBeside(lock: string, root: string, requirements: readonly string[] | null): void {
  if (requirements === null || requirements.length === 0) return;
  const names = requirements.join(", ");
  const message = `could not install ${names} in ${root}: the key \`requirements\` names it, and ${lock} says all that is installed`;
  throw new PrimeError(
    "requirements-beside-lock",
    message,
    `take the key out; \`./prime uv add --dev -r ${quoteForShell(String(requirements[0]))}\` brings a file's requirements into a uv.lock`,
  );
}

function refuseForeign(files: RootFiles): void {
  const { root, pyproject, foreign } = files;
  const poetry = isTable(pyproject?.tool.poetry);
  if (!poetry && !foreign.some((name) => FOREIGN.includes(name))) return;
  const tool = poetry || foreign.includes("poetry.lock") ? "Poetry" : foreign.includes("pdm.lock") ? "PDM" : "Pipenv";
  const where = poetry ? "[tool.poetry] of pyproject.toml" : foreign.join(" and ");
  const exporting = tool !== "Pipenv" || foreign.includes("Pipfile.lock") ? EXPORTS[tool] : ""; // it exports a lock alone
  const message = `could not tell what to install in ${root}: it is described for ${tool} alone (${where}), which prime does not read`;
  throw new PrimeError(
    "foreign-lock",
    message,
    `\`${RUN} migrate-to-uv --skip-lock --skip-uv-checks\` moves it to [project] and uv.lock` +
      (tool === "Pipenv" ? ", where `name` is yours to write" : "") +
      (exporting && `; or \`${RUN} ${exporting} requirements.txt\` writes a file beside it that prime installs`),
  );
}

const RUN = "./prime uv tool run";

/** What writes a requirement file in the words of each, but for its name; a redirection leaves an empty one where it fails. */
const EXPORTS = {
  Poetry: "--with poetry-plugin-export poetry export --all-groups --without-hashes -o",
  PDM: "pdm export --no-hashes -o",
  Pipenv: "pipenv requirements --dev >",
} as const;
