import * as path from "node:path";
import { withoutSecrets } from "../secrets.ts";
import { tomlText } from "../toml.ts";
import type { Config } from "./config.ts";
import { PRIME_LOCK } from "./lock/prime-lock.ts";
import { MACHINE_POLICY, saidOf } from "./policy/load.ts";
import type { Said } from "./policy/merge.ts";
import type { UpgradeValues } from "./policy/schema.ts";
import { foreignValues } from "./protoprimer/documents.ts";
import { KEYS } from "./schema/keys.ts";
import type { Source } from "./source.ts";

/** Beyond this many columns a long value no longer moves the sources of all the others. */
const WIDEST_VALUE = 32;

/**
 * The whole configuration for people: TOML that could stand in `prime.toml`, each line with where its value is from. What this machine's
 * policy says beside it is no part of that: comments.
 */
export function renderEval(config: Config, machine?: Said): string {
  const { root, upgrade } = config;
  const row = (key: string, value: unknown, source: Source) => ({
    key: value === null ? `# ${key}` : key,
    value: value === null ? "(not set)" : withoutSecrets(tomlText(value)),
    from: sourceText(source, root),
  });
  const policy = saidOf(upgrade, root);
  const rows = [
    ...KEYS.flatMap((key) => {
      const { value, source } = config[key];
      if (key !== "upgrade" || source.kind === "default") return [row(key, value, source)];
      return rulesIn(policy).map((rule) => row(`upgrade.${rule}`, policy.values[rule], policy.sourceOf(rule)));
    }),
    ...(machine === undefined ? [] : rulesIn(machine)).map((rule) =>
      row(`# and upgrade.${rule}`, machine?.values[rule], (machine as Said).sourceOf(rule)),
    ),
    ...lockedIn(config).map(([key, value]) => row(`# ${key}`, value, lockSource(root))),
  ];
  const keyWidth = Math.max(...rows.map((row) => row.key.length));
  const valueWidth = Math.max(...rows.map((row) => row.value.length).filter((width) => width <= WIDEST_VALUE));
  const lines = rows.map((row) => `${row.key.padEnd(keyWidth)} = ${row.value.padEnd(valueWidth)}  # ${row.from}`);
  return `${lines.join("\n")}\n`;
}

function lockSource(root: string): Source {
  return { kind: "file", where: path.join(root, PRIME_LOCK) };
}

/** What prime.lock holds, as people read it. */
function lockedIn({ primeLock: { python, pins } }: Config): [key: string, value: unknown][] {
  return [
    ...(python === null
      ? []
      : [
          ["locked python", `${python.implementation} ${python.version}`] as [string, unknown],
          ["locked builds", python.builds.map(({ platform, build }) => `${platform} ${build}`.trim())] as [
            string,
            unknown,
          ],
        ]),
    ...pins.map(({ name, version, until }): [string, unknown] => [
      `pinned ${name}`,
      until === null ? version : `${version} until ${until}`,
    ]),
  ];
}

function rulesIn({ values }: Said): (keyof UpgradeValues)[] {
  return Object.keys(values) as (keyof UpgradeValues)[];
}

/** The same as data: `{key: {value, source}}`, `null` for what is not set; `machine_policy` is that of the machine, `prime_lock` the file's. */
export function evalJson(config: Config, machine?: Said): Readonly<Record<string, unknown>> {
  const policy = machine && { value: machine.values, source: { kind: "file", where: MACHINE_POLICY } };
  const { primeLock, root } = config;
  const isLocked = primeLock.python !== null || primeLock.pins.length > 0;
  const locked = isLocked && { prime_lock: { value: primeLock, source: lockSource(root) } };
  const own = KEYS.map((key) => [key, config[key]]);
  return {
    ...Object.fromEntries(own),
    ...(policy && { machine_policy: policy }),
    ...(locked || {}),
    ...foreignValues(config),
  };
}

/** Where a value came from, in a few words for people; paths inside root are shown relative to it. */
export function sourceText(source: Source, root: string): string {
  if (source.kind === "default") return "default";
  if (source.reason !== undefined) return source.reason;
  const where = source.kind === "file" ? shown(source.where ?? "", root) : (source.where ?? "");
  return source.key === undefined ? where : `${where}, ${source.key}`;
}

function shown(file: string, root: string): string {
  const relative = path.relative(root, file);
  const name = relative.startsWith("../") ? file : relative;
  return /\p{Cc}/u.test(name) ? tomlText(name) : name;
}
