/** A model of customers' machines that follow a channel. Times are in seconds. */
export interface Scenario {
  readonly clients: number;
  /** How long the simulation lasts. */
  readonly lasts: number;
  /** Time between two checks, and by what part of it each may be shorter or longer. */
  readonly check: number;
  readonly spread: number;
  /** Time between two starts on one machine: a check that is due is made at the next. */
  readonly starts: number;
  /** The part of the machines whose starts all come at the full hour, as with schedulers. */
  readonly atTheHour: number;
  /** The longest time that an updater waits before it asks. */
  readonly delay: number;
  /**
   * After a failed check: the first wait, the factor by which it grows, and by what part each may be shorter or longer.
   */
  readonly retry: { readonly first: number; readonly growth: number; readonly spread: number };
  /** Between these times no server answers. */
  readonly outage: { readonly from: number; readonly to: number } | null;
  /** Where the channel points, from when on, and for which part of the machines. */
  readonly moves: readonly { readonly at: number; readonly version: string; readonly percent: number }[];
}

/**
 * Bytes of the answers to a check. `same`: nothing is new (the next root, which is not there, and the timestamp).
 * `metadata`: the metadata have changed (timestamp, snapshot, channels, pointer, state, release).
 */
const BYTES = { same: 1000, metadata: 12_000 };
const MINUTE = 60;

export interface SimulationOutcome {
  /** Requests in each minute; a check is two, one where nobody answers, several where the metadata have changed. */
  readonly perMinute: readonly number[];
  readonly bytes: number;
  /** Requests a second. */
  readonly peak: number;
  readonly median: number;
  /**
   * For each move: seconds until half and 99 % of the machines that it is for have followed; null: not before the end.
   */
  readonly followed: readonly { readonly half: number | null; readonly nearlyAll: number | null }[];
  /** The part of the machines on the last version, in each minute. */
  readonly onLast: readonly number[];
}

/** Simulates one machine after the other; `random` gives numbers from 0 to below 1. */
export function simulate(scenario: Scenario, random: () => number): SimulationOutcome {
  const minutes = Math.ceil(scenario.lasts / MINUTE);
  const perMinute = new Array<number>(minutes).fill(0);
  const arrivals = scenario.moves.map(() => new Array<number>(minutes).fill(0));
  const wanted = scenario.moves.map(() => 0);
  const changesOfLast = new Array<number>(minutes + 1).fill(0);
  let bytes = 0;
  for (let client = 0; client < scenario.clients; client += 1) {
    const place = random();
    const phase = random() < scenario.atTheHour ? 0 : random() * scenario.starts;
    const isMeant = (move: number) => place * 100 < (scenario.moves[move] as Scenario["moves"][number]).percent;
    for (const move of wanted.keys()) if (isMeant(move)) wanted[move] = (wanted[move] as number) + 1;
    let seen = -1;
    let runs = -1;
    let failures = 0;
    let due = random() * scenario.check;
    for (;;) {
      const at = nextStart(due, phase, scenario) + random() * scenario.delay;
      if (at >= scenario.lasts) break;
      const minute = Math.floor(at / MINUTE);
      perMinute[minute] = (perMinute[minute] as number) + 1;
      if (scenario.outage !== null && at >= scenario.outage.from && at < scenario.outage.to) {
        failures += 1;
        due = at + retryAfter(failures, scenario, random);
        continue;
      }
      failures = 0;
      perMinute[minute] = (perMinute[minute] as number) + 1;
      bytes += BYTES.same;
      const latest = scenario.moves.findLastIndex((move) => move.at <= at);
      if (latest !== seen) {
        perMinute[minute] = (perMinute[minute] as number) + 5;
        bytes += BYTES.metadata;
        seen = latest;
      }
      if (latest >= 0 && isMeant(latest) && runs !== latest) {
        const last = scenario.moves.at(-1)?.version;
        const count = (move: number) => scenario.moves[move]?.version === last;
        if (count(latest) !== count(runs)) {
          changesOfLast[minute] = (changesOfLast[minute] as number) + (count(latest) ? 1 : -1);
        }
        runs = latest;
        const times = arrivals[latest] as number[];
        times[minute] = (times[minute] as number) + 1;
      }
      due = at + scenario.check * (1 + scenario.spread * (2 * random() - 1));
    }
  }
  let on = 0;
  const onLast = perMinute.map((_, minute) => {
    on += changesOfLast[minute] as number;
    return on / scenario.clients;
  });
  const sorted = [...perMinute].sort((a, b) => a - b);
  return {
    perMinute,
    bytes,
    peak: (sorted.at(-1) ?? 0) / MINUTE,
    median: (sorted[Math.floor(sorted.length / 2)] ?? 0) / MINUTE,
    followed: scenario.moves.map(({ at }, move) => ({
      half: timeUntil(0.5, arrivals[move] as number[], wanted[move] as number, at),
      nearlyAll: timeUntil(0.99, arrivals[move] as number[], wanted[move] as number, at),
    })),
    onLast,
  };
}

function nextStart(due: number, phase: number, { starts }: Scenario): number {
  return phase + Math.ceil((due - phase) / starts) * starts;
}

/** As `src/apps/start/schedule.ts` does it. */
function retryAfter(failures: number, { retry, check }: Scenario, random: () => number): number {
  const wait = Math.min(retry.first * retry.growth ** (failures - 1), check);
  return wait * (1 + retry.spread * (2 * random() - 1));
}

function timeUntil(part: number, arrivals: readonly number[], wanted: number, from: number): number | null {
  let arrived = 0;
  for (const [minute, number] of arrivals.entries()) {
    arrived += number;
    if (wanted > 0 && arrived >= part * wanted) return Math.max(0, (minute + 1) * MINUTE - from);
  }
  return null;
}

/** What customers' machines do by default: a daily check, hourly starts, three of four by the clock. */
export const USUAL: Scenario = {
  clients: 10_000,
  lasts: 4 * 86_400,
  check: 86_400,
  spread: 0.2,
  starts: 3600,
  atTheHour: 0.75,
  delay: 0,
  retry: { first: 300, growth: 3, spread: 0.2 },
  outage: null,
  moves: [],
};
