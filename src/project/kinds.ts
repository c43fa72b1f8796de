import { quoteForShell } from "../edges/command.ts";
/**
 * What kind of repo this is, first match wins (docs, "What is installed"); `descriptors` whenever protoprimer's
 * configuration is in force.
 */
export type ProjectKind = "uv-lock" | "pylock" | "pyproject" | "requirements" | "setup" | "nothing" | "descriptors";

interface KindFacts {
  /** Whether a lock of the repo says all that is installed: nothing is inferred, resolved or looked for beside it. */
  readonly isLocked: boolean;
  /** Whether a root without [project] is installed. */
  readonly buildsRoot: "always" | "where described" | "never";
  /** What is done in place of reading another tool's file; undefined where that file says nothing more. */
  readonly insteadOfForeign: string | undefined;
  /** How a requirement file that nothing reads gets a say. */
  wayToFile(file: string): string;
  /** How a person has one more package where uv writes it nowhere; `isTool`: one to work with, which its users do not need. */
  wayToAdd(place: WrittenIn, name: string, isTool: boolean): string;
}

/** Where people write what a repo requires. */
interface WrittenIn {
  /** Relative to root; it need not be there. */
  readonly declaredIn: string;
}

export const write = (name: string, place: string): string => `write ${name} into ${place}, and start again`;

const BY_HAND: KindFacts["wayToAdd"] = ({ declaredIn }, name) =>
  write(name, `${declaredIn.endsWith(".toml") ? "the dependencies" : "`install_requires`"} of ${declaredIn}`);
const BY_GROUP: KindFacts["wayToAdd"] = (place, name, isTool) =>
  place.declaredIn.endsWith(".toml")
    ? write(name, `the list \`dev\` below [dependency-groups] of ${place.declaredIn}`)
    : BY_HAND(place, name, isTool);

const RESOLVED: Pick<KindFacts, "isLocked" | "insteadOfForeign" | "wayToFile"> = {
  isLocked: false,
  insteadOfForeign: "what other files ask for is installed",
  wayToFile: () => "the key `requirements` of prime.toml chooses",
};

/** What depends on the kind alone: a further kind is a line here, and a rule in `kindOf`. */
export const KINDS: Readonly<Record<ProjectKind, KindFacts>> = {
  "uv-lock": {
    isLocked: true,
    buildsRoot: "never",
    insteadOfForeign: undefined,
    wayToFile: (file) => `\`./prime uv add --dev -r ${quoteForShell(file)}\` brings it into the lock`,
    wayToAdd: BY_GROUP,
  },
  pylock: {
    isLocked: true,
    buildsRoot: "where described",
    insteadOfForeign: undefined,
    wayToFile: () => "pylock.toml says all that is installed",
    wayToAdd: (_, name) => `declare ${name} in what pylock.toml is made from, and lock anew by what made it`,
  },
  pyproject: {
    ...RESOLVED,
    buildsRoot: "never",
    insteadOfForeign: "the versions are resolved from [project]",
    wayToAdd: BY_GROUP,
  },
  requirements: {
    ...RESOLVED,
    buildsRoot: "where described",
    wayToAdd: ({ declaredIn }, name) => write(name, declaredIn),
  },
  setup: {
    ...RESOLVED,
    buildsRoot: "always",
    wayToAdd: (place, name, isTool) => (isTool ? write(name, "a requirements-dev.txt") : BY_HAND(place, name, isTool)),
  },
  nothing: { ...RESOLVED, buildsRoot: "never", wayToAdd: ({ declaredIn }, name) => write(name, `a ${declaredIn}`) },
  descriptors: { ...RESOLVED, buildsRoot: "never", wayToAdd: BY_HAND },
};
