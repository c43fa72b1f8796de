import type { Declaration } from "../declaration.ts";

export const python: Declaration = {
  group: "Change",
  declare: ({ program, take }) => {
    const command = program
      .command("python")
      .description("list, install, remove and pin interpreters that prime keeps itself");
    command
      .command("list", { isDefault: true })
      .description("show the interpreters there are, those kept here, and what stands on each")
      .option("--all", "also old versions, pre-releases and special builds")
      .option("--json", "as JSON")
      .action(({ all = false, json = false }: { all?: boolean; json?: boolean }) =>
        take(async (context) => (await import("./list.ts")).listPythons(context, { all, json }), {
          byPolicy: true,
          runsNothing: true,
        }),
      );
    command
      .command("install <request>")
      .description("fetch and keep the newest build that fits")
      .action((request: string) =>
        take(async (context) => (await import("./install.ts")).installPython(context, request), { byPolicy: true }),
      );
    command
      .command("remove <version...>")
      .description("remove kept interpreters on which nothing stands")
      .action((versions: string[]) =>
        take(async (context) => (await import("./remove.ts")).removePythons(context, versions)),
      );
    command
      .command("pin [request]")
      .description("write prime.lock: every clone stands on this build; without a request on the version in use")
      .action((request: string | undefined) =>
        take(async (context) => (await import("./pin.ts")).pinPython(context, request), { byPolicy: true }),
      );
    command
      .command("manifest <dir>")
      .description("print a list of the interpreters in a folder of archives, to be served beside them")
      .action((folder: string) =>
        take(async (context) => (await import("./manifest.ts")).printList(context, folder), { needsRepo: false }),
      );
    return command;
  },
};
