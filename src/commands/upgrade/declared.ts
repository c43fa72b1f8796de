import type { Command } from "commander";
import type { Declaration } from "../declaration.ts";
import type { UpgradeRequest } from "./plan.ts";

interface Options {
  readonly python?: string | true;
  readonly packages?: readonly string[] | true;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly check?: boolean;
  readonly auto?: boolean;
  readonly now?: boolean;
}

export const upgrade: Declaration = {
  group: "Change",
  takesChoices: true,
  declare: ({ program, take }) =>
    program
      .command("upgrade")
      .description("move the interpreter and the packages to what policy and ranges allow, as one step")
      .option("--python [request]", "only the interpreter: within policy, or to what is asked for")
      .option("--packages [names...]", "only packages: all, or those named")
      .option("--dry-run", "only say what would change, and why")
      .option("--json", "say that as JSON")
      .option("--check", "end with 1 when something would change")
      .option("--auto", "for timers: leave rollbacks, and what proved bad, alone")
      .option("--now", "outside of the maintenance windows, too")
      .action((options: Options, command: Command) => {
        const { python, packages, dryRun = false, json = false, check = false, auto = false, now = false } = options;
        if (json && !dryRun) command.error("error: --json goes with --dry-run");
        const request: UpgradeRequest = {
          python: packages === undefined || python !== undefined,
          isPythonAsked: python !== undefined,
          pythonRequest: python === true ? undefined : python,
          packages: python === undefined || packages !== undefined,
          names: packages === undefined || packages === true ? [] : packages,
          dryRun,
          check,
          json,
          auto,
          now,
        };
        take(async (context) => (await import("./upgrade.ts")).runUpgrade(context, request), { byPolicy: true });
      }),
};
