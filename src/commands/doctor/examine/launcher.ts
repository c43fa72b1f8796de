import type { Context } from "../../../context.ts";
import { quoteForShell } from "../../../edges/command.ts";
import { facts, readBytes } from "../../../edges/files/read.ts";
import { ownDigestFault } from "../../../launch/own-digest.ts";
import { type Finding, sound, wrong } from "../finding.ts";

export interface LauncherFacts {
  /** Absolute. */
  readonly path: string;
  readonly version: string;
  /** The whole file, a character for each byte. */
  readonly text: string;
  /** Permission bits. */
  readonly mode: number;
}

export function launcherFacts({ launcher, version }: Context): LauncherFacts {
  const text = readBytes(launcher)?.toString("latin1") ?? "";
  return { path: launcher, version, text, mode: facts(launcher)?.mode ?? 0 };
}

const AS_COMMITTED = "restore it by `git checkout -- prime`, or take it anew by `init` of another copy";

/** The file itself: its bytes against the digest that it was built with, its line ends, its permission to be run. */
export function launcherFindings({ path: file, version, text, mode }: LauncherFacts): Finding[] {
  const fault = ownDigestFault(text.replaceAll("\r\n", "\n"));
  return [
    fault === undefined
      ? sound("launcher", `${file} ${version} is as it was built`)
      : wrong("launcher", `${file} is not as it was built: ${fault}`, AS_COMMITTED),
    text.includes("\r")
      ? wrong(
          "line ends",
          `${file} has carriage returns, which sh can't read`,
          "`./prime init` of another copy writes the line into .gitattributes; then `git rm --cached prime`, `git checkout -- prime`",
        )
      : sound("line ends", "all are line feeds"),
    (mode & 0o111) !== 0
      ? sound("executable", "the launcher may be executed")
      : wrong(
          "executable",
          `${file} may not be executed (mode ${(mode & 0o777).toString(8)})`,
          `\`chmod +x ${quoteForShell(file)}\``,
          { kind: "executable", file },
        ),
  ];
}
