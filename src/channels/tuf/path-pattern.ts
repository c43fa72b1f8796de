import { globMatcher } from "../../inputs/glob.ts";

/**
 * Takes the place of the package `minimatch` below @tufjs/models, which asks it for one part of a path at a time: `*`,
 * `?` and `[…]` (TUF specification, 4.5, which means fnmatch(3)), without braces, negations and comments, and in a time
 * that no pattern can blow up.
 */
export function minimatch(text: string, pattern: string): boolean {
  return globMatcher(pattern.replace(/\*+/g, "*").replace(/[{}]/g, "[$&]"))(text);
}
