import * as path from "node:path";
import { clean } from "@renovatebot/pep440";
import type { Config } from "../../config/config.ts";
import { loadConfig } from "../../config/load.ts";
import { type Pin, PRIME_LOCK, primeLockText } from "../../config/lock/prime-lock.ts";
import { loadPolicy } from "../../config/policy/load.ts";
import { PIN_REASON } from "../../config/schema/lock-schema.ts";
import type { Context } from "../../context.ts";
import { now } from "../../edges/clock.ts";
import { writeCommitted } from "../../edges/files/committed.ts";
import { readText } from "../../edges/files/read.ts";
import { EXIT_POLICY, PrimeError, usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { didYouMean } from "../../nearest.ts";
import { readLock } from "../../project/files/uv/uv-lock.ts";
import { inspectProject } from "../../project/inspect.ts";
import { normalizeName } from "../../project/packages.ts";
import type { Project } from "../../project/project.ts";
import { type DeclaredRange, declaredRanges } from "../../project/ranges/declared.ts";
import { oneLine, quoted } from "../../quoted.ts";
import { giveToFolder } from "../../start/shared/give-to-owner.ts";
import { sortPins } from "../../upgrade/packages/plan.ts";
import { describeSource, exclusionOf, isWithin } from "../../upgrade/rules/ruling.ts";

export interface PinOptions {
  readonly until?: string;
  readonly reason?: string;
}

/** `./prime pin NAME==VERSION`: upgrades keep it; a start keeps what the lock says, as ever. */
export async function pinPackage(context: Context, text: string, options: PinOptions): Promise<Answer> {
  const { root, terminal } = context;
  const pin = { ...parsePin(text), until: untilOf(options.until), reason: reasonOf(options.reason) };
  const { config } = await loadConfig(context);
  const policy = await loadPolicy(config, EXIT_POLICY);
  const excluded = exclusionOf(policy, pin.name, pin.version);
  if (excluded !== undefined)
    throw refusal(pin, `${describeSource(excluded.source, root)} excludes it (${excluded.text})`);
  const project = await inspectProject(root, config, config.venv_driver.value);
  const outside = outsideOf(pin, await declaredRanges(project, root));
  if (outside !== undefined)
    throw refusal(pin, `it is outside of \`${outside.range}\`, which ${placed(outside.place, root)} declares`);
  write(context, config, [...config.primeLock.pins.filter(({ name }) => name !== pin.name), pin]);
  terminal.say(`${PRIME_LOCK} holds ${describe(pin)}: commit it`);
  const used = await versionsInLock(project, pin.name);
  if (used !== undefined && !used.includes(pin.version)) {
    terminal.say(
      used.length === 0
        ? `${pin.name} is not in uv.lock: the pin counts once something asks for it`
        : `uv.lock has ${pin.name} ${used.join(" and ")}: \`./prime upgrade --packages ${pin.name}\` moves it`,
    );
  }
  return DONE;
}

export async function unpinPackage(context: Context, text: string): Promise<Answer> {
  const { config } = await loadConfig(context);
  const { pins } = config.primeLock;
  const name = normalizeName(text.trim());
  const names = pins.map((pin) => pin.name);
  if (!names.includes(name)) {
    const meant = didYouMean(name, names);
    throw usageError(
      "no-such-pin",
      `could not unpin ${quoted(name)}: no pin in ${path.join(context.root, PRIME_LOCK)} holds it${meant}`,
      "`./prime pins` lists what is held",
    );
  }
  write(
    context,
    config,
    pins.filter((pin) => pin.name !== name),
  );
  context.terminal.say(`${PRIME_LOCK} holds ${name} no more: commit it`);
  return DONE;
}

export async function showPins(context: Context, json: boolean): Promise<Answer> {
  const { config } = await loadConfig(context);
  const { pins } = config.primeLock;
  const { expired } = sortPins(pins, now());
  if (json) context.print.json(pins.map((pin) => ({ ...pin, expired: expired.includes(pin) })));
  else if (pins.length === 0) context.print.text("No package is pinned: `./prime pin NAME==VERSION` does it.\n");
  else {
    const lines = pins.map((pin) => `${describe(pin)}${expired.includes(pin) ? " (over)" : ""}`);
    context.print.text(lines.map((line) => `${oneLine(line)}\n`).join(""));
  }
  return DONE;
}

function describe({ name, version, until, reason }: Pin): string {
  return `${name} ${version}${until === null ? "" : ` until ${until}`}${reason === null ? "" : `: ${reason}`}`;
}

function write({ root, startedAt }: Context, { primeLock }: Config, pins: readonly Pin[]): void {
  const file = path.join(root, PRIME_LOCK);
  writeCommitted(file, root, primeLockText({ ...primeLock, pins }) || null);
  giveToFolder(file, startedAt);
}

function parsePin(text: string): Pick<Pin, "name" | "version"> {
  const [, name = "", version = ""] = /^\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*==\s*(\S+)\s*$/.exec(text) ?? [];
  const isPython = ["python", "cpython"].includes(name.toLowerCase());
  const normal = clean(version)?.replaceAll(",", ".") ?? null; // as uv writes it; the library joins parts of a local version by a comma
  if (!isPython && normal !== null && normal.length <= 80) return { name: normalizeName(name), version: normal };
  const why = isPython ? "the interpreter is pinned by a command of its own" : "it is not a name, `==` and a version";
  throw usageError(
    "pin-form",
    `could not pin \`${quoted(text)}\`: ${why}`,
    isPython ? `./prime python pin ${version}` : "write e.g. `./prime pin foo==1.2.3`",
  );
}

function reasonOf(text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  if (PIN_REASON.test(text)) return text;
  throw usageError(
    "pin-reason",
    `could not pin for \`${quoted(text)}\`: a reason is one line of up to 500 characters`,
    "write a shorter one, or where it can be read",
  );
}

function untilOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const day = Date.parse(`${text}T00:00:00Z`);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(day) && new Date(day).toISOString().startsWith(text);
  const today = new Date(now()).toISOString().slice(0, 10);
  if (isDay && text >= today) return text;
  throw usageError(
    "pin-until",
    `could not pin until \`${quoted(text)}\`: ${isDay ? "that day is over" : "it is no day"}`,
    `write a day from ${today} on, as YYYY-MM-DD`,
  );
}

/** Of ranges that hold for some machines alone one must fit. */
function outsideOf({ name, version }: Pin, declared: readonly DeclaredRange[]): DeclaredRange | undefined {
  const own = declared.filter((one) => one.name === name && one.range !== "");
  const misfits = own.filter(({ range }) => !isWithin(version, range));
  return (
    misfits.find(({ isConditional }) => !isConditional) ?? (misfits.length === own.length ? misfits[0] : undefined)
  );
}

function placed(place: string, root: string): string {
  return place.startsWith(`${root}/`) ? path.relative(root, place) : place;
}

function refusal({ name, version }: Pin, why: string): PrimeError {
  return new PrimeError(
    "pin-refused",
    `could not pin ${name} to ${version}: ${why}`,
    "pin another version, or change what stands there first",
    { exitCode: EXIT_POLICY },
  );
}

/** Undefined without a lock. */
async function versionsInLock({ uvLock }: Project, name: string): Promise<string[] | undefined> {
  if (uvLock === null) return undefined;
  const { packages } = await readLock(readText(uvLock) ?? "", uvLock);
  return packages.flatMap((one) => (normalizeName(one.name) === name ? (one.version ?? []) : []));
}
