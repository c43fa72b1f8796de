import * as path from "node:path";
import type { VerifyCommand } from "../../config/policy/policy.ts";
import { askExtensions } from "../../decision/load-extensions.ts";
import { now } from "../../edges/clock.ts";
import { listFolder, realPath } from "../../edges/files/read.ts";
import { run } from "../../edges/processes/run.ts";
import type { Manifest } from "../../environment/manifest/manifest.ts";
import { type Check, writeReport } from "../../environment/report.ts";
import { PrimeError } from "../../errors.ts";
import type { Interpreter } from "../../python/interpreter.ts";
import type { Activation } from "../../shells/activation.ts";
import { checkInstalled } from "../../uv/commands.ts";
import type { UvTool } from "../../uv/tool.ts";
import type { BuildPlace } from "../aside.ts";
import { type Job, whatStays } from "../job.ts";
import { verify } from "./verify.ts";

/** The exit status when an upgrade is not good enough to be shown. */
export const EXIT_INVALID = 4;

/** What an environment must stand before it takes another's place. */
export interface Demands {
  readonly uv: UvTool | undefined;
  /** The environment in use (its folder absolute); undefined for the first one. */
  readonly before: { readonly folder: string; readonly manifest: Manifest } | undefined;
  /** The interpreter below the new one. */
  readonly base: Interpreter;
  /** Modules of the standard library that need not be there. */
  readonly waive: readonly string[];
  readonly verify: readonly VerifyCommand[];
  /** What the verify commands get beside the environment. */
  readonly activation: Omit<Activation, "generation">;
  /**
   * Called with the reason when it is not good enough; `isInterpreter`: other packages on this interpreter would do as
   * badly.
   */
  readonly failed: (place: BuildPlace, why: string, isInterpreter: boolean) => void;
}

/** Modules that people take for granted in a Python, and that a build without the right headers lacks. */
const CORE = "ssl sqlite3 ctypes zlib bz2 lzma hashlib readline uuid venv zoneinfo".split(" ");
const CERTIFICATES = "certificates";

/**
 * Examines an environment more closely than each build does, before anybody sees it: all that is compiled is loaded,
 * what is installed fits together, a new interpreter has what the old one had, and the repo's own commands succeed. The
 * report is kept with the generation. Throws `upgrade-invalid`.
 */
export async function validateDeeply(job: Job, place: BuildPlace, demands: Demands): Promise<readonly Check[]> {
  const { terminal } = job.context;
  const step = terminal.step("load all that is compiled, and check what is installed");
  const looked = await Promise.all([lookInside(job, place, demands), fitsTogether(job, place, demands)]);
  step.done();
  const checks: Check[] = looked.flat();
  if (checks.every(({ ok }) => ok)) {
    const activation = { ...demands.activation, generation: place.generation };
    for (const command of demands.verify) checks.push(await verify(job, command, activation, place.work));
  }
  job.steps.push(...checks.map(({ name, about, durationMs }) => ({ title: `${name}: ${about}`, durationMs })));
  const problems = checks.flatMap((check) => check.problems.map((problem) => `${titleOf(check)}: ${problem}`));
  if (problems.length > 0) {
    const isLibrary = checks.some(({ name, ok }) => name === LIBRARY && !ok);
    demands.failed(place, problems.join("; "), isLibrary);
    throw new PrimeError(
      "upgrade-invalid",
      `the upgrade is not good enough, and nothing was changed:\n  ${problems.join("\n  ")}`,
      `mend or pin what is named above${isLibrary ? ", or write what this interpreter may lack into `waive` of [upgrade]" : ""}; ${whatStays(job)}`,
      { exitCode: EXIT_INVALID },
    );
  }
  writeReport(place.generation, { at: now(), checks });
  return checks;
}

function titleOf({ name, about }: Check): string {
  return name === "verify" ? `verify \`${about}\`` : name;
}

/**
 * Loads extension modules and, when the interpreter is another one, modules of the standard library: what a repo lived
 * without, it need not get now.
 */
async function lookInside(job: Job, { generation }: BuildPlace, { before, base, waive }: Demands): Promise<Check[]> {
  const since = now();
  const was = before?.manifest.interpreter;
  const isOther = was === undefined || was.realPath !== base.realPath || was.version !== base.version;
  const old =
    isOther && before !== undefined
      ? await askExtensions(job.context, path.join(before.folder, "bin/python"), STDLIB)
      : undefined;
  const had = typeof old === "string" || old === undefined ? [] : old.modules;
  const wanted = isOther ? [...new Set([...CORE, ...had])].filter((name) => name !== CERTIFICATES) : [];
  const options = [
    "--import",
    ...wanted.map((name) => `--module=${name}`),
    ...(isOther && (before === undefined || had.includes(CERTIFICATES)) ? ["--certificates"] : []),
  ];
  const answer = await askExtensions(job.context, path.join(generation, "bin/python"), [
    ...options,
    ...sitesOf(generation),
  ]);
  const durationMs = now() - since;
  if (typeof answer === "string") {
    return [{ name: "interpreter", ok: false, about: base.version, problems: [answer], durationMs }];
  }
  const isMeant = (name: string) =>
    name === CERTIFICATES || CORE.includes(name) || answer.known.length === 0 || answer.known.includes(name);
  const isWaived = (name: string) => waive.some((one) => one === name || `_${one}` === name);
  const files = answer.failed.filter(([what]) => what.includes("/"));
  const missing = answer.failed.filter(([what]) => !what.includes("/") && isMeant(what) && !isWaived(what));
  const told = (all: readonly (readonly [string, string])[]) =>
    all.map(([what, why]) => `${what.includes("/") ? path.relative(generation, what) : what}: ${why}`);
  return [
    ...(isOther
      ? [
          {
            name: LIBRARY,
            ok: missing.length === 0,
            about: `${wanted.length} modules`,
            problems: told(missing),
            durationMs,
          },
        ]
      : []),
    {
      name: "extension modules",
      ok: files.length === 0,
      about: `${answer.loaded} loaded`,
      problems: told(files),
      durationMs: isOther ? 0 : durationMs,
    },
  ];
}

const LIBRARY = "standard library";
const STDLIB = ["--stdlib", "--certificates", ...CORE.map((name) => `--module=${name}`)];

function sitesOf(generation: string): string[] {
  const libs = ["lib", "lib64"].map((name) => path.join(generation, name));
  const sites = libs.flatMap((lib) => (listFolder(lib) ?? []).map((name) => path.join(lib, name, "site-packages")));
  return [...new Set(sites.flatMap((site) => realPath(site) ?? []))];
}

/**
 * Has uv check that requirements fit together. What did not fit before need not fit now: a repo may override what its
 * packages say.
 */
async function fitsTogether(job: Job, { generation }: BuildPlace, { uv, before }: Demands): Promise<Check[]> {
  if (uv === undefined) return [];
  const since = now();
  const found = await conflicts(job, uv, generation);
  const known = found.length === 0 || before === undefined ? [] : await conflicts(job, uv, before.folder);
  const problems = found.filter((line) => !known.some((one) => pairOf(one) === pairOf(line)));
  return [
    { name: "requirements", ok: problems.length === 0, about: "uv pip check", problems, durationMs: now() - since },
  ];
}

async function conflicts(job: Job, uv: UvTool, folder: string): Promise<string[]> {
  const { ok, stderr } = await run(checkInstalled(uv, folder), { log: job.log });
  return ok ? [] : stderr.split("\n").filter((line) => line.startsWith("The package "));
}

/** The two packages of a line like `The package `a v1.0` requires `b<2`, but …`, without versions. */
function pairOf(line: string): string {
  return [...line.matchAll(/`([A-Za-z0-9._-]+)/g)]
    .slice(0, 2)
    .map(([, name]) => name)
    .join(" ");
}
