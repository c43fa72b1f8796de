import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandLine, Declaration } from "../declaration.ts";
import { wholeNumber } from "../whole-number.ts";
import type { ClientRequest } from "./client.ts";
import type { Init } from "./init.ts";
import type { Publication } from "./publish.ts";
import type { Options } from "./signing/lead.ts";
import type { Simulated } from "./simulate.ts";

export const channel: Declaration = {
  group: "For maintainers",
  declare: (line) => {
    const { program } = line;
    const command = program.command("channel").description("lead an app's releases: promote them, take them back");
    // Two look for their tools by the repo.
    const anywhere: CommandLine = { ...line, take: (follow) => line.take(follow, { needsRepo: false }) };
    for (const declare of [begin, publish, moves, restrictions, keys, looks, exports, client])
      declare(command, declare === publish || declare === exports ? line : anywhere);
  },
};

type Declare = (command: Command, line: CommandLine) => void;

/** A command that works from the maintainer's folder. */
function leading(command: Command, usage: string, description: string): Command {
  return command
    .command(usage)
    .description(description)
    .option("--dir <folder>", "the maintainer's folder, with keys and channel.json", "channel");
}

/** One that may sign by the offline key. */
function signing(command: Command, usage: string, description: string): Command {
  return leading(command, usage, description).option(
    "--passphrase-fd <n>",
    "read the passphrase of the offline key from this descriptor",
    wholeNumber,
  );
}

const many = (value: string, before: readonly string[]) => [...before, value];

const begin: Declare = (command, { take }) => {
  signing(command, "init", "make keys, and an empty channel where it is served")
    .requiredOption("--app <name>", "the app that is released")
    .requiredOption("--to <place>", "where it is uploaded to: a folder, or https://…")
    .option("--keys <n>", "so many offline keys", wholeNumber, 1)
    .option("--threshold <m>", "so many of them have to sign; if absent: more than half", wholeNumber)
    .option("--simple", "one offline key under a passphrase, one online key", false)
    .option(
      "--key-command <line>",
      "for --simple: a line of sh that prints the online key (Ed25519 in PEM), in place of a file",
    )
    .action((options: Init) => take(async (context) => (await import("./init.ts")).initChannel(context, options)));
};

const publish: Declare = (command, { take }) => {
  signing(
    command,
    "publish <files...>",
    "make a release of wheels, or of a pylock.toml; or give customers a launcher of prime",
  )
    .option("--promote <channel>", "point this channel at it, too")
    .option("--percent <n>", "for so many of a hundred installations", percent, 100)
    .option("--notes <text>", "what is new, for customers", "")
    .option("--verify <command>", "must end with 0 in the new environment; may be given again", many, [])
    .option("--platform <name>", "there must be a wheel of everything for it; may be given again", many, [])
    .option("--extra <name>", "release the app with this extra; may be given again", many, [])
    .option("--min-launcher <version>", "the oldest prime that may install it")
    .option("--release-version <version>", "where no wheel is of the app's name")
    .action((files: string[], options: Publication) =>
      take(async (context) => (await import("./publish.ts")).publish(context, files, options)),
    );
};

const moves: Declare = (command, { take }) => {
  leading(command, "promote <channel> <version>", "point a channel at a release")
    .option("--percent <n>", "for so many of a hundred installations", percent, 100)
    .option("--urgent", "pass windows and the percent, where the customer's policy lets it", false)
    .option("--reason <text>", "for customers, in their history")
    .action((name: string, version: string, options: Options & { percent: number; urgent: boolean; reason?: string }) =>
      take(async (context) => (await import("./move.ts")).promote(context, name, version, options)),
    );
  leading(command, "fallback <channel> <version>", "point a channel back at an older release")
    .requiredOption("--reason <text>", "for customers, in their history")
    .option("--urgent", "pass windows, where the customer's policy lets it", false)
    .action((name: string, version: string, options: Options & { reason: string; urgent: boolean }) =>
      take(async (context) => (await import("./move.ts")).fallBack(context, name, version, options)),
    );
  leading(command, "undo <channel>", "point a channel where it pointed before its last move")
    .option("--reason <text>", "for customers, in their history")
    .action((name: string, options: Options & { reason?: string }) =>
      take(async (context) => (await import("./move.ts")).undo(context, name, options)),
    );
};

const restrictions: Declare = (command, { take }) => {
  signing(command, "withdraw <version>", "let no channel point at a release any more")
    .option("--reason <text>", "for customers")
    .action((version: string, options: Options & { reason?: string }) =>
      take(async (context) => (await import("./restrict.ts")).withdraw(context, version, options)),
    );
  signing(command, "floor <channel> <version>", "let a channel never point below a release").action(
    (name: string, version: string, options: Options) =>
      take(async (context) => (await import("./restrict.ts")).setFloor(context, name, version, options)),
  );
};

const keys: Declare = (command, { take }) => {
  signing(command, "resign", "sign anew what expires, for a timer")
    .option("--all", "what the offline key signs, too", false)
    .action((options: Options & { all: boolean }) =>
      take(async (context) => (await import("./signing/resign.ts")).resign(context, options)),
    );
  signing(command, "sign", "sign on what waits for signatures; upload it when it has enough").action(
    (options: Options) => take(async (context) => (await import("./signing/sign.ts")).signOn(context, options)),
  );
  signing(command, "rotate-key <role>", "give a role another key").action((role: string, options: Options) =>
    take(async (context) => (await import("./signing/resign.ts")).rotateKey(context, role, options)),
  );
};

const looks: Declare = (command, { take }) => {
  leading(command, "status", "show channels, releases, and when signatures expire")
    .option("--json", "as JSON", false)
    .option("--html <file>", "as a page that stands beside the metadata")
    .action((options: { dir: string; json: boolean; html?: string }) =>
      take(async (context) => (await import("./status.ts")).showChannels(context, options)),
    );
  command
    .command("simulate")
    .description("tell what a promotion would do, and what load the server would have")
    .option("--clients <n>", "so many installations", wholeNumber, 10_000)
    .option("--percent <n>", "for so many of a hundred of them", percent, 100)
    .option("--check <hours>", "each looks so often", wholeNumber, 24)
    .action((options: Simulated) =>
      take(async (context) => (await import("./simulate.ts")).showSimulation(context, options)),
    );
  command
    .command("verify <url>")
    .description("tell what a customer's client would say now")
    .option("--trust <file>", "the root.json that customers trust", "channel/root.json")
    .action((url: string, options: { trust: string }) =>
      take(async (context) => (await import("./verify.ts")).verifyChannel(context, url, options)),
    );
};

const exports: Declare = (command, { take }) => {
  leading(command, "export-index <out>", "write an index (PEP 503) in OUT/simple, for those who must keep pip").action(
    (out: string, options: { dir: string }) =>
      take(async (context) => (await import("./export-index.ts")).exportIndex(context, out, options)),
  );
};

const client: Declare = (command, { take }) => {
  command
    .command("client <action> [root]", { hidden: true })
    .requiredOption("--metadata-dir <folder>")
    .option("--metadata-url <url>")
    .addOption(new Option("--target-name <path>").argParser(many).default([]))
    .option("--target-base-url <url>")
    .option("--target-dir <folder>")
    .action((action: string, root: string | undefined, options: Omit<ClientRequest, "action" | "root">) =>
      take(async (context) => (await import("./client.ts")).actAsClient(context, { ...options, action, root })),
    );
};

function percent(text: string): number {
  const number = Number(text);
  if (text === "" || !(number >= 0 && number <= 100)) throw new InvalidArgumentError("It has to be from 0 to 100.");
  return number;
}
