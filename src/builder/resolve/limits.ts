import { PrimeError } from "../../errors.ts";
import { pipSetting, type UvSettings } from "../../project/files/uv/uv-settings.ts";
import { holds, markerEnvironment } from "../../project/markers.ts";
import type { Project } from "../../project/project.ts";
import { type Interpreter, versionOf } from "../../python/interpreter.ts";
import { fits, parseRequest } from "../../python/version.ts";
import type * as commands from "../../uv/commands.ts";

/**
 * Refuses what `uv sync` refuses and uv's `pip` commands pass over: an interpreter or a platform that the project is
 * not for. Throws `group-python`, `unsupported-environment`.
 */
export function refuseOutsideLimits({ kind, groupSources, uvSettings }: Project, base: Interpreter): void {
  for (const { file, name, requiresPython } of groupSources) {
    if (requiresPython === undefined || fits(parseRequest(requiresPython), base)) continue;
    throw new PrimeError(
      "group-python",
      `could not install the group \`${name}\` of ${file}: it is for Python ${requiresPython}, and ${base.executable} is ${versionOf(base)}`,
      "require a Python that fits (`required_python_version` in prime.toml), or choose other groups (`install_groups`)",
    );
  }
  const { environments } = uvSettings.table;
  const markers = (Array.isArray(environments) ? environments : [environments]).filter(
    (one) => typeof one === "string",
  );
  const here = markerEnvironment(base);
  if (kind !== "pyproject" || markers.length === 0 || markers.some((marker) => holds(marker, here) !== false)) return;
  throw new PrimeError(
    "unsupported-environment",
    `could not install for this machine: \`environments\` in ${uvSettings.file} allows ${markers.map((one) => `\`${one}\``).join(" and ")} alone`,
    "use a machine or a Python of that kind, or add this one there",
  );
}

/** Packages that are built within the environment itself; `all`: each that is built at all. */
export function withoutIsolation(settings: UvSettings): readonly string[] | "all" {
  if (pipSetting(settings, "no-build-isolation") === true) return "all";
  const named = pipSetting(settings, "no-build-isolation-package");
  return Array.isArray(named) ? named.map(String) : [];
}

/**
 * Takes back settings that a repo makes for `uv pip compile`, for files that others shall install: here it is installed
 * for this machine.
 */
export function forThisMachine(settings: UvSettings, base: Interpreter): commands.Overrides {
  return {
    universal: pipSetting(settings, "universal") === true ? false : undefined,
    pythonVersion: pipSetting(settings, "python-version") === undefined ? undefined : base.version,
  };
}
