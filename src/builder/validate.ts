import * as path from "node:path";
import { now } from "../edges/clock.ts";
import { backdate } from "../edges/files/change.ts";
import { sha256OfFile } from "../edges/files/read.ts";
import { hostName, inContainer, userName } from "../edges/machine.ts";
import { run } from "../edges/processes/run.ts";
import { digestOf, LAYOUT } from "../environment/digest.ts";
import { digestOfNames, type Manifest, writeManifest } from "../environment/manifest.ts";
import { PrimeError } from "../errors.ts";
import { normalizeName } from "../project/packages.ts";
import { cleanEnvironment } from "../python/clean-environment.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { VALIDATE_PY } from "../python/texts/texts.ts";
import type { Job } from "./job.ts";

/** What validate.py says of an environment; names as the packages spell themselves. */
export interface Validation {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly packages: Readonly<Record<string, string>>;
  readonly digests: Readonly<Record<string, string>>;
  /** Absolute folders. */
  readonly site_packages: readonly string[];
}

/** Starts the new environment's interpreter, which looks at itself and at what was installed. */
export async function validate(job: Job, generation: string, base: Interpreter): Promise<Validation> {
  const step = job.context.terminal.step("validate the environment");
  const outcome = await run(
    {
      file: path.join(generation, "bin", "python"),
      args: ["-I", "-B", "-c", VALIDATE_PY, generation, base.version, base.soabi],
      env: cleanEnvironment(job.context.env),
      cwd: job.context.root,
    },
    { log: job.log },
  );
  step.done();
  job.steps.push({ title: "validate the environment", durationMs: Math.round(outcome.durationMs) });
  const validation = parseValidation(outcome.stdout);
  if (outcome.ok && validation?.ok === true) return validation;
  const problems = validation?.problems ?? [outcome.failure ?? outcome.output.trim()];
  throw new PrimeError(
    "environment-invalid",
    `the new environment ${generation} is not sound:\n  ${problems.join("\n  ")}`,
    {
      hint: `start again with \`./prime reboot\`; what worked before still works (log: ${job.log})`,
    },
  );
}

/** What a manifest says that the environment itself does not show. */
export type Facts = Omit<
  Manifest,
  "layout" | "id" | "digest" | "packages" | "packageDigests" | "sitePackages" | "pyvenv" | "builtAt" | "builtBy"
>;

/** Writes the manifest, last of all: from now on the folder is a generation. */
export function finishGeneration(generation: string, validation: Validation, facts: Facts): Manifest {
  const pyvenv = path.join(generation, "pyvenv.cfg");
  for (const file of [pyvenv, ...validation.site_packages]) backdate(file);
  const manifest: Manifest = {
    ...facts,
    layout: LAYOUT,
    id: path.basename(generation),
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

function parseValidation(text: string): Validation | undefined {
  try {
    return JSON.parse(text.trim().split("\n").at(-1) ?? "") as Validation;
  } catch {
    return undefined;
  }
}

/** One spelling (PEP 503), whoever names a package. */
function byNormalizedName(told: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [normalizeName(name), value]));
}
