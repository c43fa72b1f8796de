import type { Command } from "commander";
import type { Declaration } from "../declaration.ts";

export const selfUpdate: Declaration = {
  group: "Change",
  declare: ({ program, take }) =>
    program
      .command("self-update [version]")
      .description("put another release of this launcher in its place, by its digest")
      .option("--from <place>", "a launcher's URL or file, a folder of releases, `index` or `index+URL`")
      .option("--undo", "put the launcher back that the last update replaced")
      .action(
        (version: string | undefined, { from, undo = false }: { from?: string; undo?: boolean }, command: Command) => {
          if (undo && (version !== undefined || from !== undefined)) command.error("error: --undo stands alone");
          take(async (context) => {
            const { undoUpdate, updateLauncher } = await import("./self-update.ts");
            return undo ? undoUpdate(context) : updateLauncher(context, { version, from });
          });
        },
      ),
};
