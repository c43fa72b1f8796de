/** The longest first line that every Linux reads whole (execve(2), NOTES: 127 characters before 5.1). */
const LONGEST = 127;
/** The detour over sh that installers take for a path that is too long or has spaces (pip, uv, distlib). */
const DETOUR = /^#!\/bin\/sh\n'''exec' (?:"([^"\n]+)"|'((?:[^'\n]|'"'"')+)'|([^\s"']+)) "\$0" "\$@"\n' '''\n/;

/** The interpreter that a script names in its first line, by the detour over sh too; `undefined` for what is no script. */
export function interpreterOf(script: string): string | undefined {
  const detour = DETOUR.exec(script);
  if (detour !== null) return detour[1] ?? detour[2]?.replaceAll(`'"'"'`, "'") ?? detour[3];
  return /^#![ \t]*([^\s]+)/.exec(script)?.[1];
}

/** The part of a script that says by what it is run: its first line, or the detour; "" for what is no script. */
export function beginningOf(script: string): string {
  return DETOUR.exec(script)?.[0] ?? /^#!.*\n/.exec(script)?.[0] ?? "";
}

/** The script as it is run by another interpreter; absolute. */
export function withInterpreter(script: string, interpreter: string): string {
  const rest = DETOUR.test(script) ? script.replace(DETOUR, "") : script.replace(/^#!.*\n/, "");
  const line = `#!${interpreter}`;
  if (line.length <= LONGEST && !/\s/.test(interpreter)) return `${line}\n${rest}`;
  return `#!/bin/sh\n'''exec' '${interpreter.replaceAll("'", `'"'"'`)}' "$0" "$@"\n' '''\n${rest}`;
}
