import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { LAUNCHER, type Sandbox, sandbox } from "../sandbox.ts";
import { checkers } from "./checkers.ts";

/** What ordinary repos run on each commit, by programs that are there already. */
const HOOKS = [
  "check-added-large-files --maxkb=400",
  "check-executables-have-shebangs",
  "codespell",
  "detect-secrets-hook --no-verify",
  "end-of-file-fixer",
  "shellcheck",
  "trailing-whitespace-fixer",
  "typos --force-exclude",
];

const OF_SCRIPTS = ["shellcheck", "check-executables-have-shebangs"];

/** A pre-commit configuration with these hooks: YAML, without its outermost keys. */
export const REPOS = `repos:
  - repo: local
    hooks:
${HOOKS.map((entry) => `      - {id: ${entry.split(" ")[0]}, name: x, language: system, entry: ${entry}${OF_SCRIPTS.includes(entry) ? ", types: [shell, executable]" : ""}}\n`).join("")}`;

/** Enough where it is the words that count: this hook refuses the launcher. */
export const LARGE = `repos:
  - repo: local
    hooks: [{id: large, name: x, language: system, entry: check-added-large-files --enforce-all --maxkb=400}]
`;

export const PREK = `# prek's own

[[repos]]
repo = "local"
hooks = [
${HOOKS.map((entry) => `  { id = "${entry.split(" ")[0]}", name = "x", language = "system", entry = "${entry}", types = ["shell"] },\n`).join("")}]
`;

export function repo(files: Readonly<Record<string, string>>): Sandbox {
  const box = sandbox({ git: true });
  fs.rmSync(box.launcher);
  box.file("README.md", "# A repo\n");
  for (const [name, text] of Object.entries(files)) box.file(name, text);
  box.git("add", "--all");
  box.git("commit", "--quiet", "--message", "Begin");
  return box;
}

export function tool(box: Sandbox, name: string, ...args: string[]) {
  const env = { ...box.env, PATH: `${checkers()}:${box.env.PATH}`, GIT_CONFIG_GLOBAL: "/dev/null" };
  const { status, stdout, stderr } = spawnSync(name, args, { cwd: box.root, env, encoding: "utf8" });
  return { status, said: stdout + stderr };
}

export const init = (box: Sandbox, ...args: string[]) => box.run(["init", ...args], { launcher: LAUNCHER });

/** Commits all that there is, through the hooks that were installed. */
export function commit(box: Sandbox) {
  tool(box, "git", "add", "--all");
  return tool(box, "git", "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-m", "Add prime");
}

/** Every file of the work tree but git's own, with its contents. */
export function contents(box: Sandbox): Record<string, string> {
  const names = fs.readdirSync(box.root, { recursive: true }) as string[];
  const files = names.filter((name) => !/^\.git(?:\/|$)/.test(name) && fs.statSync(box.path(name)).isFile());
  return Object.fromEntries(files.map((name) => [name, fs.readFileSync(box.path(name), "latin1")]));
}
