/** Milliseconds since the epoch. */
export function now(): number {
  return Date.now();
}

/** Lets that many milliseconds pass. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
