import * as path from "node:path";
import type { Context } from "../context.ts";
import { realPath } from "../edges/files/read.ts";
import type { Manifest } from "../environment/manifest/manifest.ts";
import { changedPackages } from "../project/packages.ts";
import type { Built, Ready } from "./ready.ts";

/** Tells what a start built and what it left out, before the command's own output. */
export function tellBuilt(context: Context, { built, readyLine }: Ready): void {
  if (built !== undefined) tell(context, readyLine, built, built.project.omissions);
}

function tell({ terminal, env }: Context, readyLine: string, built: Built, more: readonly string[]): void {
  terminal.say(readyLine);
  for (const line of [...origin(built), ...changesIn(built), ...more]) terminal.say(`  ${line}`);
  if (isOfBefore(env.VIRTUAL_ENV, built)) terminal.say(OF_BEFORE);
}

const OF_BEFORE = "this shell goes on with the environment of before: ./prime shell opens one with the new one";

/**
 * Whether prime was started from a shell that has the earlier environment active by its own path; through `.venv` a
 * shell has the new one.
 */
function isOfBefore(active: string | undefined, { before }: Built): boolean {
  return active !== undefined && before !== undefined && path.basename(active) === before.id;
}

const MOST_CHANGES = 5;

/** The differences from the environment before, in at most five lines. */
function changesIn({ before, manifest }: Built): string[] {
  if (before === undefined) return [];
  const pythons = [before, manifest].map(({ interpreter }: Manifest) => interpreter.version);
  const packages = changedPackages(before.packages, manifest.packages).map(({ name, from, to }) => {
    if (from === null) return `+ ${name} ${to}`;
    return to === null ? `- ${name} ${from}` : `~ ${name} ${from} -> ${to}`;
  });
  const lines = [...(pythons[0] === pythons[1] ? [] : [`~ Python ${pythons.join(" -> ")}`]), ...packages];
  if (lines.length <= MOST_CHANGES) return lines;
  const shown = lines.slice(0, MOST_CHANGES - 1);
  return [...shown, `and ${lines.length - shown.length} more: ./prime history`];
}

/** The end of a bare `./prime` that built something: what was built, how long each step took, and how to go on. */
export function tellAll(context: Context, readyLine: string, built: Built): void {
  const { terminal } = context;
  const { manifest, project } = built;
  const steps = manifest.steps.map(({ title, durationMs }) => `${title}: ${(durationMs / 1000).toFixed(1)} s`);
  tell(context, readyLine, built, [...steps, ...project.notes, ...project.omissions]);
  terminal.say("Run a command in it: ./prime run CMD     Open a shell in it: ./prime shell");
  terminal.say("See what is in force: ./prime status      Everything else: ./prime --help");
}

/** Which interpreter the first environment stands on, and why; of a shim, the interpreter behind it. */
function origin({ before, manifest, selected, how }: Built): string[] {
  if (before !== undefined) return [];
  const found = realPath(selected.path) === selected.realPath ? selected.path : selected.executable;
  const isSelected = selected.realPath === manifest.interpreter.realPath;
  return [
    `by ${isSelected ? `${found}: ${how}` : `${manifest.interpreter.anchor}: the required Python, which ${found} is not`}`,
  ];
}
