import type { Source } from "../source.ts";

/** A rule in force, and each place that has a say in it; none: the default. */
export interface Ruled<T> {
  readonly value: T;
  readonly sources: readonly Source[];
}

/** Versions that are never taken. */
export interface Exclusion {
  /** As written. */
  readonly text: string;
  /** Normalized (PEP 503); `python` is the interpreter. */
  readonly name: string;
  /** PEP 440; "" means all. */
  readonly range: string;
  readonly source: Source;
}

/** When a zone's clock shows a time from `from` on and before `to` on one of these days; across midnight where `to` is not later. */
export interface Window {
  /** 0 is Sunday, as `Date` counts; where it goes on after midnight, the day on which it begins. */
  readonly days: readonly number[];
  /** Minutes of the day; `to` is up to 1440. */
  readonly from: number;
  readonly to: number;
  /** IANA. */
  readonly zone: string;
}

/** A command that must succeed in a new environment. */
export interface VerifyCommand {
  /** A command line of sh. */
  readonly run: string;
  readonly limitMs: number;
}

export interface Trial {
  readonly starts: number;
  readonly windowMs: number;
}

/** What upgrades may do: the repo's `[upgrade]`, tightened by this machine's policy; see `mergePolicies`. */
export interface Policy {
  /** An address or an absolute path; null: uv's own builds. */
  readonly manifest: Ruled<string | null>;
  readonly mirrors: Ruled<readonly string[]>;
  /** Version requests, all of which hold. */
  readonly python: Ruled<readonly string[]>;
  /** `X.Y` */
  readonly maxMinor: Ruled<string | null>;
  readonly prereleases: Ruled<boolean>;
  readonly exclude: Ruled<readonly Exclusion[]>;
  /** Milliseconds; 0: none. */
  readonly excludeNewer: Ruled<number>;
  /** In place of it, by normalized name. */
  readonly excludeNewerPackage: Ruled<Readonly<Record<string, number>>>;
  readonly waive: Ruled<readonly string[]>;
  /** null: all that there are builds for. */
  readonly platforms: Ruled<readonly string[] | null>;
  /** null: any. */
  readonly allowedHosts: Ruled<readonly string[] | null>;
  readonly allowedNetworks: Ruled<readonly string[] | null>;
  /** With its password: never to be printed. */
  readonly proxy: Ruled<string | null>;
  /** Absolute. */
  readonly caFile: Ruled<string | null>;
  /** In each of these lists one window has to be open. */
  readonly windows: Ruled<readonly (readonly Window[])[]>;
  /** Whether a move of a channel that is urgent passes windows and the percent of a rollout; null: the percent alone. */
  readonly urgent: Ruled<boolean | null>;
  readonly verify: Ruled<readonly VerifyCommand[]>;
  readonly trial: Ruled<Trial | null>;
  readonly keep: Ruled<number>;
}

/** Milliseconds after its publication within which a version of a package, or of `python`, is not taken. */
export function coolDownOf({ excludeNewer, excludeNewerPackage }: Policy, name: string): number {
  const own = excludeNewerPackage.value;
  return Object.hasOwn(own, name) ? (own[name] as number) : excludeNewer.value;
}
