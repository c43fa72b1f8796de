/** A middle value and the interval in which it lies; all in the unit of what was measured. */
export interface Estimate {
  readonly median: number;
  /** Bounds of the 95 % interval of the median, by bootstrap. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

export function median(values: readonly number[]): number {
  return quantile(sorted(values), 0.5);
}

/** The median of a sample and its interval: the percentile bootstrap, with a generator of fixed seed. */
export function estimate(values: readonly number[]): Estimate {
  const random = generator(values.length);
  const medians: number[] = [];
  for (let resample = 0; resample < RESAMPLES; resample++) {
    medians.push(median(values.map(() => values[Math.floor(random() * values.length)] as number)));
  }
  const ordered = sorted(medians);
  return { median: median(values), low: quantile(ordered, 0.025), high: quantile(ordered, 0.975) };
}

/** The median of what one arm took longer than another in the same round. */
export function estimateDifference(longer: readonly number[], shorter: readonly number[]): Estimate {
  if (longer.length !== shorter.length) throw new Error("pairs need as many values on both sides");
  return estimate(longer.map((value, round) => value - (shorter[round] as number)));
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** Between two values of the ordered sample it is interpolated (Hyndman and Fan's type 7). */
function quantile(ordered: readonly number[], share: number): number {
  const place = (ordered.length - 1) * share;
  const below = ordered[Math.floor(place)];
  const above = ordered[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error("no values");
  return below + (above - below) * (place - Math.floor(place));
}

/** Numbers from 0 to 1 that are the same at each run: a linear congruential generator (Numerical Recipes' constants). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
