import { DONE } from "../../launch/answer.ts";
import { type CommandLine, type Declaration, looking } from "../declaration.ts";

/** An app of this repo, and all that are on this machine. */
export const app: Declaration = {
  group: "For maintainers",
  declare: (line) => {
    const { program, take } = line;
    const command = program
      .command("app")
      .description("apps that update themselves: the one that [app] declares here, and all of yours");
    passing(line, command, "run", "start the app of [app] in its own environment, which follows its releases");
    passing(line, command, "self", "look after it: update, status, history, rollback, pin, log, doctor, remove");
    looking(command, "list", "list all apps of yours, and those of root's for everybody", (json) =>
      take(async (context) => (await import("./apps.ts")).listApps(context, json), { needsRepo: false }),
    );
    command
      .command("remove <name>")
      .description("remove all releases of an app and all that is kept of it; its launcher is left")
      .action((name: string) =>
        take(async (context) => (await import("./apps.ts")).removeNamed(context, name), { needsRepo: false }),
      );
    return command;
  },
};

function passing(
  { args, take }: CommandLine,
  app: ReturnType<CommandLine["program"]["command"]>,
  name: "run" | "self",
  about: string,
): void {
  app
    .command(name)
    .description(about)
    .usage(name === "run" ? "[ARG...]" : "COMMAND")
    .passThroughOptions()
    .allowUnknownOption()
    .helpOption(false)
    .argument("[args...]")
    .action(() => {
      const shift = args.findIndex((word, index) => word === "app" && args[index + 1] === name) + 2;
      const own = name === "self" ? args.slice(shift) : undefined;
      take(() => DONE, { app: { shift, own } });
    });
}
