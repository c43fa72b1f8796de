import * as v from "valibot";
import { PATH, TEXT, TIME } from "../../edges/files/own/own-json.ts";

const NAMES = v.record(TEXT, TEXT);
/** Below the environment: neither absolute nor a way out of it. */
const RELATIVE = v.pipe(TEXT, v.regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))/));
const RELATIVES = v.record(RELATIVE, TEXT);

const DISTRIBUTOR = v.object({
  kind: v.picklist(["dpkg", "rpm", "pyenv", "asdf", "mise", "uv", "homebrew", "conda", "nix", "opt", "unknown"]),
  package: v.nullable(TEXT),
  restore: v.nullable(TEXT),
});

const INTERPRETER = v.object({
  anchor: PATH,
  anchorKind: v.picklist(["minor", "exact"]),
  realPath: PATH,
  implementation: TEXT,
  version: TEXT,
  soabi: TEXT,
  platform: TEXT,
  libc: TEXT,
  stdlib: PATH,
  libpython: v.nullable(PATH),
  state: TEXT,
  distributor: DISTRIBUTOR,
});

/** What every layout has. */
export const ANY_MANIFEST = v.object({
  layout: v.number(),
  id: v.optional(v.unknown()),
  root: v.optional(v.unknown()),
  builtAt: v.optional(v.unknown()),
});

/** A manifest of this layout; what it was made of is only compared and shown. */
export const MANIFEST = v.object({
  layout: v.number(),
  id: TEXT,
  digest: TEXT,
  madeOf: v.record(TEXT, v.unknown()),
  root: PATH,
  interpreter: INTERPRETER,
  request: TEXT,
  standsInFor: v.nullable(TEXT),
  driver: v.picklist(["venv_uv", "venv_pip"]),
  uv: v.nullable(TEXT),
  project: TEXT,
  packages: NAMES,
  packageDigests: NAMES,
  sitePackages: RELATIVES,
  adopted: v.optional(RELATIVES),
  pyvenv: TEXT,
  resolution: v.nullable(v.pipe(TEXT, v.regex(/^[^/]+$/))),
  builtAt: TIME,
  reason: TEXT,
  builtBy: v.object({ user: TEXT, host: TEXT, inContainer: v.boolean() }),
  steps: v.array(v.object({ title: TEXT, durationMs: TIME })),
});
