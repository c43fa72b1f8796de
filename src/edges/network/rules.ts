import { isIP } from "node:net";
import { PrimeError } from "../../errors.ts";
import { quoted } from "../../quoted.ts";
import { isNetworkWithin } from "./address.ts";

/** What the network may be used for. `null`: whatever it is. */
export interface NetworkRules {
  /** Names and addresses; `*.` and a domain: all names below it. */
  readonly hosts: readonly string[] | null;
  /** CIDR (RFC 4632), or single addresses. */
  readonly networks: readonly string[] | null;
  /** The policy's own proxy, with its password; null: the one that the environment names. */
  readonly proxy: string | null;
  /** Absolute: certificates in PEM that vouch for servers too. */
  readonly caFile: string | null;
  /** Hosts that a configured address names by `http:`: they alone are asked without TLS, where hosts or networks are ruled. */
  readonly plainHttp: readonly string[];
}

export const NO_RULES: NetworkRules = { hosts: null, networks: null, proxy: null, caFile: null, plainHttp: [] };

/** Why something was not asked for. */
export interface Ruling {
  /** The key of the policy. */
  readonly rule: "allowed_hosts" | "allowed_networks";
  /** As a sentence goes on, e.g. `a.example is not among …`. */
  readonly why: string;
}

export function isRuled({ hosts, networks }: NetworkRules): boolean {
  return hosts !== null || networks !== null;
}

/** A host as a rule names it: in lower case, without brackets and without the dot of the root. */
export function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
}

/** Why a host must not be asked, before its name is looked up. Of its addresses `whyNotAddress` tells. */
export function whyNotHost(rules: NetworkRules, given: string, isPlain: boolean): Ruling | undefined {
  const host = plainHost(given);
  if (rules.hosts !== null && !rules.hosts.some((one) => isHost(host, plainHost(one)))) {
    return { rule: "allowed_hosts", why: `${quoted(host)} is not among allowed_hosts (${listed(rules.hosts)})` };
  }
  if (isPlain && isRuled(rules) && !rules.plainHttp.some((one) => isHost(host, plainHost(one)))) {
    const rule = rules.hosts === null ? "allowed_networks" : "allowed_hosts";
    return { rule, why: `${quoted(host)} is asked by http, without TLS, and no configured address says so (${rule})` };
  }
  return isIP(host) === 0 ? undefined : whyNotAddress(rules, host, host);
}

/** Why an address, to which the host's name leads, must not be connected to. */
export function whyNotAddress({ networks }: NetworkRules, address: string, host: string): Ruling | undefined {
  if (networks === null || networks.some((network) => isNetworkWithin(address, network))) return undefined;
  const leads = address === plainHost(host) ? address : `${quoted(plainHost(host))} leads to ${address}, which`;
  return { rule: "allowed_networks", why: `${leads} is not in allowed_networks (${listed(networks)})` };
}

/** What users are told of it. */
export function refusedByRule(what: string, { rule, why }: Ruling): PrimeError {
  return new PrimeError(
    "network-rule",
    `could not ${what}: ${why}`,
    `have it added to ${rule} of the policy (\`./prime eval\` says where that stands), or name another source`,
  );
}

function isHost(host: string, one: string): boolean {
  if (one.startsWith("*.")) return host.endsWith(one.slice(1)) && isIP(host) === 0;
  return host === one || (isIP(host) !== 0 && isIP(one) !== 0 && isNetworkWithin(host, one));
}

function listed(entries: readonly string[]): string {
  return entries.length === 0 ? "which names none" : entries.join(", ");
}
