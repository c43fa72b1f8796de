/** Milliseconds since the epoch. */
export function now(): number {
  return Date.now();
}

/** A moment, in milliseconds since the epoch or in ISO 8601, as people here read it: `2026-11-28 08:15`, in the time zone of this machine or of `TZ`. */
export function localTime(at: number | string): string {
  const moment = new Date(at);
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("-");
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** The same for programs, in JSON: ISO 8601 in UTC. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** Milliseconds by a clock that nobody sets and that stands still while the machine sleeps. */
export function elapsed(): number {
  return Number(process.hrtime.bigint()) / 1e6; // `performance` is loaded when it is first asked for
}

/** Lets that many milliseconds pass. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The same for what can't be interrupted: a few milliseconds. */
export function pauseSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Lets all happen first that waits for nothing outside of this process. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Whether this Node knows a time zone (IANA). */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
