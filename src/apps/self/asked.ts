import { nameOfRequirement } from "../../config/app.ts";
import { check } from "../../config/schema/validation.ts";
import { EXIT_USAGE, PrimeError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { normalizeName } from "../../project/packages.ts";
import type { App } from "../app.ts";
import { readRelease } from "../release/releases.ts";
import { type Required, readRequired, writeRequired } from "../release/required.ts";
import type { Run } from "../start/run.ts";
import { adopt } from "../start/trial.ts";
import { update } from "../start/update.ts";
import { readSelection } from "../state.ts";
import { refuseRootsApp } from "./refuse.ts";
import { selfCommand } from "./self.ts";

/** What the module prime_app asks for from within the app, whatever its configuration calls prime's own commands. */
export function answerApp(run: Run): Promise<Answer> {
  const { args } = run.started;
  const words = args.slice(run.shift);
  return words[0] === "require" ? requireNow(run, words[1] ?? "") : selfCommand(run, words);
}

/** Has packages in this release and all that follow; what can't be had is not asked for again. */
async function requireNow(run: Run, text: string): Promise<Answer> {
  const { app } = run;
  refuseRootsApp(run);
  if (app.config.channel !== null) throw refusal(app, "its channel says what a release is made of");
  const wanted = await readWish(text);
  const names = packageNames(wanted);
  const before = readRequired(app);
  const others = before.filter((one) => !packageNames(one).every((name) => names.includes(name)));
  const { current } = readSelection(app);
  const has = readRelease(app, current)?.packages ?? {};
  const isKnown = before.some((one) => JSON.stringify(one) === JSON.stringify(wanted));
  if (isKnown && names.every((name) => Object.hasOwn(has, name))) return DONE;
  writeRequired(app, [...others, wanted]);
  const updated = await update(run, true);
  if (updated.kind === "hop") return updated.answer;
  if (updated.outcome === "staged") await adopt(app, { evenOnTrial: true });
  if (updated.outcome === "staged" || updated.outcome === "current") return DONE;
  writeRequired(app, before);
  throw refusal(app, updated.message);
}

async function readWish(text: string): Promise<Required> {
  const { REQUIRED_SCHEMA } = await import("../../config/schema/app-schema.ts");
  return check(REQUIRED_SCHEMA, JSON.parse(text), { placeOf: () => "what `require` was given", exitCode: EXIT_USAGE });
}

function packageNames({ packages }: Required): string[] {
  return packages.map((one) => normalizeName(nameOfRequirement(one)));
}

function refusal({ config }: App, why: string): PrimeError {
  return new PrimeError("require-failed", `could not have what ${config.name} requires: ${why}`);
}
