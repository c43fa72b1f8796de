/**
 * A command of the system in sh, without output. It is no tool of the repo, whose folders of PATH come last, and no
 * function that bash took from its environment.
 */
export function quietForSh(command: string): string {
  return `PATH=/usr/bin:/bin:$PATH command ${command} >/dev/null 2>&1`;
}
