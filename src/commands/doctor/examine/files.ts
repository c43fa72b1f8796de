import type { Context } from "../../../context.ts";
import { compareFiles, type Unlike } from "../../../environment/compare-files.ts";
import { counted } from "../../../size.ts";
import { ANEW, type Finding, type Rebuild, sound, wrong } from "../finding.ts";

/** All files of an environment's packages against the digests in RECORD. */
export async function fileFindings(
  context: Context,
  generation: string,
  rebuild: Rebuild | undefined,
): Promise<Finding[]> {
  const { files, packages, bytes, seconds, unlike } = await compareFiles(context, generation);
  const megabytes = bytes / 1e6;
  const many = `${files} files of ${counted(packages, "package")}`;
  const rate = `${megabytes.toFixed(1)} MB in ${seconds.toFixed(2)} s, ${(megabytes / seconds).toFixed(0)} MB/s`;
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
  const is = `${what} ${others.length === 0 ? "is" : "are"}`;
  if (state === "shared") {
    return wrong(
      "hard links",
      `${is} not what was installed, with ${links} names (hard links): uv's cache and other environments have the same`,
      `\`./prime doctor --fix\` has uv forget its copy and builds anew; each other environment with ${name} needs it, too. Where that changes nothing, the wheel came so: ./prime adopt keeps it`,
      rebuild && { ...rebuild, packages: [name] },
    );
  }
  if (state === "outside") {
    const found = `${name}: RECORD or a link leads to ${what.slice(name.length + 2)}, outside of the environment, and was not looked at`;
    return wrong(
      "files",
      found,
      "./prime reboot builds it anew; with UV_LINK_MODE=symlink it would lead out again",
      rebuild,
    );
  }
  return state === "missing"
    ? wrong("files", `${is} missing`, ANEW, rebuild)
    : wrong("files", `${is} not what was installed`, `\`./prime adopt\` keeps it; ${ANEW}`, rebuild);
}
