import * as path from "node:path";
import type { Environment } from "../edges/command.ts";
import { diskUse, facts, isFile, namesInFolder, realPath } from "../edges/files/read.ts";
import { isThisUser } from "../edges/surroundings.ts";
import { appsFolders, type Owner, ownerOf } from "./home.ts";
import { readRelease } from "./release/releases.ts";
import { type Check, isUpdating, readCheck, readSelection } from "./state.ts";

/** An app as its folder tells of it. */
export interface Kept {
  /** Absolute. */
  readonly home: string;
  /** The folder's name: of two apps with one name, only one has it. */
  readonly key: string;
  readonly owner: Owner;
  readonly hasLauncher: boolean;
  /** It is root's, and serves everybody. */
  readonly isShared: boolean;
  /** Its folder belongs to this user. */
  readonly isMine: boolean;
  readonly version: string | null;
  readonly check: Check;
  readonly isUpdating: boolean;
}

/** All apps of this user and of root; what does not say whose it is is no app. */
export function keptApps(env: Environment): Kept[] {
  const { own, shared } = appsFolders(env);
  return [...new Set([own, shared])].flatMap((folder) =>
    namesInFolder(folder).flatMap((key) => {
      const home = path.join(folder, key);
      const owner = ownerOf({ home });
      if (owner === undefined) return [];
      const { current } = readSelection({ home });
      const check = readCheck({ home });
      return {
        home,
        key,
        owner,
        check,
        isShared: folder === shared,
        isUpdating: isUpdating({ home }),
        hasLauncher: isFile(owner.launcher),
        isMine: isThisUser(facts(home)?.uid),
        version: readRelease({ home }, current)?.version ?? null,
      };
    }),
  );
}

/** Bytes on the disk; what releases share by hard links is counted once each. */
export function sizeOf({ home }: Kept): number {
  return diskUse(realPath(home) ?? home);
}
