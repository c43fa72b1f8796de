/** What went wrong, what came out of it, and the test that tries it. */
type Row = readonly [fault: string, outcome: string, test: string];

const ROWS: readonly Row[] = [
  [
    "the clock is outside of each maintenance window, or at its end to the millisecond",
    "status 3 before anything is asked of any network; the next window is named with its zone",
    "unit/upgrade/windows.test.ts",
  ],
  [
    "the clock is set forward or back within a window (summer time)",
    "what the zone's clock leaves out is no time of a window; what it shows twice counts twice; one that lies in what is left out is not open that day",
    "unit/upgrade/windows.test.ts",
  ],
  [
    "`/etc/prime/policy.toml` can't be read, is torn, has an unknown key, or others can write it",
    "status 3 and the line; `run` of what is built does not care",
    "e2e/upgrade/machine-policy.test.ts",
  ],
  [
    "a version in use is excluded, yanked, or gone from its index",
    "moved off, downwards too, and said",
    "e2e/upgrade/policy.test.ts",
  ],
  ["an index tells no upload times", "it is named; the cool-down holds for the others", "e2e/upgrade/policy.test.ts"],
  ["the policy leaves no versions", "status 3, uv's own words, nothing has changed", "e2e/upgrade/policy.test.ts"],
  ["a pin is over, or outside of what the repo declares", "said; refused with the line", "e2e/upgrade/pins.test.ts"],
  [
    "an extension module crashes, or ends the interpreter, when it is imported",
    "status 4, the module is named, nothing has changed",
    "e2e/upgrade/crash.test.ts",
  ],
  [
    "a `verify` fails, hangs, or leaves a daemon in a session of its own",
    "status 4; all that it started is ended; nothing has changed",
    "e2e/upgrade/validation.test.ts",
  ],
  [
    "a build of the interpreter is not what it says, or lacks `_sqlite3`, which the old one had",
    "status 4; `waive` lets it pass by name",
    "e2e/upgrade/python.test.ts",
  ],
  ["two upgrades at once", "one is made, both succeed", "e2e/upgrade/together.test.ts"],
  [
    "`run` all the time during an upgrade",
    "never fails, never mixed: all old or all new",
    "e2e/upgrade/together.test.ts",
  ],
  [
    "what an upgrade made crashes, throws or can't be imported in its first starts",
    "back to what was there when these are used up; `--auto` does not make it again",
    "e2e/upgrade/trial/trial.test.ts",
  ],
  [
    "an interpreter that was moved to crashes on trial, or fails the validation with new packages",
    "back, or never shown; `--auto` and `--check` leave that build, or the two together, alone, and packages go on",
    "e2e/upgrade/trial/moved-trial.test.ts",
  ],
  [
    "another upgrade while one is on trial",
    "`--auto` leaves it alone; one by hand takes its place, and what was there before both comes back if it fails",
    "e2e/upgrade/trial/second-trial.test.ts",
  ],
];

/** The part of docs/reliability.md that tests prove, and no supervisor. */
export function upgradeFaults(): string {
  const rows = ROWS.map(([fault, outcome, test]) => `| ${fault} | ${outcome} | \`test/${test}\` |`);
  return ["## Upgrades", "", "| fault | what comes out | tried by |", "| --- | --- | --- |", ...rows, ""].join("\n");
}
