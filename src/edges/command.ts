export type Environment = Readonly<Record<string, string | undefined>>;

/** A command as data: built by a pure function, tested in one line, run by `run`. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment of the child; nothing is inherited beside it. */
  readonly env: Environment;
  readonly cwd: string;
}

/** The command as one could type it into a POSIX shell. */
export function commandLine(command: Pick<Command, "file" | "args">): string {
  return [command.file, ...command.args].map(quoteForShell).join(" ");
}

/** One word of POSIX sh that stands for exactly this text (XCU 2.2.2, single quotes). */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
