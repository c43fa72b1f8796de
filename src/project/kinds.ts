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
  /** How a person adds a package for good. */
  wayToAdd(requirementFiles: readonly string[]): string;
}

const BY_UV = "./prime uv add NAME";
const BY_HAND = "declare what you want in the repo, and start again";

const RESOLVED: Pick<KindFacts, "isLocked" | "insteadOfForeign" | "wayToFile"> = {
  isLocked: false,
  insteadOfForeign: "the files beside it are installed",
  wayToFile: () => "the key `requirements` chooses",
};

/** What depends on the kind alone: a further kind is a line here, and a rule in `kindOf`. */
export const KINDS: Readonly<Record<ProjectKind, KindFacts>> = {
  "uv-lock": {
    isLocked: true,
    buildsRoot: "never",
    insteadOfForeign: undefined,
    wayToFile: (file) => `\`./prime uv add --dev -r ${file}\` brings it into the lock`,
    wayToAdd: () => BY_UV,
  },
  pylock: {
    isLocked: true,
    buildsRoot: "where described",
    insteadOfForeign: undefined,
    wayToFile: () => "pylock.toml says all that is installed",
    wayToAdd: () => BY_HAND,
  },
  pyproject: {
    ...RESOLVED,
    buildsRoot: "never",
    insteadOfForeign: "the versions are resolved from [project]",
    wayToAdd: () => BY_UV,
  },
  requirements: {
    ...RESOLVED,
    buildsRoot: "where described",
    wayToAdd: ([file]) => `write what you want into ${file}, and start again`,
  },
  setup: { ...RESOLVED, buildsRoot: "always", wayToAdd: () => BY_HAND },
  nothing: { ...RESOLVED, buildsRoot: "never", wayToAdd: () => BY_HAND },
  descriptors: { ...RESOLVED, buildsRoot: "never", wayToAdd: () => BY_HAND },
};
