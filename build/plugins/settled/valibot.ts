import type { Answers } from "./answers.ts";

/**
 * Nobody asks for other languages, other validators' interface, or what of an issue says how it was looked for; each rule that is told of has a
 * message of its own, and the first that is broken ends the look. Standards are values, nothing is transformed, and no dates are compared.
 */
export const VALIBOT: Answers = {
  "valibot/dist/index.mjs": [
    [
      /^\t+(?:async: false|reference: \w+|requirement: context\.requirement|(?:lang|abort\w+): config\$1\.\w+),?\n/gm,
      "",
    ],
    [/^\t+expects: .*\n/gm, ""],
    [/_standardSchema\(\{/g, "({"],
    [/^\t+type: "\w+",\n(\t+origin: "\w+",\n)\t+input,\n(\t+key.*\n)\t+value.*\n/gm, "$1$2"],
    [/^\tconst (?:expected|received) = .*\n/gm, ""],
    [/^\t+(?:kind: context\.kind|received),\n/gm, ""],
    [/^\t\texpected,\n\t\tmessage: `Invalid .*/m, "expected: other?.expected, message: context.message,"],
    [/^\tconst message\$1 = .*\n.*\n/m, ""],
    [/, \{ received: .* \}\);/g, ");"],
    [/^\t+expected: `"\$\{key\}"`,\n/gm, ""],
    [
      /^function _addIssue\(context, label, dataset, config\$1, other\)/m,
      "function _addIssue(context, dataset, other)",
    ],
    [/_addIssue\(this, "\w+", dataset, config\$1/g, "_addIssue(this, dataset"],
    [
      /if \(config\$1\.abortEarly\) \{\n(\t+)dataset\.typed = false;\n\t+break;\n\t+\}/g,
      "dataset.typed = false;\n$1break;",
    ],
    [/if \(config\$1\.abortEarly\) break;/g, "break;"],
    [/ \|\| !config\$1\.abortEarly/g, ""],
    [/^\t+dataset\.issues\?\.push\(issue\);\n/gm, ""],
    [/if \(!dataset\.issues\) (?=dataset\.issues = )/g, ""],
    [/^\t+if \(!\w+\.typed(?: \|\| !\w+\.typed)?\) dataset\.typed = false;\n/gm, ""],
    ["if (keyDataset.typed) ", ""],
    [
      /for \(const item of pipe\$1\) if \(item\.kind !== "metadata"\) \{\n[\s\S]*?if \(!dataset\.issues.*?\) (.*\n)\t+\}/,
      "for (const item of pipe$$1) { if (dataset.issues) break; $1 }",
    ],
    [/"~run"\(dataset, config\$1\)/g, '"~run"(dataset)'],
    [
      /(\["~run"\]\((?:dataset|\{ value: [\w$.]+ \})), (?:config\$1|ABORT_EARLY_CONFIG|\/\*.*?\*\/ getGlobalConfig\(config\$1\))\)/g,
      "$1)",
    ],
    [/^\t\ttyped: dataset\.typed,\n(?=\t\tsuccess)/gm, ""],
    [/else if \(valueSchema\.fallback !== void 0\) .*\n\t+else if/g, "else if"],
    [/\/\* @__PURE__ \*\/ getDefault\((\w+)(?:, \w+, [\w$]+)?\)/g, "$1.default"],
    ["/* @__PURE__ */ _isSameValueZero(dataset.value, this.literal)", "dataset.value === this.literal"],
  ],
};
