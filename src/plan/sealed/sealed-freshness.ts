import { quoteForShell } from "../../edges/command.ts";
import { isStamped, type Observed } from "../../inputs/observation.ts";
import { inputTest, valueTest } from "../freshness.ts";
import { INDEX_VARIABLES } from "../index-variables.ts";
import type { LaunchRecord } from "../record.ts";

/**
 * Bytes. A smaller file is compared by its contents at every start. Of a larger one (an interpreter or its library) the
 * time is compared first, since reading it costs more than all the rest.
 */
const LARGE = 4_000_000;
/** Variables that decide only how the environment is built: a sealed one is not built again. */
const OF_NO_CONSEQUENCE: readonly string[] = ["CI", ...INDEX_VARIABLES];

/** What a sealed plan compares with. */
export interface Seal {
  /** Inputs that are looked at by time first, with the whole second in which each was changed. */
  readonly timed: readonly { readonly path: string; readonly second: number }[];
  /** Lists of digests as `sha256sum` of coreutils and busybox reads them. */
  readonly small: string;
  readonly large: string;
  /** Lines of sh, each of which returns at the first difference, with the reason in `prime_why`. */
  readonly freshness: string;
}

/**
 * How a sealed plan, which is copied from machine to machine, tells whether something changed. An image's layers cut or
 * replace times, and a checkout in CI has new ones each time, so that contents count. A time counts as the same within
 * the second that begins at its whole one.
 *
 * `folder` is where the lists (`small`, `large`) and the times (`<number>.from`, `<number>.to`) will be;
 * `digestOfNames` gives the sha256 of a folder's names, a line each.
 */
export function sealOf(record: LaunchRecord, folder: string, digestOfNames: (folder: string) => string): Seal {
  const stamped = record.observed.filter(({ input }) => isStamped(input));
  const timed = stamped.filter(({ input, facts }) => input.kind === "listing" || (facts?.size ?? 0) > LARGE);
  const small = stamped.filter((one) => !timed.includes(one));
  const large = timed.filter(({ input }) => input.kind === "file");
  const isInTime = ({ input }: Observed) =>
    withinSecond(input.path, `${folder}/${timed.findIndex((one) => one.input === input)}`);
  const lines = [
    ...SUMS,
    ...variableLines(record),
    ...plainLines(record),
    `prime_sums ${quoteForShell(`${folder}/small`)} || return 0`,
    ...(large.length === 0
      ? []
      : [`{ ${large.map(isInTime).join(" && ")}; } || prime_sums ${quoteForShell(`${folder}/large`)} || return 0`]),
    ...timed
      .filter((one) => !large.includes(one))
      .map((one) => {
        const names = `[ "$(cd / && LC_ALL=C ls -A ${quoteForShell(one.input.path)} | sha256sum)" = '${digestOfNames(one.input.path)}  -' ]`;
        return `{ ${isInTime(one)}; } || ${names} || ${decline(`${one.input.path} holds other names than it was sealed with`)}`;
      }),
    `prime_why='without Node.js there are only bare ./prime, run${record.kernel === undefined ? ", -c and scripts" : " and -c"} here; '`,
  ];
  return {
    timed: timed.map(({ input, facts }) => ({ path: input.path, second: secondOf(facts?.mtimeNs) })),
    small: listOf(small),
    large: listOf(large),
    freshness: lines.map((line) => `${line}\n`).join(""),
  };
}

/**
 * A function of sh that succeeds when all files of a list have its digests; else `prime_why` has what `sha256sum` says
 * of the others.
 */
const SUMS = [
  "prime_sums() {",
  '  prime_line=$(cd / && LC_ALL=C sha256sum -c "$1" 2>&1) && return 0',
  "  prime_why=$(printf '%s\\n' \"$prime_line\" | while IFS= read -r prime_line; do",
  "    case $prime_line in *': OK') ;; *) printf '%s; ' \"$prime_line\" ;; esac",
  "  done)",
  '  prime_why="not as it was sealed: $prime_why"',
  "  return 1",
  "}",
];

function decline(why: string): string {
  return `{ prime_why=${quoteForShell(`${why}; `)}; return 0; }`;
}

function variableLines({ variables }: LaunchRecord): string[] {
  return Object.entries(variables)
    .filter(([name]) => !OF_NO_CONSEQUENCE.includes(name))
    .map(([name, value]) =>
      value === null
        ? `[ -z "\${${name}+=}" ] || ${decline(`${name} is set and was not when this was sealed`)}`
        : `${valueTest(name, value)} || ${decline(`${name} has another value than when this was sealed`)}`,
    );
}

/** `.venv` is left out: people and editors use it, and it may come and go with what is copied over the root. */
function plainLines({ observed, activation }: LaunchRecord): string[] {
  return observed
    .map(({ input }) => input)
    .filter((input) => !isStamped(input) && !(input.kind === "same" && input.target === activation.generation))
    .map(
      (input) => `${inputTest(input)} || ${decline(`${input.path} is not as it was sealed, or closed to this user`)}`,
    );
}

function withinSecond(file: string, stamp: string): string {
  const [name, from, to] = [file, `${stamp}.from`, `${stamp}.to`].map(quoteForShell);
  return `[ -e ${name} ] && [ -e ${from} ] && [ -e ${to} ] && ! [ ${name} -ot ${from} ] && ! [ ${name} -nt ${to} ]`;
}

function listOf(files: readonly Observed[]): string {
  return files.map(({ input, contents }) => `${contents}  ${input.path}\n`).join("");
}

function secondOf(timeNs: string | undefined): number {
  return Number(BigInt(timeNs ?? 0) / 1_000_000_000n);
}
