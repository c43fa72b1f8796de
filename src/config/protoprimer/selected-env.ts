import * as path from "node:path";
import { quoteForShell } from "../../edges/command.ts";
import { isFolder, linkFacts, readLink, realPath } from "../../edges/files/read.ts";
import { PrimeError } from "../../errors.ts";
import { EXIT_PROTOPRIMER } from "./kernel.ts";

/** How a start chooses among a repo's envs. */
export interface EnvChoice {
  /** What `--env` says, as written. */
  readonly env: string | undefined;
  /** Where the user stands. */
  readonly cwd: string;
  /**
   * For what protoprimer has a command for (boot, reboot, eval): the link must be the env that `--env` or the default
   * names. All else works in the env that the link shows, as protoprimer's `start_app` does.
   */
  readonly mustAgree: boolean;
}

/** The link that names the chosen env. */
export interface EnvLink {
  /** Absolute. */
  readonly path: string;
  /** The text that a new link gets: the env's folder, relative to the ref root. */
  readonly text: string;
  /** The env's folder, absolute. */
  readonly target: string;
  readonly isThere: boolean;
  /** Bare `./prime` is refused here: the link shows another env than the default. */
  readonly disagrees: boolean;
}

/** A value of the client file, and where it stands for a message. */
export interface Named {
  readonly value: string;
  readonly place: string;
}

/** The env's folder relative to the ref root, normalized: `dst/x`, however it was written. */
export function selectEnv(root: string, { env, cwd }: EnvChoice, fallback: Named | undefined): string | undefined {
  if (env !== undefined) {
    const folder = path.isAbsolute(env) ? env : [root, cwd].map((base) => path.join(base, env)).find(isFolder);
    if (folder === undefined || !isFolder(folder)) {
      const looked = path.isAbsolute(env) ? "" : ` in ${[...new Set([root, cwd])].join(" nor in ")}`;
      throw refusal("env-missing", `could not select the env ${env}: there is no such folder${looked}`);
    }
    return relativeTo(root, folder, `the env ${env}`);
  }
  if (fallback === undefined) return undefined;
  const { value, place } = fallback;
  const subject = `\`default_env_dir_rel_path\` in ${place}`;
  if (path.isAbsolute(value)) {
    throw refusal("config-value", `could not use ${subject}: it must be relative to the ref root, found "${value}"`);
  }
  const folder = path.join(root, value);
  if (isFolder(folder)) return relativeTo(root, folder, subject);
  throw refusal("env-missing", `could not use ${subject}: it must name a folder of the repo, and ${folder} is none`);
}

/**
 * The link, there or to be made. Throws `env-differs` when it shows another env than the one asked for, and `env-link`
 * when what stands there is no link to a folder.
 */
export function lookAtLink(
  root: string,
  selected: string,
  link: Named,
  choice: EnvChoice & { readonly fallback: Named | undefined },
): EnvLink {
  const { value, place } = link;
  if (path.isAbsolute(value) || path.dirname(path.normalize(value)) !== "." || isDots(value)) {
    const expected = "the name of a link in the ref root itself, since its text is relative to that";
    throw refusal(
      "config-value",
      `could not use \`local_conf_symlink_rel_path\` in ${place}: it must be ${expected}, found "${value}"`,
    );
  }
  const file = path.join(root, value);
  const usual = choice.fallback === undefined ? undefined : normalized(choice.fallback.value);
  const wanted = {
    path: file,
    text: selected,
    target: path.join(root, selected),
    disagrees: usual !== undefined && usual !== selected,
  };
  const found = linkFacts(file);
  if (found === undefined) return { ...wanted, isThere: false };
  if (found.kind !== "link") {
    const what = found.kind === "folder" ? "folder" : "file";
    throw refusal(
      "env-link",
      `could not select the env ${selected}: ${file} must be a link to it, and it is a ${what}`,
      "move it away; the next start makes the link",
    );
  }
  const text = normalized(readLink(file) ?? "");
  if (!isFolder(file)) {
    const why = realPath(file) === undefined ? "leads nowhere" : "leads to no folder";
    throw refusal(
      "env-link",
      `could not select the env ${selected}: the link ${file} -> ${text} ${why}`,
      `remove the link (\`rm ${quoteForShell(value)}\`), and the next start makes it`,
    );
  }
  if (text === selected) return { ...wanted, isThere: true };
  if (choice.mustAgree || choice.env !== undefined) {
    const isNamed = !path.isAbsolute(text) && !text.startsWith("..");
    throw refusal(
      "env-differs",
      `could not select the env ${selected}: the link ${file} shows ${text}, and one checkout has one env at a time`,
      `${isNamed ? `go on with \`--env ${quoteForShell(text)}\`, or switch` : "have the link show it"}: \`ln -sfn ${quoteForShell(selected)} ${quoteForShell(value)}\``,
    );
  }
  relativeTo(root, path.resolve(root, text), `the link ${file}`);
  return { path: file, text, target: realPath(file) ?? path.resolve(root, text), isThere: true, disagrees: true };
}

function relativeTo(root: string, folder: string, subject: string): string {
  const inside = [folder, realPath(folder) ?? folder].map((one) => path.relative(root, path.normalize(one)));
  const relative = inside.find((one) => one !== ".." && !one.startsWith("../"));
  if (relative !== undefined) return normalized(relative);
  throw refusal("env-outside", `could not use ${subject}: it must be below the ref root ${root}, and ${folder} is not`);
}

function isDots(text: string): boolean {
  return [".", ".."].includes(normalized(text));
}

function normalized(text: string): string {
  return path.normalize(text === "" ? "." : text).replace(/(.)\/$/, "$1");
}

function refusal(id: string, message: string, hint = "name a folder such as `dst/default_env`"): PrimeError {
  return new PrimeError(id, message, hint, { exitCode: EXIT_PROTOPRIMER });
}
