import * as fs from "node:fs";
import * as path from "node:path";
import { TestRunner } from "vitest";
import { KERNEL, kernelText, lendToProtoprimer, type ProtoRepo, protoFiles } from "../../fixtures/protoprimer.ts";
import { goodPython } from "../machine.ts";
import { repo, uv } from "../repos.ts";
import type { Ended, RunOptions, Sandbox, SandboxOptions } from "../sandbox.ts";
import { CACHE, SEEDED_UV } from "../seed.ts";

export { entryScript, KERNEL, PROTOPRIMER } from "../../fixtures/protoprimer.ts";

interface ProtoOptions extends SandboxOptions, Pick<ProtoRepo, "client" | "envs"> {
  /** The interpreter that the repo requires, by its exact version; it is the first on PATH. */
  readonly python?: string;
}

/**
 * A repo in the usual layout of protoprimer (see `protoFiles`), with the launcher beside it; `files` are more, or others.
 * Where PyPI has no protoprimer for this machine, the running test is skipped.
 */
export function protoRepo(files: Readonly<Record<string, string>> = {}, options: ProtoOptions = {}): Sandbox {
  const { python = goodPython(), client = {}, envs = {}, ...rest } = options;
  const box = repo({ ...protoFiles({ kernel: kernel(), python, client, envs }), ...files }, { ...rest, python });
  for (const name of ["cmd/boot_app", "cmd/start_app"]) fs.chmodSync(box.path(name), 0o755);
  return box;
}

/** What the main function of the entry scripts prints, as the last line. */
interface Shown {
  readonly argv: readonly string[];
  readonly isolated: number;
  readonly prefix: string;
  readonly kernel: string | null;
  readonly variables: Readonly<Record<string, string>>;
}

/** What the main function of an entry script was given; uv may have said something before. */
export function shownBy({ stdout }: Ended): Shown {
  return JSON.parse(stdout.trim().split("\n").at(-1) as string);
}

interface ProtoRunOptions extends Pick<RunOptions, "env" | "cwd" | "stdin"> {
  /** What is started, relative to the root: the kernel itself when absent. */
  readonly script?: string;
}

/** Runs protoprimer itself in this repo, by the interpreter that is first on PATH, with the pinned uv. */
export function protoprimer(box: Sandbox, args: readonly string[] = [], options: ProtoRunOptions = {}): Promise<Ended> {
  const { script = KERNEL, env, ...rest } = options;
  const [folder] = fs.readdirSync(SEEDED_UV).filter((name) => !name.startsWith("."));
  const python = path.join((box.env.PATH as string).split(":")[0] as string, "python3");
  const pinned = path.join(SEEDED_UV, folder as string, "uv");
  const lent = lendToProtoprimer(box.root, pinned, python, path.join(box.base, "pythons"));
  return box.run(args, {
    ...rest,
    env: { ...lent, ...env },
    shell: ["python3"],
    launcher: path.resolve(box.root, script),
  });
}

function kernel(): string {
  try {
    return kernelText(CACHE, (args) => uv(repo({}), [...args, "--python", goodPython()]));
  } catch (error) {
    const why = `protoprimer could not be had: ${(error as { stderr?: string }).stderr ?? error}`;
    const test = TestRunner.getCurrentTest();
    if (test === undefined) throw new Error(why);
    return test.context.skip(why);
  }
}
