import { quoteForShell } from "../edges/process.ts";

/** The function of protoprimer's kernel that an entry script calls. */
export type EntryCall = "boot_env" | "start_app";

/** What a repo that is configured for protoprimer adds to the start of a script. */
export interface EntryStart {
  /** Absolute path of protoprimer's kernel. */
  readonly kernel: string;
  /** null: a script of another kind. */
  readonly calls: EntryCall | null;
}

/** The milestone that protoprimer takes as reached, so that the script goes on at once in this very process. */
export const STRIDES: Readonly<Record<EntryCall, string>> = {
  boot_env: "stride_src_updated",
  start_app: "stride_py_venv",
};

/**
 * Arguments of a boot script, as patterns of sh, that ask protoprimer for what comes before the environment: another env,
 * the effective configuration, a new environment.
 */
export const EARLY_WORDS = "eval | reboot | reset | -e* | --e*";

/**
 * Lines of sh that put the environment's python in front of the script and set what protoprimer wants. `prime_call` is
 * how `callForSh` says it. The id is one that no other start has; no process is started for it where there is a /proc.
 */
export function startForSh(python: string, kernel: string): string {
  return `case $prime_call in
stride_*)
  prime_line=''
  { read -r prime_line </proc/sys/kernel/random/uuid; } 2>/dev/null || prime_line=$(date -u +%Y%m%dT%H%M%SZ)
  export PROTOPRIMER_PY_EXEC="$prime_call" PROTOPRIMER_PROTO_CODE=${quoteForShell(kernel)}
  export PROTOPRIMER_START_ID="$prime_line.$$"
  set -- ${quoteForShell(python)} -I "$@"
  ;;
*) set -- ${quoteForShell(python)} "$@" ;;
esac
`;
}

export function callForSh(calls: EntryCall | null): string {
  return `prime_call=${calls === null ? "none" : STRIDES[calls]}\n`;
}
