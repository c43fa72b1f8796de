import { type Answers, instead } from "./answers.ts";

/**
 * src/cli/ alone parses, always what the user typed, and proposes names itself; commands and options are declared by constants, which the
 * tests read, and help has no colours.
 */
export const COMMANDER: Answers = {
  "commander/lib/command.js": [
    ...["_registerCommand(command)", "_registerOption(option)", "addArgument(argument)"].map(
      (method) =>
        [new RegExp(`( ${method.replace(/[()]/g, "\\$&")} \\{\n)[^]*?(?= {4}this\\.\\w+\\.push)`), "$1"] as const,
    ),
    instead("parse(argv, parseOptions)", "this._parseCommand([], argv.slice());"),
    instead(
      "_dispatchSubcommand(commandName, operands, unknown)",
      "return this._findCommand(commandName)._parseCommand(operands, unknown);",
    ),
    instead(
      "_dispatchHelpCommand(subcommandName)",
      `if (!subcommandName) this.help();
      this._findCommand(subcommandName)?.help();
      this.help({ error: true });`,
    ),
    instead(
      "_processArguments()",
      `this._checkNumberOfArguments();
      this.processedArgs = this.registeredArguments.map((argument, index) => {
        const value = this.args[index];
        if (argument.variadic) return this.args.slice(index);
        const message = \`error: command-argument value '\${value}' is invalid for argument '\${argument.name()}'.\`;
        return argument.parseArg ? this._callParseArg(argument, value, undefined, message) : value;
      });`,
    ),
    instead("error(message, errorOptions)", "this._outputConfiguration.writeErr(message + '\\n');\n    this._exit(1);"),
    instead(
      "_checkForMissingMandatoryOptions()",
      `const missing = this.options.find((one) => one.mandatory && this.getOptionValue(one.attributeName()) === undefined);
      if (missing) this.missingMandatoryOptionValue(missing);`,
    ),
    instead(
      "helpInformation(contextOptions)",
      `const helper = this.createHelp();
      helper.helpWidth = this._getOutputContext(contextOptions).helpWidth;
      return helper.formatHelp(this, helper);`,
    ),
    instead(
      "outputHelp(contextOptions)",
      `const context = this._getOutputContext(contextOptions);
      context.write(this.helpInformation(contextOptions));
      this.emit('afterHelp', context);`,
    ),
    instead("help(contextOptions)", "this.outputHelp(contextOptions);\n    this._exit(contextOptions?.error ? 1 : 0);"),
    instead(
      "helpOption(flags, description)",
      `this._helpOption = flags === false ? null : this.createOption('-h, --help', 'display help for command');
      return this;`,
    ),
    instead(
      "unknownOption(flag)",
      `if (!this._allowUnknownOption) this.error("error: unknown option '" + flag + "'");`,
    ),
    instead("addHelpText(position, text)", "return this.on(position + 'Help', ({ write }) => write(text + '\\n'));"),
    instead(
      "_getOutputContext(contextOptions)",
      `const error = !!contextOptions?.error;
      const { writeErr, writeOut, getErrHelpWidth, getOutHelpWidth } = this._outputConfiguration;
      return { write: error ? writeErr : writeOut, helpWidth: error ? getErrHelpWidth() : getOutHelpWidth() };`,
    ),
    instead("exitOverride(fn)", "return this;"),
    instead("_exit(exitCode, code, message)", "throw new CommanderError(exitCode);"),
    instead("argument(name, description, fn, defaultValue)", "return this.addArgument(this.createArgument(name));"),
    [/^ {6}outputError: .*\n/m, ""],
    [/, \{ code: 'commander\.\w+' \}/g, ""],
    [
      /^ {4}this\.(?:_args|rawArgs|_scriptPath|_executable\w+|_defaultCommandName|_aliases|_argsDescription) = .*\n/gm,
      "",
    ],
    [/^ {4}this\.(?:_lifeCycleHooks|_savedState|_summary|_showHelpAfterError|_storeOptionsAsProperties) = .*\n/gm, ""],
    [
      /^ {4}this\.(?:_allowExcessArguments|_combineFlagAndOptionalValue|_showSuggestionAfterError) =\s.*\n(?: {6}.*\n)?/gm,
      "",
    ],
    [/this\._allowExcessArguments|typeof this\._showHelpAfterError === 'string'/g, "false"],
    [/this\._showSuggestionAfterError/g, "false"],
    ["(option.optional && this._combineFlagAndOptionalValue)", "option.optional"],
    [/^ {4}let desc = [\s\S]*?opts = opts \|\| \{\};\n/m, "const opts = actionOptsOrExecDesc ?? {};\n"],
    [/^ {4}if \(desc\) \{\n[\s\S]*?^ {4}\}\n/m, ""],
    [/^ {4}if \(opts\.isDefault\) .*\n/m, ""],
    ["opts.noHelp || ", ""],
    [/^ {4}cmd\._executableFile = .*\n/m, ""],
    [/^ {4}if \(desc\) return this;\n/m, ""],
    [/^ {4}enableOrNameAndArgs = .*\n(.*)enableOrNameAndArgs\.match/m, "$1'help [command]'.match"],
    ["description ?? 'display help for command';\n\n", "'display help for command';\n"],
    [/^ {4}this\._versionOptionName = .*\n/m, ""],
    [/^ {4}(flags|description) = \1 \|\| .*\n/gm, ""],
    [/^ {6}if \(val == null && option\.presetArg[\s\S]*?^ {6}\}\n/m, ""],
    [/cmd\._name === name \|\| cmd\._aliases\.includes\(name\)/, "cmd._name === name"],
    [/^ {4}if \(this\.parent && this\.parent\.listenerCount[\s\S]*?^ {4}\} else if/m, "    if"],
    [/^ {6}if \(this\.parent\) \{\n[\s\S]*?^ {6}\}\n/m, ""],
    [/^ {4}const commandEvent = .*\n/m, ""],
    [/^ {2}(?:_prepareUserArgs|_chainOrCall|_prepareForParse)\(.*\) \{\n[\s\S]*?^ {2}\}\n/gm, ""],
    [/^ {4}this\._(?:parseOptions(?:Env|Implied)|checkForConflictingOptions)\(\);.*\n/gm, ""],
    [
      /^ {6}let promiseChain;\n[\s\S]*?return promiseChain;\n/m,
      "      return this._actionHandler(this.processedArgs);\n",
    ],
    [/^ {4}this\._optionValueSources(?:\[key\])? = .*\n/gm, ""],
    [/^ {4}this\._exitCallback = .*\n/gm, ""],
    [/^ {6}write(?:Out|Err): \(str\) => process.*\n/gm, ""],
    [/option\.negate/g, "false"],
    ["this.error(message, { exitCode: err.exitCode, code: err.code })", "this.error(message)"],
    [/this\._exit\(0, .*\)/g, "this._exit(0)"],
    [/^ {6}get(?:Out|Err)HasColors: \(\) =>\n.*\n/gm, ""],
    [/^ {6}stripColor: .*\n/m, ""],
    [/^function useColor\(\) \{\n[\s\S]*?^\}\n/m, ""],
    [/^exports\.useColor = .*\n/m, ""],
    ["const { Help, stripColor } =", "const { Help } ="],
    ["const { Option, DualOptions } =", "const { Option } ="],
    [/typeof flags === 'object' && flags instanceof Option|fn instanceof RegExp/g, "false"],
    [/this\.(?:_storeOptionsAsProperties|_defaultCommandName|_showHelpAfterError)(?! =)/g, "false"],
    [/option\.envVar(?=\) \{)/, "false"],
    [/this\._findCommand\('\*'\)|this\.listenerCount\('command:\*'\)/g, "false"],
  ],
  "commander/lib/help.js": [
    [/\bhelper\.style\w+(?=\()/g, ""],
    [/^ {2}style\w+\(str\) \{\n[\s\S]*?^ {2}\}\n/gm, ""],
    [/^function stripColor\(str\) \{\n[\s\S]*?^\}\n/m, ""],
    [/^exports\.stripColor = .*\n/m, ""],
    ["stripColor(str).length", "str.length"],
    [/this\.(?:sortSubcommands|sortOptions|showGlobalOptions)(?! =)|helper\.showGlobalOptions/g, "false"],
    [/^ {6}\(cmd\._aliases.*\n/m, ""],
    [/^ {4}if \(cmd\._aliases\[0\]\) \{\n.*\n {4}\}\n/m, ""],
    ["cmd.summary() || ", ""],
    [/^ {6}helper\.longestGlobalOptionTermLength\(.*\n/m, ""],
    [/^ {2}(?:visibleArguments|argument\w+|longestArgumentTermLength)\(.*\) \{\n[\s\S]*?^ {2}\}\n/gm, ""],
    [/^ {6}helper\.longestArgumentTermLength\(.*\n/m, ""],
    [/^ {4}const argumentList = [\s\S]*?(?=^ {4}\/\/ Options)/m, ""],
    instead(
      "visibleOptions(cmd)",
      `const help = cmd._getHelpOption();
      return [...cmd.options.filter((option) => !option.hidden), ...(help ? [help] : [])];`,
    ),
    ["option.defaultValueDescription || ", ""],
    [/^ {4}this\.(?:sortSubcommands|sortOptions|showGlobalOptions) = .*\n/gm, ""],
    [/option\.(?:envVar|presetArg) !== undefined/g, "false"],
  ],
  "commander/lib/argument.js": [
    [/^ {4}this\.\w+ = (?:undefined|description \|\| '');\n/gm, ""],
    [/^ {2}_concatValue\(.*\) \{\n[\s\S]*?^ {2}\}\n/m, ""],
    [/^ {6}if \(this\.variadic\) \{\n[\s\S]*?^ {6}\}\n/m, ""],
    ["constructor(name, description)", "constructor(name)"],
  ],
  "commander/lib/error.js": [[/^ {4}(?:Error\.capture.*|this\.(?:name|nestedError) = .*)\n/gm, ""]],
  "commander/lib/option.js": [
    [/^ {6}if \(this\.variadic\) \{\n[\s\S]*?^ {6}\}\n/m, ""],
    [/^ {4}this\.\w+ = (?:undefined|\[\]|false);\n|^ {4}this\.defaultValueDescription = .*\n/gm, ""],
    [/^ {4}if \(this\.(?:long|negate)\) \{\n {6}(?:this\.negate|return camel).*\n {4}\}\n/gm, ""],
    [" && !this.negate", ""],
    [/^class DualOptions \{\n[\s\S]*?^\}\n/m, ""],
    [/^exports\.DualOptions = .*\n/m, ""],
    [/ {2}if \(flagParts\[0\]\.startsWith\('-'\)\) \{\n[\s\S]*?^ {2}\}\n/m, ""],
    [/ {2}if \(shortFlag === undefined && [\s\S]*?\);\n/, ""],
    [/ {2}if \(!shortFlag && longFlagExp[\s\S]*?^ {2}\}\n/m, ""],
  ],
};
