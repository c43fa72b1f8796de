import { MACHINE_POLICY, readMachinePolicy } from "../config/policy/load.ts";
import { mergePolicies } from "../config/policy/merge.ts";
import { networkRules } from "../config/policy/network.ts";
import type { Policy } from "../config/policy/policy.ts";
import { now } from "../edges/clock.ts";
import { type NetworkRules, refusedByRule, whyNotHost } from "../edges/network/rules.ts";
import { EXIT_FAILURE, PrimeError } from "../errors.ts";
import type { LockedPackage } from "../project/files/pylock.ts";
import { exclusionOf } from "../upgrade/rules/ruling.ts";
import { isOpen, nextWindow, zonedTime } from "../upgrade/rules/windows.ts";
import type { App } from "./app.ts";

/** What this machine's administrator says of upgrades. */
export async function machinePolicy(): Promise<Policy> {
  const nothing = { values: {}, folder: "/", sourceOf: () => ({ kind: "default" }) as const };
  return mergePolicies(nothing, await readMachinePolicy(EXIT_FAILURE));
}

export function rulesOf({ config }: App, policy: Policy): NetworkRules {
  return networkRules(policy, [config.sources, config.bound]);
}

/** Throws outside of the windows in which upgrades may be made. */
export function refuseOutsideWindows({ windows }: Policy): void {
  const at = now();
  if (isOpen(windows.value, at)) return;
  const next = nextWindow(windows.value, at);
  const when = next === undefined ? "never" : `from ${zonedTime(next.at, next.zone)} on`;
  throw new PrimeError("outside-windows", `could not look for a release now: upgrades may be made ${when}`, {
    hint: `windows in ${MACHINE_POLICY} say so`,
  });
}

/** Throws for an address whose host the policy does not allow. */
export function refuseHost(rules: NetworkRules, address: string): void {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return;
  const why = whyNotHost(rules, url.hostname, url.protocol === "http:");
  if (why !== undefined) throw refusedByRule(`use ${url.origin}`, why);
}

export function refuseExcluded(policy: Policy, packages: readonly LockedPackage[]): void {
  for (const { name, version = "" } of packages) {
    const found = exclusionOf(policy, name, version);
    if (found === undefined) continue;
    throw new PrimeError("excluded", `could not take ${name} ${version}: \`${found.text}\` is excluded`, {
      hint: `exclude in ${MACHINE_POLICY} says so; another release is needed`,
    });
  }
}
