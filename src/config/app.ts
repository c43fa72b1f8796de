import * as path from "node:path";
import { MOST, readText } from "../edges/files/read.ts";
import { EXIT_FAILURE, PrimeError } from "../errors.ts";
import { isTable, lineOf, parseToml, type Table, valueAt } from "../toml.ts";
import type { Said } from "./policy/merge.ts";
import { check, type Place, refuseUnknownKeys, refuseUnknownRules } from "./schema/validation.ts";

/** How an app is made and kept up to date; see APP_SCHEMA for each key. */
export interface AppConfig {
  readonly name: string;
  readonly packages: readonly string[];
  readonly entry: string;
  readonly python: string | undefined;
  readonly sources: readonly string[];
  readonly bound: readonly { readonly name: string; readonly sources: readonly string[] }[];
  /** Milliseconds; null: never. */
  readonly everyMs: number | null;
  /** The schedule was chosen, and holds in CI too. */
  readonly isScheduled: boolean;
  readonly adopt: "next-start" | "now" | "ask";
  /** How long a start waits for what is new, where it is to be taken now, and stays for an update that is killed else. */
  readonly patienceS: number;
  readonly lingerS: number;
  readonly verify: readonly string[];
  readonly trial: { readonly starts: number; readonly startS: number };
  /** Where releases are pointed at, in place of sources that are searched; null: no channel is followed. */
  readonly channel: {
    readonly url: string;
    readonly follow: string /** The text of the root.json to begin with. */;
    readonly root: string;
  } | null;
  /** What its TOML says of updates in `[upgrade]`, and its `exclude`. */
  readonly rules: Said;
  /** null: prime has no commands of its own. */
  readonly selfCommand: string | null;
}

const MINUTE = 60_000;
const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: 60 * MINUTE, d: 1440 * MINUTE };
const NAMED: Readonly<Record<string, number | null>> = {
  start: 0,
  hourly: 60 * MINUTE,
  daily: 1440 * MINUTE,
  weekly: 7 * 1440 * MINUTE,
  never: null,
};

/** What of a TOML is about an app: all of it, or in a repo's configuration these tables. */
export function appTables(values: Table, section: readonly string[] | undefined): Table {
  const found = section === undefined ? values : valueAt(values, section);
  if (section === undefined || !isTable(found)) return section === undefined ? values : {};
  const { app, upgrade } = found;
  return { ...(app === undefined ? {} : { app }), ...(upgrade === undefined ? {} : { upgrade }) };
}

/** The name of the package that a requirement asks for, as written. */
export function nameOfRequirement(text: string): string {
  return /^[A-Za-z0-9._-]+/.exec(text)?.[0] ?? "";
}

/** In a launcher the root itself stands in place of the file's name. */
function rootText(trust: string | undefined, file: string): string {
  if (trust?.startsWith("{")) return trust;
  const named = path.resolve(path.dirname(file), trust ?? "root.json");
  const text = readText(named, MOST.written);
  if (text !== undefined) return text;
  throw new PrimeError(
    "no-root",
    `could not trust a channel by ${named}, which ${file} names: there is no such file`,
    "`trust` names the root.json that `prime channel init` has made",
  );
}

/**
 * Reads an app's TOML; `file` is where it stands, for messages, and `stem` the name of an app that says none, else its first package's.
 * `section`: the table of a repo's configuration, with other keys beside the app's.
 */
export async function readAppConfig(
  text: string,
  file: string,
  stem: string | undefined,
  section?: readonly string[],
): Promise<AppConfig> {
  const { APP_DEFAULTS, APP_FILE_SCHEMA } = await import("./schema/app-schema.ts");
  const place = {
    placeOf: (keys: readonly string[]) => {
      const line = lineOf(text, [...(section ?? []), ...keys]);
      return line === undefined ? file : `${file}:${line}`;
    },
    exitCode: EXIT_FAILURE,
  };
  const values = appTables(await parseToml(text, file), section);
  await refuseUnknown(place, values, section === undefined);
  const { app, upgrade = {} } = await check(APP_FILE_SCHEMA, values, place);
  const all = { ...APP_DEFAULTS, ...app };
  const { start_s: startS, starts } = { ...APP_DEFAULTS.trial, ...app.trial };
  const name = app.name ?? stem ?? nameOfRequirement(app.packages[0] as string);
  return {
    name,
    packages: all.packages,
    entry: all.entry ?? name,
    python: all.python,
    sources: all.sources,
    bound: all.package ?? [],
    everyMs:
      all.check in NAMED
        ? (NAMED[all.check] ?? null)
        : Number.parseInt(all.check, 10) * (UNITS[all.check.slice(-1)] as number),
    isScheduled: app.check !== undefined,
    adopt: all.adopt,
    patienceS: all.patience_s,
    lingerS: all.linger_s,
    verify: all.verify,
    rules: {
      values: {
        ...upgrade,
        ...(all.exclude.length > 0 ? { exclude: [...(upgrade.exclude ?? []), ...all.exclude] } : {}),
      },
      folder: path.dirname(path.resolve("/", file)),
      sourceOf: (key) => ({
        kind: "file",
        where: file,
        key: key === "exclude" && app.exclude !== undefined ? "app.exclude" : `upgrade.${key}`,
      }),
    },
    trial: { starts, startS },
    channel:
      app.channel === undefined ? null : { url: app.channel, follow: all.follow, root: rootText(app.trust, file) },
    selfCommand: all.self_command || null,
  };
}

/** `isAlone`: the file is the app's own, so that of `[upgrade]` it has the keys for apps alone. */
async function refuseUnknown(place: Place, values: Table, isAlone: boolean): Promise<void> {
  const { APP_FILE_SCHEMA, APP_RULES, APP_SCHEMA, APP_TRIAL_SCHEMA, PACKAGE_SCHEMA } = await import(
    "./schema/app-schema.ts"
  );
  refuseUnknownKeys(place, [], values, Object.keys(APP_FILE_SCHEMA.entries));
  if (isTable(values.app)) {
    const { trial, package: bound } = values.app;
    refuseUnknownKeys(place, ["app"], values.app, Object.keys(APP_SCHEMA.entries));
    refuseUnknownKeys(place, ["app", "trial"], trial, Object.keys(APP_TRIAL_SCHEMA.entries));
    for (const [at, one] of (Array.isArray(bound) ? bound : []).entries())
      refuseUnknownKeys(place, ["app", "package", String(at)], one, Object.keys(PACKAGE_SCHEMA.entries));
  }
  if (isAlone) refuseUnknownKeys(place, ["upgrade"], values.upgrade, APP_RULES);
  await refuseUnknownRules(place, ["upgrade"], values.upgrade);
}
