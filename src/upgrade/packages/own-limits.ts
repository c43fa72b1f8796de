import type { Environment } from "../../edges/command.ts";
import { normalizeName } from "../../project/packages.ts";
import type { Project } from "../../project/project.ts";
import { isTable } from "../../toml.ts";
import type { OwnLimits } from "../rules/limits.ts";

/**
 * How young a package may be by uv's own settings (`exclude-newer`); the policy does not loosen that. `now` is in
 * milliseconds since the epoch.
 */
export function ownLimits({ uvSettings }: Pick<Project, "uvSettings">, env: Environment, now: number): OwnLimits {
  const { table } = uvSettings;
  const single = isTable(table["exclude-newer-package"]) ? Object.entries(table["exclude-newer-package"]) : [];
  return {
    general: parseMoment(env.UV_EXCLUDE_NEWER ?? table["exclude-newer"], now),
    single: new Map(single.map(([name, text]) => [normalizeName(name), parseMoment(text, now)])),
  };
}

const MS: Readonly<Record<string, number>> = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 };
const LETTERS: Readonly<Record<string, string>> = { H: "hour", D: "day", W: "week" };

/** Reads a date, a time, `7 days` or `P7D`, as uv does; null for none. A day counts up to its end, in local time. */
function parseMoment(value: unknown, now: number): number | null {
  if (value instanceof Date) return value.getTime();
  if (typeof value !== "string" || value === "") return null;
  const [, count, unit] = /^\s*(\d+)\s*(hour|day|week)s?\s*$/i.exec(value) ?? [];
  const [, long, letter] = /^PT?(\d+)([HDW])$/i.exec(value) ?? [];
  const length = MS[unit?.toLowerCase() ?? LETTERS[letter?.toUpperCase() ?? ""] ?? ""];
  if (length !== undefined) return now - Number(count ?? long) * length;
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? [];
  if (year !== undefined) return new Date(Number(year), Number(month) - 1, Number(day) + 1).getTime();
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? null : moment;
}
