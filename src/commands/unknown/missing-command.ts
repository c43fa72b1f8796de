import * as path from "node:path";
import { WELL_KNOWN } from "../../causes/well-known.ts";
import type { Context } from "../../context.ts";
import { listFolder } from "../../edges/files/read.ts";
import { EXIT_NOT_FOUND, PrimeError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { HeldBack } from "../../plan/text.ts";
import { knownProvider } from "../../project/commands/console-scripts.ts";
import { wayBelow, wayToAdd, wayToAddOnce } from "../../project/ways.ts";
import type { Activation } from "../../shells/activation.ts";
import { type Grounds, wayToHave } from "../../start/command/outside-command.ts";
import { whatIsHere } from "./what-is-here.ts";

/** A command that is nowhere: what has it, or what was meant. A name that nobody knows is proposed to no installer. */
export function missingCommand(
  context: Context,
  command: string,
  { generation }: Activation,
  { grounds, held }: { readonly grounds: Grounds; readonly held: HeldBack | undefined },
): PrimeError {
  const here = whatIsHere(context.cwd, command);
  const near = nearest(command, listFolder(path.join(generation, "bin")) ?? []);
  const hints = [
    ...(here === undefined ? [] : [here]),
    ...(near === undefined ? [] : [`did you mean \`${near}\`?`]),
    ...(held === undefined ? meantElsewhere(context, command, grounds) : [held.next]),
  ];
  return new PrimeError(
    "command-not-found",
    `could not run ${command}: neither the environment nor PATH has it`,
    hints.length > 0 ? hints.join("; ") : toHave(command, grounds),
    { exitCode: EXIT_NOT_FOUND },
  );
}

/** One that the repo declares for another environment than this, under nearly that name. */
function meantElsewhere(context: Context, command: string, { declared }: Grounds): string[] {
  const meant = nearest(command, declared.keys());
  const found = meant === undefined ? undefined : declared.get(meant);
  return meant === undefined || found === undefined
    ? []
    : [`did you mean \`${meant}\`? ${wayToHave(context, meant, found)}`];
}

function toHave(command: string, { project }: Grounds): string {
  const provider = knownProvider(command) ?? (WELL_KNOWN.includes(command) ? command : undefined);
  if (provider === undefined)
    return `${wayBelow(project)}check the name; what brings it has to be declared: ${wayToAdd(project, "PACKAGE", true)}`;
  return wayToAddOnce(project, provider, command);
}
