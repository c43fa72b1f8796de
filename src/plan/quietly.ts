/** A command of the system in sh: no tool of the repo, whose folders of PATH come last, and no function that bash was given by its environment. */
export function quietForSh(command: string): string {
  return `PATH=/usr/bin:/bin:$PATH command ${command} >/dev/null 2>&1`;
}
