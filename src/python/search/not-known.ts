import { PrimeError } from "../../errors.ts";
import type { Failure } from "../interpreter.ts";

const ID = "not-known";

/** A look can't tell what a start would choose, since it starts nothing to find out; the cause is why. */
export function notKnown(why: string): PrimeError {
  const message = `what a start would choose is not known: ${why}`;
  return new PrimeError(ID, message, "start it once: ./prime", { cause: why });
}

export function isNotKnown(error: unknown): error is PrimeError {
  return error instanceof PrimeError && error.id === ID;
}

/** Refuses to choose past what was not started, which may be what a start would take. */
export function refuseUnasked(passedOver: readonly Failure[]): void {
  const unasked = passedOver.find(({ kind }) => kind === "unasked");
  if (unasked !== undefined) throw notKnown(`looking does not start ${unasked.path}: ${unasked.why}`);
}
