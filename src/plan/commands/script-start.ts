import { quoteForShell } from "../../edges/command.ts";
import { type Activation, exportsForSh } from "../../shells/activation.ts";

/** The function of protoprimer's kernel that an entry script calls. */
export type EntryCall = "boot_env" | "start_app";

/** What a repo that is configured for protoprimer adds to the start of a script. */
export interface EntryStart {
  /** Absolute path of protoprimer's kernel. */
  readonly kernel: string;
  /** null: a script of another kind. */
  readonly calls: EntryCall | null;
}

/**
 * The stage of protoprimer's bootstrap that it takes as done already, so that the script goes on in this very process.
 */
export const STRIDES: Readonly<Record<EntryCall, string>> = {
  boot_env: "stride_src_updated",
  start_app: "stride_py_venv",
};

/**
 * Patterns of sh for arguments of a boot script that ask protoprimer for something before the environment is there:
 * another env, the effective configuration, a new environment.
 */
export const EARLY_WORDS = "eval | reboot | reset | -e* | -[qv]*e* | --e*";

/**
 * Lines of sh that start the script by the environment's python, with the variables that protoprimer wants. Before them
 * `prime_path` is set, and `prime_call` by `callForSh`. An entry script keeps what the user tells protoprimer by
 * variables, which other scripts do not see. The start id is unique; where there is a /proc, no process is started to
 * make it.
 */
export function scriptStartForSh(activation: Activation, kernel: string): string {
  const python = quoteForShell(`${activation.generation}/bin/python`);
  return `[ "$prime_call" != none ] || unset ${activation.hidden.join(" ")}
${exportsForSh({ ...activation, hidden: [] })}case $prime_call in
stride_*)
  prime_line=''
  { read -r prime_line </proc/sys/kernel/random/uuid; } 2>/dev/null || prime_line=$(date -u +%Y%m%dT%H%M%SZ)
  export PROTOPRIMER_PY_EXEC="$prime_call" PROTOPRIMER_PROTO_CODE=${quoteForShell(kernel)}
  export PROTOPRIMER_START_ID="$prime_line.$$"
  set -- ${python} -I "$@"
  ;;
*) set -- ${python} "$@" ;;
esac
exec "$@"
`;
}

/** Sets the `prime_call` that `scriptStartForSh` reads; null: the script calls no function of protoprimer's. */
export function callForSh(calls: EntryCall | null): string {
  return `prime_call=${calls === null ? "none" : STRIDES[calls]}\n`;
}
