import { EXIT_USAGE } from "../errors.ts";
import type { ConfigFlags, OneStart } from "./config.ts";
import type { Layer } from "./layer.ts";
import type { Sourced } from "./source.ts";

/** What the flags of this start say of keys. They replace what a file or a variable says, as every layer does. */
export function readFlags(flags: ConfigFlags): Layer {
  const given: Partial<Record<string, unknown>> = {
    install_extras: flags.extras,
    install_groups: flags.groups,
    install_packages: flags.packages?.length === 1 && flags.packages[0] === "all" ? "all" : flags.packages,
    required_python_version: interpreterOf(flags) === undefined ? flags.python : undefined,
  };
  const nameOf = (key: string): string => {
    const name = FLAGS[key] ?? key;
    return given[key] === "all" && ALL[name] !== undefined ? ALL[name] : name;
  };
  return {
    values: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    sourceOf: (key) => ({ kind: "flag", where: nameOf(key) }),
    placeOf: ([key]) => `the flag ${nameOf(key ?? "")}`,
    exitCode: EXIT_USAGE,
    isFile: false,
  };
}

const FLAGS: Readonly<Record<string, string>> = {
  install_extras: "--extra",
  install_groups: "--group",
  install_packages: "--package",
  required_python_version: "--python",
};

const ALL: Readonly<Record<string, string>> = { "--extra": "--all-extras", "--group": "--all-groups" };

/** The interpreter that a flag names by its path. No key does: a repo is at home on many machines. */
export function interpreterOf({ python }: ConfigFlags): Sourced<string> | undefined {
  return python?.startsWith("/") ? { value: python, source: { kind: "flag", where: "--python" } } : undefined;
}

/** What flags say that no key does. */
export function oneStartOf(flags: ConfigFlags): OneStart {
  const { withoutGroups = [], withoutExtras = [], withoutDev = false, onlyGroups = null, additions = [] } = flags;
  return { withoutGroups, withoutExtras, withoutDev, onlyGroups, additions };
}

/** The first flag that takes something out of what the repo asks for. */
export function exclusionIn({ withoutGroups, withoutExtras, withoutDev, onlyGroups }: ConfigFlags): string | undefined {
  const given = {
    "--no-group": withoutGroups,
    "--no-extra": withoutExtras,
    "--no-dev": withoutDev,
    "--only-group": onlyGroups,
  };
  const found = Object.entries(given).find(([, value]) => value !== undefined);
  return found && `the flag ${found[0]}`;
}
