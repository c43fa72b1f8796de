import type { Config } from "../../../config/config.ts";
import { readMachinePolicy } from "../../../config/policy/load.ts";
import type { Folders } from "../../../environment/folders.ts";
import { readState } from "../../../environment/state.ts";
import { EXIT_FAILURE, passOn } from "../../../errors.ts";
import { sortPins } from "../../../upgrade/packages/plan.ts";
import { type Finding, sound, told, wrong } from "../finding.ts";

/** What upgrades have left in the middle or remember, and what would stop the next one. `now` in milliseconds since the epoch. */
export async function upgradeFindings(config: Config, folders: Folders, now: number): Promise<Finding[]> {
  const { changeover, trial, bad } = state(folders);
  const { expired } = sortPins(config.primeLock.pins, now);
  return [
    ...(changeover === undefined
      ? []
      : [wrong("upgrade", `the one to ${changeover.generation} was cut short`, "./prime finishes it, or undoes it")]),
    ...(trial === undefined
      ? []
      : [
          sound(
            "upgrade",
            `${trial.generation} is on trial for ${trial.starts} more starts; ${trial.previous} was before`,
          ),
        ]),
    ...bad.map(({ generation, why }) =>
      sound("upgrade", `${generation} proved bad, and --auto does not make it again: ${why}`),
    ),
    ...expired.map(({ name, version, until }) =>
      sound("pins", `${name} ${version} was held until ${until}, and is no more: ./prime unpin ${name}`),
    ),
    ...(await told("policy", async () => {
      await readMachinePolicy(EXIT_FAILURE);
      return [];
    })),
  ];
}

/** A torn state is told of by its own check. */
function state(folders: Folders) {
  try {
    return readState(folders);
  } catch (error) {
    passOn(error);
    return { changeover: undefined, trial: undefined, bad: [] };
  }
}
