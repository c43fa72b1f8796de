import { type Declaration, looking } from "../declaration.ts";
import type { PinOptions } from "./pins.ts";

export const pin: Declaration = {
  group: "Change",
  declare: ({ program, take }) =>
    program
      .command("pin <package==version>")
      .description("have upgrades keep a package at a version")
      .option("--until <date>", "no longer than this day, YYYY-MM-DD")
      .option("--reason <text>", "why, for those who read it later")
      .action((text: string, options: PinOptions) =>
        take(async (context) => (await import("./pins.ts")).pinPackage(context, text, options)),
      ),
};

export const unpin: Declaration = {
  group: "Change",
  declare: ({ program, take }) =>
    program
      .command("unpin <package>")
      .description("let upgrades move a package again")
      .action((name: string) => take(async (context) => (await import("./pins.ts")).unpinPackage(context, name))),
};

export const pins: Declaration = {
  group: "Look",
  declare: ({ program, take }) =>
    looking(program, "pins", "list what upgrades keep where it is, how long and why", (json) =>
      take(async (context) => (await import("./pins.ts")).showPins(context, json)),
    ),
};
