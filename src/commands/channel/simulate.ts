import { simulate, USUAL } from "../../channels/simulation.ts";
import type { Context } from "../../context.ts";
import { type Answer, DONE } from "../../launch/answer.ts";

const HOUR = 3600;

export interface Simulated {
  readonly clients: number;
  readonly percent: number;
  /** Hours between two checks of one installation. */
  readonly check: number;
}

/** `./prime channel simulate`: what a promotion for so many of a hundred does to so many installations, and to the server. */
export function showSimulation(context: Context, { clients, percent, check }: Simulated): Answer {
  const at = check * HOUR;
  const scenario = {
    ...USUAL,
    clients,
    check: check * HOUR,
    lasts: 4 * check * HOUR,
    moves: [{ at, version: "", percent }],
  };
  const { followed, peak, median, bytes } = simulate(scenario, Math.random);
  const [{ half, nearlyAll } = { half: null, nearlyAll: null }] = followed;
  const time = (seconds: number | null) => (seconds === null ? "later" : `${(seconds / HOUR).toFixed(1)} h`);
  context.print.text(
    [
      `${clients} installations that look every ${check} h, and start every hour, three of four of them at the full hour:`,
      `  ${Math.round((clients * percent) / 100)} follow: half of them after ${time(half)}, 99 % after ${time(nearlyAll)}`,
      `  requests a second: ${peak.toFixed(1)} at the peak, ${median.toFixed(1)} in the median; ${(bytes / 4 / 1e6).toFixed(1)} MB for each ${check} h, releases apart`,
      "",
    ].join("\n"),
  );
  return DONE;
}
