import { OPERATIONS } from "./operations.ts";
import type { Tried } from "./results.ts";
import { FAMILIES } from "./sweep.ts";

/** What was tried and what it came to, for people: docs/reliability.md. */
export function renderTable(tried: readonly Tried[], seed: number): string {
  const reached = tried.filter(({ shows }) => shows !== null);
  const bad = reached.filter(({ problems }) => problems.length > 0);
  const kills = reached.filter(({ family }) => /^(?:kill|tear)/.test(family)).length;
  return `${INTRODUCTION}
${kills} kills and ${reached.length - kills} failed calls were tried by \`npm run fault\`${seed === 1 ? "" : ` (seed ${seed})`}; ${bad.length} left something that is not as it has to be.

${Object.keys(OPERATIONS)
  .filter((name) => reached.some(({ operation }) => operation === name))
  .map((name) => section(name, reached))
  .join("\n\n")}
${bad.length === 0 ? "" : `\n## Not as it has to be\n\n${bad.map(problemLine).join("\n")}\n`}`;
}

const INTRODUCTION = `# What was tried to break it

An operation runs under a supervisor (\`test/fault/supervisor.c\`) that sees each call of the whole process tree that changes
a file system. At one of these calls it ends the tree by SIGKILL, lets half of a write be done and ends it then, or lets calls
fail. Then these must hold, one after the other:

1. \`.venv/bin/python\` starts, and all files of its packages are as their RECORD says: the environment that was there, or the
   new one. Before the first one was shown there may be none.
2. A failed call, where it made prime fail: prime ended with status 125 and said what was being done, to which path, why, and what to do next.
3. \`./prime run\` works, with what the inputs ask for.
4. The same operation again succeeds, and shows what it has to.
5. After \`./prime gc\` nothing is left in the root, in \`.prime\`, among the ready plans, in prime's cache and in the folder for
   temporary files but what belongs there; and a start is warm.

"Every" means each call that prime's own processes make (sh, Node, and Python where it validates and stamps); "some" a sample
that is chosen by the seed.
`;

function section(operation: string, reached: readonly Tried[]): string {
  const rows = Object.entries(FAMILIES).flatMap(([family, { title, every }]) => {
    const all = reached.filter((one) => one.operation === operation && one.family === family);
    if (all.length === 0) return [];
    const count = (shows: Tried["shows"]): number => all.filter((one) => one.shows === shows).length;
    const bad = all.filter(({ problems }) => problems.length > 0).length;
    const extent = every && OPERATIONS[operation]?.isLong !== true ? "every" : "some";
    const failed = all.filter(({ code }) => code === 125).length;
    const cells = [title, extent, all.length, count("none"), count("old"), count("new"), failed, bad];
    return [`| ${cells.join(" | ")} |`];
  });
  const title = OPERATIONS[operation]?.title ?? operation;
  return `## ${title[0]?.toUpperCase()}${title.slice(1)}

| fault | at | tried | none yet | old | new | said so | not as it has to be |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join("\n")}`;
}

function problemLine({ operation, family, spec, call, problems }: Tried): string {
  return `- ${operation}, ${family} ${spec}, ${call}: ${problems.join("; ").split("\n")[0]}`;
}
