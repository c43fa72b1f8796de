import type { Environment } from "../edges/command.ts";
import { isExecutableFile } from "../edges/files/read.ts";

/** What stands in for a shell where a user must not have one; it runs nothing. */
const NO_SHELLS = ["nologin", "false", "true"];

/** The shell that SHELL names, absolute; `undefined` where it names none that could run a command. */
export function usersShell({ SHELL }: Environment): string | undefined {
  const isNone = SHELL === undefined || NO_SHELLS.includes(SHELL.split("/").at(-1) ?? "") || !isExecutableFile(SHELL);
  return isNone ? undefined : SHELL;
}

/** Why there is none. */
export function noShell({ SHELL }: Environment): string {
  return SHELL === undefined ? "SHELL is not set" : `SHELL is ${SHELL}, which runs no commands`;
}

/** The same in sh: puts the shell, else /bin/sh, in front of `-c STR`. */
export const USERS_SHELL_FOR_SH = `case \${SHELL-} in ${NO_SHELLS.map((name) => `*/${name}`).join(" | ")}) false ;; *) [ -f "\${SHELL-}" ] && [ -x "$SHELL" ] ;; esac &&
  set -- "$SHELL" "$@" || set -- /bin/sh "$@"`;
