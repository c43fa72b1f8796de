import * as path from "node:path";
import { listFolder, readText } from "../../edges/files.ts";
import { type HashedFile, hashFiles, linkCount } from "../../edges/hash-files.ts";
import { parseRecord, type RecordedFile } from "../../environment/installed-files.ts";
import { normalizeName } from "../../environment/project-names.ts";
import { siteFolders } from "../../environment/site-folders.ts";
import type { Context } from "../context.ts";
import { type Finding, type Rebuild, sound, wrong } from "./finding.ts";

/** A file that a package brought. */
interface Owned {
  /** Normalized (PEP 503). */
  readonly name: string;
  readonly file: string;
  readonly recorded: RecordedFile;
}

/** A file that is not what RECORD tells. */
interface Unlike {
  readonly name: string;
  readonly file: string;
  readonly state: "missing" | "edited" | "shared";
  /** Names (hard links) that the file has. */
  readonly links: number;
}

/** All files of an environment's packages against the digests in RECORD. */
export async function fileFindings(
  context: Context,
  generation: string,
  rebuild: Rebuild | undefined,
): Promise<Finding[]> {
  const owned = siteFolders(generation).flatMap(recordedIn);
  const step = context.terminal.step("compare files with RECORD");
  const started = performance.now();
  const hashed = await hashFiles(
    owned.map(({ file }) => file),
    (file, done) => step.update(path.basename(file), { done, total: owned.length }),
  );
  const seconds = (performance.now() - started) / 1000;
  step.done();
  const bytes = hashed.reduce((sum, one) => sum + (one?.bytes ?? 0), 0);
  const packages = new Set(owned.map(({ name }) => name)).size;
  const unlike = owned.flatMap((one, at) => unlikeOf(one, hashed[at]));
  const many = `${owned.length} files of ${packages} package${packages === 1 ? "" : "s"}`;
  const rate = `${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(2)} s, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
  if (unlike.length === 0) return [sound("files", `${many} are as RECORD tells (${rate})`)];
  return [sound("files", `${many} were compared with RECORD (${rate})`), ...damageFindings(unlike, rebuild)];
}

/** What has been compared becomes findings, one for each package and kind of damage. */
function damageFindings(unlike: readonly Unlike[], rebuild: Rebuild | undefined): Finding[] {
  const groups = new Map<string, Unlike[]>();
  for (const one of unlike) {
    const key = `${one.state} ${one.name}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => damageFinding(group as [Unlike], rebuild));
}

function damageFinding([first, ...others]: readonly [Unlike, ...Unlike[]], rebuild: Rebuild | undefined): Finding {
  const { name, state, file, links } = first;
  const what = `${name}: ${file}${others.length === 0 ? "" : ` and ${others.length} more`}`;
  if (state === "shared") {
    return wrong(
      "hard links",
      `${what} is not what was installed, and has ${links} names (hard links): uv's cache and other environments have the same change`,
      `\`./prime uv cache clean ${name}\`, then ./prime reboot; \`./prime doctor --fix\` does both. Other environments with ${name} need the same`,
      rebuild && { ...rebuild, packages: [name] },
    );
  }
  const anew = "`./prime doctor --fix`, or ./prime reboot, builds it anew beside this one";
  return wrong("files", `${what} is ${state === "missing" ? "missing" : "not what was installed"}`, anew, rebuild);
}

function recordedIn(site: string): Owned[] {
  const infos = (listFolder(site) ?? []).filter((name) => name.endsWith(".dist-info"));
  return infos.flatMap((info) => {
    const name = normalizeName(info.slice(0, info.indexOf("-")));
    const rows = parseRecord(readText(path.join(site, info, "RECORD")) ?? "");
    return rows
      .filter(({ digest }) => digest !== null)
      .map((recorded) => ({ name, file: path.resolve(site, recorded.path), recorded }));
  });
}

function unlikeOf({ name, file, recorded }: Owned, hashed: HashedFile | undefined): Unlike[] {
  if (hashed?.digest === recorded.digest) return [];
  const links = linkCount(file);
  return [{ name, file, links, state: hashed === undefined ? "missing" : links > 1 ? "shared" : "edited" }];
}
