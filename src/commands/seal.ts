import type { Context } from "../context.ts";
import { isSuperuser } from "../edges/surroundings.ts";
import { writeForEverybody } from "../edges/umask.ts";
import { PrimeError } from "../errors.ts";
import type { Input } from "../inputs/input.ts";
import type { Answer } from "../launch/answer.ts";
import { recordFile, SEALED_STATE } from "../plan/ready-plan.ts";
import { type LaunchRecord, readRecord } from "../plan/record.ts";
import { unsafeFolder, writeSealedPlan } from "../plan/sealed/seal.ts";
import { isUserSettings } from "../project/files/uv/user-settings.ts";
import { entryScripts } from "../start/command/entry-scripts.ts";
import { inEnvironment } from "../start/command/in-environment.ts";
import { allHeldBack } from "../start/command/outside-command.ts";
import type { Ready } from "../start/ready.ts";
import { closedToOthers, everythingIn } from "../venv/permissions.ts";

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
  const closed = closedToOthers(neededBy(context, record));
  if (closed !== undefined) {
    terminal.warn(
      `only root can use what is sealed: ${closed} is closed to others; open it (\`chmod o+rX\`), or, for interpreters of uv's, set UV_PYTHON_INSTALL_DIR to a folder like /opt/python, for prime's XDG_DATA_HOME to one like /opt, before anything is built`,
    );
  }
  const told = { entryScripts: entryScripts(context, ready), heldBack: await allHeldBack(context, ready.activation) };
  terminal.say(`prime: sealed for every user: ${writeSealedPlan(record, context.env, told)}`);
  return { kind: "exit", code: 0 };
}

function refuseWithout({ launcher, flagKey, stateFault }: Context): void {
  if (!isSuperuser()) throw refusal(`only root may write ${SEALED_STATE}`, "run it as root, where the image is built");
  if (flagKey === undefined)
    throw refusal("a start like this one has no plan", "leave --root and unusual names of groups away");
  if (stateFault !== undefined) throw refusal(stateFault.why, stateFault.cure);
  const unsafe = unsafeFolder(launcher);
  if (unsafe === undefined) return;
  throw refusal(
    `others than root could exchange ${unsafe}`,
    `give it to root alone: \`chown root ${unsafe} && chmod go-w ${unsafe}\``,
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

function* neededBy({ root }: Context, { activation, observed }: LaunchRecord): Generator<string> {
  yield root;
  for (const { input } of observed) yield* pathsOf(input);
  yield* everythingIn(activation.generation);
}

function pathsOf(input: Input): string[] {
  if (input.kind === "absent" || input.kind === "no-file") return [];
  return input.kind === "same" ? [input.path, input.target] : [input.path];
}

function refusal(why: string, hint: string): PrimeError {
  return new PrimeError("seal-refused", `could not seal the environment: ${why}`, { hint });
}
