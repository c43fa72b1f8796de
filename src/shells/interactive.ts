import * as path from "node:path";
import type { Environment } from "../edges/command.ts";
import { type Activation, activationForSh } from "./activation.ts";
import { renderExports } from "./exports.ts";

export interface InteractiveRequest {
  /** Absolute path of the shell that the user wants. */
  readonly shell: string;
  readonly activation: Activation;
  /** The user's own environment. */
  readonly env: Environment;
  /** A folder of this user's alone (mode 0700). */
  readonly folder: string;
  /** Whether the shell's standard input is a terminal. If not, it reads commands, and no interactive start files. */
  readonly isTerminal: boolean;
}

/** How to start a shell in which the environment is active after the user's own start files ran. */
export interface InteractiveShell {
  readonly file: string;
  readonly args: readonly string[];
  /** Exported beside the activation itself; the start files take them away again. */
  readonly variables: Readonly<Record<string, string>>;
  /** What has to stand before the start, absolute. The texts never vary: many shells may start at once. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** What the user should know about a shell that prime can't help with more. */
  readonly note: string | undefined;
}

/**
 * A shell's start files may set PATH and the prompt anew, so that the change is made again behind them: by bash's
 * `--rcfile`, zsh's ZDOTDIR, fish's `--init-command` and the variable ENV of POSIX sh (XCU, sh, "Environment variables").
 * The caller activates the environment before the start as well: that is all a shell without a terminal needs.
 */
export function interactiveShell(request: InteractiveRequest): InteractiveShell {
  const { shell, activation, env, folder } = request;
  const name = path.basename(shell);
  const start = { file: shell, args: [], variables: {}, files: [], note: undefined };
  if (!request.isTerminal) return start;
  const activate = { [ACTIVATE]: activationForSh(activation) + markForSh(activation) };
  const kept = (variable: string, as: string) => (env[variable] === undefined ? {} : { [as]: env[variable] });
  if (/^r?bash/.test(name)) {
    const file = path.join(folder, "bashrc");
    return { ...start, args: ["--rcfile", file], variables: activate, files: [{ path: file, text: BASHRC }] };
  }
  if (name.startsWith("zsh")) {
    const files = Object.entries(ZSH_FILES).map(([file, text]) => ({ path: path.join(folder, "zsh", file), text }));
    const variables = { ...activate, ...kept("ZDOTDIR", USERS_ZDOTDIR), ZDOTDIR: path.join(folder, "zsh") };
    return { ...start, variables, files };
  }
  if (name.startsWith("fish")) return { ...start, args: ["--init-command", fishText(activation)] };
  if (/^(?:sh|dash|ash|[mlo]?ksh.*|yash)$/.test(name)) {
    const file = path.join(folder, "shrc");
    const variables = { ...activate, ...kept("ENV", USERS_ENV), ENV: file };
    return { ...start, variables, files: [{ path: file, text: shrc(name) }] };
  }
  return {
    ...start,
    note: `prime does not know the shell ${name}: its start files may put other folders in front of the environment's`,
  };
}

const ACTIVATE = "_PRIME_ACTIVATE";
const USERS_ZDOTDIR = "_PRIME_ZDOTDIR";
const USERS_ENV = "_PRIME_ENV";

const BASHRC = `# Read by the bash that \`prime shell\` starts.
if [ -f ~/.bashrc ]; then . ~/.bashrc; fi
eval "\${${ACTIVATE}-}"
unset ${ACTIVATE}
`;

/**
 * zsh looks for its files in ZDOTDIR, which the user's own .zshenv may set. History belongs where the user has it: a
 * system's zshrc (macOS) derives HISTFILE from ZDOTDIR before the user's .zshrc is read.
 */
const ZSH_FILES = {
  ".zshenv": `# Read by the zsh that \`prime shell\` starts.
_prime_files=$ZDOTDIR
if (( \${+${USERS_ZDOTDIR}} )); then export ZDOTDIR=$${USERS_ZDOTDIR}; else unset ZDOTDIR; fi
if [[ -f \${ZDOTDIR:-$HOME}/.zshenv ]]; then . "\${ZDOTDIR:-$HOME}/.zshenv"; fi
if (( \${+ZDOTDIR} )); then ${USERS_ZDOTDIR}=$ZDOTDIR; else unset ${USERS_ZDOTDIR}; fi
ZDOTDIR=$_prime_files
`,
  ".zshrc": `# Read by the zsh that \`prime shell\` starts.
if (( \${+${USERS_ZDOTDIR}} )); then ZDOTDIR=$${USERS_ZDOTDIR}; else unset ZDOTDIR; fi
if [[ \${HISTFILE-} == $_prime_files/* ]]; then HISTFILE=\${ZDOTDIR:-$HOME}/\${HISTFILE:t}; fi
unset ${USERS_ZDOTDIR} _prime_files
if [[ -f \${ZDOTDIR:-$HOME}/.zshrc ]]; then . "\${ZDOTDIR:-$HOME}/.zshrc"; fi
emulate sh -c "\${${ACTIVATE}-}"
unset ${ACTIVATE}
`,
};

/** POSIX: the value of ENV undergoes parameter expansion. ksh and mksh have a file of their own when it is not set. */
function shrc(shell: string): string {
  const own = shell.startsWith("mksh") ? "$HOME/.mkshrc" : shell.startsWith("ksh") ? "$HOME/.kshrc" : "";
  return `# Read by the shell that \`prime shell\` starts.
if [ -n "\${${USERS_ENV}+set}" ]; then export ENV="$${USERS_ENV}"; else unset ENV; fi
unset ${USERS_ENV}
eval "_prime_rc=\\"\${ENV-${own}}\\""
if [ -f "$_prime_rc" ]; then . "$_prime_rc"; fi
unset _prime_rc
eval "\${${ACTIVATE}-}"
unset ${ACTIVATE}
`;
}

/** What stands in front of the prompt: only characters that no shell expands in one. */
function markOf({ prompt }: Activation): string {
  return `(${prompt.replace(/[^\p{L}\p{N} ._@+-]/gu, "_")}) `;
}

/** VIRTUAL_ENV_DISABLE_PROMPT is what people set who show the environment's name in a prompt of their own. */
function markForSh(activation: Activation): string {
  const mark = markOf(activation);
  return `case \${VIRTUAL_ENV_DISABLE_PROMPT:+own}\${PS1-} in
own* | '${mark}'*) ;;
*) PS1='${mark}'"\${PS1-$ }" ;;
esac
unset prime_path prime_bin
`;
}

/** The same change as \`activationForSh\` makes, and a prompt that shows the user's own behind the mark. */
function fishText(activation: Activation): string {
  const { generation, prompt, variables } = activation;
  const bin = `${generation}/bin`;
  const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;
  const set = { VIRTUAL_ENV: generation, VIRTUAL_ENV_PROMPT: prompt, ...variables };
  return `set -l prime_path ${quoted(bin)}
for prime_bin in $PATH
  contains -- $prime_bin ${quoted(bin)} "$VIRTUAL_ENV/bin"; or set -a prime_path $prime_bin
end
set -gx PATH $prime_path
set -e prime_path
${renderExports({ set, unset: ["PYTHONHOME"] }, "fish")}if test -z "$VIRTUAL_ENV_DISABLE_PROMPT"; and functions -q fish_prompt
  functions -c fish_prompt _prime_users_prompt
  function _prime_status; return $argv[1]; end
  function fish_prompt
    set -l prime_status $status
    echo -n ${quoted(markOf(activation))}
    _prime_status $prime_status
    _prime_users_prompt
  end
end
`;
}
