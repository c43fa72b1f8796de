import * as path from "node:path";
import type { Context } from "../../../context.ts";
import type { Environment } from "../../../edges/command.ts";
import { realPath } from "../../../edges/files/read.ts";
import { type Outcome, run } from "../../../edges/processes/run.ts";
import { cleanEnvironment } from "../../../python/clean-environment.ts";
import { pathFolders } from "../../../python/search/candidates.ts";
import { firstOf } from "../../../quoted.ts";
import { type Finding, sound, wrong } from "../finding.ts";

/** What git says of the launcher and of what prime makes. */
export interface GitFacts {
  /** As git says it. */
  readonly version: string;
  /** The launcher's mode in the index, e.g. `100755`; null when it is not there. */
  readonly mode: string | null;
  /** Whether git writes the launcher with line feeds wherever it checks it out (gitattributes(5)). */
  readonly keepsLineFeeds: boolean;
  /** Files in the index, relative to the root, that prime makes anew on each machine. */
  readonly tracked: readonly string[];
}

/** Why git tells nothing, or what it tells. */
export type GitAnswer =
  | { readonly kind: "none"; readonly why: string }
  | { readonly kind: "refused"; readonly why: string; readonly mend: string }
  | ({ readonly kind: "facts" } & GitFacts);

/**
 * What a repo's own configuration could have git start, whatever it is asked (git-config(1)), which for want of an object also is
 * the way to a remote (git(1), `GIT_NO_LAZY_FETCH`, `GIT_ALLOW_PROTOCOL`).
 */
const NOTHING_ELSE = ["-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null"];
const NO_REMOTE = { GIT_NO_LAZY_FETCH: "1", GIT_ALLOW_PROTOCOL: "none", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };

/** What git reads can be a pipe that nobody writes to. */
const LIMIT_MS = 10_000;

/** Runs git in a folder, and no git that stands in it; it may be absent. One that gave no answer is not asked again. */
export function gitIn(given: Environment, cwd: string): (...args: string[]) => Promise<Outcome> {
  const folders = pathFolders(given).filter((folder) => !`${realPath(folder)}/`.startsWith(`${cwd}/`));
  const env = { ...cleanEnvironment(given), ...NO_REMOTE, PATH: folders.join(":") };
  let silent: Outcome | undefined;
  return async (...args) => {
    const command = { file: "git", args: [...NOTHING_ELSE, ...args], env, cwd };
    const outcome = silent ?? (await run(command, { limitMs: LIMIT_MS }));
    if (outcome.timedOut) silent = outcome;
    return outcome;
  };
}

/** What keeps git from telling of a work tree; undefined: it told, or there is none. */
export function whyGitRefuses({ ok, timedOut, stderr }: Outcome): { why: string; mend: string } | undefined {
  if (timedOut) {
    const mend = "check that all files in .git, and those its configuration includes, are regular";
    return { why: `it gave no answer within ${LIMIT_MS / 1000} seconds`, mend };
  }
  if (ok || /not a git repository/.test(stderr)) return undefined;
  const mend = /dubious ownership/.test(stderr)
    ? "own the checkout, or name it by `git config --global --add safe.directory`"
    : "mend what `git status` names";
  return { why: stderr.trim().split("\n")[0] ?? "", mend };
}

/** Asks git, which may be absent, about a root that may be in no work tree. `link`: where the environment is shown, absolute. */
export async function askGitOfClone({ env, root, launcher }: Context, link: string): Promise<GitAnswer> {
  const git = gitIn(env, root);
  const told = await git("--version");
  if (told.failure !== undefined) return { kind: "none", why: `git can't be started: ${told.failure}` };
  const inside = await git("rev-parse", "--is-inside-work-tree");
  const [folder, name] = [path.dirname(launcher), path.basename(launcher)];
  const staged = await git("-C", folder, "--literal-pathspecs", "ls-files", "--stage", "-z", "--", name);
  const attributes = await git("-C", folder, "check-attr", "-z", "text", "eol", "--", name);
  const made = [".prime", ...(link.startsWith(`${root}/`) ? [link] : [])];
  const tracked = await git("--literal-pathspecs", "ls-files", "-z", "--", ...made);
  const refused = [inside, staged, attributes, tracked].flatMap((one) => whyGitRefuses(one) ?? [])[0];
  if (refused !== undefined) return { kind: "refused", ...refused };
  if (!inside.ok) return { kind: "none", why: "the root is in no git work tree" };
  const [, , text, , , eol] = attributes.stdout.split("\0");
  return {
    kind: "facts",
    version: told.stdout.trim(),
    mode: /^\d+/.exec(staged.stdout)?.[0] ?? null,
    keepsLineFeeds: text === "unset" || eol === "lf",
    tracked: tracked.stdout.split("\0").filter((file) => file !== ""),
  };
}

/** Whether a clone gets the launcher as it is here, and nothing of prime's beside it. */
export function cloneFindings(answer: GitAnswer, launcher: string): Finding[] {
  if (answer.kind !== "facts") return trackedFindings(answer);
  const name = path.basename(launcher);
  const { mode, keepsLineFeeds } = answer;
  return [
    mode === null
      ? wrong("git mode", `${name} is not in git's index`, `\`git add ${name}\`, and commit it`)
      : mode === "100755"
        ? sound("git mode", `git has ${name} as executable`)
        : wrong(
            "git mode",
            `git has ${name} with mode ${mode}: a clone could not start it`,
            `\`git update-index --chmod=+x ${name}\`, and commit it`,
          ),
    keepsLineFeeds
      ? sound("git line ends", `.gitattributes keeps ${name} with line feeds`)
      : wrong(
          "git line ends",
          `no line in .gitattributes keeps ${name} with line feeds: a checkout may get CRLF, which sh can't read`,
          "`./prime init` writes the line into .gitattributes",
        ),
    ...trackedFindings(answer),
  ];
}

/** Whether git has what each machine makes for itself. */
export function trackedFindings(answer: GitAnswer): Finding[] {
  if (answer.kind === "none") return [sound("git", answer.why)];
  if (answer.kind === "refused") return [wrong("git", `git does not answer for this root: ${answer.why}`, answer.mend)];
  const { tracked, version } = answer;
  if (tracked.length === 0) return [sound("tracked", `nothing of what prime makes is in git (${version})`)];
  const mend = "`git rm -r --cached` them, `./prime init` to ignore them, and commit";
  return [wrong("tracked", `git has ${firstOf(tracked, 3)}, which each machine makes for itself`, mend)];
}
