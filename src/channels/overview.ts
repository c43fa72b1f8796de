import type { Pointer } from "./model/pointer.ts";
import type { ReleasesState } from "./model/release.ts";
import type { Session } from "./session.ts";
import { ROLES, type RoleName } from "./tuf/repository.ts";

const DAY_MS = 86_400_000;

/** What `channel status` tells, in the order in which people ask. */
export interface Overview {
  readonly app: string;
  readonly channels: Readonly<Record<string, Pointer & { readonly floor: string | null }>>;
  readonly releases: readonly (ReleasesState["releases"][number] & { readonly withdrawn: string | null })[];
  /** prime's launcher, as customers get it; null: none is published. */
  readonly launcher: NonNullable<ReleasesState["launcher"]> | null;
  /** By role, whole days until its metadata expire; negative: they have expired. */
  readonly expires: Readonly<Record<RoleName, { readonly at: string; readonly days: number }>>;
}

export function overviewOf({ repository, state, pointers }: Session, now: number): Overview {
  const { floor, withdrawn } = state;
  const daysUntil = (at: string) => Math.floor((Date.parse(at) - now) / DAY_MS);
  return {
    app: state.app,
    channels: Object.fromEntries(
      [...pointers].map(([name, pointer]) => [name, { ...pointer, floor: floor[name] ?? null }]),
    ),
    releases: state.releases.map((one) => ({ ...one, withdrawn: withdrawn[one.version]?.reason ?? null })),
    launcher: state.launcher ?? null,
    expires: Object.fromEntries(
      ROLES.map((role) => [role, repository[role].signed.expires]).map(([role, at = ""]) => [
        role,
        { at, days: daysUntil(at) },
      ]),
    ) as Overview["expires"],
  };
}
