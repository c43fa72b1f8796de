/**
 * When the last security release of a minor version of CPython comes, by month (the PEP of each version's release schedule, e.g. PEP 619,
 * 664, 693, 719, 745).
 */
const ENDS: Readonly<Record<string, string>> = {
  "3.6": "2021-12",
  "3.7": "2023-06",
  "3.8": "2024-10",
  "3.9": "2025-10",
  "3.10": "2026-10",
  "3.11": "2027-10",
  "3.12": "2028-10",
  "3.13": "2029-10",
  "3.14": "2030-10",
};

/**
 * The month from whose end on a version (`X.Y.Z`) gets no more security releases; undefined: not known, or later than `now` (milliseconds
 * since the epoch).
 */
export function endedLife(version: string, now: number): string | undefined {
  const month = ENDS[version.split(".").slice(0, 2).join(".")];
  return month !== undefined && month < new Date(now).toISOString().slice(0, 7) ? month : undefined;
}
