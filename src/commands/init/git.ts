import * as path from "node:path";
import type { Context } from "../../context.ts";
import type { Outcome } from "../../edges/processes/run.ts";
import { gitIn, whyGitRefuses } from "../doctor/examine/git.ts";
import type { Deed } from "./deed.ts";

/** What git would do with the files that init writes. */
export interface GitFacts {
  /** Top of the work tree that the folder is a part of, absolute; the folder itself where it is in none. */
  readonly top: string;
  /** Of these files, relative to the folder, those that git would not add. */
  readonly ignored: readonly string[];
  /** Git takes no notice of the executable bit here, and has the launcher without one, or not at all. */
  readonly needsBit: boolean;
  /** What people have to mend before git can tell that. */
  readonly todo: readonly Deed[];
}

const addOf = (launcher: string) => ["update-index", "--add", "--chmod=+x", "--", path.basename(launcher)];

/** Asks git about a launcher, absolute, that need not be there yet, and its folder, which may be in no work tree. */
export async function askGit({ env }: Pick<Context, "env">, launcher: string): Promise<GitFacts> {
  const folder = path.dirname(launcher);
  const name = path.basename(launcher);
  const git = gitIn(env, folder);
  const place = await git("rev-parse", "--is-inside-work-tree", "--show-prefix");
  const none = { top: folder, ignored: [], needsBit: false, todo: todoOf(place) };
  const [isInside, prefix = ""] = place.stdout.split("\n");
  if (!place.ok || isInside !== "true") return none;
  if (prefix !== "" && (await git("check-ignore", "--quiet", "--", ".")).ok) return none;
  const ignored = await git("check-ignore", "--", name, ".gitattributes", ".gitignore", "prime.toml");
  const mode = await git("config", "--type=bool", "--get", "core.fileMode");
  const staged = await git("ls-files", "--stage", "-z", "--", name);
  return {
    top: path.resolve(folder, prefix.replace(/[^/]+/g, "..")),
    ignored: ignored.stdout.split("\n").filter((line) => line !== ""),
    needsBit: mode.stdout.trim() === "false" && staged.ok && !staged.stdout.startsWith("100755"),
    todo: todoOf(staged),
  };
}

function todoOf(outcome: Outcome): Deed[] {
  const refused = whyGitRefuses(outcome);
  if (refused === undefined) return [];
  return [{ file: ".git", verb: "todo", why: `git says nothing of what it ignores (${refused.why}): ${refused.mend}` }];
}

/** The word that stands for `stageLauncher`. */
export function bitDeed(launcher: string): Omit<Deed, "verb"> & { verb: "stage" } {
  const why = `executable in git's index, as core.fileMode is false: git ${addOf(launcher).join(" ")}`;
  return { file: launcher, verb: "stage", why };
}

/** Gives the launcher its executable bit where clones take it from; gives what people are to type when that fails. */
export async function stageLauncher({ env }: Pick<Context, "env">, launcher: string): Promise<string | undefined> {
  const folder = path.dirname(launcher);
  const done: Outcome = await gitIn(env, folder)(...addOf(launcher));
  if (done.ok) return undefined;
  const why = done.failure ?? done.stderr.trim().split("\n")[0];
  return `git did not take the launcher as executable (${why}): start \`git add --chmod=+x ${path.basename(launcher)}\` in ${folder}`;
}
