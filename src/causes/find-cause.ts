import type { Cause, Found, Scene } from "./cause.ts";
import { FROM_ANY_BUILD, FROM_BUILDS } from "./from-builds.ts";
import { FROM_INDEXES } from "./from-indexes.ts";
import { FROM_MACHINE } from "./from-machine.ts";
import { FROM_REQUIREMENTS } from "./from-requirements.ts";
import { FROM_SETTINGS } from "./from-settings.ts";

/** All causes that are told apart, the first that fits counts: what the others would only follow from comes first. */
const CAUSES = [
  ...FROM_MACHINE,
  ...FROM_SETTINGS,
  ...FROM_INDEXES,
  ...FROM_BUILDS,
  ...FROM_REQUIREMENTS,
  ...FROM_ANY_BUILD,
];

/** The likeliest cause of a failure, by what the tool printed; undefined where that tells none. */
export function causeOf(words: string, scene: Scene): Cause | undefined {
  for (const { says, cause } of CAUSES) {
    const found = says.exec(words);
    const told =
      found === null
        ? undefined
        : cause(Array.from({ length: 6 }, (_, at) => found[at] ?? "") as unknown as Found, scene, words);
    if (told !== undefined) return told;
  }
  return undefined;
}
