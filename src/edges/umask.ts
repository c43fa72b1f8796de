const OTHERS_WRITE = 0o002;
const NOBODY_ELSE_WRITES = 0o022;

let users: number | undefined;

/**
 * Closes to others what this process and its children make from now on, where the user's umask leaves that open to everybody. One
 * that lets a group write is meant.
 */
export function closeToOthers(): void {
  users = process.umask(NOBODY_ELSE_WRITES);
  process.umask((users & OTHERS_WRITE) === 0 ? users | NOBODY_ELSE_WRITES : users);
}

/** For a command that takes this process's place. */
export function restoreUmask(): void {
  if (users !== undefined) process.umask(users);
}

/** What this process and its children make from now on can be read by everybody, and written by its owner alone. */
export function writeForEverybody(): void {
  process.umask(NOBODY_ELSE_WRITES);
}
