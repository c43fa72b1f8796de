import * as path from "node:path";
import { now } from "../../../edges/clock.ts";
import { readOwnText } from "../../../edges/files/own/own-json.ts";
import {
  deadLink,
  exists,
  isFile,
  isFolder,
  linkFacts,
  listFolder,
  readLink,
  readText,
  realPath,
} from "../../../edges/files/read.ts";
import { deadHolder } from "../../../edges/processes/locks/lock-holder.ts";
import { type Folders, generationFolder } from "../../../environment/folders.ts";
import { entryLines, historyFile } from "../../../environment/history.ts";
import {
  GENERATION_ID,
  hasFitManifest,
  hasTornManifest,
  readManifest,
} from "../../../environment/manifest/manifest.ts";
import { isTornState, stateFile } from "../../../environment/state.ts";
import { takeStock } from "../../../environment/stock.ts";
import { isGivenBack, readHolds } from "../../../environment/upgraded/holds.ts";
import { missingExclude } from "../../../git/exclude.ts";
import { firstOf } from "../../../quoted.ts";
import { MANIFEST_FILE } from "../../../venv/foreign-venv.ts";
import { type Finding, failed, sound, wrong } from "../finding.ts";

const DAY_MS = 86_400_000;

/** What prime keeps in `.prime`: whether it can be read, agrees with itself, and is kept out of git. */
export function stateFindings(root: string, link: string, folders: Folders): Finding[] {
  const strange = folders.warnings.map((one) => wrong("state", one, "remove it, unless you know what it is for"));
  if (!isFolder(folders.data)) return strange.length > 0 ? strange : [sound("state", "nothing was kept yet")];
  const findings = [
    ...strange,
    ...lockFindings(path.join(folders.data, "lock")),
    ...holdFindings(folders),
    ...historyFindings(folders),
    ...generationFindings(link, folders),
    ...(folders.inRoot ? [...linkFindings(link, folders), ...ignoreFindings(root, link, folders)] : []),
  ];
  return findings.length === 0 ? [sound("state", `${folders.data} can be read and agrees with itself`)] : findings;
}

function lockFindings(file: string): Finding[] {
  const holder = deadHolder(file);
  if (holder === undefined) return [];
  const found = `process ${holder.pid} (${holder.reason}) has ended and left ${file}`;
  return [wrong("lock", found, "the next build takes it over; so does `./prime doctor --fix`", { kind: "lock", file })];
}

function holdFindings(folders: Folders): Finding[] {
  const file = stateFile(folders);
  if (readOwnText(file) === undefined) return [];
  try {
    if (isTornState(folders)) {
      const mend = "`./prime doctor --fix` moves it aside: rollbacks that hold end by that";
      return [wrong("state", `${file} is torn`, mend, { kind: "replace", file, text: null })];
    }
    const gone = Object.values(readHolds(folders)).filter(
      ({ generation }) => readManifest(generationFolder(folders, generation)) === undefined,
    );
    return gone.map(({ generation }) =>
      wrong(
        "state",
        `a rollback holds ${generation}, which is gone`,
        "the next start ends it; or ./prime rollback --cancel",
      ),
    );
  } catch (error) {
    return [failed("state", error)];
  }
}

function historyFindings(folders: Folders): Finding[] {
  const file = historyFile(folders);
  if (exists(file) && !isFile(file))
    return [wrong("history", `${file} is no file`, "take it away: prime makes it anew")];
  const lines = (readOwnText(file) ?? "").split("\n").filter((line) => line !== "");
  const good = entryLines(lines);
  if (good.length === lines.length) return [];
  const text = good.map((line) => `${line}\n`).join("");
  return [
    wrong(
      "history",
      `${lines.length - good.length} of ${lines.length} lines of ${file} are torn, or more than prime reads`,
      "`./prime doctor --fix` takes them out and keeps the old file aside",
      { kind: "replace", file, text },
    ),
  ];
}

function generationFindings(link: string, folders: Folders): Finding[] {
  const names = listFolder(folders.generations) ?? [];
  const torn = names.filter((name) => {
    const folder = path.join(folders.generations, name);
    return (
      GENERATION_ID.test(name) &&
      linkFacts(folder)?.kind === "folder" &&
      isFile(path.join(folder, MANIFEST_FILE)) &&
      !hasFitManifest(folder)
    );
  });
  const shown = path.basename(realPath(link) ?? link);
  const { left, strange } = takeStock({ folders, link, needed: new Set([shown]) }, now() - DAY_MS);
  const others = strange.filter((file) => !torn.includes(path.basename(file)));
  const dangling = names.map((name) => path.join(folders.generations, name)).filter(deadLink);
  return [
    ...torn.map((name) =>
      wrong(
        "generations",
        `the manifest of ${name} is torn: that environment is not used`,
        name === shown
          ? "./prime reboot builds what takes its place, beside it"
          : hasTornManifest(path.join(folders.generations, name))
            ? "./prime gc removes it"
            : `remove ${path.join(folders.generations, name)}, unless you know what it is`,
      ),
    ),
    ...(left.length === 0
      ? []
      : [wrong("generations", `killed starts left ${left.length} behind, as ${left[0]}`, "./prime gc")]),
    ...(others.length === 0
      ? []
      : [sound("strangers", `nothing proves that prime made ${firstOf(others, 3)}: that is left alone`)]),
    ...dangling.map((file) =>
      wrong("links", `${file} leads nowhere: a start makes the environment that it leads to`, "./prime"),
    ),
  ];
}

function linkFindings(link: string, folders: Folders): Finding[] {
  const found = linkFacts(link);
  if (found === undefined || isGivenBack(folders, link)) return [];
  if (found.kind !== "link")
    return [
      wrong(
        "links",
        `${link} is no link of prime's, but a ${found.kind}`,
        "./prime keeps it aside and puts its link there",
      ),
    ];
  if (realPath(link) !== undefined) return [];
  return [wrong("links", `${link} leads nowhere (${readLink(link)})`, "./prime makes the environment anew")];
}

function ignoreFindings(root: string, link: string, folders: Folders): Finding[] {
  const ignore = path.join(folders.data, ".gitignore");
  const missing = exists(link) ? missingExclude(root, link) : undefined; // a start that makes it adds the line
  return [
    ...((readText(ignore) ?? "").split("\n").includes("*")
      ? []
      : [
          wrong("git ignore", `${ignore} does not keep .prime out of git`, "`./prime doctor --fix` writes it", {
            kind: "replace",
            file: ignore,
            text: "*\n",
          } as const),
        ]),
    ...(missing === undefined
      ? []
      : [
          wrong(
            "git ignore",
            `nothing keeps ${path.basename(link)} out of git`,
            `\`./prime doctor --fix\` adds a line to ${missing.file}; ./prime init to .gitignore`,
            { kind: "exclude" } as const,
          ),
        ]),
  ];
}
