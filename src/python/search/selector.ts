import * as path from "node:path";
import * as v from "valibot";
import type { Environment } from "../../edges/command.ts";
import { parseJson } from "../../edges/files/own/own-json.ts";
import { isExecutableFile, isFile, whyNoFile } from "../../edges/files/read.ts";
import { endedWith, type Outcome, run } from "../../edges/processes/run.ts";
import { PrimeError } from "../../errors.ts";
import { quoted } from "../../quoted.ts";
import { cleanEnvironment } from "../clean-environment.ts";
import { RUN_SELECTOR_PY } from "../texts/texts.ts";
import { selectorTuple, type VersionRequest } from "../version.ts";

export interface SelectorCall {
  /** Absolute path of the repo's selector. */
  readonly selector: string;
  readonly request: VersionRequest;
  /** The executable that a `.py` selector is run by; any other selector needs none. */
  readonly interpreter: string | undefined;
  readonly env: Environment;
  /** The folder in which it is started. */
  readonly root: string;
  /** Milliseconds after which the selector and all that it started are ended. */
  readonly limitMs: number;
}

export interface SelectorAnswer {
  /** Absolute, not proven to be an interpreter; null when the selector leaves the choice to the search. */
  readonly path: string | null;
  /** What the selector printed beside its answer. */
  readonly printed: string;
}

/** What run_selector.py answers. */
const FAILED = v.object({
  failure: v.picklist(["undefined", "type", "syntax", "raised"]),
  text: v.optional(v.string()),
  line: v.optional(v.nullable(v.number())),
});
const REPLY = v.union([v.object({ path: v.nullable(v.string()) }), FAILED]);

/** Whether a selector is a Python file that defines the function, not an executable of its own. */
export function isPythonSelector(selector: string): boolean {
  return selector.endsWith(".py");
}

/**
 * Asks the repo's selector once. A `.py` file defines `select_python_file_abs_path(required_version)`, which gets three
 * numbers; any other executable gets the version as written ("" for any) as its only argument and prints one absolute
 * path or nothing. Throws `selector-…` when it does not answer properly: a repo that has a selector must not silently
 * get another interpreter than the selector's.
 */
export async function runSelector(call: SelectorCall): Promise<SelectorAnswer> {
  const { selector } = call;
  if (!isFile(selector)) {
    const said = `could not run the python selector ${selector}: ${whyNoFile(selector)}`;
    throw failure(call, "missing", said, NAME_ANOTHER);
  }
  const answer = isPythonSelector(selector) ? await askPython(call) : await askExecutable(call);
  if (answer.path === null || (path.isAbsolute(answer.path) && !answer.path.includes("\0"))) return answer;
  const said = `the python selector ${selector} answered \`${quoted(answer.path)}\`, which is not an absolute path`;
  throw failure(call, "answer", said, "let it answer with an absolute path, or with nothing");
}

async function askPython(call: SelectorCall): Promise<SelectorAnswer> {
  if (call.interpreter === undefined) throw new TypeError("a .py selector needs an interpreter");
  const numbers = selectorTuple(call.request).map(String);
  const outcome = await start(call, call.interpreter, ["-I", "-B", "-c", RUN_SELECTOR_PY, call.selector, ...numbers]);
  const reply = parseJson(outcome.stdout, REPLY);
  if (reply === undefined) throw silent(call, outcome);
  if ("failure" in reply) throw unanswered(call, reply);
  return { path: reply.path, printed: outcome.stderr };
}

async function askExecutable(call: SelectorCall): Promise<SelectorAnswer> {
  const { selector } = call;
  if (!isExecutableFile(selector)) {
    const hint = `make it executable (\`chmod +x\`), or name it \`….py\` and define ${FUNCTION} in it`;
    throw failure(call, "not-executable", `could not run the python selector ${selector}: it is not executable`, hint);
  }
  const outcome = await start(call, selector, [call.request.text]);
  if (!outcome.ok) throw silent(call, outcome);
  const lines = outcome.stdout.replace(/\n$/, "").split("\n");
  if (lines.length > 1) {
    const printed = `printed ${lines.length} lines where one path is expected:\n${shown(lines.slice(0, MOST_LINES))}`;
    const said = `the python selector ${selector} ${printed}`;
    throw failure(call, "answer", said, "let it print one absolute path, and all else on standard error");
  }
  return { path: lines[0] || null, printed: outcome.stderr };
}

async function start(call: SelectorCall, file: string, args: readonly string[]): Promise<Outcome> {
  const command = { file, args, env: cleanEnvironment(call.env), cwd: call.root };
  const outcome = await run(command, { limitMs: call.limitMs, ownGroup: true });
  if (outcome.timedOut) {
    const said = `the python selector ${call.selector} did not end within ${call.limitMs / 1000} seconds and was ended`;
    throw failure(call, "limit", said + tail(outcome), "make it quicker, or raise `selector_limit_s`");
  }
  return outcome;
}

/** It ended without an answer: could not be started, failed, or left by `os._exit`. */
function silent(call: SelectorCall, outcome: Outcome): PrimeError {
  const why = outcome.failure ?? `it ended with ${endedWith(outcome)}`;
  const said = `the python selector ${call.selector} gave no answer: ${why}${tail(outcome)}`;
  return failure(
    call,
    "failed",
    said,
    `correct the selector; it was asked for \`${call.request.text || "any version"}\``,
  );
}

function unanswered(call: SelectorCall, reply: v.InferOutput<typeof FAILED>): PrimeError {
  const at = `${call.selector}${reply.line ? `:${reply.line}` : ""}`;
  switch (reply.failure) {
    case "undefined":
      return failure(call, "undefined", `the python selector ${at} does not define ${FUNCTION}`, SIGNATURE);
    case "type":
      return failure(
        call,
        "answer",
        `the python selector ${at} returned a value of type ${quoted(reply.text ?? "")}`,
        SIGNATURE,
      );
    case "syntax":
      return failure(
        call,
        "syntax",
        `the python selector ${at} is not valid Python: ${quoted(reply.text ?? "")}`,
        SYNTAX,
      );
    default: {
      const asked = selectorTuple(call.request).join(", ");
      const said = `the python selector ${at} raised ${quoted(reply.text ?? "")}`;
      return failure(call, "raised", said, `correct the selector; it was asked for (${asked})`);
    }
  }
}

const FUNCTION = "select_python_file_abs_path";
const SIGNATURE = `define \`def ${FUNCTION}(required_version)\`, which returns an absolute path or None`;
const SYNTAX = "correct that line; the first Python in PATH can be an old one";
const NAME_ANOTHER = "correct `python_selector_file_rel_path`, or add the file";

function failure(call: SelectorCall, id: string, message: string, hint: string): PrimeError {
  const by = isPythonSelector(call.selector) && call.interpreter !== undefined ? `; run by ${call.interpreter}` : "";
  return new PrimeError(`selector-${id}`, message, hint + by);
}

function tail(outcome: Outcome): string {
  const lines = outcome.stderr.trimEnd().split("\n").slice(-MOST_LINES);
  return lines.join("") === "" ? "" : `; it said:\n${shown(lines)}`;
}

const MOST_LINES = 10;

function shown(lines: readonly string[]): string {
  return lines.map((line) => `  ${quoted(line)}`).join("\n");
}
