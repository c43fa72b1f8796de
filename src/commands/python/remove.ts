import type { Context } from "../../context.ts";
import { quoteForShell } from "../../edges/command.ts";
import { realPath } from "../../edges/files/read.ts";
import { readManifest } from "../../environment/manifest/manifest.ts";
import { PrimeError, usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";
import { nameOf } from "../../provision/python/build-lists.ts";
import {
  type KeptPython,
  listKept,
  openStore,
  removeKeptPython,
  usersFolder,
  usersOf,
} from "../../provision/python/store.ts";
import { oneLine, quoted } from "../../quoted.ts";
import { sizeText } from "../../size.ts";

/** `./prime python remove …`: by version, beginning of a version or of the archive's sha256, or path. */
export function removePythons(context: Context, wanted: readonly string[]): Answer {
  const kept = listKept(openStore(context));
  const meant = wanted.map((word) => [word, kept.filter((one) => isMeant(one, word))] as const);
  const unknown = meant.find(([, found]) => found.length === 0);
  if (unknown !== undefined) {
    throw usageError(
      "no-such-python",
      `could not remove ${quoted(unknown[0])}: prime keeps no such interpreter`,
      "`./prime python list` shows what is kept; what other tools installed, they remove",
    );
  }
  const doomed = new Set(meant.flatMap(([, found]) => found));
  for (const one of doomed) {
    const users = usersOf(one);
    if (users.length === 0) continue;
    throw new PrimeError(
      "python-in-use",
      `could not remove ${nameOf(one.build)}: ${users.map(oneLine).join(", ")} ${users.length === 1 ? "stands" : "stand"} on it`,
      wayOff(one, users),
    );
  }
  for (const one of doomed)
    context.terminal.say(`removed ${nameOf(one.build)}: freed ${sizeText(removeKeptPython(one))}`);
  return DONE;
}

/** The command that removes names no more than environments, which say themselves that they stand on it: a link can lead anywhere. */
function wayOff(kept: KeptPython, users: readonly string[]): string {
  const store = `${realPath(kept.folder) ?? kept.folder}/`;
  const others = users.filter((user) => readManifest(user)?.interpreter.realPath.startsWith(store) !== true);
  if (others.length > 0)
    return `check the links in ${usersFolder(kept)}: no environment on it is at ${others.map(oneLine).join(", ")}`;
  return `remove that first, a start makes it anew where it is needed: rm -r ${users.map(quoteForShell).join(" ")}`;
}

function isMeant({ build, folder, executable }: KeptPython, word: string): boolean {
  const { version, sha256, implementation } = build;
  const bare = word.startsWith(`${implementation}-`) ? word.slice(implementation.length + 1) : word;
  const isVersion = bare === version || version.startsWith(`${bare}.`);
  return (
    isVersion ||
    word === folder ||
    word === executable ||
    (/^[0-9a-f]{8,}$/.test(word) && sha256?.startsWith(word) === true)
  );
}
