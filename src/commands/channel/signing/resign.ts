import { writeChannelFile } from "../../../channels/channel-file.ts";
import { isOnline, type RepositoryChange } from "../../../channels/edit.ts";
import { keyFile, makeKey, type NamedKey } from "../../../channels/keys.ts";
import { POINTER, pointerFile } from "../../../channels/model/pointer.ts";
import { renderTarget, type Session } from "../../../channels/session.ts";
import type { Key } from "../../../channels/tuf/metadata.ts";
import {
  DELEGATED,
  delegate,
  keysOf,
  ROLES,
  type RoleName,
  rootOf,
  signingOf,
} from "../../../channels/tuf/repository.ts";
import type { Context } from "../../../context.ts";
import { exists } from "../../../edges/files/read.ts";
import { type PrimeError, usageError } from "../../../errors.ts";
import type { Answer } from "../../../launch/answer.ts";
import { keyNames, lead, type Options, refuseSecond } from "./lead.ts";
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
      if (roles.length === 0) {
        const keys = file.keys.map(({ name }) => name).join(", ");
        throw noOne(wanted, "there is no such role or key", `roles: ${ROLES.join(", ")}; keys: ${keys}`);
      }
      // Of a role that has several keys, which one.
      const ids = new Set(roles.flatMap((role) => (old === undefined ? idsOf(role) : [old.id])));
      if (ids.size > 1)
        throw noOne(wanted, "it has several", `name the one that is lost: ${keyNames(file.keys, [...ids]).join(", ")}`);
      refuseSecond(session);
      const name = freeName(session, wanted);
      const isOffline = roles.some((role) => !isOnline(role));
      const key = makeKey(folder, name, isOffline ? await passphrase() : undefined);
      const named: NamedKey = { name, id: key.keyID, command: null };
      writeChannelFile(folder, { ...file, keys: [...file.keys, named] });
      return {
        change: changeOf(session, roles, { ids, key }),
        words: `${roles.join(", ")}: signed by keys/${name}.pem from now on; keep it as the one before`,
        added: named,
      };
    },
    passphrase,
  );
}

function changeOf(
  session: Session,
  roles: readonly RoleName[],
  { ids, key }: { readonly ids: ReadonlySet<string>; readonly key: Key },
): RepositoryChange {
  const { repository } = session;
  const { root, targets } = repository;
  const delegations = targets.signed.delegations;
  const all = { ...delegations?.keys, ...root.signed.keys };
  const byRole = Object.fromEntries(
    ROLES.map((role) => [
      role,
      keysOf(root.signed, delegations, role).flatMap((id) =>
        roles.includes(role) && ids.has(id) ? key : (all[id] ?? []),
      ),
    ]),
  ) as Record<RoleName, Key[]>;
  const isDelegated = (role: RoleName) => role in DELEGATED;
  const isNew = (role: RoleName) => roles.includes(role);
  const threshold = (role: RoleName) => signingOf(root.signed, delegations, role).threshold;
  const { channels, restarted } = afterRotation(session, roles);
  return {
    ...(roles.every(isDelegated) ? {} : { root: rootOf(byRole, threshold("root")) }),
    ...(roles.some(isDelegated) || isNew("targets") ? { delegations: delegate(byRole, threshold("releases")) } : {}),
    files: { ...(isNew("releases") ? { releases: {} } : {}), ...(isNew("channels") ? { channels } : {}) },
    restarted,
  };
}

/** What other keys of these roles bring with them. */
export function afterRotation({ pointers }: Session, roles: readonly RoleName[]) {
  // Whoever had the old key may have raised the serial beyond what can be counted.
  const moved = [...pointers.values()].map((one) => ({
    ...one,
    serial: one.serial < MOST_SERIAL ? one.serial + 1 : 1,
  }));
  return {
    channels: Object.fromEntries(
      moved.map((one) => [pointerFile(one.channel), renderTarget(pointerFile(one.channel), one, POINTER)]),
    ),
    restarted: new Set(roles.includes("snapshot") ? roles : roles.filter((role) => role === "timestamp")),
  };
}

const MOST_SERIAL = 2 ** 50;

/** Keys of others have names, too, and no file here. */
function freeName({ folder, file }: Session, wanted: string): string {
  const base = wanted.replace(/-\d+$/, "");
  for (let number = 2; ; number += 1) {
    const name = `${base}-${number}`;
    if (!exists(keyFile(folder, name)) && file.keys.every((key) => key.name !== name)) return name;
  }
}

function noOne(wanted: string, why: string, hint: string): PrimeError {
  return usageError("usage", `could not rotate the key of ${wanted}: ${why}`, hint);
}
