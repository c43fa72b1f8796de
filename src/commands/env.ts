import type { Context } from "../context.ts";
import { appendToNamed } from "../edges/files/change.ts";
import type { Answer } from "../launch/answer.ts";
import { activated } from "../shells/activation.ts";
import { environmentChange, githubFiles, renderExports, SHELLS, type ShellName } from "../shells/exports.ts";
import { boot } from "../start/boot.ts";
import { tellBuilt } from "../start/summary.ts";

/** `./prime env`: prints what to set, in the language asked for, else in that of the user's shell. */
export async function printEnvironment(context: Context, asked: ShellName | undefined): Promise<Answer> {
  const booted = await boot(context, { anew: false });
  if (booted.kind === "hop") return booted.answer;
  tellBuilt(context, booted, "short");
  const { env } = context;
  const language = asked ?? languageOf(env.SHELL);
  const always = ["PATH", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", ...Object.keys(booted.activation.variables)];
  const { PRIME_HEAD: _head, PRIME_PROGRESS: _progress, ...before } = env;
  const change = environmentChange(before, activated(booted.activation, before), always);
  const { GITHUB_ENV, GITHUB_PATH } = env;
  if (language === "github" && GITHUB_ENV && GITHUB_PATH) {
    const files = githubFiles(change, env.PATH ?? "");
    appendToNamed(GITHUB_ENV, files.env);
    appendToNamed(GITHUB_PATH, files.path);
  } else context.print(renderExports(change, language));
  return { kind: "exit", code: 0 };
}

function languageOf(shell: string | undefined): ShellName {
  const name = shell?.split("/").at(-1) ?? "";
  return SHELLS.find((known) => known === name) ?? (name === "tcsh" ? "csh" : "sh");
}
