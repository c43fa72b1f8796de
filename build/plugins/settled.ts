/**
 * By library and file: what is asked, or kept for others, where every call of prime's gives the same answer, and that answer. What the minifier
 * then never comes to, it leaves out.
 *
 * aws4: src/s3/bucket.ts alone signs, and always a request of S3's by its headers, with a host, a region and credentials. commander: src/cli/ alone
 * parses, always what the user typed; commands and options are declared by constants, which the tests read, and help has no colours.
 */
const SETTLED: Readonly<Record<string, readonly (readonly [string | RegExp, string])[]>> = {
  "aws4/aws4.js": [
    ["    url = require('url'),\n", ""],
    ["    lru = require('./lru'),\n", ""],
    ["lru(1000)", "new Map()"],
    ["if (typeof request === 'string') request = url.parse(request)", ""],
    [/,\s+hostParts = .*matchHost\(.*\)$/m, ""],
    [/request\.service \|\| .*$/m, "'s3'"],
    ["request.region || hostParts[1]", "request.region"],
    ["if (this.service === 'email') this.service = 'ses'", ""],
    ["credentials || this.defaultCredentials()", "credentials"],
    [/ {2}if \(!headers\.Host && [\s\S]*?\n {2}\}\n/, "headers.Host = request.host\n"],
    [/ {2}if \(!request\.hostname && .*\n.*$/m, ""],
    [/ {2}this\.isCodeCommitGit = .*$/m, ""],
    [/this\.isCodeCommitGit|request\.doNotModifyHeaders|(?:this\.)?request\.(?:signQuery|doNotEncodePath)/g, "false"],
    [/this\.service === 's3'/g, "true"],
    [/this\.service !== 's3'/g, "false"],
    [/^RequestSigner\.prototype\.(?:matchHost|isSingleRegion|createHost|defaultCredentials) = [\s\S]*?^\}\n/gm, ""],
  ],
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
  // Names of properties are texts.
  "@tufjs/models/dist/utils/guard.js": [[/^ +Object\.keys\(value\)\.every\(.*\n/gm, ""]],
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

/** A method, and another body for it. */
function instead(method: string, body: string): readonly [RegExp, string] {
  const written = method.replace(/[()]/g, "\\$&");
  return [new RegExp(`^( {2}${written} \\{\n)[^]*?^ {2}\\}\n`, "m"), `$1${body.replaceAll("$", "$$$$")}\n  }\n`];
}

/** The text of a library's file with all of this in it; a library that reads otherwise fails the build. */
export function settled(source: string, file: string): string {
  return (SETTLED[file] ?? []).reduce((text, [asked, answer]) => {
    const after = text.replace(asked, answer);
    if (after === text) throw new Error(`${file} does not have ${asked}`);
    return after;
  }, source);
}

export const SETTLED_FILES = Object.keys(SETTLED);
