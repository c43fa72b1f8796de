import type { Command } from "commander";
import { KEPT_DAYS, KEPT_GENERATIONS } from "../../environment/collect.ts";
import type { Declaration } from "../declaration.ts";
import { wholeNumber } from "../whole-number.ts";

export const history: Declaration = {
  group: "Look",
  declare: ({ program, take }) =>
    program
      .command("history [id]")
      .description("show what changed from one environment to the next, and why; or all that is known of one")
      .option("--json", "as JSON")
      .action((id: string | undefined, { json = false }: { json?: boolean }) =>
        take(async (context) => (await import("./history.ts")).showHistory(context, json, id)),
      ),
};

export const rollback: Declaration = {
  group: "Repair",
  takesChoices: true,
  declare: ({ program, take }) =>
    program
      .command("rollback [id]")
      .description("show the previous environment, or the one named, until an input changes")
      .option("--cancel", "go forward again to what the inputs ask for")
      .action((id: string | undefined, { cancel = false }: { cancel?: boolean }, command: Command) => {
        if (cancel && id !== undefined) command.error("error: an id and --cancel exclude each other");
        take(async (context) => {
          const { cancelRollback, rollBack } = await import("./rollback.ts");
          return cancel ? cancelRollback(context) : rollBack(context, id);
        });
      }),
};

export const adopt: Declaration = {
  group: "Repair",
  takesChoices: true,
  declare: ({ program, take }) =>
    program
      .command("adopt [id]")
      .description("make what was changed by hand, in the environment shown or the one named, a new environment")
      .action((id: string | undefined) => take(async (context) => (await import("./adopt.ts")).adopt(context, id))),
};

export const gc: Declaration = {
  group: "Repair",
  declare: ({ program, take }) =>
    program
      .command("gc")
      .description("remove old environments and what killed starts left")
      .option("--keep <n>", "keep so many of the youngest", wholeNumber, KEPT_GENERATIONS)
      .option("--older <days>", "remove only what was last shown so many days ago", wholeNumber, KEPT_DAYS)
      .option("--dry-run", "only say what would be done")
      .action(({ keep, older, dryRun = false }: { keep: number; older: number; dryRun?: boolean }) => {
        const request = { keep, olderDays: older, dryRun };
        take(async (context) => (await import("./gc.ts")).collectGarbage(context, request), { runsNothing: true });
      }),
};
