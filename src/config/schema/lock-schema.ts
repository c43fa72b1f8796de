import * as v from "valibot";

function text(expected: string, form: RegExp) {
  return v.pipe(v.string(expected), v.regex(form, expected));
}

const sha256 = text("64 hexadecimal digits", /^[0-9a-f]{64}$/);
const platform = text('a platform, e.g. "linux-x86_64-gnu"', /^[a-z\d]+(?:-\w+)+$/);
const tag = text("a build's tag of letters, digits, `.`, `_` and `-`", /^[\w.-]{0,80}$/);
const variant = text('a variant, e.g. "freethreaded"', /^[a-z+]{1,40}$/);
const address = text("an address (https:, http:, file:)", /^(?:https?|file):\/\/[^\s"\\]+$/);

/** A whole version of an interpreter. */
export const PYTHON_VERSION = /^3\.\d{1,3}\.\d{1,3}(?:(?:a|b|rc)\d{1,3})?$/;
const version = text('a whole version, e.g. "3.12.12"', PYTHON_VERSION);
const implementation = v.picklist(["cpython", "pypy"], '"cpython" or "pypy"');

export const PIN_REASON = /^[^\0\n\r]{1,500}$/;

/** prime.lock, apart from its comment. A digest that is missing is none that could be checked: it must be there. */
export const PRIME_LOCK_SCHEMA = v.strictObject(
  {
    version: v.literal(1, "the number 1"),
    python: v.exactOptional(
      v.strictObject(
        {
          implementation,
          version,
          build: v.pipe(
            v.array(
              v.strictObject(
                { platform, variant: v.exactOptional(variant), build: tag, url: address, sha256 },
                "a table with `platform`, `build`, `url` and `sha256`",
              ),
              "tables [[python.build]]",
            ),
            v.minLength(1, "at least one table [[python.build]]"),
          ),
        },
        "a table with `implementation`, `version` and `build`",
      ),
    ),
    hold: v.exactOptional(
      v.array(
        v.strictObject(
          {
            name: text("the normalized name of a package (PEP 503)", /^[a-z\d]+(?:-[a-z\d]+)*$/),
            version: text("a version (PEP 440)", /^[\w.!+]{1,80}$/),
            until: v.exactOptional(
              text("a date, YYYY-MM-DD, in quotes", /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/),
            ),
            reason: v.exactOptional(text("a text of one line", PIN_REASON)),
          },
          "a table with `name` and `version`",
        ),
        "tables [[hold]]",
      ),
    ),
  },
  "a table of prime.lock's keys",
);

/** The small form of a list of interpreters, for those who host builds; `url` may be relative to the list. */
export const BUILD_LIST_SCHEMA = v.strictObject(
  {
    $schema: v.exactOptional(v.string("an address")),
    releases: v.record(
      version,
      v.array(
        v.strictObject(
          {
            platform: v.pipe(
              platform,
              v.description("e.g. `linux-x86_64-gnu`, `linux-x86_64_v3-musl`, `macosx-arm64`"),
            ),
            url: v.pipe(
              text("an address", /^[^\s"\\]{1,2000}$/),
              v.description("Of the archive, relative to the list if it names no scheme."),
            ),
            sha256: v.nullish(v.pipe(sha256, v.description("Of the archive; a build without it is refused."))),
            build: v.optional(v.pipe(tag, v.description("Which build of this version; a later one sorts behind.")), ""),
            variant: v.nullish(v.pipe(variant, v.description("`freethreaded`, `debug`, or both with a `+`."))),
            implementation: v.optional(
              v.pipe(implementation, v.description("`cpython` if it is not said.")),
              "cpython",
            ),
          },
          "a table with `platform`, `url`, `sha256` and `build`",
        ),
        "a list of builds",
      ),
      "builds by version",
    ),
  },
  "an object with `releases`",
);
