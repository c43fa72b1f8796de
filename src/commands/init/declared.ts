import { type Command, InvalidArgumentError, Option } from "commander";
import type { Declaration } from "../declaration.ts";
import { EXTRAS, type Extra } from "./extras.ts";
import type { InitRequest } from "./init.ts";

interface Given extends Partial<Omit<InitRequest, "extras">> {
  /** Whose configuration is taken over. */
  readonly from?: "protoprimer";
  /** The TOML of an app, whose launcher is made; nothing else is done then. */
  readonly app?: string;
  readonly out?: string;
  /** Gets the header; nothing else is done then. */
  readonly script?: string;
  /** Words with commas. */
  readonly with?: readonly Extra[];
}

export const init: Declaration = {
  group: "Change",
  declare: ({ program, take }) =>
    program
      .command("init [dir]")
      .description("put this launcher into another repo")
      .option("--dry-run", "only say what would be done")
      .option("--force", "replace a file named prime that is no launcher of prime's")
      .addOption(
        new Option("--with <names>", `also these, with commas between: ${EXTRAS.join(",")}`).argParser(extrasOf),
      )
      .option("--app <file>", "make the launcher of an app by its TOML, with --out")
      .option("--out <file>", "with --app: where that launcher goes")
      .option("--script <file>", "put a header into a script that starts it by ./prime")
      .addOption(
        new Option("--from <tool>", "take over this tool's configuration, and tell what it says").choices([
          "protoprimer",
        ]),
      )
      .option("--to-toml", "with --from: write it as prime's own, prime.toml")
      .action((folder: string | undefined, given: Given, command: Command) => {
        const { dryRun = false, force = false, toToml = false, script, from, app, out, with: extras = [] } = given;
        if (app === undefined && out !== undefined) command.error("error: option '--out' wants --app");
        const wrong = from === undefined ? toToml && "--to-toml" : script !== undefined && "--script";
        if (wrong)
          command.error(`error: option '${wrong}' ${from === undefined ? "wants --from" : "stands without --from"}`);
        const request = { folder: folder ?? ".", dryRun, force, toToml, extras };
        take(
          async (context) => {
            if (app !== undefined) return (await import("./app.ts")).initApp(context, { app, out, dryRun, force });
            if (from !== undefined) return (await import("./protoprimer.ts")).takeOver(context, request);
            const { init, initScript } = await import("./init.ts");
            return script === undefined ? init(context, request) : initScript(context, request, script);
          },
          { needsRepo: false },
        );
      }),
};

function extrasOf(text: string): Extra[] {
  return text.split(",").map((name) => {
    const known = EXTRAS.find((extra) => extra === name.trim());
    if (known === undefined) throw new InvalidArgumentError(`\`${name}\` is none of ${EXTRAS.join(", ")}.`);
    return known;
  });
}
