import * as path from "node:path";
import { isFile } from "../edges/files/read.ts";
import { emptySubmodules } from "../project/around/submodules.ts";
import { normalizeName } from "../project/packages.ts";
import type { Project } from "../project/project.ts";
import type { Cause, Row, Scene } from "./cause.ts";
import { pinOf } from "./from-requirements.ts";
import { howToInstallPart } from "./system-packages.ts";
import { distributionOf } from "./well-known.ts";

/** What a package that has to be built does not find. */
export const FROM_BUILDS: readonly Row[] = [
  {
    says: /[Ff]ailed to build|build backend returned an error|subprocess-exited-with-error|does not appear to be a Python project|[Nn]either 'setup\.py' nor 'pyproject\.toml' found/,
    cause: (_, { root }, words) => {
      const empty = emptySubmodules(root).filter((name) => words.includes(name) || /submodule/i.test(words));
      return empty.length === 0
        ? undefined
        : {
            why: `git has not checked out what the build needs (${empty.join(", ")})`,
            next: "`git submodule update --init --recursive`, then start again",
          };
    },
  },
  {
    says: /[\s\S]*ModuleNotFoundError: No module named '([^']+)'/,
    cause: ([, module], scene, words) => (IN_BUILD.test(words) ? undeclared(words, module, scene) : undefined),
  },
  {
    // In front of the headers that are not found without it.
    says: /Could not find (\w+[-_]config) executable/,
    cause: ([, program]) => missing(`the program ${program}`, program),
  },
  {
    says: /fatal error: '?([\w./+-]+\.h(?:pp)?)'?(?:: No such file|\s+file not found)/,
    cause: ([, header], scene, words) =>
      outgrown(words, header, scene) ?? ofNumpy(words, header, scene) ?? missing(`the header ${header}`, header),
  },
  {
    says: /error: (?:lvalue required|expression is not assignable)[^\n]*\n[^\n]*\b(Py_\w+)\(|has no member named \W?(\w+)|incomplete type(?:def)? \W?(?:struct _frame|PyFrameObject)/,
    cause: ([, assigned, member], scene, words) => outgrown(words, assigned || member || "f_code", scene),
  },
  {
    says: /\[Errno 2\] No such file or directory: '([\w+./-]*(?:cc|\+\+|clang))'|command '([\w+./-]*(?:cc|\+\+|clang))' failed: No such file/,
    cause: ([, one, other], { env }) => ofCompiler(one || other, env),
  },
  {
    says: /Unknown compiler\(s\): \[\['([^']+)'|linker `([^`]+)` not found|No (CMAKE_C(?:XX)?_COMPILER) could be found/,
    cause: ([, one, other]) => missing("a C compiler", /^(?:gfortran|ifort)/.test(one) ? "gfortran" : "cc", other),
  },
  {
    says: /cannot find (-l[\w.+-]+)|library '?(?:not found for )?-?l?([\w.+-]+)'? not found/,
    cause: ([, one, other]) => missing(`the library ${(one || other).replace(/^-l/, "")}`, one || `-l${other}`),
  },
  {
    says: /'pkg-config --exists ([\w.+-]+)' returned non-zero exit status 1\b|Package '?([\w.+-]+)'?,? (?:required by '[^']*', )?(?:was )?not found|Dependency "([\w.+-]+)" not found|Run-time dependency ([\w.+-]+) found: NO/,
    cause: ([, ...names]) => missing(`the library ${names.join("")}`, names.join("")),
  },
  {
    says: /Problem with the (CMake) installation|Could not find (CMake) with version|\b(Ninja)(?: or make)? is required to build|\b([\w-]*_config|[\w]+-config|cmake|CMake|ninja|swig|pkg-config|make|gfortran)\b['"`]?:? (?:executable )?(?:was )?(?:not found|could not be found|must be installed|command not found|is not installed)|No such file or directory: '([\w./+-]*(?:_config|-config|cmake|ninja|swig|make|gfortran))'/,
    cause: ([, ...names]) => {
      const program = names.join("").replace(/.*\//, "").toLowerCase();
      return missing(`the program ${program}`, program);
    },
  },
];

/** What no other row explains; the words of the build itself do. */
export const FROM_ANY_BUILD: readonly Row[] = [
  {
    says: /SyntaxError: (?:Missing parentheses in call to 'print'|multiple exception types must be parenthesized)/,
    cause: () => ({
      why: "a build runs code for Python 2",
      next: "take a version of it for Python 3, or have that code follow",
    }),
  },
  {
    says: /use_2to3 is invalid/,
    cause: (_, scene, words) => ({
      why: `${buildIn(words)} wants setuptools before 58`,
      next: scene.project?.installsRoot ? NEWER : before("setuptools<58", scene), // which can't install the project editable
    }),
  },
  {
    says: /module '([\w.]+)' has no attribute 'build_editable'/,
    cause: ([, backend], _, words) => ({
      why: `${buildIn(words)} is by ${backend}, which can't install it editable`,
      next: backend.startsWith("poetry.")
        ? 'write `requires = ["poetry-core"]` and `build-backend = "poetry.core.masonry.api"` below [build-system] of its pyproject.toml'
        : "ask for a newer one in `requires` below [build-system] of its pyproject.toml",
    }),
  },
  {
    says: /[Ff]ailed to (?:download and )?build (?:'|`?(?!installable\b))([\w.-]+)|build backend returned an error/,
    cause: ([, name], scene, words) => ({
      why: `the build of ${name || "a package"} fails`,
      next: `correct what the output above names${isAnothers(name, scene) ? `; or take a version of it or a Python that has a wheel${pinOf(scene)}` : withoutProject(name, scene, words)}`,
    }),
  },
];

function missing(what: string, part: string, word = "") {
  return {
    why: `a build needs ${what}${word === "" ? "" : ` (${word})`}, which this machine lacks`,
    next: howToInstallPart(part),
  };
}

/** A compiler that a variable names, and that is not there, is that variable's mistake. */
function ofCompiler(compiler: string, env: Scene["env"]) {
  const variable = ["CC", "CXX"].find((name) => env[name]?.split(" ")[0] === compiler);
  return variable === undefined
    ? missing(`the compiler ${compiler}`, compiler.replace(/.*\//, ""))
    : {
        why: `${variable} names the compiler ${compiler}, which is not there`,
        next: `correct ${variable}, or unset it`,
      };
}

/** Modules, headers, and what C may use, that Python itself had, and since when it has not (PEP 594, PEP 632, What's New in 3.9 to 3.13). */
const GONE: Readonly<Record<string, string>> = {
  tp_print: "3.9",
  use_tracing: "3.10",
  Py_SIZE: "3.11",
  Py_TYPE: "3.11",
  f_code: "3.11",
  curexc_type: "3.12",
  ob_digit: "3.12",
  "Python-ast.h": "3.10",
  "code.h": "3.11",
  "longintrepr.h": "3.11",
  imp: "3.12",
  pipes: "3.13",
};

/** How uv and pip tell that a build fails. */
const IN_BUILD = /\b[Bb]uild(?:ing)? |Preparing /;

/** What uv built when it failed: the innermost, where a build wants another. */
function builtIn(words: string): string | undefined {
  return /[\s\S]*[Ff]ailed to (?:download and )?build `([^`=@ ]+)/.exec(words)?.[1];
}

function buildIn(words: string): string {
  return `the build of ${builtIn(words) ?? "a package"}`;
}

/** A build that wants what this Python has not, since it is too new. */
function outgrown(words: string, part: string, scene: Scene): Cause | undefined {
  const gone = GONE[part];
  if (gone === undefined) return undefined;
  return {
    why: `${buildIn(words)} wants ${part} of a Python before ${gone}`,
    next: `require an older Python (\`requires-python\`, or \`required_python_version = "<${gone}"\` in prime.toml), or a newer version of that package${pinOf(scene)}`,
  };
}

/** No system package mends these headers: numpy is the build's, and one whose folder was named to the compiler is too new for it. */
function ofNumpy(words: string, header: string, scene: Scene): Cause | undefined {
  if (!header.startsWith("numpy/")) return undefined;
  if (!/numpy\/_?core\/include/.test(words)) return undeclared(words, "numpy", scene);
  return {
    why: `${buildIn(words)} wants ${header}, which its numpy has no more`,
    next: before("numpy<2", scene),
  };
}

function before(limit: string, { project }: Scene): string {
  return `write \`build-constraint-dependencies = ["${limit}"]\` ${whereSettingBelongs(project)}, or ${NEWER}`;
}

const NEWER = "take a newer version of that package";

/** A build that imports what it does not declare: the repo's own declares it, for another the repo says it to uv. */
function undeclared(words: string, module: string, scene: Scene) {
  const top = module.replace(/\..*/s, "");
  const told = outgrown(words, top, scene);
  if (told !== undefined) return told;
  const built = builtIn(words);
  const needed = distributionOf(top);
  const why = `${buildIn(words)} imports ${module}, and does not declare it`;
  if (!isAnothers(built, scene)) {
    return { why, next: `${inBuildSystem(scene.project, needed)}${withoutProject(built, scene, words)}` };
  }
  return {
    why,
    next: `write \`${built} = ["${needed}"]\` ${whereSettingBelongs(scene.project, "extra-build-dependencies")}`,
  };
}

/** How the requirement file of a root that can't be built is installed without it. */
function withoutProject(name = "", { project, root }: Scene, words: string): string {
  const isRoots = name !== "" || words.includes(`File "${root}/`);
  if (!isRoots || !project?.installsRoot) return "";
  const [used] = project.requirementFiles;
  const file = used ?? project.leftOut.files.find((one) => /^requirements\b/.test(one));
  if (file === undefined) return "";
  const key = used === undefined ? ` and \`requirements = ["${file}"]\`` : "";
  return `; or have ${file} installed without the project: \`install_packages = []\`${key} in prime.toml`;
}

/** Whether it is known to be none of the repo's own. */
function isAnothers(built = "", { project }: Scene): boolean {
  return built !== "" && project?.localNames.every((name) => normalizeName(name) !== normalizeName(built)) === true;
}

function inBuildSystem(project: Project | undefined, needed: string): string {
  const isRoots = project?.kind === "setup" || (project?.kind === "requirements" && project.installsRoot);
  const place = isRoots ? "" : "that project's ";
  const asNew = isRoots
    ? `; without any: \`requires = [${/^setuptools\b/.test(needed) ? "" : '"setuptools", '}"${needed}"]\``
    : "";
  return `add "${needed}" to \`requires\` below [build-system] of ${place}pyproject.toml${asNew}`;
}

/** Where a setting or a table of uv's belongs: a uv.toml hides `[tool.uv]` beside it, and a repo without a pyproject.toml needs none for it. */
function whereSettingBelongs(project: Project | undefined, table?: string): string {
  const file = project?.uvSettings.file;
  const hasPyproject = project?.inputs.some(
    ({ kind, path: input }) => kind === "file" && input.endsWith("/pyproject.toml") && isFile(input),
  );
  const isOwnFile = file === undefined ? !hasPyproject : path.basename(file) === "uv.toml";
  const header = [...(isOwnFile ? [] : ["tool.uv"]), ...(table === undefined ? [] : [table])].join(".");
  const place = file ?? (isOwnFile ? "a uv.toml" : "pyproject.toml");
  return header === "" ? `into ${place}` : `below [${header}] of ${place}`;
}
