import * as path from "node:path";
import { quoteForShell } from "../edges/command.ts";
import { FETCH_LFS } from "../left-by-git.ts";
import { nearest } from "../nearest.ts";
import { inCircle } from "../project/files/groups.ts";
import { whereNamed } from "../project/ways.ts";
import type { Row, Scene } from "./cause.ts";
import { knownByModule, WELL_KNOWN } from "./well-known.ts";

const NAME = String.raw`([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)`;

/** What nobody can install as it is asked for. */
export const FROM_REQUIREMENTS: readonly Row[] = [
  {
    says: /No download found for request: (?:\w+-)?(\d[\w.]*|[^\n]+)/,
    cause: ([, version]) => ({
      why: `nobody offers Python ${version.replace(/-.*/s, "")} for this machine`,
      next: undefined,
    }),
  },
  {
    says: new RegExp(
      `(?:Because|because|and) ${NAME} was not found in the (?:package registry|provided package locations)`,
    ),
    cause: ([, name], scene) => unknownName(name, scene),
  },
  {
    says: new RegExp(String.raw`requirement ${NAME}[^\n]*\(from versions: none\)`),
    cause: ([, name], scene) => {
      const { why, next } = unknownName(name, scene);
      return { why, next: `${next}; pip says no more where an index does not answer or wants a password` };
    },
  },
  {
    says: /Requires-Python|requires Python ?[<>=~!]|the current Python version \S+ does not satisfy|requires a different Python|only supports? (?:Python )?[<>=~!]|Python(?: version)?(?: \(?[\d.]+\)?)? is not supported|[Uu]nsupported Python/,
    cause: (_, scene, words) => {
      if (
        !/unsatisfiable|No matching distribution|different Python|does not satisfy|Python.* not supported|nsupported Python/.test(
          words,
        )
      )
        return undefined;
      return {
        why: "some package is not for this Python",
        next: `${forOneStart(pythonNamed(words))}require a Python that it is for (\`requires-python\` in pyproject.toml, or \`required_python_version\` in prime.toml), or another version of it in ${whereRequired(scene)}${pinOf(scene)}`,
      };
    },
  },
  {
    says: /Detected a cycle in `dependency-groups`: ([^\n]*)/,
    cause: ([, circle = ""]) => inCircle(circle),
  },
  {
    // The first four bytes of "version", which begins such a pointer, in place of a zip archive's.
    says: /Failed to read `([^`]+)`[\s\S]*unexpected header \(actual: 0x73726576/,
    cause: ([, what]) => ({ why: `the file of ${what} is a pointer of Git LFS`, next: FETCH_LFS }),
  },
  {
    says: /target environment is not supported by the lockfile/,
    cause: () => ({
      why: "`environments` of pylock.toml names none like this Python on this machine",
      next: "have what made pylock.toml lock for this one too, or take `environments` out: without it a lock is for all",
    }),
  },
  {
    says: /[Pp]re-releases? (?:are|were|is|was) (?:available|not enabled)/,
    cause: () => ({
      why: "only pre-releases fit",
      next: 'name one in the requirement itself (for example `>=2.0rc1`), or allow them: `prerelease = "allow"` in uv\'s settings',
    }),
  },
  {
    says: /Distribution not found at: (file:\S+)/,
    cause: ([, url], { project, root }) => {
      const line = project?.requirementLines.find(({ value }) => value.includes(url));
      if (line === undefined) return undefined;
      const place = path.relative(root, line.file);
      return {
        why: `what ${place} names is not on this machine`, // as `pip freeze` writes it of what conda has built
        next: `write versions in its place, as \`pip list --format=freeze\` does, or none: \`sed -i 's| @ file:.*||' ${quoteForShell(place)}\``,
      };
    },
  },
  {
    says: /no wheels with a matching|wheels? .*for the current platform|not a supported wheel/,
    cause: (_, scene, words) => ({
      why: "some package has no file for this Python on this machine",
      next: `${forOneStart(/Python ABI tags?: .*`cp3(\d+)/.exec(words)?.[1])}require a Python that it has files for (\`required_python_version\` in prime.toml), or another version of it${pinOf(scene)}`,
    }),
  },
  {
    says: /Wheels are required for `([^`]+)` because building from source is disabled for [^\n]*\(i\.e\., with `([^`]+)`\)/,
    cause: ([, name, option], scene) => ({
      why: `${name} would have to be built, and that is forbidden`,
      next: `allow it (\`${option.replace(/ .*/s, "").replace(/^--/, "")}\` in uv's settings, or \`--only-binary\` in a requirement file), or ask for a version that has a wheel in ${whereRequired(scene, name)}`,
    }),
  },
  {
    says: /Unsupported editable requirement in `([^`]+)`(?: at line (\d+))?/,
    cause: ([, file, line]) => ({
      why: `uv installs editable what is in a folder alone, not what ${file} names${line && ` in line ${line}`}`,
      next: "take `-e` out of that line",
    }),
  },
  {
    says: /Couldn't parse requirement in `([^`]+)`|error: (?:Expected|Unexpected|Unsupported|Invalid)[^\n]*?: (\S+:\d+):\d+|Invalid requirement: /,
    cause: ([, file, place], { project }) => ({
      why: `${place || file || project?.declaredIn || "a file"} has a line that is no requirement`,
      next: "correct that line, as the words above say",
    }),
  },
  {
    says: new RegExp(
      String.raw`(?:there (?:is|are) no versions? of|only) ${NAME}([=<>~!]=?[^\s,]*)?(?: is available)?(?: and|,|$)|requirement ${NAME}([=<>~!]=[^\s]*) \(from versions: |Because ${NAME}\S* has in\w+ metadata`,
    ),
    cause: ([, one, , other, , unread], scene) => {
      const name = one || other || unread;
      return {
        why: `no version of ${name} that can be had fits what is asked for`,
        next: `ask for another version of ${name} in ${whereRequired(scene, name)}`,
      };
    },
  },
  {
    says: /requirements are unsatisfiable|ResolutionImpossible|conflicting dependencies/,
    cause: (_, scene, words) => {
      const both = new RegExp(`(?:require|requires|depends on|requested) ${NAME}[<>=~!]`).exec(words)?.[1];
      return {
        why: "the requirements contradict each other",
        next: `change one of the requirements named above, in ${whereRequired(scene, both)}`,
      };
    },
  },
];

/** Where a package is asked for, as far as that is known. */
function whereRequired({ project, root }: Scene, name?: string): string {
  if (project === undefined) return "the requirements";
  return name === undefined ? project.declaredIn : whereNamed(project, root, name);
}

/** The end of a hint: which Python another tool is told of (`notePins`). */
export function pinOf({ project }: Scene): string {
  const pin = project?.omissions.find((note) => note.includes(" names Python "));
  return pin === undefined ? "" : `; ${pin.replace(/\.$/, "")}`;
}

/** The oldest Python that packages are for, as uv's words name it: of 3 the minor number. */
function pythonNamed(words: string): number | undefined {
  const named = [...words.matchAll(/(?:does not satisfy|requires) Python ?>=3\.(\d+)/g)].map(([, minor]) =>
    Number(minor),
  );
  return named.sort((one, other) => one - other)[0];
}

function forOneStart(minor: number | string | undefined): string {
  return minor === undefined ? "" : `for one start, ./prime --python 3.${minor} run …; else `;
}

/** A name that no index has: what was meant is only ever one of the well-known. */
function unknownName(name: string, scene: Scene) {
  const near = nearest(name, WELL_KNOWN);
  const meant = knownByModule(name) ?? (Math.abs((near ?? "").length - name.length) <= 2 ? near : undefined);
  const did = meant === undefined || meant === name ? "" : `; did you mean \`${meant}\`?`;
  return {
    why: `the index has no package ${name}`,
    next: `correct the name in ${whereRequired(scene, name)}, or name the index that has it (\`[[tool.uv.index]]\`, UV_INDEX)${did}`,
  };
}
