import { renewBetween } from "../support/markers.ts";
import { HINDRANCES } from "./hindrances.ts";
import { APPS } from "./operations/app-faults.ts";
import { INTERPRETERS } from "./operations/builds.ts";
import { CHANNELS } from "./operations/channel-faults.ts";
import { NETWORK } from "./operations/network.ts";
import { OPERATIONS } from "./operations/operations.ts";
import { SOURCES } from "./operations/source-faults.ts";
import { upgradeFaults } from "./operations/upgrade-faults.ts";
import type { Results, Tried } from "./results.ts";
import { FAMILIES } from "./sweep.ts";

/**
 * What was tried and what it came to, for people: docs/reliability.md. Of operations that these results know nothing of, `page`, that file as it
 * is, keeps what it says.
 */
export function renderTable(results: Results, seed: number, page: string): string {
  const { reached, bad } = outcomes(results);
  const left = Object.keys(OPERATIONS).reduce((sum, name) => sum + results.missing(name).length, 0);
  const isKnown = (name: string) => reached.some(({ operation }) => operation === name);
  const kept = Object.keys(OPERATIONS).some((name) => !isKnown(name)) ? launchersIn(page) : [];
  const launchers = [...new Set([...kept, ...reached.map(({ launcher }) => launcher)])].join(", ");
  const sections = Object.keys(OPERATIONS).flatMap((name) =>
    isKnown(name) ? section(name, results) : (sectionIn(page, name) ?? []),
  );
  return `${INTRODUCTION}
Tried by \`npm run fault\`${seed === 1 ? "" : ` (seed ${seed})`}: ${summary(sections.join("\n"))}
${left === 0 ? "" : `${left} more are planned. `}The launchers' sha256 begins with ${launchers}.

${sections.join("\n\n")}

${NETWORK}

${INTERPRETERS}
${upgradeFaults()}
${APPS}
${CHANNELS}

${SOURCES}
${bad.length === 0 ? "" : `\n## Not as it has to be\n\n${bad.map(problemLine).join("\n")}\n`}`;
}

/** The README with the sum of that page between its markers. */
export function withSum(readme: string, page: string): string {
  const text = `Tried by \`npm run fault\`: ${summary(page)}
[docs/reliability.md](docs/reliability.md) says what must hold after each, operation by operation.`;
  return renewBetween(readme, "faults", "npm run fault", text);
}

/** Of all rows of operations that a text has. */
function summary(text: string): string {
  const hindrances = Object.values(HINDRANCES).map(({ title }) => title);
  const rows = [...text.matchAll(/^\| (.+?) \| [^|]* \| (\d+) (?:\| \d+ ){4}\| (\d+) \|$/gm)];
  const sum = (isMeant: (title: string) => boolean, column: 2 | 3): number =>
    rows.reduce((all, row) => all + (isMeant(row[1] as string) ? Number(row[column]) : 0), 0);
  const isKill = (title: string) => title.startsWith("SIGKILL");
  const isHindrance = (title: string) => hindrances.includes(title);
  const [kills, hindered, all, bad] = [sum(isKill, 2), sum(isHindrance, 2), sum(() => true, 2), sum(() => true, 3)];
  const verdict = bad === 0 ? "Each left" : `All but ${bad} left`;
  return `${kills} kills, ${all - kills - hindered} system calls that failed and ${hindered} starts with too little room or right. ${verdict} the old environment or the new one, or none before the first.`;
}

function launchersIn(page: string): string[] {
  return /sha256 begins with ([0-9a-f, ]+)\./.exec(page)?.[1]?.split(", ") ?? [];
}

function sectionIn(page: string, operation: string): string | undefined {
  return page.split(/\n\n(?=## )/).find((one) => one.startsWith(`${headingOf(operation)}\n`));
}

function outcomes({ tried }: Results) {
  const reached = tried.filter(({ shows }) => shows !== null);
  return { reached, bad: reached.filter(({ problems }) => problems.length > 0) };
}

const INTRODUCTION = `# What was tried to break it

An operation runs under a supervisor (\`test/fault/supervisor/supervisor.c\`) that sees each call of the whole process tree that changes
a file system. At one of these calls it ends the tree by SIGKILL, lets half of a write be done and ends it then, or lets calls
fail. Then these must hold, one after the other:

1. \`.venv/bin/python\` starts, and all files of its packages are as their RECORD says: the environment that was there, or the
   new one. Before the first one was shown there may be none.
2. A failed call, where it made prime fail: prime ended with status 125 and said what was being done, to which path, why, and what to do next.
3. \`./prime run\` works, with what the inputs ask for.
4. The same operation again succeeds, and shows what it has to.
5. After \`./prime gc\` nothing is left in the root, in \`.prime\`, among the ready plans, in prime's cache and in the folder for
   temporary files but what belongs there; and a start is warm.

Of an app: a start runs the release before or the new one; the same operation again succeeds, then starts run the new one; another look
leaves nothing in the app's folder but what belongs there; and a start is warm.

"Every" means each call that prime's own processes make (sh, Node, and Python where it validates); "some" a sample
that is chosen by the seed. "None yet", "old" and "new" are what \`.venv\` showed right after the fault, "failed" counts the starts
that ended with status 125; the others were killed, or went on.
`;

function headingOf(operation: string): string {
  const title = OPERATIONS[operation]?.title ?? operation;
  return `## ${title[0]?.toUpperCase()}${title.slice(1)}`;
}

function section(operation: string, results: Results): string {
  const faults = Object.entries(FAMILIES).map(([family, { title: fault, every }]) => {
    const isLeft = results.missing(operation).some((one) => one.family === family);
    const isEvery = every && OPERATIONS[operation]?.isLong !== true;
    return row(results, operation, family, fault, isLeft ? "so far" : isEvery ? "every" : "some");
  });
  const hindrances = Object.entries(HINDRANCES)
    .filter(([, one]) => one.operation === operation)
    .map(([id, { title: fault, measures, unit }]) => {
      return row(results, operation, id, fault, unit === "" ? "" : `${measures.join(", ")} ${unit}`);
    });
  return `${headingOf(operation)}

| fault | at | tried | none yet | old | new | failed | not as it has to be |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
${[...faults, ...hindrances].filter((line) => line !== "").join("\n")}`;
}

function row(results: Results, operation: string, family: string, title: string, at: string): string {
  const all = results.tried.filter((one) => one.operation === operation && one.family === family && one.shows !== null);
  if (all.length === 0) return "";
  const count = (isMeant: (one: Tried) => boolean): number => all.filter(isMeant).length;
  const cells = [
    title,
    at,
    all.length,
    count(({ shows }) => shows === "none"),
    count(({ shows }) => shows === "old"),
    count(({ shows }) => shows === "new"),
    count(({ code }) => code === 125),
    count(({ problems }) => problems.length > 0),
  ];
  return `| ${cells.join(" | ")} |`;
}

function problemLine({ operation, family, spec, call, problems }: Tried): string {
  return `- ${operation}, ${family} ${spec}, ${call}: ${problems.join("; ").split("\n")[0]}`;
}
