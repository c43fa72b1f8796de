/**
 * prime's own commands, as `--help` lists them, and what is none but lists them: a task never stands in the place of one.
 */
export const COMMANDS: ReadonlySet<string> = new Set(
  `run shell env boot tasks status why history pins eval verify uv upgrade pin unpin python init self-update
   doctor rollback adopt reboot gc seal app channel completion help`.split(/\s+/),
);
