import type { Context } from "../../context.ts";
import { appendToNamed } from "../../edges/files/change.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { type Activation, activated } from "../../shells/activation.ts";
import { environmentChange, githubFiles, renderExports, SHELLS, type ShellName } from "../../shells/exports.ts";
import { inEnvironment } from "../../start/command/in-environment.ts";

/** `./prime env`: prints what to set, in the language asked for, else in that of the user's shell. */
export function printEnvironment(context: Context, asked: ShellName | undefined): Promise<Answer> {
  return inEnvironment(context, ({ activation }) => print(context, activation, asked));
}

function print(context: Context, activation: Activation, asked: ShellName | undefined): Answer {
  const { env } = context;
  const language = asked ?? languageOf(env.SHELL);
  const always = ["PATH", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", ...Object.keys(activation.variables)];
  const change = environmentChange(env, activated(activation, env), always);
  const { GITHUB_ENV, GITHUB_PATH } = env;
  if (language === "github" && GITHUB_ENV && GITHUB_PATH) {
    const files = githubFiles(change, env.PATH ?? "");
    appendToNamed(GITHUB_ENV, files.env);
    appendToNamed(GITHUB_PATH, files.path);
  } else context.print.code(renderExports(change, language));
  return DONE;
}

function languageOf(shell: string | undefined): ShellName {
  const name = shell?.split("/").at(-1) ?? "";
  return SHELLS.find((known) => known === name) ?? (name === "tcsh" ? "csh" : "sh");
}
