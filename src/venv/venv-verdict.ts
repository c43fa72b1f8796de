import { quoteForShell } from "../edges/command.ts";
import type { Failure, Interpreter } from "../python/interpreter.ts";
import type { FileFacts } from "../python/probe/by-files.ts";
import { minorOf } from "../python/version.ts";
import type { VenvFacts } from "./foreign-venv.ts";

/** What has become of an environment that prime may not have built. */
export interface Verdict {
  readonly verdict:
    | "sound"
    | "patch upgrade"
    | "interpreter removed"
    | "minor upgrade"
    | "standard library package removed"
    | "libpython or libc changed"
    | "wrong architecture"
    | "interpreter does not start"
    | "edited or torn"
    | "moved or copied";
  readonly broken: boolean;
  readonly why: string;
  /** Null when nothing has to be done. */
  readonly mend: string | null;
}

/** What is known of the interpreter below: what it says of itself, or why it does not. */
export interface Below {
  /** The anchor leads to a file. */
  readonly exists: boolean;
  /** Absent for a conda environment: its interpreter is a part of it, and nothing of an environment is run. */
  readonly base: Pick<Interpreter, "version" | "soabi"> | FileFacts | Failure | undefined;
  /** Why `base` is what its files tell; undefined where it was asked. */
  readonly unasked: string | undefined;
  /** Whether the folder that pyvenv.cfg calls home is there. */
  readonly homeExists: boolean;
  /** The command that brings the interpreter back, where its path tells who brought it. */
  readonly restore: string | null;
}

/** Why an environment is sound whose interpreter was asked. */
export const ANSWERS = "its interpreter answers as it should";

/** The verdict, from what an environment's files tell and what stands below it. */
export function judgeVenv(venv: VenvFacts, below: Below): Verdict {
  const verdict = judgeBy(venv, below);
  const { unasked } = below;
  return unasked === undefined
    ? verdict
    : { ...verdict, why: `${verdict.why}; its interpreter was not started: ${unasked}` };
}

function judgeBy(venv: VenvFacts, { exists, base, unasked, homeExists, restore }: Below): Verdict {
  const broken = (verdict: Verdict["verdict"], why: string, mend: string): Verdict => ({
    verdict,
    broken: true,
    why,
    mend,
  });
  const anew = madeAnew(venv);
  const restoring = restore === null ? `bring ${venv.anchor} back` : `\`${restore}\``;
  if (venv.torn !== null) return broken("edited or torn", venv.torn, anew);
  if (venv.anchor !== null) {
    if (!exists) return broken("interpreter removed", `${venv.anchor} is gone`, `${restoring}, or ${anew}`);
    if (!homeExists) return broken("edited or torn", `its home ${venv.home} is gone`, anew);
  }
  if (base !== undefined && "why" in base) return broken(...failureOf(base, `${restoring}, or ${anew}`));
  const version = base?.version ?? null;
  if (base !== undefined) {
    const [was, is] = [venv.version ?? version, version].map((one) => one && minorOf(one));
    if (was !== is)
      return broken("minor upgrade", `it was made for Python ${was}, and ${venv.anchor} is ${version}`, anew);
    if (venv.soabis.length > 0 && base.soabi !== null && !venv.soabis.includes(base.soabi)) {
      return broken(
        "minor upgrade",
        `its extension modules are for ${venv.soabis.join(", ")}, and ${venv.anchor} is ${base.soabi}`,
        anew,
      );
    }
  }
  if (venv.madeAt !== null) {
    return broken(
      "moved or copied",
      `it was made at ${venv.madeAt}, which its scripts still name`,
      `move it back, or ${anew}`,
    );
  }
  const [dead, ...others] = venv.deadScripts;
  if (dead !== undefined) {
    const more = others.length === 0 ? "" : `, and ${others.length} more scripts are like it`;
    return broken("edited or torn", `${dead.script} is to be run by ${dead.interpreter}, which is gone${more}`, anew);
  }
  if (isPatch(venv.version, version)) {
    return {
      verdict: "patch upgrade",
      broken: false,
      why: `made for ${venv.version}, and runs on ${version}`,
      mend: null,
    };
  }
  const files = "all that can be told without running it is in place";
  const why = base === undefined || unasked !== undefined ? files : ANSWERS;
  return { verdict: "sound", broken: false, why, mend: null };
}

function isPatch(was: string | null, is: string | null): boolean {
  return [was, is].every((one) => one !== null && one.split(".").length > 2) && was !== is;
}

function failureOf({ path, why, kind }: Failure, mend: string): [Verdict["verdict"], string, string] {
  const verdicts = {
    gone: "interpreter removed",
    stdlib: "standard library package removed",
    library: "libpython or libc changed",
    format: "wrong architecture",
    unasked: "interpreter does not start",
  } as const;
  return [kind === undefined ? "interpreter does not start" : verdicts[kind], `${path}: ${why}`, mend];
}

/** How its own maker makes it anew. */
function madeAnew({ folder, maker, version }: VenvFacts): string {
  const name = quoteForShell(folder);
  if (maker === "prime")
    return `start \`${quoteForShell(`${folder.split("/.prime/")[0]}/prime`)}\`, which builds beside it`;
  const minor = version === null ? "" : minorOf(version);
  const python = minor === "" ? "" : ` --python ${minor}`;
  const commands = {
    uv: `uv venv --clear${python} ${name}`,
    virtualenv: `virtualenv --clear${python} ${name}`,
    venv: `python${minor || "3"} -m venv --clear ${name}`,
    conda: `conda create --prefix ${name}${minor === "" ? "" : ` python=${minor}`}`,
  };
  const project = maker === "uv" ? " (`uv sync` in its project)" : "";
  return `make it anew: \`${commands[maker]}\`, then install its packages${project}`;
}
