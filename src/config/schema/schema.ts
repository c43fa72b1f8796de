import * as path from "node:path";
import * as v from "valibot";
import { isTable } from "../../toml.ts";
import { UPGRADE_SCHEMA } from "../policy/schema.ts";
import { COMMANDS } from "./command-names.ts";
import { VERSION_REQUEST } from "./version-text.ts";

// By way of this file, so that the bundle holds only the used parts of valibot: a lazy import would take all of it.
export { is, safeParse } from "valibot";

export { TRIAL_SCHEMA, UPGRADE_SCHEMA, VERIFY_SCHEMA, WINDOW_SCHEMA } from "../policy/schema.ts";

export { BUILD_LIST_SCHEMA, PRIME_LOCK_SCHEMA } from "./lock-schema.ts";

/*
 * Validation, the committed JSON schema and README's table of keys all come from here. The message of each rule is what
 * was expected, so that one sentence fits them all: "`key` must be <message>, found <value>".
 */

/** Names of extras and groups (PEP 508 identifiers) and of packages. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
/** Not absolute, and no `..` among its parts: by links or not, it stays under root. */
const PATH_INSIDE_ROOT = /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$)).+$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A word that no shell reads in its own way, and no flag. */
const TASK = /^[A-Za-z0-9_][A-Za-z0-9._:-]*$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** What prime sets for every command by itself, and what belongs to the shell that runs the ready plan. */
const TAKEN = new Set(
  `PATH VIRTUAL_ENV VIRTUAL_ENV_PROMPT PYTHONHOME
   _ IFS PWD OLDPWD SHLVL PPID UID EUID GID EGID OPTIND SHELLOPTS BASHOPTS
   LINENO RANDOM SECONDS HISTCMD GROUPS
   SRANDOM EPOCHSECONDS EPOCHREALTIME FUNCNAME DIRSTACK PIPESTATUS BASHPID BASH_COMMAND KSH_VERSION`.split(/\s+/),
);

const ONE_DAY_S = 86_400;

/** Text as the system takes it in paths, arguments and variables (POSIX: none of them can hold a NUL). */
export function text(expected: string) {
  return v.pipe(
    v.string(expected),
    v.check((value) => !value.includes("\0"), `${expected}, without a NUL character`),
  );
}

function pathInsideRoot(expected: string) {
  return v.pipe(text(expected), v.regex(PATH_INSIDE_ROOT, expected));
}

/** valibot takes lists and dates for objects. */
export function table(expected: string) {
  return v.custom<Readonly<Record<string, unknown>>>(isTable, expected);
}

export function listOf<const TItem extends v.GenericSchema<string>>(item: TItem, expected: string) {
  return v.array(item, expected);
}

export function seconds(expected: string) {
  return v.pipe(v.number(expected), v.gtValue(0, expected), v.maxValue(ONE_DAY_S, expected));
}

export const name = v.pipe(v.string("a name"), v.regex(NAME, "a name of letters, digits, `.`, `_` and `-`"));
const namesOrAll = (example: string, of = "") => {
  const expected = `a list of names${of}, e.g. ["${example}"], or "all"`;
  return v.union([v.literal("all"), listOf(name, expected)], expected);
};
export const limit = "a number of seconds above 0 and up to a day";

const variables = v.pipe(
  table('a table of variables, e.g. { DEBUG = "1" }'),
  v.record(
    v.pipe(
      v.string(),
      v.regex(VARIABLE, "made of letters, digits and `_`, the first one no digit"),
      v.check((value) => !isTaken(value), "one that neither prime nor the shell sets by itself"),
    ),
    text("a text in quotes"),
  ),
);

export const commandLine = v.pipe(text("a command line"), v.regex(/\S/, "a command line that is not empty"));
const lines = 'a list of command lines, e.g. ["ruff check", "mypy src"]';
const commandLines = v.pipe(v.array(commandLine, lines), v.minLength(1, lines));
const task = "a command line, a list of command lines, or a table with `run`";

/** A task that says more than what is run. */
export const TASK_SCHEMA = v.strictObject(
  {
    run: v.pipe(
      v.union([commandLine, commandLines], "a command line or a list of them"),
      v.description("A command line of sh, or several of which the first that fails is the last."),
    ),
    about: v.exactOptional(v.pipe(text("a text in quotes"), v.description("What `./prime tasks` tells of it."))),
    env: v.exactOptional(v.pipe(variables, v.description("Variables for this task."))),
    groups: v.exactOptional(
      v.pipe(
        listOf(name, 'a list of names, e.g. ["docs"]'),
        v.description("Dependency groups that it needs, as `--group` chooses them."),
      ),
    ),
    cwd: v.exactOptional(
      v.pipe(
        pathInsideRoot("the path of a folder, relative to root and inside it"),
        v.description("The folder that it runs in; root where it is not said."),
      ),
    ),
  },
  task,
);

const digest = "64 hexadecimal digits, the sha256 of uv's wheel for that platform";
const digests = 'a table of platforms and digests, e.g. { linux-x86_64-gnu = "…" }';
const pin = `a table with \`version\` and \`sha256\`, which is ${digests}`;

export const UV_SCHEMA = v.strictObject(
  {
    version: v.pipe(
      v.string('a version, e.g. "0.9.1"'),
      v.regex(/^\d+\.\d+\.\d+$/, 'a whole version, e.g. "0.9.1"'),
      v.description("The version of uv."),
    ),
    sha256: v.pipe(
      table(digests),
      v.record(v.string(), v.pipe(v.string(digest), v.regex(SHA256, digest))),
      v.minEntries(1, "a table with at least one platform and its digest"),
      v.description("The sha256 of uv's wheel, in hexadecimal, by platform, e.g. `linux-x86_64-gnu`."),
    ),
  },
  pin,
);

/** Everything that a repo, a person or a CI job may set. */
export const CONFIG_SCHEMA = v.strictObject(
  {
    required_python_version: v.exactOptional(
      v.pipe(
        v.string('a version in quotes, e.g. "3.12"'),
        v.regex(
          VERSION_REQUEST,
          'a version such as "3", "3.12" or "3.12.1", or a PEP 440 range such as ">=3.10,<3.13"',
        ),
        v.description("The Python that the repo requires: `3`, `3.12`, `3.12.1` or a PEP 440 range."),
        v.metadata({ standard: "`.python-version` from root upwards, else `requires-python`, else any" }),
        v.examples(["3.12", ">=3.10,<3.13"]),
      ),
    ),
    python_selector_file_rel_path: v.exactOptional(
      v.pipe(
        pathInsideRoot("the path of a file, relative to root and inside it"),
        v.description("A script of the repo's own that picks the interpreter to bootstrap with."),
        v.metadata({ standard: "none" }),
      ),
    ),
    venv_driver: v.exactOptional(
      v.pipe(
        v.picklist(["venv_uv", "venv_pip"], '"venv_uv" or "venv_pip"'),
        v.description("What builds environments: uv, or the interpreter's own venv and pip."),
      ),
    ),
    local_venv_dir_rel_path: v.exactOptional(
      v.pipe(
        pathInsideRoot("the path of a folder, relative to root and inside it"),
        v.check((value) => !isPrimesOwn(value), "a path other than root itself and outside `.prime`"),
        v.description("Where the link to the environment stands."),
      ),
    ),
    install_extras: v.exactOptional(
      v.pipe(
        namesOrAll("test"),
        v.description('Extras of the project to install, or `"all"`; also `--extra`.'),
        v.metadata({ standard: "as the repo suggests" }),
      ),
    ),
    install_groups: v.exactOptional(
      v.pipe(
        namesOrAll("dev"),
        v.description('Dependency groups (PEP 735) to install, or `"all"`; also `--group`.'),
        v.metadata({ standard: "as the repo suggests" }),
      ),
    ),
    install_packages: v.exactOptional(
      v.pipe(
        namesOrAll("member", " of workspace members"),
        v.description('Workspace members to install, `"all"`, or `[]` for no project at all; also `--package`.'),
        v.metadata({ standard: "as uv does for the repo" }),
      ),
    ),
    requirements: v.exactOptional(
      v.pipe(
        listOf(
          pathInsideRoot("the path of a file, relative to root and inside it"),
          'a list of paths, e.g. ["requirements.txt"]',
        ),
        v.description("Requirement files to install, in order."),
        v.metadata({
          standard:
            "`requirements.txt` and, beside it, `requirements-dev.txt`, `dev-requirements.txt`, `requirements/dev.txt`",
        }),
      ),
    ),
    lock: v.exactOptional(
      v.pipe(
        v.picklist(["update", "check", "frozen"], '"update", "check" or "frozen"'),
        v.description(
          "What to do when the lock does not fit the project: `update` it and say what changed, `check` and fail, or trust it as `frozen`.",
        ),
        v.metadata({ standard: "`update`; `check` when `CI` is set or root cannot be written" }),
      ),
    ),
    setup: v.exactOptional(
      v.pipe(
        listOf(
          v.pipe(text("a command"), v.regex(/\S/, "a command that is not empty")),
          'a list of commands, e.g. ["pre-commit install"]',
        ),
        v.description("Commands to run inside each newly built environment, e.g. `pre-commit install`."),
      ),
    ),
    env: v.exactOptional(v.pipe(variables, v.description("Variables for the commands that run in the environment."))),
    tasks: v.exactOptional(
      v.pipe(
        table('a table of tasks, e.g. { test = "pytest -x" }'),
        v.record(
          v.pipe(
            v.string(),
            v.regex(TASK, "a name of letters, digits, `.`, `_`, `:` and `-`"),
            v.check((value) => !COMMANDS.has(value), "one that is no command of prime's own"),
          ),
          v.union([commandLine, commandLines, TASK_SCHEMA], task),
        ),
        v.description("What `./prime NAME` runs: a command line, several, or `{ run, env, groups, cwd, about }`."),
      ),
    ),
    freshness: v.exactOptional(
      v.pipe(
        v.picklist(["mtime", "strict"], '"mtime" or "strict"'),
        v.description("How a start sees that an input has changed: by `mtime`, or `strict`ly, by ctime."),
      ),
    ),
    uv: v.exactOptional(
      v.pipe(
        table(pin),
        UV_SCHEMA,
        v.description("A uv in place of the one that the launcher pins: its version, and its sha256 by platform."),
        v.metadata({ standard: "the launcher's pin" }),
      ),
    ),
    upgrade: v.exactOptional(
      v.pipe(
        UPGRADE_SCHEMA,
        v.description(
          "What upgrades may do, and where things are fetched from: the policy, of which each key is told below.",
        ),
      ),
    ),
    selector_limit_s: v.exactOptional(v.pipe(seconds(limit), v.description("Seconds that the selector may take."))),
    probe_limit_s: v.exactOptional(
      v.pipe(seconds(limit), v.description("Seconds that an interpreter may take to tell its version.")),
    ),
    lock_patience_s: v.exactOptional(
      v.pipe(
        seconds(limit),
        v.description("Seconds without a sign of life after which another prime's build lock is no longer waited for."),
      ),
    ),
    proto_code_dir_rel_path: v.exactOptional(
      v.pipe(
        pathInsideRoot("the path of a folder, relative to the launcher's and inside it"),
        v.description(
          "The folder of protoprimer's kernel: its configuration counts then, and no other key stands beside this one.",
        ),
        v.metadata({ standard: "found where it usually is, in a repo without any key of prime's" }),
      ),
    ),
  },
  "a table of prime's keys",
);

export type ConfigValues = v.InferOutput<typeof CONFIG_SCHEMA>;

function isPrimesOwn(relative: string): boolean {
  const normal = path.posix.normalize(`${relative}/`);
  return normal === "./" || normal.startsWith(".prime/");
}

function isTaken(variable: string): boolean {
  return TAKEN.has(variable) || variable.startsWith("PRIME_");
}
