import type { LoadedConfig } from "../../../config/config.ts";
import { passOn } from "../../../errors.ts";
import { type Finding, sound, wrong } from "../finding.ts";

/** Whether the configuration can be read, and each likely mistake in it; what it says, if so. */
export async function configFindings(
  load: () => Promise<LoadedConfig>,
): Promise<{ findings: Finding[]; loaded?: LoadedConfig }> {
  try {
    const loaded = await load();
    const wrongs = loaded.warnings.map((warning) => wrong("config", warning, "correct what it names, or remove it"));
    return { findings: wrongs.length > 0 ? wrongs : [sound("config", "is valid: ./prime eval shows it")], loaded };
  } catch (error) {
    passOn(error);
    return { findings: [wrong("config", error.message, error.hint ?? "correct it")] };
  }
}
