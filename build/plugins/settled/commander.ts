import { type Answers, instead } from "./answers.ts";

/** src/cli/ alone parses, always what the user typed; commands and options are declared by constants, which the tests read, and help has no colours. */
export const COMMANDER: Answers = {
  "commander/lib/command.js": [
    ...["_registerCommand(command)", "_registerOption(option)", "addArgument(argument)"].map(
      (method) =>
        [new RegExp(`( ${method.replace(/[()]/g, "\\$&")} \\{\n)[^]*?(?= {4}this\\.\\w+\\.push)`), "$1"] as const,
    ),
    instead("_prepareUserArgs(argv, parseOptions)", "return argv.slice();"),
    instead("_chainOrCall(promise, fn)", "return fn();"),
    instead("_prepareForParse()", ""),
    instead("alias(alias)", "return this._aliases[0];"),
    instead("addHelpText(position, text)", "return this.on(position + 'Help', ({ write }) => write(text + '\\n'));"),
    instead(
      "_getOutputContext(contextOptions)",
      `const error = !!contextOptions?.error;
      const { writeErr, writeOut, getErrHelpWidth, getOutHelpWidth } = this._outputConfiguration;
      return { error, write: error ? writeErr : writeOut, helpWidth: error ? getErrHelpWidth() : getOutHelpWidth() };`,
    ),
    [/if \(context\.hasColors\) return text;\s+return .*;/, "return text;"],
    [/^ {6}get(?:Out|Err)HasColors: \(\) =>\n.*\n/gm, ""],
    [/^ {6}stripColor: .*\n/m, ""],
    [/^function useColor\(\) \{\n[\s\S]*?^\}\n/m, ""],
    [/^exports\.useColor = .*\n/m, ""],
    ["const { Help, stripColor } =", "const { Help } ="],
    ["const { Option, DualOptions } =", "const { Option } ="],
    [/typeof flags === 'object' && flags instanceof Option|fn instanceof RegExp/g, "false"],
    [/(?:this|subCommand)\._executableHandler(?! =)/g, "false"],
    [/this\.(?:_storeOptionsAsProperties|_defaultCommandName|_showHelpAfterError)(?! =)/g, "false"],
    [/option\.envVar(?=\) \{)/, "false"],
    [/this\._findCommand\('\*'\)|this\.listenerCount\('command:\*'\)/g, "false"],
    [/typeof contextOptions === 'function'|deprecatedCallback(?=\) \{)/g, "false"],
  ],
  "commander/lib/help.js": [
    [/\bhelper\.style\w+(?=\()/g, ""],
    [/^ {2}style\w+\(str\) \{\n[\s\S]*?^ {2}\}\n/gm, ""],
    [/^function stripColor\(str\) \{\n[\s\S]*?^\}\n/m, ""],
    [/^exports\.stripColor = .*\n/m, ""],
    ["stripColor(str).length", "str.length"],
    [/this\.(?:sortSubcommands|sortOptions|showGlobalOptions)(?! =)|helper\.showGlobalOptions/g, "false"],
    [/cmd\._argsDescription(?=\) \{)/, "false"],
    [/option\.(?:envVar|presetArg) !== undefined/g, "false"],
  ],
  "commander/lib/option.js": [
    [/^class DualOptions \{\n[\s\S]*?^\}\n/m, ""],
    [/^exports\.DualOptions = .*\n/m, ""],
    [/ {2}if \(flagParts\[0\]\.startsWith\('-'\)\) \{\n[\s\S]*?^ {2}\}\n/m, ""],
    [/ {2}if \(shortFlag === undefined && [\s\S]*?\);\n/, ""],
    [/ {2}if \(!shortFlag && longFlagExp[\s\S]*?^ {2}\}\n/m, ""],
  ],
};
