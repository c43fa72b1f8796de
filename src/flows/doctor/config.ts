import type { LoadedConfig } from "../../config/config.ts";
import { PrimeError } from "../../errors.ts";
import { type Finding, sound, wrong } from "./finding.ts";

/** Whether the configuration can be read; what it says, if so. */
export async function configFinding(
  load: () => Promise<LoadedConfig>,
): Promise<{ finding: Finding; loaded?: LoadedConfig }> {
  try {
    const loaded = await load();
    const [warning] = loaded.warnings;
    const finding =
      warning === undefined
        ? sound("config", "is valid: ./prime eval shows it")
        : wrong("config", warning, "correct the name, or take it away");
    return { finding, loaded };
  } catch (error) {
    if (!(error instanceof PrimeError)) throw error;
    return { finding: wrong("config", error.message, error.hint ?? "correct it") };
  }
}
