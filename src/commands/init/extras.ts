import { type Deed, extend, linesOf } from "./deed.ts";

/** What `--with` can ask for. */
export const EXTRAS = ["vscode", "direnv", "github", "gitlab", "pre-commit"] as const;
export type Extra = (typeof EXTRAS)[number];

/** The deed for what was asked for; `link`: where the environment is shown, relative; undefined: outside. */
export function planExtra(extra: Extra, link: string | undefined, read: (name: string) => string | undefined): Deed {
  return PLANS[extra](read, link);
}

type Plan = (read: (name: string) => string | undefined, link: string | undefined) => Deed;

const INTERPRETER = "python.defaultInterpreterPath";

const PLANS: Readonly<Record<Extra, Plan>> = {
  vscode: (read, link = ".venv") => {
    const file = ".vscode/settings.json";
    const line = `"${INTERPRETER}": "\${workspaceFolder}/${link}/bin/python"`;
    const text = read(file);
    if (text === undefined || text.trim() === "") return { file, verb: "write", why: line, text: `{\n  ${line}\n}\n` };
    if (text.includes(`"${INTERPRETER}"`)) return { file, verb: "keep", why: "names an interpreter" };
    return { file, verb: "todo", why: `add ${line}` };
  },
  direnv: (read) => {
    const file = ".envrc";
    const lines = ["watch_file prime prime.toml pyproject.toml uv.lock", 'eval "$(./prime env --shell bash)"'];
    const text = read(file);
    if (linesOf(text).some((line) => /\bprime env\b/.test(line))) return { file, verb: "keep", why: "has the line" };
    return extend(file, text, lines, "`direnv allow` makes it count");
  },
  github: (read) => job(".github/workflows/prime.yml", GITHUB, read, undefined),
  gitlab: (read) => job(".gitlab-ci.yml", GITLAB, read, "a job of its own stands in prime's docs/ci.md"),
  "pre-commit": (read) => {
    const file = ".pre-commit-config.yaml";
    const text = read(file);
    if (text === undefined)
      return { file, verb: "write", why: "./prime verify at each commit", text: `exclude: ^prime$\nrepos:\n${HOOK}` };
    if (/\bprime verify\b/.test(text)) return { file, verb: "keep", why: "has the hook" };
    return { file, verb: "todo", why: `add to \`repos\`:\n${HOOK.trimEnd()}` };
  },
};

function job(
  file: string,
  text: string,
  read: (name: string) => string | undefined,
  otherwise: string | undefined,
): Deed {
  const there = read(file);
  if (there === undefined)
    return { file, verb: "write", why: "tests what is pushed, with prime's and uv's caches", text };
  if (/\.\/prime\b/.test(there)) return { file, verb: "keep", why: "starts prime" };
  return {
    file,
    verb: "todo",
    why: `add a job that runs ./prime run pytest${otherwise === undefined ? "" : `: ${otherwise}`}`,
  };
}

const HOOK = `  - repo: local
    hooks:
      - id: prime-verify
        name: prime verify
        entry: ./prime verify
        language: system
        pass_filenames: false
`;

const GITHUB = `name: tests
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: actions/cache@v4
        with:
          path: |
            ~/.cache/prime
            ~/.cache/uv
            ~/.local/share/uv/python
          key: prime-\${{ runner.os }}-\${{ runner.arch }}-\${{ hashFiles('prime', '.python-version', '**/uv.lock', '**/pyproject.toml') }}
          restore-keys: prime-\${{ runner.os }}-\${{ runner.arch }}-
      - run: ./prime verify
      - run: ./prime run pytest
`;

const GITLAB = `test:
  image: node:22-bookworm
  variables:
    XDG_CACHE_HOME: $CI_PROJECT_DIR/.cache
    UV_PYTHON_INSTALL_DIR: $CI_PROJECT_DIR/.cache/python
  cache:
    key:
      files: [prime, uv.lock]
    paths: [.cache/]
  before_script:
    - apt-get update -q && apt-get install -y -q python3-venv
  script:
    - ./prime verify
    - ./prime run pytest
`;
