import { type CommandLine, type Flag, flagNames, isRecorded, type Subcommand, takesValue } from "./command-line.ts";

export function fishScript({ flags, commands }: CommandLine): string {
  const quoted = (words: string): string => `'${words.replace(/[\\']/g, "\\$&")}'`;
  const flag = (condition: string, { names, description, value: of }: Flag): string => {
    const named = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
    const takes = isRecorded(of)
      ? ` -x -a '(__prime_names ${of.recorded})'`
      : of === "none"
        ? ""
        : of === "path"
          ? " -r -F"
          : of === "text"
            ? " -x"
            : ` -x -a ${quoted([...of].join(" "))}`;
    return `complete -c prime -n ${quoted(condition)} ${named.join(" ")}${takes} -d ${quoted(description)}\n`;
  };
  const subcommand = ({ name, flags: own, value: of }: Subcommand): string => {
    const condition = `__prime_is ${name}`;
    const only = of === "path" ? "" : `complete -c prime -n ${quoted(condition)} -f\n`;
    const words =
      of === "command"
        ? `complete -c prime -n ${quoted(condition)} -a '(__prime_run)'\n`
        : isRecorded(of)
          ? `complete -c prime -n ${quoted(condition)} -a '(__prime_names ${of.recorded})'\n`
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
    if contains -- $words[1] ${flagNames(flags.filter(takesValue)).join(" ")}
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
function __prime_folder
  set -l launcher (commandline -opc)[1]
  string match -q '~/*' -- $launcher; and set launcher $HOME/(string sub -s 3 -- $launcher)
  string match -q '*/*' -- $launcher; or set launcher (command -s $launcher)
  string replace -r '/[^/]*$' '' -- $launcher
end
function __prime_names
  set -l state $HOME/.local/state
  set -q XDG_STATE_HOME; and set state $XDG_STATE_HOME
  set -l folder (realpath (__prime_folder) 2>/dev/null); or return
  set -l file $state/prime/at$folder/.plan/names
  test -O $file; and string replace -rf "^$argv[1] ([A-Za-z0-9._:-]+)\\$" '$1' <$file
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
  for file in (__prime_folder)/.venv/bin/*
    test -f $file -a -x $file; and string replace -r '^.*/' '' -- $file
  end
end
${commands.map(({ name, description }) => `complete -c prime -n '__prime_is ""' -a ${name} -d ${quoted(description)}\n`).join("")}complete -c prime -n '__prime_is ""' -a '(__prime_names task)' -d task
${flags.map((one) => flag('__prime_is ""', one)).join("")}${commands.map(subcommand).join("")}`;
}
