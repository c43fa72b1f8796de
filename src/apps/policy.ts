import { readMachinePolicy } from "../config/policy/load.ts";
import { mergePolicies } from "../config/policy/merge.ts";
import { networkRules } from "../config/policy/network.ts";
import type { Policy, Ruled } from "../config/policy/policy.ts";
import { now } from "../edges/clock.ts";
import { type NetworkRules, refusedByRule, whyNotHost } from "../edges/network/rules.ts";
import { EXIT_FAILURE, PrimeError } from "../errors.ts";
import { LATE_PATCH, minorOf, parseRequest, selectorTuple } from "../python/version.ts";
import { ruleAgainst } from "../upgrade/rules/interpreter.ts";
import { exclusionOf } from "../upgrade/rules/ruling.ts";
import { isOpen, nextWindow, zonedTime } from "../upgrade/rules/windows.ts";
import type { App } from "./app.ts";

/** What the app's TOML says of updates, tightened by this machine's administrator. */
export async function policyOf({ config }: App): Promise<Policy> {
  return mergePolicies(config.rules, await readMachinePolicy(EXIT_FAILURE));
}

function placesOf({ sources }: Ruled<unknown>): string {
  return sources.map(({ key, where }) => `${key} in ${where}`).join(" and ");
}

export function rulesOf({ config }: App, policy: Policy): NetworkRules {
  return networkRules(policy, [config.sources, config.bound]);
}

/** Why nothing may be looked for or taken now, and when it may; undefined: it may now. */
export function whyNotNow({ windows }: Policy): { readonly why: PrimeError; readonly from: number | null } | undefined {
  const at = now();
  if (isOpen(windows.value, at)) return undefined;
  const next = nextWindow(windows.value, at);
  const when = next === undefined ? "never" : `from ${zonedTime(next.at, next.zone)} on`;
  const hint = `${placesOf(windows)} says so`;
  const why = new PrimeError("outside-windows", `could not update now: upgrades may be made ${when}`, hint);
  return { why, from: next?.at ?? null };
}

/**
 * Whether a look goes over the windows: that a move is urgent stands in the channel, which is asked at any time where each who set
 * windows lets what is urgent pass; all else still waits.
 */
export function passesWindows({ config }: Pick<App, "config">, { urgent, windows }: Policy): boolean {
  const letting = urgent.value === true ? urgent.sources.map(({ where }) => where) : [];
  return config.channel !== null && windows.sources.every(({ where }) => letting.includes(where));
}

/** Throws for an address whose host the policy does not allow. */
export function refuseHost(rules: NetworkRules, address: string): void {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return;
  const why = whyNotHost(rules, url.hostname, url.protocol === "http:");
  if (why !== undefined) throw refusedByRule(`use ${url.origin}`, why);
}

/** For what a channel points at, which no resolution keeps from it. */
export function refuseExcluded(policy: Policy, packages: Readonly<Record<string, string>>): void {
  for (const [name, version] of Object.entries(packages)) {
    const found = exclusionOf(policy, name, version);
    if (found === undefined) continue;
    const { key, where } = found.source;
    throw new PrimeError(
      "excluded",
      `could not take ${name} ${version}: \`${found.text}\` is excluded`,
      `${key} in ${where} says so; another release is needed`,
    );
  }
}

/** For what a channel points at and says which Python it needs: throws where no version of that is allowed. */
export function refusePython(policy: Policy, text: string): void {
  const request = parseRequest(text);
  if (request.wanted.kind === "any") return;
  const lowest = selectorTuple(request).join(".");
  const ends = [lowest, `${minorOf(lowest)}.${LATE_PATCH}`];
  const [against, ...other] = ends.flatMap((version) => ruleAgainst(version, { policy, ranges: [], root: "/" }) ?? []);
  if (against === undefined || other.length === 0) return;
  throw new PrimeError(
    "python-refused",
    `could not take a release for Python ${text}: ${against.why}`,
    "change that rule where it stands",
  );
}
