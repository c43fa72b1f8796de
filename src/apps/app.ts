import type { AppConfig } from "../config/app.ts";

/** An app on this machine, for this user. */
export interface App {
  /** The part of a ready plan's name that stands for it, which no configuration changes. */
  readonly planKey: string;
  readonly config: AppConfig;
  /** Absolute physical path of the launcher. */
  readonly launcher: string;
  /** Words of the launcher's in front of the app's own. */
  readonly words: readonly string[];
  /** What is executed with the app's own words alone; absolute. */
  readonly start: string;
  /** What people write in front of one of prime's own commands; null: the app takes all words. */
  readonly self: string | null;
  /** Where its releases and its state are; absolute. */
  readonly home: string;
  /** Where this user's own starts are noted; `home` where that is the user's. */
  readonly mine: string;
  /** This user may change what is there; else it is root's, and serves everybody. */
  readonly isOwn: boolean;
  /** The configuration beside the launcher, absolute, and why it does not count where it does not. */
  readonly beside: { readonly file: string; readonly passedOver: string | undefined };
}

/** What takes a release that is there, or makes one whole, for people. */
export function updateCommand({ self, config: { name } }: App): string {
  return self === null ? `\`PRIME_UPDATE=wait ${name}\`` : `\`${self} update\``;
}
