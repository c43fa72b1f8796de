import * as v from "valibot";
import { isTimeZone } from "../../edges/clock.ts";
import { SPECIFIERS, VERSION_REQUEST } from "../schema/version-text.ts";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/;
const HOST = /^(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$|^[0-9a-fA-F]*:[0-9a-fA-F:.]+$/;
const NETWORK =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}(?:\/(?:3[0-2]|[12]?\d))?|[0-9a-fA-F]*:[0-9a-fA-F:.]*(?:\/(?:12[0-8]|1[01]\d|[1-9]?\d))?)$/;
const PACKAGE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
/** A name and the versions of it that are meant (PEP 508, without extras, address and marker); without any, all. */
const EXCLUSION = new RegExp(String.raw`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\s*${SPECIFIERS}$`);
const URL_START = /^(?:https?|file):\/\/\S+$/;

function text(expected: string, form: RegExp = /^[^\0]*\S[^\0]*$/) {
  return v.pipe(v.string(expected), v.regex(form, expected));
}

function list<const TItem extends v.GenericSchema>(item: TItem, expected: string) {
  return v.array(item, expected);
}

function number(expected: string, least: number, most: number) {
  return v.pipe(v.number(expected), v.minValue(least, expected), v.maxValue(most, expected));
}

function whole(expected: string, least: number, most: number) {
  return v.pipe(number(expected, least, most), v.integer(expected));
}

const exclusionText = 'a name and versions (PEP 440), e.g. "foo ==3.2.1"';
const exclusion = v.pipe(
  v.string(exclusionText),
  v.check((value) => EXCLUSION.test(value), exclusionText),
);
const days = number("a number of days, from 0 to 3650", 0, 3650);
const clock = text('a time in quotes, from "00:00" to "24:00"', CLOCK);
const command = text("a command line");

export const WINDOW_SCHEMA = v.pipe(
  v.strictObject(
    {
      days: v.exactOptional(
        v.pipe(
          list(v.picklist(DAYS, DAYS.map((day) => `"${day}"`).join(", ")), 'a list of days, e.g. ["tue"]'),
          v.minLength(1, "a list with at least one day"),
        ),
      ),
      from: v.exactOptional(clock),
      to: v.exactOptional(clock),
      zone: v.exactOptional(
        v.pipe(
          v.string('a time zone, e.g. "Europe/Berlin"'),
          v.check(isTimeZone, 'a time zone that is known here, e.g. "Europe/Berlin"'),
        ),
      ),
    },
    "a table with `days`, `from`, `to` and `zone`",
  ),
  v.check(({ from, to }) => (from ?? "00:00") !== (to ?? "24:00"), "a window that does not end when it begins"),
);

export const VERIFY_SCHEMA = v.strictObject(
  { run: command, limit_s: v.exactOptional(number("a number of seconds, from 0.1 to a day", 0.1, 86_400)) },
  "a command line, or a table with `run` and `limit_s`",
);

export const TRIAL_SCHEMA = v.strictObject(
  {
    starts: v.exactOptional(whole("a whole number of starts, from 1 to 1000", 1, 1000)),
    window_s: v.exactOptional(number("a number of seconds above 0 and up to 30 days", 0.001, 2_592_000)),
  },
  "a table with `starts` and `window_s`",
);

/** Policy: what `[upgrade]` in prime.toml says, and /etc/prime/policy.toml without that heading. What each key means stands in build/rules.ts. */
export const UPGRADE_SCHEMA = v.strictObject(
  {
    manifest: v.exactOptional(text("the address or the path of a list of interpreters")),
    mirrors: v.exactOptional(list(text('an address, e.g. "https://mirror/python/"', URL_START), "a list of addresses")),
    python: v.exactOptional(text('a range of versions, e.g. "<3.14"', VERSION_REQUEST)),
    max_minor: v.exactOptional(text('a minor version in quotes, e.g. "3.13"', /^3\.\d{1,3}$/)),
    prereleases: v.exactOptional(v.boolean("true or false")),
    exclude: v.exactOptional(list(exclusion, 'a list, e.g. ["foo ==3.2.1"]')),
    exclude_newer: v.exactOptional(days),
    exclude_newer_package: v.exactOptional(
      v.record(text("the name of a package", PACKAGE), days, "a table of names and days, e.g. { foo = 0 }"),
    ),
    waive: v.exactOptional(list(text("the name of a module", /^[A-Za-z_][\w.]*$/), 'a list, e.g. ["sqlite3"]')),
    platforms: v.exactOptional(
      v.pipe(
        list(text('a platform, e.g. "linux-x86_64-gnu"', /^[a-z\d]+(?:-\w+)+$/), "a list of platforms"),
        v.minLength(1, "a list of at least one platform"),
      ),
    ),
    allowed_hosts: v.exactOptional(
      list(text("the name or address of a host, or `*.` and a domain", HOST), "a list of hosts"),
    ),
    allowed_networks: v.exactOptional(list(text('a network, e.g. "10.0.0.0/8"', NETWORK), "a list of networks")),
    proxy: v.exactOptional(text('the address of a proxy, e.g. "http://proxy:3128"', /^https?:\/\/\S+$/)),
    ca_file: v.exactOptional(text("the path of a file")),
    windows: v.exactOptional(
      v.pipe(list(WINDOW_SCHEMA, "a list of windows"), v.minLength(1, "a list of at least one window")),
    ),
    urgent: v.exactOptional(v.boolean("true or false")),
    verify: v.exactOptional(
      list(v.union([command, VERIFY_SCHEMA], "a command line, or a table with `run`"), "a list of commands"),
    ),
    trial: v.exactOptional(TRIAL_SCHEMA),
    keep: v.exactOptional(whole("a whole number from 2 to 1000", 2, 1000)),
  },
  "a table of the keys of a policy",
);

export type UpgradeValues = v.InferOutput<typeof UPGRADE_SCHEMA>;
export type WindowValues = v.InferOutput<typeof WINDOW_SCHEMA>;
