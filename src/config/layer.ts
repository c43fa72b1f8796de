import type { Table } from "../toml.ts";
import type { Source } from "./source.ts";

/** What one place says about the configuration, not validated yet, and how to speak of that place. */
export interface Layer {
  /** By key as users write it; an absent key leaves the word to the next layer. */
  readonly values: Table;
  /** Where the value of a key stands, for provenance. */
  sourceOf(key: string): Source;
  /** The same for a message, as exactly as can be told: `/repo/prime.toml:3`. `keys` leads into nested tables. */
  placeOf(keys: readonly string[]): string;
  /** The status to end with when the layer is wrong. */
  readonly exitCode: number;
  /** Whether it is a file of the repo's. */
  readonly isFile: boolean;
}
