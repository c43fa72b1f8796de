import type { Command, Option } from "commander";
import { quoteForShell } from "../edges/command.ts";
export const COMPLETED_SHELLS = ["bash", "zsh", "fish"] as const;
export type CompletedShell = (typeof COMPLETED_SHELLS)[number];

/** What stands for a value: nothing at all, one of a few words, a command, a path, or what nobody can foresee. */
type Value = "none" | "command" | "path" | "text" | readonly string[];

interface Flag {
  /** `-q` and `--quiet`, as typed. */
  readonly names: readonly string[];
  readonly description: string;
  readonly value: Value;
}

interface Subcommand {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  readonly value: Value;
}

/** The command line as data, read from its one definition. */
export interface CommandLine {
  readonly flags: readonly Flag[];
  readonly commands: readonly Subcommand[];
}

/** What can be completed is told by choices and by the names that the definition gives: `cmd`, `dir`, `file`, `args`. */
export function describeCommandLine(program: Command): CommandLine {
  return {
    flags: flagsOf(program),
    commands: program.commands.map((command) => {
      const [argument] = command.registeredArguments;
      const value = argument === undefined ? "none" : (argument.argChoices ?? kindOf(argument.name()));
      return {
        name: command.name(),
        description: command.description(),
        flags: flagsOf(command),
        value,
      };
    }),
  };
}

function flagsOf(command: Command): Flag[] {
  const help = command.createHelp();
  return help.visibleOptions(command).map((option: Option) => ({
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    value:
      option.required || option.optional
        ? (option.argChoices ?? kindOf(/[<[]([\w-]+)/.exec(option.flags)?.[1]))
        : "none",
  }));
}

function kindOf(name: string | undefined): Value {
  if (name === "cmd") return "command";
  return name === "dir" || name === "file" || name === "args" ? "path" : "text";
}

/**
 * The script that completes prime's commands and flags, and for `run` the names in the environment's folder, which is
 * `.venv/bin` beside the launcher that is being typed; behind such a name that command's own completion goes on. It
 * starts no process of prime's.
 */
export function completionScript(shell: CompletedShell, line: CommandLine): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](line);
}

const takesValue = (flag: Flag): boolean => flag.value !== "none";
const namesOf = (flags: readonly Flag[]): string[] => flags.flatMap(({ names }) => names);
const pattern = (names: readonly string[]): string => names.join(" | ");

function bashScript({ flags, commands }: CommandLine): string {
  const offer = (words: readonly string[]): string => `words=${quoteForShell(words.join(" "))}`;
  const value = (of: Value): string =>
    of === "path" ? "return" : of === "text" ? "compopt +o bashdefault +o default 2>/dev/null; return" : offer([...of]);
  const afterFlag = ({ names, value: of }: Flag): string => `${pattern(names)}) ${value(of)} ;;`;
  const branch = (pattern: string, own: readonly Flag[], rest: readonly string[]): string => `    ${pattern})
      case $before in
${own
  .filter(takesValue)
  .map((flag) => `        ${afterFlag(flag)}\n`)
  .join("")}        *) ${offer([...namesOf(own), ...rest])} ;;
      esac
      ;;
`;
  const argumentsOf = ({ value: of }: Subcommand): readonly string[] => (typeof of === "string" ? [] : of);
  const running = commands.filter(({ value: of }) => of === "command").map(({ name }) => name);
  return `# In ~/.bashrc: eval "$(/path/to/prime completion bash)"
_prime() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} launcher=\${COMP_WORDS[0]}
  local at=1 command='' words='' name
  COMPREPLY=()
  while [ "$at" -lt "$COMP_CWORD" ]; do
    case \${COMP_WORDS[at]} in
      ${pattern(namesOf(flags.filter(takesValue)))})
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
      case $launcher in
        '~/'*) launcher=$HOME/\${launcher#'~/'} ;;
        */*) ;;
        *) launcher=$(type -P -- "$launcher") ;;
      esac
      for name in "\${launcher%/*}/.venv/bin/"*; do
        if [ -f "$name" ] && [ -x "$name" ]; then words+=" \${name##*/}"; fi
      done
      ;;
${branch(
  "''",
  flags,
  commands.map(({ name }) => name),
)}${commands
  .filter((command) => !running.includes(command.name))
  .map((command) => branch(command.name, command.flags, argumentsOf(command)))
  .join("")}  esac
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -W "$words" -- "$word")
}
complete -o bashdefault -o default -F _prime prime
`;
}

function zshScript({ flags, commands }: CommandLine): string {
  const text = (words: string): string => words.replace(/[\\:[\]]/g, "\\$&");
  const value = (of: Value): string =>
    of === "none" ? "" : of === "path" ? ":path:_files" : of === "text" ? ":value: " : `:value:(${[...of].join(" ")})`;
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
_prime() {
  local curcontext=$curcontext state line expl launcher=\${~words[1]}
  local -a subcommands=(
${listed}  )
  [[ $launcher == */* ]] || launcher=\${commands[$launcher]:-$launcher}
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

function fishScript({ flags, commands }: CommandLine): string {
  const quoted = (words: string): string => `'${words.replace(/[\\']/g, "\\$&")}'`;
  const flag = (condition: string, { names, description, value: of }: Flag): string => {
    const named = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
    const takes =
      of === "none" ? "" : of === "path" ? " -r -F" : of === "text" ? " -x" : ` -x -a ${quoted([...of].join(" "))}`;
    return `complete -c prime -n ${quoted(condition)} ${named.join(" ")}${takes} -d ${quoted(description)}\n`;
  };
  const subcommand = ({ name, flags: own, value: of }: Subcommand): string => {
    const condition = `__prime_is ${name}`;
    const only = of === "path" ? "" : `complete -c prime -n ${quoted(condition)} -f\n`;
    const words =
      of === "command"
        ? `complete -c prime -n ${quoted(condition)} -a '(__prime_run)'\n`
        : typeof of === "string"
          ? ""
          : `complete -c prime -n ${quoted(condition)} -a ${quoted([...of].join(" "))}\n`;
    return only + words + own.map((one) => flag(condition, one)).join("");
  };
  return `# In ~/.config/fish/config.fish: /path/to/prime completion fish | source
function __prime_words
  set -l words (commandline -opc)
  set -e words[1]
  while string match -q -- '-*' "$words[1]"
    if contains -- $words[1] ${namesOf(flags.filter(takesValue)).join(" ")}
      set -e words[1]
    end
    set -e words[1]
  end
  string join -- \\n $words
end
function __prime_is
  set -l words (__prime_words)
  test "$words[1]" = "$argv[1]"
end
function __prime_run
  set -l words (__prime_words)
  set -e words[1]
  if test "$words[1]" = --
    set -e words[1]
  end
  if set -q words[1]
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
    return
  end
  set -l launcher (commandline -opc)[1]
  string match -q '~/*' -- $launcher; and set launcher $HOME/(string sub -s 3 -- $launcher)
  string match -q '*/*' -- $launcher; or set launcher (command -s $launcher)
  for file in (string replace -r '/[^/]*$' '' -- $launcher)/.venv/bin/*
    test -f $file -a -x $file; and string replace -r '^.*/' '' -- $file
  end
end
${commands.map(({ name, description }) => `complete -c prime -n '__prime_is ""' -a ${name} -d ${quoted(description)}\n`).join("")}${flags
  .map((one) => flag('__prime_is ""', one))
  .join("")}${commands.map(subcommand).join("")}`;
}
