import type { Answers } from "./answers.ts";

/** Nobody asks for other languages, other validators' interface, or what of an issue says how it was looked for; standards are values, and no dates are compared. */
export const VALIBOT: Answers = {
  "valibot/dist/index.mjs": [
    [
      /^\t+(?:async: false|reference: \w+|requirement: context\.requirement|(?:lang|abort\w+): config\$1\.\w+),?\n/gm,
      "",
    ],
    [/_standardSchema\(\{/g, "({"],
    [/^\t+type: "\w+",\n(\t+origin: "\w+",\n)\t+input,\n(\t+key.*\n)\t+value.*\n/gm, "$1$2"],
    [/ \?\? \/\* @__PURE__ \*\/ getSpecificMessage\(.*(?=;)/, ""],
    ['typeof message$1 === "function" ? message$1(issue) : message$1', "message$$1"],
    [/\/\* @__PURE__ \*\/ getGlobalConfig\((config\$1)\)(?=\);\n\treturn \{\n\t\ttyped)/g, "$1 ?? {}"],
    [/else if \(valueSchema\.fallback !== void 0\) .*\n\t+else if/g, "else if"],
    [" && !config$1.abortPipeEarly", ""],
    [/\/\* @__PURE__ \*\/ getDefault\((\w+)(?:, \w+, [\w$]+)?\)/g, "$1.default"],
    [/[\w.]+ instanceof Date \? [\w.]+\.toJSON\(\) : /g, ""],
    [", this.config?.reviver", ""],
    [/if \(schema\.type === "variant"\) parseOptions\(.*\n\t+else \{/, "{"],
    ["/* @__PURE__ */ _isSameValueZero(dataset.value, this.literal)", "dataset.value === this.literal"],
  ],
};
