import { PrimeError } from "../../errors.ts";
import { type Brought, choicesOf, type Part, withBrought } from "./brought.ts";

/** As uv: of each set that `tool.uv.conflicts` names, one extra or group may be installed at a time. */
export function refuseConflict(
  selection: { readonly extras: readonly string[]; readonly groups: readonly string[] },
  {
    brought,
    conflicts,
    where,
  }: { readonly brought: Brought; readonly conflicts: readonly (readonly Part[])[]; readonly where: string },
): void {
  const chosen = choicesOf(selection).map((part) => ({ part, brings: withBrought([part], brought) }));
  const chosenBy = (one: Part) =>
    chosen.find(({ brings }) => brings.some(({ what, name }) => what === one.what && name === one.name))?.part;
  for (const set of conflicts) {
    const [one, other] = set.flatMap((part) => chosenBy(part) ?? []);
    if (one === undefined || other === undefined) continue;
    throw new PrimeError(
      "conflicting-choice",
      `could not choose the ${tell(one)} and the ${tell(other)} together: [tool.uv] conflicts in ${where} forbid it`,
      `leave one of them out, for example by --no-${other.what} ${other.name}`,
    );
  }
}

function tell({ what, name }: Part): string {
  return `${what} \`${name}\``;
}
