import { writeChannelFile } from "../../../channels/channel-file.ts";
import { type Change, isOnline } from "../../../channels/edit.ts";
import { keyFile, makeKey, type NamedKey } from "../../../channels/keys.ts";
import { pointerFile } from "../../../channels/model/pointer.ts";
import { describing, type Session } from "../../../channels/session.ts";
import type { Key } from "../../../channels/tuf/metadata.ts";
import { DELEGATED, delegate, keysOf, ROLES, type RoleName, rootOf } from "../../../channels/tuf/repository.ts";
import type { Context } from "../../../context.ts";
import { exists } from "../../../edges/files/read.ts";
import { EXIT_USAGE, PrimeError } from "../../../errors.ts";
import type { Answer } from "../../../launch/answer.ts";
import { lead, type Options } from "./lead.ts";
import { passphraseBy } from "./signers.ts";

/** `./prime channel resign`: what the online key has signed gets another 30 days; with `--all` what the offline key has, a year. */
export function resign(context: Context, options: Options & { readonly all: boolean }): Promise<Answer> {
  return lead(context, options, async ({ repository: { root, targets } }) => {
    if (!options.all)
      return { change: { files: { channels: {} } }, words: "channels, snapshot and timestamp are signed anew" };
    const delegations = targets.signed.delegations;
    const files = { channels: {}, releases: {} };
    const change = { root: root.signed, ...(delegations === undefined ? {} : { delegations }), files };
    return { change, words: "all roles are signed anew" };
  });
}

/**
 * `./prime channel rotate-key ROLE`: another key for a role, or for all roles of the key of that name. Clients learn it from the
 * next root, which the key of the root before has to sign.
 */
export function rotateKey(context: Context, wanted: string, options: Options): Promise<Answer> {
  const passphrase = passphraseBy(options.passphraseFd, { isNew: false });
  return lead(
    context,
    options,
    async (session) => {
      const { folder, file, repository } = session;
      const delegations = repository.targets.signed.delegations;
      const idsOf = (role: RoleName) => keysOf(repository.root.signed, delegations, role);
      const old = file.keys.find(({ name }) => name === wanted);
      const roles = ROLES.filter((role) => role === wanted || (old !== undefined && idsOf(role).includes(old.id)));
      if (roles.length === 0) throw unknownRole(wanted, session);
      const name = freeName(folder, wanted);
      const isOffline = roles.some((role) => !isOnline(role));
      const key = makeKey(folder, name, isOffline ? await passphrase() : undefined);
      const named: NamedKey = { name, id: key.keyID, command: null };
      writeChannelFile(folder, { ...file, keys: [...file.keys, named] });
      return {
        change: changeOf(session, roles, key),
        words: `${roles.join(", ")}: signed by keys/${name}.pem from now on; keep it as the one before, which nobody believes any more`,
        added: named,
      };
    },
    passphrase,
  );
}

function changeOf({ repository, pointers }: Session, roles: readonly RoleName[], key: Key): Change {
  const { root, targets } = repository;
  const delegations = targets.signed.delegations;
  const all = { ...delegations?.keys, ...root.signed.keys };
  const byRole = Object.fromEntries(
    ROLES.map((role) => [
      role,
      roles.includes(role) ? [key] : keysOf(root.signed, delegations, role).flatMap((id) => all[id] ?? []),
    ]),
  ) as Record<RoleName, Key[]>;
  const isDelegated = (role: RoleName) => role in DELEGATED;
  const isNew = (role: RoleName) => roles.includes(role);
  // Whoever had the old key may have raised the serial beyond what can be counted.
  const moved = [...pointers.values()].map((one) => ({
    ...one,
    serial: one.serial < MOST_SERIAL ? one.serial + 1 : 1,
  }));
  const channels = Object.fromEntries(moved.map((one) => [pointerFile(one.channel), describing(one)]));
  return {
    ...(roles.every(isDelegated) ? {} : { root: rootOf(byRole) }),
    ...(roles.some(isDelegated) || isNew("targets") ? { delegations: delegate(byRole) } : {}),
    files: { ...(isNew("releases") ? { releases: {} } : {}), ...(isNew("channels") ? { channels } : {}) },
    restarted: new Set(isNew("snapshot") ? roles : roles.filter((role) => role === "timestamp")),
  };
}

const MOST_SERIAL = 2 ** 50;

function freeName(folder: string, wanted: string): string {
  const base = wanted.replace(/-\d+$/, "");
  for (let number = 2; ; number += 1) if (!exists(keyFile(folder, `${base}-${number}`))) return `${base}-${number}`;
}

function unknownRole(wanted: string, { file }: Session): PrimeError {
  return new PrimeError("usage", `could not rotate the key of ${wanted}: there is no such role or key`, {
    exitCode: EXIT_USAGE,
    hint: `roles: ${ROLES.join(", ")}; keys: ${file.keys.map(({ name }) => name).join(", ")}`,
  });
}
