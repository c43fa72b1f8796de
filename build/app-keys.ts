import type { AppValues } from "../src/config/schema/app-schema.ts";

/** What each key of `[app]` means, and what holds without it. Only papers need it. */
export const APP_KEYS: Readonly<Record<keyof AppValues, readonly [meaning: string, standard: string]>> = {
  packages: ["What is installed; the first one is the app itself, whose version is told.", "must be there"],
  name: [
    "The name of the app, of its folder and of the TOML beside its launcher.",
    "the file's; in a repo that of the first package",
  ],
  entry: ["What a start runs: a console script, or a function as `module:function`, also an `async` one.", "`name`"],
  python: ["The Python that the app needs: `3.12`, or a PEP 440 range.", "any"],
  sources: [
    "Where packages come from; the first source that has a name wins, and one that can't be asked ends the look: a later one could have another package of that name. `index` is what pip and uv are configured for here and stands last; `index+URL` is another one; `https://host/wheels/`, `s3://bucket/prefix` and a path are folders of wheels.",
    '`["index"]`',
  ],
  package: ["Tables `[[app.package]]` with `name` and `sources`: such a package comes from nowhere else.", "none"],
  channel: [
    "Where the app's channels are ([channels.md](channels.md)), one of which is followed in place of a search for the newest: a URL, `s3://bucket/prefix` or a folder.",
    "none",
  ],
  follow: ["Which of the channels is followed.", '`"stable"`'],
  trust: ["The `root.json` of the channel; `init --app` puts its text into the launcher.", '`"root.json"`'],
  check: [
    "How often a start looks for a release, give or take a fifth: `start`, `hourly`, `12h`, `daily`, `weekly`, `never`.",
    '`"daily"`',
  ],
  adopt: [
    "`next-start` takes a release that is ready; with `now` a start that is due waits for it; `ask` says that there is one.",
    '`"next-start"`',
  ],
  patience_s: ['How many seconds a start waits at most, with `adopt = "now"`.', "`10`"],
  linger_s: [
    "How many seconds a start lasts longer than its command at most, once two updates were killed with their starts.",
    "`60`",
  ],
  verify: ["Commands that must succeed in a new environment before a start takes it.", "none"],
  exclude: ['Versions that are not taken, and left where they are, e.g. `"foo ==3.2.1"`.', "none"],
  trial: [
    "How many starts of a new release may fail, and in how many seconds its main function must be reached.",
    "`{ starts = 3, start_s = 10 }`",
  ],
  self_command: [
    "The first word behind which prime's own commands stand; `false` or `\"\"`: none, and all words are the app's.",
    '`"self"`',
  ],
};
