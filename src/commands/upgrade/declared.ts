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
        if (options.json === true && options.dryRun !== true) command.error("error: --json goes with --dry-run");
        const request: UpgradeRequest = {
          python: options.packages === undefined || options.python !== undefined,
          isPythonAsked: options.python !== undefined,
          pythonRequest: typeof options.python === "string" ? options.python : undefined,
          packages: options.python === undefined || options.packages !== undefined,
          names: Array.isArray(options.packages) ? options.packages : [],
          dryRun: options.dryRun === true,
          check: options.check === true,
          json: options.json === true,
          auto: options.auto === true,
          now: options.now === true,
        };
        take(async (context) => (await import("./upgrade.ts")).runUpgrade(context, request), { byPolicy: true });
      }),
};
