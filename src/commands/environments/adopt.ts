import * as path from "node:path";
import { makeAside } from "../../builder/aside.ts";
import { beginJob, type Job } from "../../builder/job.ts";
import { rootMutex, takeOwnTurn } from "../../builder/turn.ts";
import type { Context } from "../../context.ts";
import type { Asked } from "../../decision/asked.ts";
import { type Decision, decide } from "../../decision/decide.ts";
import { linkOf } from "../../decision/shown.ts";
import { refuseForeignRepo } from "../../decision/whose-repo.ts";
import { now } from "../../edges/clock.ts";
import { copyTree } from "../../edges/files/copy-tree.ts";
import { linkFacts, namesInFolder } from "../../edges/files/read.ts";
import { compareFiles } from "../../environment/compare-files.ts";
import { DAMAGE_FILE, driftSinceUse } from "../../environment/drift.ts";
import { generationFolder, makeFolders } from "../../environment/folders.ts";
import { differences } from "../../environment/history.ts";
import { GENERATION_ID, type Manifest, readManifest } from "../../environment/manifest/manifest.ts";
import { writeHold } from "../../environment/upgraded/holds.ts";
import { type PrimeError, usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { wayToAdd } from "../../project/ways.ts";
import { type Interpreter, isFailure } from "../../python/interpreter.ts";
import { interpreterAt } from "../../python/search/search.ts";
import { type Cold, whyCold } from "../../start/cold.ts";
import { settleIn } from "../../start/settle.ts";
import { settleUpgrade } from "../../start/state/upgraded.ts";
import { MANIFEST_FILE } from "../../venv/foreign-venv.ts";
import { settleCopy } from "../../venv/relocate.ts";
import { standOn } from "../../venv/stand-on.ts";
import { oneByPrefix } from "./by-prefix.ts";

/**
 * `./prime adopt [ID]`: what was changed by hand becomes a generation with a manifest of its own, as if the inputs had asked
 * for it; it is shown until one of them changes. The files themselves are copied, so that what no index has is kept too,
 * no network is needed, and nothing that is written through other hard links can change the copy.
 */
export async function adopt(context: Context, id: string | undefined): Promise<Answer> {
  if (context.flagKey === undefined)
    throw refusal("it is kept for the launcher's own root", "leave out --root, or use the launcher that stands there");
  refuseForeignRepo(context);
  await settleUpgrade(context);
  const decision = await decide(context, false);
  const { asked, folders } = decision;
  const cold = whyCold(context);
  const source = id === undefined ? cold.before : named(decision, id);
  if (source === undefined || asked === undefined) throw refusal("no environment was built yet", "run ./prime first");
  const { unlike } = await compareFiles(context, source);
  const outside = unlike.filter(({ state }) => state === "outside");
  const edits = unlike
    .filter((one) => !outside.includes(one))
    .map(({ name, file }) => `${name}: ${file} is not what was installed`);
  const drift = [...new Set([...driftSinceUse(source), ...edits])];
  const [lost] = outside;
  if (lost !== undefined)
    context.terminal.warn(
      `RECORD or links lead out of ${source} to ${outside.length} files, as ${lost.file}: nothing of them is adopted`,
    );
  if (drift.length === 0) throw asBuilt(decision, source);
  await refuseMisfit(decision, asked.base, source);

  await makeFolders(folders);
  context.terminal.say(`changed by hand in ${source}:`);
  for (const one of drift) context.terminal.say(`  ${one}`);
  const lock = await takeOwnTurn(context, decision.config, rootMutex(folders.data), {
    doing: `adopting changes by hand in ${source}`,
    reason: "./prime adopt",
    beside: "going on",
  });
  let manifest: Manifest;
  try {
    manifest = await copyAside(context, decision, asked, source);
  } finally {
    lock.release();
  }
  writeHold(folders, manifest.digest, undefined);
  const why: Cold = { ...cold, reason: `adopted from ${path.basename(source)}: ${drift.join(", ")}` };
  const later = { ...context, startedAt: now() };
  const { readyLine } = await settleIn(later, await decide(later, false), manifest, why, "adopt");
  tellAdopted(context, decision, manifest, cold);
  context.terminal.say(readyLine);
  return DONE;
}

/** What is shown now against what was shown before, which is the changed one itself or what took its place. */
function tellAdopted(
  { terminal }: Context,
  { generations, project }: Decision,
  manifest: Manifest,
  { before }: Cold,
): void {
  const shown = generations.find(({ id }) => id === path.basename(before ?? ""));
  const account =
    shown === undefined
      ? Object.entries(manifest.packages).map(([name, version]) => `${name} ${version}`)
      : differences(shown, manifest);
  const against = shown === undefined ? "it holds" : `against ${shown.id} as it was built`;
  terminal.say(`adopted as ${manifest.id}, until an input changes; ${against}:`);
  for (const one of account.length === 0 ? ["the same packages"] : account) terminal.say(`  ${one}`);
  terminal.say(`to keep these changes for good, declare them in the project: ${wayToAdd(project, "NAME")}`);
}

function named({ folders }: Decision, id: string): string {
  const isFolder = (name: string): boolean => linkFacts(path.join(folders.generations, name))?.kind === "folder";
  const all = namesInFolder(folders.generations).filter((name) => GENERATION_ID.test(name) && isFolder(name));
  const meant = oneByPrefix(all, id);
  if ("id" in meant) return path.join(folders.generations, meant.id);
  throw refusal(meant.why, `there are: ${meant.candidates.join(", ") || "none"}`);
}

/** The changed one may have been replaced by a start already. */
function asBuilt({ folders, generations }: Decision, source: string): PrimeError {
  const changed = generations.filter(({ id }) => driftSinceUse(generationFolder(folders, id)).length > 0);
  const [youngest] = changed;
  return refusal(
    `${path.basename(source)} is as it was built`,
    youngest === undefined
      ? "there is nothing to adopt: none of the environments was changed by hand"
      : `changed by hand: ${changed.map(({ id }) => id).join(", ")}; ./prime adopt ${youngest.id} takes the youngest`,
  );
}

/** What an environment holds was made for its interpreter, and the inputs ask for one, too. */
async function refuseMisfit(decision: Decision, base: Interpreter, source: string): Promise<void> {
  const found = await interpreterAt(path.join(source, "bin", "python"), { ...decision.search, exclude: [] });
  if (isFailure(found)) throw refusal(`the interpreter of ${source} does not work: ${found.why}`, "./prime reboot");
  if (found.soabi === base.soabi && found.realPath === base.realPath && found.version === base.version) return;
  throw refusal(
    `${source} stands on ${found.executable} (${found.version}), and ${base.executable} (${base.version}) is asked for`,
    "require that Python first, or install the packages that are missing into what ./prime shows",
  );
}

async function copyAside(context: Context, decision: Decision, asked: Asked, source: string): Promise<Manifest> {
  const { folders } = decision;
  const name = path.basename(source);
  const job = await beginJob(context, folders, decision.project);
  return makeAside(job, {
    decision,
    asked,
    reason: `adopted from ${name}`,
    fill: async ({ generation, anchor }) => {
      const changed = await copyEnvironment(job, source, generation);
      standOn(generation, anchor);
      settleCopy({ from: source, to: generation, link: linkOf(context, decision), changed });
    },
    tell: async (_, { generation }) => {
      const { unlike } = await compareFiles(context, generation);
      const built = readManifest(source);
      return {
        project: built?.project ?? decision.project.name,
        resolution: built?.resolution ?? null, // of all that nobody changed
        adopted: Object.fromEntries(
          unlike
            .filter(({ state }) => state !== "outside")
            .map(({ file, digest }) => [path.relative(generation, file), digest]),
        ),
      };
    },
  });
}

/** Gives the files that differ from the source's, since they name the folder. */
async function copyEnvironment({ context, steps }: Job, source: string, generation: string): Promise<string[]> {
  const started = now();
  const step = context.terminal.step("copy the environment");
  const changed = await copyTree(source, generation, {
    name: path.basename(source),
    newName: path.basename(generation),
    without: [MANIFEST_FILE, DAMAGE_FILE],
    onFile: (file) => step.update(path.relative(source, file)),
  });
  step.done();
  steps.push({ title: "copy the environment", durationMs: now() - started });
  return changed;
}

function refusal(why: string, hint: string): PrimeError {
  return usageError("adopt-refused", `could not adopt: ${why}`, hint);
}
