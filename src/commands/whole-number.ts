import { InvalidArgumentError } from "commander";

/** The value of an option that counts; anything else is a wrong usage. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It has to be a whole number.");
  return Number(text);
}
