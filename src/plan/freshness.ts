import * as path from "node:path";
import { quoteForShell } from "../edges/command.ts";
import type { Input } from "../inputs/input.ts";
import { HIDDEN } from "../secrets.ts";
import { type Ctimes, ctimeTests, seenFrom } from "./ctimes.ts";
import { INDEX_VARIABLES } from "./index-variables.ts";
import { PIN, type Renewable, type StampPair, sameContentsForSh, timeTest } from "./same-contents.ts";
import { SHOWN_AGAIN } from "./way-back.ts";

/** What a ready plan compares before it believes that nothing changed. All paths are absolute. */
export interface Watch {
  /** The folder of the stamps. Its file `PIN` is younger than the folder, until a stamp is taken away or added. */
  readonly stamps: string;
  /** Files and folders that are compared by mtime. */
  readonly timed: readonly Timed[];
  /** Files that are compared by mtime, and by contents when the mtime differs. */
  readonly renewable: readonly Renewable[];
  /** Files and folders that are compared by ctime. */
  readonly changed: Ctimes | undefined;
  readonly absent: readonly AbsentIn[];
  /** All other inputs; these have no time to compare. */
  readonly others: readonly Input[];
}

/**
 * Files and folders that share one mtime: none is older than the stamp `from` or younger than the stamp `to`, which are
 * mostly the same stamp.
 */
export interface Timed {
  readonly stamp: StampPair;
  readonly paths: readonly string[];
}

/**
 * Names that must be absent from one folder. While the folder keeps its mtime, no name has come. The mtime lies between
 * the stamps `from` and `to`, which are less than a tick of the clock apart: a shell that compares whole seconds finds
 * that it does not, and looks at each name.
 */
export interface AbsentIn {
  readonly folder: string;
  readonly stamp: StampPair;
  readonly inputs: readonly Input[];
}

/**
 * A line of sh that returns when the plan is another launcher's. `launcher` is absolute; the head may know the same
 * file by another name.
 */
export function launcherForSh(launcher: string): string {
  const file = quoteForShell(launcher);
  return `case $prime_self in ${file}) ;; *) [ "$prime_self" -ef ${file} ] || return 0 ;; esac\n`;
}

/** The most tests in one `[`: for more, some shells take more than in proportion. */
const AT_ONCE = 16;
const AND = " \\\n  -a ";

export interface FreshnessTests {
  /** Lines of sh, behind those of `stampsForSh`; each returns at the first difference. */
  readonly quick: string;
  /**
   * Lines of the file `.slow` beside the stamps, which the last of `quick` sources when something is not as it mostly
   * is. They set `prime_status` to 0 when nothing that counts has changed all the same.
   */
  readonly slow: string;
}

/** The line in which a plan names its stamps (absolute). */
export function stampsForSh(stamps: string): string {
  return `prime_stamps=${quoteForShell(stamps)}\n`;
}

/**
 * The same watch with paths as they are named from `folder` (absolute): to read a path takes sh as long as to look at
 * it.
 */
export function watchFrom(folder: string, watch: Watch): Watch {
  const seen = (file: string) => seenFrom(folder, file);
  return {
    ...watch,
    timed: watch.timed.map((one) => ({ ...one, paths: one.paths.map(seen) })),
    renewable: watch.renewable.map((one) => ({ ...one, path: seen(one.path) })),
    absent: watch.absent.map((one) => ({ ...one, folder: seen(one.folder) })),
    others: watch.others.map((one) => ({
      ...one,
      path: seen(one.path),
      ...(one.kind === "same" && { target: seen(one.target) }),
    })),
  };
}

/**
 * Shells differ in what `-nt` says of missing files, so `-e` comes first. The pin proves that each stamp is still there
 * at the end: a plan that is replaced meanwhile loses its stamps. What can be fit in another way as well comes last, in
 * a file of its own that sh mostly does not read. `shown`: the generation, as the watch names it; its link may lead
 * elsewhere while this is the plan that is kept.
 */
export function freshnessForSh(
  { stamps, timed, renewable, changed, absent, others }: Watch,
  shown?: string,
): FreshnessTests {
  const isLink = (one: Input) => one.kind === "same" && one.target === shown;
  const links = others.filter(isLink).map(isOther);
  const folders = new Set(absent.map(({ folder }) => folder));
  const dated = [...timed.flatMap(({ paths }) => paths), ...renewable.map((one) => one.path)];
  const kept = dated.filter((file) => folders.has(path.dirname(file)));
  const known = [...kept, ...others.map((one) => one.kind === "same" && one.target)];
  const times = renewable.map((one) => timeTest(one, kept.includes(one.path)));
  const mostly = [...links.flatMap((one) => [one, '-z "$prime_back"']), ...absent.map(folderTest), ...times, PINNED];
  const quick = [
    ...allOf([...others.filter((one) => !isLink(one)).map(isOther), ...timed.flatMap((one) => isTimed(one, known))]),
    ...(changed === undefined ? [] : ctimeTests(changed)),
    `${allOf(mostly).join(" && ")} || ${SLOW}`,
  ];
  const slow = [
    ...links.map((one) => `[ ${one} -o -n "$prime_back" ]`),
    ...absent.map((one) => namesTest(one, kept)),
    `! ${allOf([...times, PINNED, '-z "$prime_back"']).join(" || ! ")} || { prime_status=0; false; }`,
    ...(times.length === 0 ? [] : [`${allOf(times).join(" && ")} || ${contentsTest(stamps, renewable)}`]),
    `[ ${PINNED} ]`,
    ...links.map(() => SHOWN_AGAIN),
  ];
  return { quick: returnUnless(quick), slow: `${returnUnless(slow)}prime_status=0\n` };
}

const PINNED = `"$prime_stamps/${PIN}" -nt "$prime_stamps"`;

/** The sourced file tells its result by a variable: its own status would end a shell that has `-e`. */
const SLOW = `{
  prime_status=1
  [ -f "$prime_stamps.slow" ] && command . "$prime_stamps.slow"
  [ $prime_status -eq 0 ]
}`;

/**
 * Compares contents when the plan can serve the start (see `sameContentsForSh`), but not a second time when no Node
 * works (`prime_last`).
 */
function contentsTest(stamps: string, files: readonly Renewable[]): string {
  return `{
  [ -z "$prime_stale" -o -n "\${prime_last-}" ] || {
${sameContentsForSh(stamps, files)}}
  [ $prime_status -eq 0 ] && prime_status=1
}`;
}

/**
 * What the head sources when a plan has declined and there is no Node to tell why: the same tests one by one, and the
 * first difference in words.
 */
export function differenceForSh(
  variables: Readonly<Record<string, string | null>>,
  { stamps, timed, renewable, changed, absent, others }: Watch,
): string {
  const ofTime = ({ stamp, paths }: Timed) =>
    paths.map((file) => {
      const [it, from, to] = [file, `${stamps}/${stamp.from}`, `${stamps}/${stamp.to}`].map(quoteForShell);
      return [file, `! [ ! -e ${it} -o ${from} -nt ${it} -o ${it} -nt ${to} ]`] as const;
    });
  const tests = [
    ...Object.entries(variables).map(([name, value]) => [`$${name}`, variablesTest(name, value)] as const),
    ...[...others, ...absent.flatMap(({ inputs }) => inputs)].map((one) => [one.path, inputTest(one)] as const),
    ...[...timed, ...renewable.map(({ path: file, stamp }) => ({ stamp, paths: [file] }))].flatMap(ofTime),
    ...(changed === undefined
      ? []
      : ctimeTests(changed).map((test) => [`a file that ${stamps} tells of`, test] as const)),
  ];
  const lines = tests.map(
    ([name, test]) => `${test} || { prime_why=${quoteForShell(`${name} is not as it was; `)}; return 0; }\n`,
  );
  return lines.join("");
}

function variablesTest(name: string, value: string | null): string {
  return value === null ? `[ -z "\${${name}+=}" ]` : valueTest(name, value);
}

function returnUnless(commands: readonly string[]): string {
  return commands.map((command) => `${command} || return 0\n`).join("");
}

/** Commands of sh that make these tests, `AT_ONCE` of them in each. */
function allOf(tests: readonly string[]): string[] {
  const commands: string[] = [];
  for (let first = 0; first < tests.length; first += AT_ONCE) {
    commands.push(`[ ${tests.slice(first, first + AT_ONCE).join(AND)} ]`);
  }
  return commands;
}

/**
 * Compares each file with the next, in a ring from the earlier stamp to the later one: none is younger than its
 * successor, so that all have one time. Files in `known` are there by another test.
 */
function isTimed({ stamp, paths }: Timed, known: readonly unknown[]): string[] {
  const [from, to] = [stamp.from, stamp.to].map((name) => `"$prime_stamps/${name}"`);
  const words = paths.map(quoteForShell);
  const steps = words.map((it, index) => {
    const isThere = known.includes(paths[index]) ? "" : `-e ${it} -a `;
    return `${isThere}! ${words[index - 1] ?? from} -nt ${it}`;
  });
  return [...steps, `! ${words.at(-1)} -nt ${to}`];
}

function folderTest({ folder, stamp: { from, to } }: AbsentIn): string {
  const it = quoteForShell(folder);
  return `${it} -nt "$prime_stamps/${from}" -a "$prime_stamps/${to}" -nt ${it}`;
}

/** Looks at each name once a folder has another time: in a loop, which is short, since sh mostly does not come here. */
function namesTest(absent: AbsentIn, kept: readonly string[]): string {
  const { folder, inputs } = absent;
  const one = `${folder === "/" ? "" : quoteForShell(folder)}/"$prime_line"`;
  const areAll = (files: readonly string[], test: string) =>
    files.length === 0
      ? ""
      : `for prime_line in ${files.map((file) => quoteForShell(path.basename(file))).join(" ")}; do
  [ ${test} ] || return 0; done\n`;
  const named = (kind: Input["kind"]) => inputs.filter((input) => input.kind === kind).map((input) => input.path);
  const inFolder = kept.filter((file) => path.dirname(file) === folder);
  return `[ ${folderTest(absent)} ] || {
${areAll(named("absent"), `! -e ${one} -a ! -L ${one}`)}${areAll(named("no-file"), `! -f ${one}`)}${areAll(inFolder, `-e ${one}`)}}`;
}

/** Words of `[` that are true while an input without a time is as it has to be. */
function isOther(input: Input): string {
  const file = quoteForShell(input.path);
  switch (input.kind) {
    case "absent":
      return `! -e ${file} -a ! -L ${file}`;
    case "dead":
      return `! -e ${file}`;
    case "no-file":
      return `! -f ${file}`;
    case "same":
      return `${file} -ef ${quoteForShell(input.target)}`;
    default:
      return `-e ${file}`;
  }
}

/** A test in sh that succeeds while an input without a time is as it has to be. */
export function inputTest(input: Input): string {
  return `[ ${isOther(input)} ]`;
}

/**
 * Lines of sh that return when a variable has changed: one test for all that must be unset, one for each that has a
 * value, which may be empty.
 */
export function variablesForSh(variables: Readonly<Record<string, string | null>>): string {
  const names = Object.keys(variables).sort();
  const unset = names.filter((name) => variables[name] === null);
  const tests = names
    .filter((name) => variables[name] !== null)
    .map((name) => valueTest(name, variables[name] as string));
  if (unset.length > 0) tests.unshift(`[ -z "${unset.map((name) => `\${${name}+=}`).join("")}" ]`);
  return returnUnless(tests);
}

/**
 * A test in sh that a variable still has this value. Parts of the value that prime hides (secrets) are not compared.
 */
export function valueTest(name: string, value: string): string {
  const is = `"\${${name}+=}\${${name}-}"`;
  const parts = `=${value}`.split(HIDDEN).map((part) => (part === "" ? "" : quoteForShell(part)));
  const test = parts.length === 1 ? `[ ${is} = ${parts[0]} ]` : `case ${is} in ${parts.join("*")}) ;; *) false ;; esac`;
  return INDEX_VARIABLES.includes(name) ? `[ -z "\${${name}-}" ] || ${test}` : test;
}
