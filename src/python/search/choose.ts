import { isScript } from "../../edges/files/formats/program-file.ts";
import { isFile } from "../../edges/files/read.ts";
import type { Input } from "../../inputs/input.ts";
import { type Failure, type Interpreter, isFailure } from "../interpreter.ts";
import { readAnswer, writeAnswer } from "../probe/probe-cache.ts";
import { describe, fits, type VersionRequest } from "../version.ts";
import { decisiveFiles } from "../watched.ts";
import { noPythonError } from "./no-python.ts";
import { notKnown, refuseUnasked } from "./not-known.ts";
import { interpreterAt, type SearchOptions, type SearchResult, searchPython } from "./search.ts";
import { isPythonSelector, runSelector, type SelectorAnswer } from "./selector.ts";

export interface SelectOptions extends SearchOptions {
  readonly request: VersionRequest;
  /** Absolute path of the repo's python selector; null when it has none. */
  readonly selector: string | null;
  /** Milliseconds that the selector may take. */
  readonly selectorLimitMs: number;
}

/** The selected python and why it was selected. */
export interface Selection {
  /** Never inside a venv. */
  readonly selected: Interpreter;
  /** Whether it is the required version itself. */
  readonly fits: boolean;
  /** For `-v` and `status`. */
  readonly how: string;
  readonly warnings: readonly string[];
  readonly passedOver: readonly Failure[];
  /** What the selector printed beside its answer; "" without one. */
  readonly printed: string;
  /** What freshness must watch, so that another choice is noticed. */
  readonly inputs: readonly Input[];
}

/**
 * Chooses the interpreter to bootstrap with: the selector's, else the search's. Asks the selector, so it must be called
 * once per bootstrap; a look takes what the last start was told. Throws `no-python` when nothing works, `selector-…` when the
 * selector fails, and `not-known` where a look would have to start something.
 */
export async function selectPython(options: SelectOptions): Promise<Selection> {
  const { request, selector, starting } = options;
  const ask = starting.isLook ? recallSelector : askSelector;
  const choice = selector === null ? NO_CHOICE : await ask(selector, options);
  if (choice.selected !== undefined) {
    return describeChoice(choice.selected, `chosen by the python selector ${selector}`, choice, [], options);
  }
  const found = choice.found ?? (await searchOrFail(options));
  const how = found.fits
    ? `the first found that fits ${describe(request)}`
    : `the first found that answers; nothing found fits ${describe(request)}`;
  return describeChoice(found.selected, how, choice, found.passedOver, options);
}

/** What came of asking the selector. */
interface Choice {
  readonly selected: Interpreter | undefined;
  readonly warnings: readonly string[];
  readonly printed: string;
  /** The search that was needed to run the selector. */
  readonly found: Found | undefined;
}

type Found = SearchResult & { readonly selected: Interpreter };

const NO_CHOICE: Choice = { selected: undefined, warnings: [], printed: "", found: undefined };

async function askSelector(selector: string, options: SelectOptions): Promise<Choice> {
  const found = isPythonSelector(selector) ? await searchOrFail(options) : undefined;
  const { request, env, root, selectorLimitMs: limitMs } = options;
  const answer = await runSelector({ selector, request, interpreter: found?.selected.executable, env, root, limitMs });
  writeAnswer(options.cacheFolder, { selector, request: request.text, answer: answer.path });
  return choiceOf(selector, answer, found, options);
}

async function recallSelector(selector: string, options: SelectOptions): Promise<Choice> {
  const path = readAnswer(options.cacheFolder, { selector, request: options.request.text });
  if (path === undefined) throw notKnown(`the python selector ${selector} decides, and looking does not run it`);
  return choiceOf(selector, { path, printed: "" }, undefined, options);
}

async function choiceOf(
  selector: string,
  answer: SelectorAnswer,
  found: Found | undefined,
  options: SelectOptions,
): Promise<Choice> {
  const { printed } = answer;
  if (answer.path === null) {
    const warning = `the python selector ${selector} chose nothing: searching PATH instead`;
    return { selected: undefined, warnings: [warning], printed, found };
  }
  const selected = await interpreterAt(answer.path, options);
  if (!isFailure(selected)) return { selected, warnings: [], printed, found };
  refuseUnasked([selected]);
  const dead = `${selected.path}, which does not work (${selected.why})`;
  const warning = `the python selector ${selector} chose ${dead}: searching PATH instead`;
  return { selected: undefined, warnings: [warning], printed, found };
}

async function searchOrFail(options: SelectOptions): Promise<Found> {
  const result = await searchPython(options.request, options);
  refuseUnasked(result.passedOver);
  if (result.selected === undefined) throw noPythonError(result, options.request);
  return { ...result, selected: result.selected };
}

function describeChoice(
  selected: Interpreter,
  how: string,
  { warnings, printed }: Choice,
  passedOver: readonly Failure[],
  { request, selector }: SelectOptions,
): Selection {
  const inputs = inputsOf(selected, selector);
  return { selected, fits: fits(request, selected), how, warnings, passedOver, printed, inputs };
}

function inputsOf(selected: Interpreter, selector: string | null): Input[] {
  return [...(selector === null ? [] : [file(selector)]), ...interpreterInputs(selected)];
}

/** What freshness must watch of an interpreter: its file, where the way to it leads, and its libraries. */
export function interpreterInputs(interpreter: Interpreter): Input[] {
  const { path: found, executable, realPath } = interpreter;
  const entry = isScript(found) ? executable : found;
  return [
    ...decisiveFiles(realPath, interpreter).filter(isFile).map(file), // a library in an archive has no os.py
    ...(entry === realPath ? [] : [{ kind: "same" as const, path: entry, target: realPath }]),
  ];
}

function file(absolute: string): Input {
  return { kind: "file", path: absolute };
}
