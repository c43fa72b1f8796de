import type { UpgradeValues } from "../src/config/policy/schema.ts";

/** What each key of a policy means, what holds without it, and how a machine's policy tightens it. Only papers need it. */
export const RULES: Readonly<Record<keyof UpgradeValues, readonly [meaning: string, standard: string, both: string]>> =
  {
    manifest: [
      "Where interpreters are listed: an address (`https:`, `http:`, `file:`) or a path.",
      "uv's own builds",
      "the machine's",
    ],
    mirrors: [
      "Addresses that are tried in order for an interpreter's archive, before its own.",
      "none",
      "the machine's",
    ],
    python: ["The interpreters that are allowed: a PEP 440 range.", "any", "both ranges hold"],
    max_minor: ["The highest minor version of the interpreter.", "none", "the lower one"],
    prereleases: ["Whether interpreters before their final release are taken.", "`false`", "`false` wins"],
    exclude: [
      "Versions of packages, and of `python`, that are never taken, and are moved off where they are in use.",
      "none",
      "what either excludes",
    ],
    exclude_newer: ["A cool-down in days: what was published since is not taken.", "`0`", "the longer one"],
    exclude_newer_package: [
      "The same for single packages, and for `python`, in place of the general one.",
      "none",
      "for each package the longer one",
    ],
    waive: ["Modules of the standard library that a new interpreter need not have.", "none", "what both waive"],
    platforms: [
      "The platforms for which `prime.lock` pins an interpreter.",
      "all that there are builds for",
      "what both name",
    ],
    allowed_hosts: [
      "The hosts that may be asked, by prime, uv, pip and git; `*.example.org` are all names below that one.",
      "any",
      "what both allow",
    ],
    allowed_networks: [
      "The networks that addresses must be in, looked at after names are resolved.",
      "any",
      "what both allow",
    ],
    proxy: ["The proxy for all that is fetched.", "as the variables say", "the machine's"],
    ca_file: ["Certificates (PEM) that are believed beside the system's own.", "none", "the machine's"],
    windows: [
      "When upgrades may be made: `days`, `from`, `to` (also across midnight) and `zone`, UTC if none is named.",
      "always",
      "both must be open",
    ],
    urgent: [
      "Whether an urgent move of an app's channel passes `windows` and the percent of a rollout.",
      "the percent alone",
      "where both let it",
    ],
    verify: [
      "Commands of sh that must succeed in the new environment: lines, or `{ run, limit_s }` (120 s if it is not said).",
      "none",
      "those of both",
    ],
    trial: [
      "Watches the first `starts` (3) after an upgrade, for `window_s` (60) seconds each.",
      "none",
      "on where either says so; the longer one",
    ],
    keep: ["How many environments are kept to go back to.", "`3`", "the more"],
  };
