import type { Context } from "../context.ts";
import { quoteForShell } from "../edges/command.ts";
import { isSuperuser } from "../edges/surroundings.ts";
import { writeForEverybody } from "../edges/umask.ts";
import { readManifest } from "../environment/manifest/manifest.ts";
import { PrimeError } from "../errors.ts";
import type { Input } from "../inputs/input.ts";
import { type Answer, DONE } from "../launch/answer.ts";
import { recordFile, SEALED_STATE } from "../plan/place.ts";
import { type LaunchRecord, readRecord } from "../plan/record.ts";
import { unsafeFolder, writeSealedPlan } from "../plan/sealed/seal.ts";
import { isUserSettings } from "../project/files/uv/user-settings.ts";
import { folderOfUv, storeOfPrime } from "../python/search/candidates.ts";
import { firstOf } from "../quoted.ts";
import { entryScripts } from "../start/command/entry-scripts.ts";
import { inEnvironment } from "../start/command/in-environment.ts";
import { allHeldBack } from "../start/command/outside-command.ts";
import type { Ready } from "../start/ready.ts";
import { type Closed, closedToOthers, everythingIn } from "../venv/permissions.ts";

/**
 * `./prime seal`: makes the environment ready and writes, where root alone can write, the plan by which every user starts
 * in it: with a read-only file system and without Node, since the plan needs sh and the environment alone.
 */
export function seal(context: Context): Promise<Answer> {
  refuseWithout(context);
  writeForEverybody();
  return inEnvironment(context, (ready) => sealReady(context, ready));
}

async function sealReady(context: Context, ready: Ready): Promise<Answer> {
  const { terminal } = context;
  const record = withoutUser(context, recordOfStart(context, ready.activation.generation));
  const trees = treesOf(record);
  const closed = [...closedToOthers(neededBy(context, record, trees))];
  if (closed.length > 0) terminal.warn(whyOnlyRoot(context, trees, closed));
  const told = { entryScripts: entryScripts(context, ready), heldBack: await allHeldBack(context, ready.activation) };
  terminal.say(`prime: sealed for every user: ${writeSealedPlan(record, context.env, told)}`);
  return DONE;
}

const MOST_NAMED = 5;

/** With the commands that open the way: by other permissions, or from an interpreter that stands elsewhere. */
function whyOnlyRoot({ env, places }: Context, trees: readonly string[], closed: readonly Closed[]): string {
  const treeOf = ({ path: one }: Closed) => trees.find((tree) => one === tree || one.startsWith(`${tree}/`));
  const inside = [...new Set(closed.flatMap((one) => treeOf(one) ?? []))];
  const others = closed.filter((one) => treeOf(one) === undefined);
  const lacks = new Map<string, string>();
  for (const { path: one, lacks: bit } of others) lacks.set(one, `${lacks.get(one) ?? ""}${bit}`);
  const names = [...lacks.keys(), ...inside];
  const what = `${firstOf(names, MOST_NAMED)} ${names.length === 1 ? "is" : "are"} closed to others`;
  const [first] = others;
  const needs = first === undefined || first.needed === first.path ? "" : `, who need ${first.needed}`;
  const changes = [...new Set(lacks.values())].map((bits) => {
    const files = [...lacks.keys()].filter((one) => lacks.get(one) === bits);
    return `chmod o+${bits} ${files.map(quoteForShell).join(" ")}`;
  });
  const open = [...changes, ...inside.map((tree) => `chmod -R o+rX ${quoteForShell(tree)}`)].join(" && ");
  const isNeededIn = (folder: string) => closed.some(({ needed }) => needed.startsWith(`${folder}/`));
  const elsewhere = isNeededIn(storeOfPrime(env, places.home))
    ? "XDG_DATA_HOME=/opt"
    : isNeededIn(folderOfUv(env))
      ? "UV_PYTHON_INSTALL_DIR=/opt/python"
      : undefined;
  const way = `; or keep the interpreter elsewhere: \`export ${elsewhere} && ./prime reboot && ./prime seal\``;
  return `only root can use what is sealed: ${what}${needs}; open it, and seal again: \`${open}\`${elsewhere === undefined ? "" : way}`;
}

function refuseWithout({ launcher, flagKey, stateFault }: Context): void {
  if (!isSuperuser()) throw refusal(`only root may write ${SEALED_STATE}`, "run it as root, where the image is built");
  if (flagKey === undefined)
    throw refusal("a start like this one has no plan", "leave out --root and unusual names of groups");
  if (stateFault !== undefined) throw refusal(stateFault.why, stateFault.cure);
  const unsafe = unsafeFolder(launcher);
  if (unsafe === undefined) return;
  throw refusal(
    `others than root could exchange ${unsafe}`,
    `give it to root alone: \`chown root ${quoteForShell(unsafe)} && chmod go-w ${quoteForShell(unsafe)}\``,
  );
}

/** Who uses the image has other settings than who made it, and nothing is resolved there. */
function withoutUser({ root, env }: Context, record: LaunchRecord): LaunchRecord {
  const isUsers = (file: string) => file === env.UV_CONFIG_FILE || isUserSettings(file, root);
  return { ...record, observed: record.observed.filter(({ input }) => !isUsers(input.path)) };
}

/** What the start before this line wrote down; it writes nothing of an environment that is no longer asked for. */
function recordOfStart({ places: { state }, launcher, flagKey = "" }: Context, generation: string): LaunchRecord {
  const file = recordFile({ state, launcher, flagKey });
  const record = readRecord(file);
  if (record?.activation.generation === generation) return record;
  throw refusal(
    `${file} does not tell of ${generation}: inputs were changed during the build, or the file could not be written`,
    "start again; set XDG_STATE_HOME where your state folder can't be written",
  );
}

/** Folders of which everything is needed: the environment, and the library of the interpreter below it. */
function treesOf({ activation: { generation } }: LaunchRecord): string[] {
  const stdlib = readManifest(generation)?.interpreter.stdlib;
  return stdlib === undefined ? [generation] : [generation, stdlib];
}

function* neededBy({ root }: Context, { observed }: LaunchRecord, trees: readonly string[]): Generator<string> {
  yield root;
  for (const { input } of observed) yield* pathsOf(input);
  for (const tree of trees) yield* everythingIn(tree);
}

function pathsOf(input: Input): string[] {
  if (["absent", "no-file", "dead"].includes(input.kind)) return [];
  return input.kind === "same" ? [input.path, input.target] : [input.path];
}

function refusal(why: string, hint: string): PrimeError {
  return new PrimeError("seal-refused", `could not seal the environment: ${why}`, hint);
}
