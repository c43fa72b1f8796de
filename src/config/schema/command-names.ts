/** prime's own commands, and what will be: a task never stands in the place of one. */
export const COMMANDS: ReadonlySet<string> = new Set(
  `run shell env boot tasks status why history eval verify uv init doctor rollback adopt reboot gc seal completion help
   upgrade python pin unpin pins self-update app channel`.split(/\s+/),
);
