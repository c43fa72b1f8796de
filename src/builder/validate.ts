import * as path from "node:path";
import * as v from "valibot";
import { now } from "../edges/clock.ts";
import type { Command } from "../edges/command.ts";
import { backdate, writePlain } from "../edges/files/change.ts";
import { lastLineOf, PATH, parseJson, TEXT } from "../edges/files/own/own-json.ts";
import { linkFacts, listFolder, readStart, realPath, sha256OfFile } from "../edges/files/read.ts";
import { hostName, inContainer, userName } from "../edges/machine.ts";
import { run } from "../edges/processes/run.ts";
import { digestOf, LAYOUT } from "../environment/manifest/digest.ts";
import { digestOfNames, type Manifest, writeManifest } from "../environment/manifest/manifest.ts";
import { PrimeError } from "../errors.ts";
import { normalizeName } from "../project/packages.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { isKeptByPrime } from "../python/search/candidates.ts";
import { VALIDATE_PY } from "../python/texts/texts.ts";
import { beginningOf, interpreterOf } from "../venv/shebang.ts";
import { type Job, whatStays } from "./job.ts";

const NAMES = v.record(TEXT, TEXT);
/** The answer of validate.py; package names as the packages spell them, folders absolute. */
const VALIDATION = v.object({
  ok: v.boolean(),
  problems: v.array(TEXT),
  packages: NAMES,
  digests: NAMES,
  site_packages: v.array(PATH),
});
export type Validation = v.InferOutput<typeof VALIDATION>;

/** Has the new environment's interpreter look at itself and at what was installed. Throws `environment-invalid`. */
export async function validate(job: Job, generation: string, base: Interpreter, work: string): Promise<Validation> {
  const step = job.context.terminal.step("validate the environment");
  const env = cleanEnvironment(job.context.env);
  const command: Command = {
    file: path.join(generation, "bin", "python"),
    args: [
      "-I",
      ...(isKeptByPrime(base.realPath, job.context.env) ? [] : ["-B"]),
      "-c",
      VALIDATE_PY,
      generation,
      base.version,
      base.soabi,
    ],
    env,
    cwd: job.context.root,
  };
  const [outcome, scriptProblems] = await Promise.all([
    run(command, { log: job.log }),
    tryScript(generation, work, { ...command, env }),
  ]);
  step.done();
  job.steps.push({ title: "validate the environment", durationMs: Math.round(outcome.durationMs) });
  const validation = parseJson(lastLineOf(outcome.stdout), VALIDATION);
  if (outcome.ok && validation?.ok === true && scriptProblems.length === 0) return validation;
  const problems = [...(validation?.problems ?? [outcome.failure ?? outcome.output.trim()]), ...scriptProblems];
  throw new PrimeError(
    "environment-invalid",
    `the new environment ${generation} is not sound:\n  ${problems.join("\n  ")}`,
    `start again with \`./prime reboot\`; ${whatStays(job)}`,
  );
}

const PROBE = "prime-probe";
/** Bytes: room for the longest path there is (PATH_MAX) and the words around it. */
const HEAD_OF_SCRIPT = 8192;

/**
 * Starts a script as users do: finds one on PATH that begins as the environment's own scripts do, and has the system
 * start it. Such a first line can be too long for the kernel, or have something that no shell takes for one word. Gives
 * what is wrong.
 */
async function tryScript(
  generation: string,
  work: string,
  { env, cwd }: Omit<Command, "args" | "file">,
): Promise<string[]> {
  const beginning = beginningOfScripts(path.join(generation, "bin"));
  if (beginning === undefined) return [];
  const probe = path.join(work, PROBE);
  writePlain(probe, Buffer.from(`${beginning}import sys\nprint(sys.prefix)\n`, "latin1"), 0o755);
  const found = `${work}:${path.join(generation, "bin")}:${env.PATH ?? ""}`;
  const outcome = await run({ file: "/bin/sh", args: ["-c", PROBE], env: { ...env, PATH: found }, cwd });
  if (outcome.ok && realPath(outcome.stdout.trimEnd()) === realPath(generation)) return [];
  const said = outcome.failure ?? outcome.output.trim();
  return [`its scripts don't start it: they begin with ${JSON.stringify(beginning.trimEnd())}, which gave: ${said}`];
}

/** The beginning of this environment's scripts, with a character for each byte; `undefined` when it has no scripts. */
function beginningOfScripts(bin: string): string | undefined {
  const interpreters = `${Buffer.from(bin).toString("latin1")}/`;
  const beginnings = (listFolder(bin) ?? [])
    .map((name) => path.join(bin, name))
    .filter((file) => linkFacts(file)?.kind === "file")
    .map((file) => beginningOf(readStart(file, HEAD_OF_SCRIPT)));
  return beginnings.find((text) => interpreterOf(text)?.startsWith(interpreters));
}

/** The parts of a manifest that the environment itself does not show. */
export type ManifestFacts = Omit<
  Manifest,
  "layout" | "id" | "digest" | "packages" | "packageDigests" | "sitePackages" | "pyvenv" | "builtAt" | "builtBy"
>;

/** Writes the manifest, last of all: from then on the folder is a generation. */
export function finishGeneration(generation: string, validation: Validation, facts: ManifestFacts): Manifest {
  const pyvenv = path.join(generation, "pyvenv.cfg");
  for (const file of [pyvenv, ...validation.site_packages]) backdate(file);
  const manifest: Manifest = {
    layout: LAYOUT,
    id: path.basename(generation),
    ...facts,
    digest: digestOf(facts.madeOf),
    packages: byNormalizedName(validation.packages),
    packageDigests: byNormalizedName(validation.digests),
    sitePackages: Object.fromEntries(
      validation.site_packages.map((folder) => [path.relative(generation, folder), digestOfNames(folder)]),
    ),
    pyvenv: sha256OfFile(pyvenv) ?? "",
    builtAt: now(),
    builtBy: { user: userName(), host: hostName(), inContainer: inContainer() },
  };
  writeManifest(generation, manifest);
  return manifest;
}

/** Normalizes the names (PEP 503), since packages spell them differently. */
function byNormalizedName(told: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [normalizeName(name), value]));
}
