import { type NetworkRules, plainHost } from "../../edges/network/rules.ts";
import type { Policy } from "./policy.ts";

/**
 * What a policy says of the network. `configured`: what people have written down of where things come from, as texts, tables and lists;
 * hosts that an address among them names by `http:`, or the policy itself does, may be asked so.
 */
export function networkRules(policy: Policy, configured: readonly unknown[] = []): NetworkRules {
  const addresses = addressesIn([policy.manifest.value, policy.mirrors.value, ...configured]);
  return {
    hosts: policy.allowedHosts.value,
    networks: policy.allowedNetworks.value,
    proxy: policy.proxy.value,
    caFile: policy.caFile.value,
    plainHttp: [...new Set(addresses.flatMap((text) => (URL.canParse(text) ? plainHost(new URL(text).hostname) : [])))],
  };
}

function addressesIn(value: unknown): string[] {
  if (typeof value === "string") return value.match(/\bhttp:\/\/[^\s"'<>,;]+/gi) ?? [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(addressesIn) : [];
}
