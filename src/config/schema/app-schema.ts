import * as v from "valibot";
import { UPGRADE_SCHEMA, type UpgradeValues } from "../policy/schema.ts";
import { commandLine, limit, listOf, name, seconds, text } from "./schema.ts";
import { VERSION_REQUEST } from "./version-text.ts";

/** A package's name, extras and range (PEP 508); where it comes from is the sources' to say. */
const CLAUSE = String.raw`\s*(?:[<>]=?|[=!~]=|===)\s*v?\d[\w.!+*-]*\s*`;
const REQUIREMENT = new RegExp(
  String.raw`^[A-Za-z0-9][\w.-]*\s*(?:\[[\w.,\s-]*\])?\s*(?:${CLAUSE}(?:,${CLAUSE})*)?(?:;[^\n]*)?$`,
);
const EXCLUDED = /^[A-Za-z0-9][\w.-]*\s*==\s*[\w.!+*-]+$/;
/** Plain http can be changed on the way, but not on this machine. */
const SOURCE =
  /^(?:index|(?:index\+)?(?:https:\/\/.+|http:\/\/(?:[^@/\\?#]*@)?(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?(?:\/.*)?)|s3:\/\/[a-z0-9][a-z0-9._-]+(?:\/.*)?|\/.+)$/;
/** What is signed may come by plain http, too. */
const CHANNEL = /^(?:https?:\/\/.+|s3:\/\/.+|file:.+|\/.+)$/;
const ENTRY = /^[A-Za-z0-9][\w.-]*(?::[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)?$/;
const SCHEDULE = /^(?:start|hourly|daily|weekly|never|[1-9]\d{0,3}[mhd])$/;

/** A text of a form; a single sentence says what it must be. */
const form = (pattern: RegExp, expected: string) => v.pipe(text(expected), v.regex(pattern, expected));
const some = <T extends v.GenericSchema<string>>(item: T, expected: string) =>
  v.pipe(listOf(item, expected), v.minLength(1, expected));

const sources = some(
  form(
    SOURCE,
    'a source: "index", "index+https://host/simple", "https://host/wheels/", "s3://bucket/prefix" or "/a/folder"',
  ),
  'a list of sources, e.g. ["index"]',
);
const isNoIndex = (source: string) => !source.startsWith("index");

export const PACKAGE_SCHEMA = v.strictObject(
  {
    name,
    sources: v.pipe(
      sources,
      v.check(
        (all) => !all.includes("index") && (all.length === 1 || all.every(isNoIndex)),
        'one "index+https://…", or places that are no index',
      ),
    ),
  },
  "a table with `name` and `sources`",
);

export const APP_TRIAL_SCHEMA = v.strictObject(
  {
    starts: v.exactOptional(v.pipe(v.number("a number"), v.integer("a whole number"), v.minValue(1, "1 or more"))),
    start_s: v.exactOptional(seconds(limit)),
  },
  "a table, e.g. { starts = 3, start_s = 10 }",
);

/** The table `[app]` of an app's TOML. What each key means stands in build/app-keys.ts. */
export const APP_SCHEMA = v.strictObject(
  {
    packages: some(form(REQUIREMENT, 'a requirement, e.g. "foo[cli] >=3,<4"'), 'a list of requirements, e.g. ["foo"]'),
    name: v.exactOptional(name),
    entry: v.exactOptional(form(ENTRY, 'a console script, or a function such as "foo.cli:run"')),
    python: v.exactOptional(form(VERSION_REQUEST, 'a version in quotes, e.g. "3.12" or ">=3.10"')),
    sources: v.exactOptional(
      v.pipe(
        sources,
        v.check((all) => !all.slice(0, -1).includes("index"), 'a list in which "index", the user\'s own, stands last'),
      ),
    ),
    package: v.exactOptional(
      v.pipe(
        v.array(PACKAGE_SCHEMA, "tables [[app.package]]"),
        v.check(
          (all) => new Set(all.map((one) => one.name.toLowerCase().replace(/[-_.]+/g, "-"))).size === all.length,
          "tables [[app.package]], one for each package",
        ),
      ),
    ),
    channel: v.exactOptional(form(CHANNEL, 'a channel: "https://…/", "s3://bucket/prefix", a folder')),
    follow: v.exactOptional(name),
    trust: v.exactOptional(text("the path of a root.json")),
    check: v.exactOptional(form(SCHEDULE, '"start", "hourly", "daily", "weekly", "never" or a time such as "12h"')),
    adopt: v.exactOptional(v.picklist(["next-start", "now", "ask"], '"next-start", "now" or "ask"')),
    patience_s: v.exactOptional(seconds(limit)),
    linger_s: v.exactOptional(seconds(limit)),
    verify: v.exactOptional(listOf(commandLine, 'a list of command lines, e.g. ["foo --version"]')),
    exclude: v.exactOptional(
      listOf(form(EXCLUDED, 'a version, e.g. "foo ==3.2.1"'), 'a list of versions, e.g. ["foo ==3.2.1"]'),
    ),
    trial: v.exactOptional(APP_TRIAL_SCHEMA),
    self_command: v.exactOptional(
      v.union([v.literal(false), form(/^(?:[A-Za-z0-9][\w-]*)?$/, "a word")], "a word, or false"),
    ),
  },
  "a table of an app's keys",
);

/** What `require` of prime_app gives. */
export const REQUIRED_SCHEMA = v.strictObject(
  {
    packages: APP_SCHEMA.entries.packages,
    sources: v.array(form(SOURCE, "a source, as in `sources`"), "a list of sources"),
  },
  "packages and sources",
);

export type AppValues = v.InferOutput<typeof APP_SCHEMA>;

/** An app's TOML as a whole. */
export const APP_FILE_SCHEMA = v.strictObject(
  { app: APP_SCHEMA, upgrade: v.exactOptional(UPGRADE_SCHEMA) },
  "a table [app]",
);

/** What of a policy holds for apps; an app's own TOML can say nothing else. */
export const APP_RULES: readonly (keyof UpgradeValues)[] = [
  ...(["exclude", "exclude_newer", "exclude_newer_package", "allowed_hosts", "allowed_networks"] as const),
  ...(["proxy", "ca_file", "windows", "urgent", "verify", "keep"] as const),
  ...(["python", "max_minor", "manifest", "mirrors"] as const),
];

export const APP_DEFAULTS = {
  sources: ["index"],
  follow: "stable",
  check: "daily",
  adopt: "next-start",
  patience_s: 10,
  linger_s: 60,
  verify: [],
  exclude: [],
  trial: { starts: 3, start_s: 10 },
  self_command: "self",
} as const;
