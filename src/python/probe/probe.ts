import type { Environment } from "../../edges/command.ts";
import { isForOtherMachine, isScript } from "../../edges/files/formats/program-file.ts";
import { lastLineOf, parseJson } from "../../edges/files/own/own-json.ts";
import { isExecutableFile } from "../../edges/files/read.ts";
import { endedWith, type Outcome, run } from "../../edges/processes/run.ts";
import { cleanEnvironment } from "../clean-environment.ts";
import type { Failure, Interpreter } from "../interpreter.ts";
import { isKeptByPrime } from "../search/candidates.ts";
import type { Starting } from "../starting.ts";
import { COMPILE_LIBRARY_PY, PROBE_PY } from "../texts/texts.ts";
import { occasionOf, PROBED, readProbe, writeProbe } from "./probe-cache.ts";

export interface ProbeOptions {
  readonly env: Environment;
  /** Where the candidate is started: a shim of pyenv's answers by the nearest `.python-version`. */
  readonly cwd: string;
  /** prime's cache folder; what was learned stands in its `probes/`. */
  readonly cacheFolder: string;
  /** Milliseconds that the candidate may take to answer. */
  readonly limitMs: number;
  readonly starting: Starting;
}

/**
 * Asks an executable what it is, by running it in a clean environment: only an answer proves it to be an interpreter.
 * What a file once answered is believed without running it again while neither it nor its libpython changed; a script
 * (a shim) is asked once a start, since it can hand over to another interpreter every time. What may not be started is known to a
 * look by such an answer alone, and to a start not at all.
 */
export async function probe(file: string, options: ProbeOptions): Promise<Interpreter | Failure> {
  const { starting, cacheFolder } = options;
  const refused = starting.whyNot(file);
  if (refused !== undefined && !starting.isLook) return { path: file, why: `it is not started: ${refused}` };
  const isShim = isScript(file);
  const occasion = isShim ? occasionOf(options.cwd) : undefined;
  const keeps = !isShim || occasion !== undefined;
  const known = keeps ? readProbe(cacheFolder, file, occasion) : undefined;
  if (known !== undefined) return known;
  if (refused !== undefined) return { path: file, kind: "unasked", why: refused };
  const mayCompile = !starting.isLook && isKeptByPrime(file, options.env);
  const answer = await ask(file, ["-I", "-S", ...(mayCompile ? [] : ["-B"]), "-c", PROBE_PY], options);
  const interpreter = parseAnswer(file, answer.stdout);
  if (interpreter === undefined)
    return { path: file, ...kindOf(file, answer), why: await explain(file, answer, options) };
  if (keeps) writeProbe(cacheFolder, interpreter, occasion);
  return interpreter;
}

/** Has a new interpreter of prime's own compile what nearly every start of it loads: each of the next ones would do so for itself. */
export async function compileLibrary(file: string, options: ProbeOptions): Promise<void> {
  if (options.starting.whyNot(file) !== undefined) return;
  await Promise.all(["0", "1"].map((part) => ask(file, ["-I", "-S", "-c", COMPILE_LIBRARY_PY, part], options)));
}

function ask(file: string, args: readonly string[], options: ProbeOptions): Promise<Outcome> {
  const command = { file, args, env: cleanEnvironment(options.env), cwd: options.cwd };
  return run(command, { limitMs: options.limitMs, ownGroup: true });
}

/** Reads the last line, since a wrapper script may print something of its own before. */
function parseAnswer(file: string, stdout: string): Interpreter | undefined {
  const answer = parseJson(lastLineOf(stdout), PROBED);
  return answer && { path: file, ...answer };
}

/** The words are those of glibc's and musl's loaders, of macOS's dyld and of CPython's own start. */
function kindOf(file: string, { ok, timedOut, failure, stderr }: Outcome): Pick<Failure, "kind"> {
  if (ok || timedOut) return {};
  if (/error while loading shared libraries|version `[^']+' not found|symbol lookup error/.test(stderr)) return LIBRARY;
  if (/Error (?:loading shared library|relocating)|Library not loaded|Symbol not found/.test(stderr)) return LIBRARY;
  if (/No module named '(?:encodings|os)'|platform independent libraries|lost its standard library/.test(stderr))
    return { kind: "stdlib" };
  if (isForOtherMachine(file)) return { kind: "format" };
  // The file is there, so that it is its loader that the system does not find (execve(2), ENOENT).
  return failure !== undefined && isExecutableFile(file) ? LIBRARY : {};
}

const LIBRARY = { kind: "library" } as const;

async function explain(file: string, answer: Outcome, options: ProbeOptions): Promise<string> {
  if (answer.failure !== undefined) return `it could not be started: ${answer.failure}`;
  if (answer.timedOut) return `it did not answer within ${options.limitMs / 1000} seconds`;
  if (/unknown option:? -I|^SyntaxError/im.test(answer.stderr)) return tooOld(await ask(file, ["--version"], options));
  const said = saidBy(answer.stderr) ?? saidBy(answer.stdout);
  const ended = answer.ok ? "said nothing of use" : `ended with ${endedWith(answer)}`;
  return said === undefined ? `it ${ended}` : `it ${ended}: ${said}`;
}

/** The line that says what went wrong: of a traceback the last one, of anything else the first one. */
function saidBy(output: string): string | undefined {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  return lines[0]?.startsWith("Traceback") ? lines.pop() : lines[0];
}

/** Python before 3.4 knows no isolated mode, before 3.6 no f-strings; 2.7 says its version on standard error. */
function tooOld(answer: Outcome): string {
  const version = /Python (\d[\w.]*)/.exec(answer.output)?.[1];
  return version === undefined
    ? "it is no interpreter of Python 3.6 or newer"
    : `it is Python ${version}, and prime needs 3.6 or newer`;
}
