import * as path from "node:path";
import type { Context } from "../../../../context.ts";
import type { Decision } from "../../../../decision/decide.ts";
import { judgeGeneration } from "../../../../decision/usable.ts";
import { localTime } from "../../../../edges/clock.ts";
import { isFolder } from "../../../../edges/files/read.ts";
import { deadLinks } from "../../../../edges/files/walk.ts";
import { driftSinceUse } from "../../../../environment/drift.ts";
import { isOfNewerPrime, type Manifest, readManifest } from "../../../../environment/manifest/manifest.ts";
import { counted } from "../../../../size.ts";
import { describeVerdict } from "../../../../start/heal.ts";
import { deadScripts, lookAtVenv } from "../../../../venv/foreign-venv.ts";
import { ANSWERS } from "../../../../venv/venv-verdict.ts";
import { ANEW, type Finding, type Rebuild, sound, wrong } from "../../finding.ts";
import { fileFindings } from "../files.ts";
import { moduleFindings } from "../modules.ts";
import { examiner } from "./venvs.ts";

/**
 * The environment that is shown: what it stands on, what others changed, each file of it. `rebuild`: the inputs ask for this
 * very one, so that building it anew mends it. `loads`: something of it may be run.
 */
export async function environmentFindings(
  context: Context,
  generation: string,
  decision: Decision | undefined,
  { rebuild, loads }: { readonly rebuild: boolean; readonly loads: boolean },
): Promise<Finding[]> {
  const id = path.basename(generation);
  const fix: Rebuild | undefined = rebuild ? { kind: "rebuild", damaged: generation, packages: [] } : undefined;
  if (!isFolder(generation)) return [wrong("environment", `${generation} is gone`, "./prime makes it anew", fix)];
  const manifest = readManifest(generation);
  const drift = driftSinceUse(generation);
  const standing = await interpreterFinding(context, generation, { manifest, decision, fix });
  return [
    manifest === undefined ? missingManifest(generation, fix) : describe(id, manifest),
    standing,
    ...(drift.length === 0 ? [sound("drift", "nobody changed which packages there are")] : []),
    ...drift.map((one) => wrong("drift", one, `\`./prime adopt\` makes it a new environment; ${ANEW}`, fix)),
    ...(await fileFindings(context, generation, fix)),
    ...(standing.status === "sound" && manifest !== undefined
      ? await moduleFindings(context, generation, { manifest, fix, loads })
      : []),
    ...scriptFindings(generation, fix),
    ...linkFindings(generation, fix),
  ];
}

function missingManifest(generation: string, fix: Rebuild | undefined): Finding {
  return isOfNewerPrime(generation)
    ? wrong("environment", `a newer prime built ${generation}`, "use that prime's launcher, or ./prime reboot")
    : wrong("environment", `${generation} has no manifest`, ANEW, fix);
}

function describe(id: string, { interpreter, packages, builtAt }: Manifest): Finding {
  const count = Object.keys(packages).length;
  return sound(
    "environment",
    `${id}, Python ${interpreter.version}, ${counted(count, "package")}, built ${localTime(builtAt)}`,
  );
}

/** As it is said of any environment; beyond that a start asks for the very version where no path stays through patches. */
async function interpreterFinding(
  context: Context,
  generation: string,
  {
    manifest,
    decision,
    fix,
  }: { manifest?: Manifest | undefined; decision: Decision | undefined; fix: Rebuild | undefined },
): Promise<Finding> {
  const venv = { ...lookAtVenv(generation), deadScripts: [] };
  const restore = manifest?.interpreter.distributor.restore;
  const { verdict, broken, why, mend, anchor, interpreter } = await examiner(context, [generation])(venv, restore);
  if (!broken && manifest !== undefined && decision !== undefined) {
    const now = await judgeGeneration(context, decision, manifest);
    const what = now.kind === "unasked" ? undefined : describeVerdict(now, manifest, decision);
    if (what !== undefined) return wrong("interpreter", what, "./prime builds what takes its place, beside it");
  }
  const place = anchor === interpreter ? anchor : `${anchor} -> ${interpreter}`;
  return broken
    ? wrong("interpreter", `${verdict}: ${why}`, mend ?? ANEW, fix)
    : sound("interpreter", `${place}: ${verdict}${why === ANSWERS ? "" : `, ${why}`}`);
}

function scriptFindings(generation: string, fix: Rebuild | undefined): Finding[] {
  const dead = deadScripts(generation);
  if (dead.length === 0) return [sound("scripts", "all name an interpreter that is there")];
  return dead.map(({ script, interpreter }) =>
    wrong("scripts", `${script} is to be run by ${interpreter}, which is gone`, ANEW, fix),
  );
}

function linkFindings(generation: string, fix: Rebuild | undefined): Finding[] {
  const dead = deadLinks(generation).filter((link) => !/\/bin\/(?:python|pypy)[\d.]*$/.test(link)); // the interpreter's own check
  if (dead.length === 0) return [sound("links", "all lead somewhere")];
  return dead.map((link) => wrong("links", `${link} leads nowhere`, ANEW, fix));
}
