import type { LoadedConfig } from "../../../config/config.ts";
import { type Finding, orFinding, sound, wrong } from "../finding.ts";

/** Whether the configuration can be read, and each likely mistake in it; what it says, if so. */
export async function configFindings(
  load: () => Promise<LoadedConfig>,
): Promise<{ findings: Finding[]; loaded?: LoadedConfig }> {
  const loaded = await orFinding("config", load);
  if ("check" in loaded) return { findings: [loaded] };
  const wrongs = loaded.warnings.map((warning) => wrong("config", warning, "correct what it names, or remove it"));
  return { findings: wrongs.length > 0 ? wrongs : [sound("config", "is valid: ./prime eval shows it")], loaded };
}
