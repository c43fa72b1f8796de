import { quoteForShell } from "../../edges/command.ts";
import type { RecordedKind } from "../../plan/names.ts";
import {
  type CommandLine,
  type Flag,
  flagNames,
  isRecorded,
  type Subcommand,
  takesValue,
  type Value,
} from "./command-line.ts";
import { namesForSh } from "./recorded-names.ts";

const pattern = (names: readonly string[]): string => names.join(" | ");

export function bashScript({ flags, commands }: CommandLine): string {
  const offer = (words: readonly string[]): string => `words=${quoteForShell(words.join(" "))}`;
  const names = (kind: RecordedKind): string => `words+=" $(_prime_names ${kind})"`;
  const value = (of: Value): string =>
    isRecorded(of)
      ? `compopt +o bashdefault +o default 2>/dev/null; ${names(of.recorded)}`
      : of === "path"
        ? "return"
        : of === "text"
          ? "compopt +o bashdefault +o default 2>/dev/null; return"
          : offer([...of]);
  const afterFlag = ({ names, value: of }: Flag): string => `${pattern(names)}) ${value(of)} ;;`;
  const branch = (pattern: string, own: readonly Flag[], rest: readonly string[], more = ""): string => `    ${pattern})
      case $before in
${own
  .filter(takesValue)
  .map((flag) => `        ${afterFlag(flag)}\n`)
  .join("")}        *) ${offer([...flagNames(own), ...rest])}${more} ;;
      esac
      ;;
`;
  const argumentsOf = ({ value: of }: Subcommand): readonly string[] =>
    typeof of === "string" || isRecorded(of) ? [] : of;
  const recordedOf = ({ value: of }: Subcommand): string => (isRecorded(of) ? `; ${names(of.recorded)}` : "");
  const running = commands.filter(({ value: of }) => of === "command").map(({ name }) => name);
  return `# In ~/.bashrc: eval "$(/path/to/prime completion bash)"
_prime_launcher() {
  local launcher=\${COMP_WORDS[0]}
  case $launcher in
    '~/'*) launcher=$HOME/\${launcher#'~/'} ;;
    */*) ;;
    *) launcher=$(type -P -- "$launcher") ;;
  esac
  printf '%s\\n' "\${launcher%/*}"
}
${namesForSh("$(_prime_launcher)")}
_prime() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local at=1 command='' words='' name
  COMPREPLY=()
  while [ "$at" -lt "$COMP_CWORD" ]; do
    case \${COMP_WORDS[at]} in
      ${pattern(flagNames(flags.filter(takesValue)))})
        [ "\${COMP_WORDS[at + 1]}" != = ] || at=$((at + 1))
        at=$((at + 1))
        ;;
      -*) ;;
      *) command=\${COMP_WORDS[at]}; break ;;
    esac
    at=$((at + 1))
  done
  [ "$before" != = ] || before=\${COMP_WORDS[COMP_CWORD - 2]}
  [ "$word" != = ] || word=
  case $command in
    ${pattern(running)})
      at=$((at + 1))
      [ "\${COMP_WORDS[at]}" != -- ] || [ "$at" -ge "$COMP_CWORD" ] || at=$((at + 1))
      if [ "$at" -lt "$COMP_CWORD" ]; then
        if declare -F _command_offset >/dev/null; then _command_offset "$at"; fi
        return
      fi
      for name in "$(_prime_launcher)/.venv/bin/"*; do
        case \${name##*/} in *[!A-Za-z0-9._+:-]*) continue ;; esac # what is offered is evaluated
        if [ -f "$name" ] && [ -x "$name" ]; then words+=" \${name##*/}"; fi
      done
      ;;
${branch(
  "''",
  flags,
  commands.map(({ name }) => name),
  `; ${names("task")}`,
)}${commands
  .filter((command) => !running.includes(command.name))
  .map((command) => branch(command.name, command.flags, argumentsOf(command), recordedOf(command)))
  .join("")}  esac
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -W "$words" -- "$word")
}
complete -o bashdefault -o default -F _prime prime
`;
}
