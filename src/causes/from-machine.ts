import { NO_EXEC, NO_EXEC_CURE, spaceHint } from "../edges/files/errors.ts";
import { othersIn, whatIsOthers } from "../project/made-beside.ts";
import type { Row } from "./cause.ts";
import { howToInstallPart } from "./system-packages.ts";

/** What the machine lacks or forbids, whatever is installed. */
export const FROM_MACHINE: readonly Row[] = [
  {
    says: /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/,
    cause: (_, { root }, words) => {
      const next = spaceHint(words, root);
      return next === undefined ? undefined : { why: "the disk is full", next };
    },
  },
  {
    says: /(\/[^\s:'"]+): failed to map segment from shared object/,
    cause: ([, file], { root }) => ({
      why: `${file} can't be loaded: ${NO_EXEC}`,
      next: file.startsWith(`${root}/`)
        ? NO_EXEC_CURE
        : "set UV_CACHE_DIR and XDG_CACHE_HOME to folders elsewhere, and start again",
    }),
  },
  {
    says: /[Pp]ermission denied|PermissionError|Cannot update time stamp|could not (?:create|delete)|Operation not permitted/,
    cause: (_, { root, project }) => {
      const others = othersIn(root, project?.localProjects ?? []);
      if (others === undefined) return undefined;
      return { why: whatIsOthers(others), next: `make it yours (\`${others.cure}\`), and start again` };
    },
  },
  {
    // Where there is none, maturin has one fetched, whose failure is not what is to be cured.
    says: /Cargo, the Rust package manager, is not installed|can't find Rust compiler|Unable to find (?:the )?`?(?:cargo|rustc)|Rust not found, installing[\s\S]*setup_rust|rustup could not choose a version/i,
    cause: () => ({
      why: "a build needs the Rust compiler, which this machine lacks",
      next: howToInstallPart("cargo"),
    }),
  },
  {
    says: /Git executable not found|Cannot find command 'git'/,
    cause: () => ({ why: "git, by which a package is fetched, is not on PATH", next: howToInstallPart("git") }),
  },
];
