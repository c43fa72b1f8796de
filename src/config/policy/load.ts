import { MOST } from "../../edges/files/open.ts";
import { linkFacts, readText } from "../../edges/files/read.ts";
import { whyOthersDecide } from "../../edges/files/trust.ts";
import { PrimeError, passOn } from "../../errors.ts";
import { lineOf, parseToml } from "../../toml.ts";
import type { Config } from "../config.ts";
import { check, refuseUnknownRules } from "../schema/validation.ts";
import { mergePolicies, type Said } from "./merge.ts";
import type { Policy } from "./policy.ts";

/** What this machine's administrator says, with the keys of `[upgrade]` and no heading. */
export const MACHINE_POLICY = "/etc/prime/policy.toml";

/**
 * The policy in force. A policy of the machine's that can't be read, is torn, says what is not known or is not root's alone is
 * refused with `exitCode`, never passed over: `machine-policy`. Nothing of it is an input: no environment is made of it.
 */
export async function loadPolicy(
  { root, upgrade }: Pick<Config, "root" | "upgrade">,
  exitCode: number,
): Promise<Policy> {
  return mergePolicies(saidOf(upgrade, root), await readMachinePolicy(exitCode));
}

/** What this machine's administrator says alone, where no repo has a say. */
export async function loadMachinePolicy(exitCode: number): Promise<Policy> {
  const nothing: Said = { values: {}, folder: "/", sourceOf: () => ({ kind: "default" }) };
  return mergePolicies(nothing, await readMachinePolicy(exitCode));
}

/** What the repo says. */
export function saidOf({ value, source }: Config["upgrade"], root: string): Said {
  const sourceOf = (key: string) => (source.kind === "file" ? { ...source, key: `${source.key}.${key}` } : source);
  return { values: value, folder: root, sourceOf };
}

const ROOT_ALONE = { users: new Set([0]), folders: [] };

/** What the machine's policy says, as written; undefined: there is none. */
export async function readMachinePolicy(exitCode: number): Promise<Said | undefined> {
  const hint = `mend ${MACHINE_POLICY}, which root alone may own and write; until then nothing is upgraded or fetched here`;
  try {
    if (linkFacts(MACHINE_POLICY) === undefined) return undefined;
    const text = readText(MACHINE_POLICY, MOST.written);
    const why = text === undefined ? "its link leads nowhere" : whyOthersDecide(MACHINE_POLICY, ROOT_ALONE);
    if (text === undefined || why !== undefined) throw new PrimeError("", `could not go by ${MACHINE_POLICY}: ${why}`);
    const table = await parseToml(text, MACHINE_POLICY);
    const place = { placeOf: (keys: readonly string[]) => `${MACHINE_POLICY}:${lineOf(text, keys) ?? 1}`, exitCode };
    const { UPGRADE_SCHEMA } = await import("../schema/schema.ts");
    await refuseUnknownRules(place, [], table);
    const values = await check(UPGRADE_SCHEMA, table, place);
    return { values, folder: "/etc/prime", sourceOf: (key) => ({ kind: "file", where: MACHINE_POLICY, key }) };
  } catch (error) {
    passOn(error);
    throw new PrimeError("machine-policy", error.message, hint, { exitCode, cause: error });
  }
}
