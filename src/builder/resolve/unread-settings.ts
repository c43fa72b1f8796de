import { PrimeError } from "../../errors.ts";
import type { Job } from "../job.ts";

/**
 * Throws `uv-settings` when uv could not read its settings. It goes on without any of them then, with a warning only:
 * without the indexes among them it would resolve something else. `output` is what any command of uv's printed.
 */
export function refuseUnreadSettings({ context }: Job, output: string): void {
  const words = /^warning: Failed to parse `([^`]+)` during settings discovery:\n((?: .*\n)*)/m.exec(output);
  if (words === null) return;
  const reason = words[2]
    ?.trimEnd()
    .split("\n")
    .at(-1)
    ?.trim()
    .replace(/, expected one of.*/s, "");
  throw new PrimeError(
    "uv-settings",
    `could not install for ${context.root}: uv would pass over all of its settings in ${words[1]} for this one: ${reason}`,
    "correct that key, or name a uv that knows it by the key `uv` of prime's configuration",
  );
}
