import type { RepositoryChange } from "../../../channels/edit.ts";
import { RELEASES_STATE, RELEASES_STATE_FILE, type ReleasesState } from "../../../channels/model/release.ts";
import { parseTarget, type Session } from "../../../channels/session.ts";
import {
  dropWaiting,
  isFresh,
  isSameJson,
  readBegun,
  readWaiting,
  toSign,
  type Waiting,
} from "../../../channels/to-sign.ts";
import { Refused } from "../../../channels/tuf/refused.ts";
import { OFFLINE, ROLES, type Signing, signingOf } from "../../../channels/tuf/repository.ts";
import type { Context } from "../../../context.ts";
import { EXIT_USAGE, PrimeError } from "../../../errors.ts";
import type { Answer } from "../../../launch/answer.ts";
import { keyNames, lead, type Options } from "./lead.ts";
import { afterRotation } from "./resign.ts";

/** `./prime channel sign`: shows what waits for more signatures, adds those of the keys at hand, and uploads it when they are enough. */
export function signOn(context: Context, options: Options): Promise<Answer> {
  return lead(context, options, async (session) => {
    const isUp = refuseStale(session);
    if (isUp) return { words: "what waited is uploaded already" };
    try {
      return proposed(session, readWaiting(session));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      throw refusal(session, error.message, "copy it again");
    }
  });
}

/** True when what waits is served already; then it waits no more. */
function refuseStale(session: Session): boolean {
  const { folder, repository } = session;
  const fresh = isFresh(session);
  if (fresh === true) return false;
  if (fresh === undefined) {
    throw refusal(session, "nothing waits there", "name the folder that has it: --dir DIR", EXIT_USAGE);
  }
  const begun = readBegun(folder);
  if (!OFFLINE.every((role) => begun[role] === undefined || isSameJson(begun[role].signed, repository[role].signed))) {
    throw refusal(session, "the channel has moved on", "repeat the command that began it");
  }
  dropWaiting(folder);
  return true;
}

function proposed(session: Session, { begun, files }: Waiting) {
  const { root, targets } = session.repository;
  const after = {
    root: begun.root?.signed ?? root.signed,
    delegations: begun.targets?.signed.delegations ?? targets.signed.delegations,
  };
  const before = ROLES.map((role) => keysOf(session, signingOf(root.signed, targets.signed.delegations, role), role));
  const now = ROLES.map((role) => keysOf(session, signingOf(after.root, after.delegations, role), role));
  const roles = ROLES.filter((_, at) => !isSameJson(before[at], now[at]));
  const { channels, restarted } = afterRotation(session, roles);
  const change: RepositoryChange = {
    begun,
    ...(begun.root === undefined ? {} : { root: after.root }),
    ...(begun.targets === undefined || after.delegations === undefined ? {} : { delegations: after.delegations }),
    files: {
      ...(begun.releases === undefined ? {} : { releases: files }),
      ...(begun.targets === undefined ? {} : { channels: roles.includes("channels") ? channels : {} }),
    },
    restarted,
  };
  const state = files[RELEASES_STATE_FILE];
  const shown = [
    "This is signed on:",
    ...OFFLINE.flatMap((role) => {
      const { version, expires } = begun[role]?.signed ?? {};
      return version === undefined ? [] : [`${role}, version ${version}, until ${expires}`];
    }),
    ...differences(before.flat(), now.flat()),
    ...(state === undefined ? [] : newsOf(session.state, parseTarget(RELEASES_STATE_FILE, state, RELEASES_STATE))),
    ...targetNews(session, begun),
  ].join("\n  ");
  return { change, shown, words: "it has enough signatures, and is uploaded" };
}

/** With their ids: whoever made the change may have named them as well. */
function keysOf({ file }: Session, { keyIDs, threshold }: Signing, role: string): readonly string[] {
  const names = keyNames(file.keys, keyIDs);
  return [
    `${role} needs ${threshold} of its keys`,
    ...keyIDs.map((id, at) => `${role} is signed by ${names[at]} (${id})`),
  ];
}

/** What one state says and another does not, in words. */
function newsOf(before: ReleasesState, after: ReleasesState): readonly string[] {
  const lines = ({ app, releases, withdrawn, floor, launcher }: ReleasesState) => [
    `the app is ${app}`,
    ...releases.map(({ version, release_id }) => `${version} is a release (${release_id})`),
    ...Object.entries(withdrawn).map(([version, { reason }]) => `${version} is withdrawn${reason && `: ${reason}`}`),
    ...Object.entries(floor).map(([channel, version]) => `${channel} never goes below ${version}`),
    ...(launcher === undefined ? [] : [`customers get the launcher ${launcher.version} (${launcher.sha256})`]),
  ];
  return differences(lines(before), lines(after));
}

function targetNews({ repository }: Session, { releases }: Waiting["begun"]): readonly string[] {
  const lines = ({ targets }: typeof repository.releases.signed) =>
    Object.values(targets).map(({ path, hashes }) => `${path}, sha256 ${hashes.sha256}`);
  return releases === undefined ? [] : differences(lines(repository.releases.signed), lines(releases.signed));
}

function differences(before: readonly string[], after: readonly string[]): readonly string[] {
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `no longer: ${line}`),
    ...after.filter((line) => !before.includes(line)),
  ].map((line) => line.replace(/\s+/g, " "));
}

function refusal({ folder }: Session, why: string, hint: string, exitCode = 1): PrimeError {
  return new PrimeError("channel-sign", `could not sign on what waits in ${toSign(folder)}: ${why}`, hint, {
    exitCode,
  });
}
