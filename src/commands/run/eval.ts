import type { Config } from "../../config/config.ts";
import { evalJson, renderEval } from "../../config/evaluation.ts";
import { loadConfig } from "../../config/load.ts";
import { readMachinePolicy, saidOf } from "../../config/policy/load.ts";
import { mergePolicies } from "../../config/policy/merge.ts";
import type { ProtoprimerConfig } from "../../config/protoprimer/config.ts";
import type { Context } from "../../context.ts";
import { lookAnew } from "../../decision/decide.ts";
import { linkOf } from "../../decision/shown.ts";
import { EXIT_POLICY } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { parseFlag, selectorTuple } from "../../python/version.ts";

/** `./prime eval`: the whole configuration in force, each value with its source. Nothing is built. */
export async function evaluate(context: Context, json: boolean): Promise<Answer> {
  const { config, warnings, notes } = await loadConfig(context);
  for (const warning of warnings) context.terminal.warn(warning);
  for (const note of notes) context.terminal.detail(note);
  const machine = await readMachinePolicy(EXIT_POLICY);
  const { proxy, allowedNetworks } = mergePolicies(saidOf(config.upgrade, config.root), machine);
  if (proxy.value !== null && allowedNetworks.value !== null) context.terminal.warn(BEHIND_PROXY);
  if (json) context.print.json(evalJson(config, machine));
  else
    context.print.text(config.protoprimer === null ? renderEval(config, machine) : await documentsOf(context, config), {
      asIs: true,
    });
  return DONE;
}

const BEHIND_PROXY =
  "behind `proxy` prime can't see which address is connected to: `allowed_networks` applies to the proxy and to addresses that are written out, `allowed_hosts` to names";

/** Under protoprimer's configuration: what its own `eval` prints. */
async function documentsOf(context: Context, config: Config): Promise<string> {
  const { renderDocuments } = await import("../../config/protoprimer/documents.ts");
  const { selected, driver, isAnswer, warnings } = await lookAnew(context);
  for (const warning of warnings) context.terminal.warn(warning);
  return renderDocuments(config.protoprimer as ProtoprimerConfig, {
    requiredVersion: selectorTuple(parseFlag(config.required_python_version.value)).join("."),
    // protoprimer's search resolves links, and takes an answer as it is.
    selectedPython: (isAnswer ? selected?.path : selected?.realPath) ?? null,
    driver,
    venvFolder: linkOf(context, { config }),
  });
}
