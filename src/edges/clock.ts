/** Milliseconds since the epoch. */
export function now(): number {
  return Date.now();
}

/** Milliseconds by a clock that nobody sets and that stands still while the machine sleeps. */
export function elapsed(): number {
  return performance.now();
}

/** Lets that many milliseconds pass. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
