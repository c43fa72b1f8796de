import { quoteForShell } from "../../edges/command.ts";
import { type CommandLine, type Flag, isRecorded, type Subcommand, type Value } from "./command-line.ts";
import { namesForSh } from "./recorded-names.ts";

export function zshScript({ flags, commands }: CommandLine): string {
  const text = (words: string): string => words.replace(/[\\:[\]]/g, "\\$&");
  const value = (of: Value): string =>
    isRecorded(of)
      ? `:${of.recorded}:{compadd -- ${"$"}{(f)"${"$"}(_prime_names ${of.recorded})"}}`
      : of === "none"
        ? ""
        : of === "path"
          ? ":path:_files"
          : of === "text"
            ? ":value: "
            : `:value:(${[...of].join(" ")})`;
  const spec = ({ names, description, value: of }: Flag): string[] =>
    names.map((name) =>
      quoteForShell(`*${name}${of === "none" || !name.startsWith("--") ? "" : "="}[${text(description)}]${value(of)}`),
    );
  const block = (lines: readonly string[], indent: string): string =>
    lines.map((line) => ` \\\n${indent}${line}`).join("");
  const argument = ({ value: of }: Subcommand): string[] => (of === "none" ? [] : [quoteForShell(`*${value(of)}`)]);
  const listed = commands
    .map(({ name, description }) => `    ${quoteForShell(`${text(name)}:${description}`)}\n`)
    .join("");
  const branches = commands.map((command) =>
    command.value === "command"
      ? `    ${command.name})
      if [[ $words[2] == -- ]] && (( CURRENT > 2 )); then shift words; (( CURRENT-- )); fi
      shift words; (( CURRENT-- ))
      if (( CURRENT > 1 )); then _normal; return; fi
      local -a names=(\${launcher:h}/.venv/bin/*(N-.x:t))
      _wanted commands expl 'command of the environment' compadd -a names || _files
      ;;
`
      : `    ${command.name}) _arguments${block([...command.flags.flatMap(spec), ...argument(command)], "      ")} ;;\n`,
  );
  return `#compdef prime
# In ~/.zshrc, behind compinit: eval "$(/path/to/prime completion zsh)"
${namesForSh("$launcher:h")}
_prime() {
  local curcontext=$curcontext state line expl launcher=\${~words[1]}
  local -a subcommands=(
${listed}  )
  [[ $launcher == */* ]] || launcher=\${commands[$launcher]:-$launcher}
  local -a tasks=(\${(f)"$(_prime_names task)"})
  subcommands+=(\${\${tasks//:/\\\\:}/%/:task})
  _arguments -C -S${block([...flags.flatMap(spec), "'1: :->command'", "'*:: :->arguments'"], "    ")} && return
  case $state in
    command)
      _describe -t commands command subcommands || _files
      return
      ;;
  esac
  case $words[1] in
${branches.join("")}    *) _files ;;
  esac
}
if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then _prime "$@"; else compdef _prime prime; fi
`;
}
