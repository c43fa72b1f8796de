import * as path from "node:path";
import type { Context } from "../../context.ts";
import { makeFolder, writeAtomic } from "../../edges/files/change.ts";
import type { Fault } from "../../edges/files/own/own-folder.ts";
import { PrimeError } from "../../errors.ts";
import type { Answer } from "../../launch/answer.ts";
import type { Activation } from "../../shells/activation.ts";
import { interactiveShell } from "../../shells/interactive.ts";
import { noShell, usersShell } from "../../shells/user-shell.ts";
import { inEnvironment } from "../../start/command/in-environment.ts";
import { closeState } from "../../start/state/own.ts";

/** `./prime shell`: the user's shell, as this very process, with the environment active behind the user's own start files. */
export function openShell(context: Context): Promise<Answer> {
  return inEnvironment(context, ({ activation }) => shellIn(context, activation));
}

function shellIn(context: Context, activation: Activation): Answer {
  const { env, places, stateFault, isInteractive, terminal } = context;
  const shell = usersShell(env) ?? "/bin/sh";
  if (usersShell(env) === undefined) terminal.detail(`opening /bin/sh: ${noShell(env)}`);
  if (path.dirname(env.VIRTUAL_ENV ?? "") === path.dirname(activation.generation))
    terminal.say("prime: this shell runs inside another one with an environment of this repo; `exit` returns to it");
  const folder = path.join(places.state, "shell");
  const start = interactiveShell({ shell, activation, env, folder, isTerminal: isInteractive() });
  if (start.note !== undefined) terminal.say(start.note);
  if (start.files.length > 0) {
    if (stateFault !== undefined) throw noPlaceForStartFiles(folder, stateFault);
    closeState(context, places);
  }
  for (const file of start.files) {
    makeFolder(path.dirname(file.path), 0o700);
    writeAtomic(file.path, file.text, 0o600);
  }
  return { kind: "program", activation, words: [start.file, ...start.args], variables: start.variables };
}

/** The shell runs them. */
function noPlaceForStartFiles(folder: string, { why, cure }: Fault): PrimeError {
  return new PrimeError("state-folder", `could not write the shell's start files in ${folder}: ${why}`, cure);
}
