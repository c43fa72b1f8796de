import type { Command } from "commander";
import type { Declaration } from "../declaration.ts";
import type { DoctorRequest } from "./doctor.ts";

export const doctor: Declaration = {
  group: "Repair",
  takesChoices: true,
  declare: ({ program, take }) =>
    program
      .command("doctor [dir]")
      .description("examine the environment of this repo, or any other one; says what is wrong and what mends it")
      .option("--fix", "mend what can be mended without losing anything")
      .option("--all", "examine every environment below the folder")
      .option("--json", "as JSON")
      .action((folder: string | undefined, given: Partial<DoctorRequest>, command: Command) => {
        const { fix = false, all = false, json = false } = given;
        if (fix && folder !== undefined) command.error("error: a folder and --fix exclude each other");
        if (all && folder === undefined) command.error("error: --all wants a folder: doctor --all DIR");
        take(async (context) => (await import("./doctor.ts")).doctor(context, { folder, all, fix, json }), {
          runsNothing: !fix,
        });
      }),
};
