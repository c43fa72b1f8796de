import type { ConfigFlags, Repo } from "./config/config.ts";
import type { Environment } from "./edges/command.ts";
import type { Fault } from "./edges/files/own/own-folder.ts";
import type { Trust } from "./edges/files/trust.ts";
import type { Places } from "./edges/places.ts";
import type { Look } from "./edges/terminal/output.ts";
import type { Terminal } from "./edges/terminal/terminal.ts";
import type { Input } from "./inputs/input.ts";
import type { Progress } from "./launch/progress.ts";
import type { AppStart } from "./plan/app/start.ts";
import type { PlanFolder } from "./plan/place.ts";

/** Standard output: one way for each reader. */
export interface Printer {
  /** For people. */
  text(text: string, look?: Look): void;
  /** For programs. */
  json(value: unknown): void;
  /** For a shell that runs it: foreign texts in it are quoted already. */
  code(text: string): void;
}

/** What the ready plan of an app needs beside an environment. */
export interface PlannedApp {
  /** What a start runs in a generation, absolute. */
  start(generation: string): AppStart;
  /** Addresses as its configuration has them, users and passwords in them. */
  readonly sources: readonly string[];
  readonly inputs: readonly Input[];
}

/** What one start knows from its beginning; made once, in main.ts. */
export interface Context {
  /** Absolute physical path of the launcher file. */
  readonly launcher: string;
  readonly repo: Repo;
  /** protoprimer's configuration is in force. */
  readonly isProtoprimer: boolean;
  /** The exit status for a failure of prime's own. */
  readonly failureStatus: number;
  /** Absolute physical path of the root. */
  readonly root: string;
  /** Where the user stands. */
  readonly cwd: string;
  /** All arguments, flags included. */
  readonly args: readonly string[];
  /** The user's environment as prime found it. */
  readonly env: Environment;
  readonly flags: ConfigFlags;
  /** A command may be another interpreter's, whatever it is. */
  readonly anyCommand: boolean;
  /** What the flags make of a ready plan's name; undefined when each start with them is cold. */
  readonly flagKey: string | undefined;
  readonly places: Places;
  readonly trust: Trust;
  /** Where the ready plans of this launcher stand; undefined where others could decide what is there, as `stateFault` says. */
  readonly plans: PlanFolder | undefined;
  /** Why nothing in prime's state folder is believed. */
  readonly stateFault: Fault | undefined;
  /** Why the cache is a passing one. */
  readonly cacheFault: Fault | undefined;
  readonly terminal: Terminal;
  readonly version: string;
  /** Absolute path of the Node that runs this program. */
  readonly node: string;
  /** Standard input is a terminal. */
  isInteractive(): boolean;
  /** Milliseconds since the epoch: nothing that counts was read before. */
  readonly startedAt: number;
  /** The head's shell, which is the user's process and keeps its number through all stages. */
  readonly shell: { readonly pid: number; readonly start: string };
  /** How far this start has come already. */
  readonly progress: Progress | undefined;
  /** The app whose release the root is; undefined in a repo. */
  readonly app?: PlannedApp | undefined;
  /** uv asks the indexes that pip is configured for, where it is configured for none itself. */
  readonly asksPip?: boolean;
  /** Standard output, for what was asked to be printed. */
  readonly print: Printer;
}
