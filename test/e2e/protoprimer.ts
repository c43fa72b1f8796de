import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { TestRunner } from "vitest";
import type { Ended, RunOptions, Sandbox, SandboxOptions } from "./harness.ts";
import { goodPython } from "./machine.ts";
import { packageFiles, repo, uv } from "./repos.ts";
import { CACHE, SEEDED_UV } from "./seed.ts";

/** The release whose behaviour prime takes over. */
export const PROTOPRIMER = "0.13.0.dev1";

interface ProtoOptions extends SandboxOptions {
  /** Which protoprimer the kernel is from and the project depends on. */
  readonly release?: string;
  /** The interpreter that the repo requires, by its exact version; it is the first on PATH. */
  readonly python?: string;
  /** Changes of `gconf/proto_kernel.json`; undefined takes a key away. */
  readonly client?: Readonly<Record<string, unknown>>;
  /** Whole env files, by the name of the folder below `dst`. */
  readonly envs?: Readonly<Record<string, unknown>>;
}

const KERNEL = "cmd/proto_code/proto_kernel.py";

/**
 * A repo in the usual layout of protoprimer, with the launcher beside it: the kernel, a client file, two env folders,
 * and the project `src/app`, whose main functions the entry scripts `cmd/boot_app` and `cmd/start_app` call. `files`
 * are more, or others. Where PyPI has no protoprimer for this machine, the running test is skipped.
 */
export function protoRepo(files: Readonly<Record<string, string>> = {}, options: ProtoOptions = {}): Sandbox {
  const { release = PROTOPRIMER, python = goodPython(), client = {}, envs = {}, ...rest } = options;
  const json = (data: unknown) => `${JSON.stringify(data, null, 4)}\n`;
  const box = repo(
    {
      [KERNEL]: kernelText(release),
      "cmd/proto_code/proto_kernel.json": json({ ref_root_dir_rel_path: "../..", global_conf_dir_rel_path: "gconf" }),
      "gconf/proto_kernel.json": json({
        local_conf_symlink_rel_path: "lconf",
        default_env_dir_rel_path: "dst/default_env",
        required_python_version: versionOf(python),
        project_descriptors: [{ build_root_dir_rel_path: "src/app" }],
        ...client,
      }),
      "dst/default_env/.gitignore": "",
      "dst/special_env/.gitignore": "",
      ...Object.fromEntries(Object.entries(envs).map(([name, env]) => [`dst/${name}/proto_kernel.json`, json(env)])),
      ...packageFiles("src/app", "app", `dependencies = ["six", "protoprimer==${release}"]`),
      "src/app/src/app/show.py": SHOW,
      ...files,
    },
    { ...rest, python },
  );
  for (const call of ["boot_env", "start_app"] as const) {
    const name = `cmd/${call.split("_")[0]}_app`;
    if (files[name] === undefined)
      box.file(name, entryScript(`proto_kernel.${call}("app.show:main")`), { mode: 0o755 });
  }
  return box;
}

/** An entry script as protoprimer writes them, that ends with this statement. It stands in `cmd`. */
export function entryScript(statement: string): string {
  return `#!/usr/bin/env python3


def import_proto_kernel(proto_kernel_rel_path):
    import os
    import importlib.util

    module_spec = importlib.util.spec_from_file_location(
        "proto_kernel",
        os.path.join(os.path.dirname(__file__), proto_kernel_rel_path),
    )
    loaded_proto_kernel = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(loaded_proto_kernel)
    return loaded_proto_kernel


if __name__ == "__main__":
    proto_kernel = import_proto_kernel("./proto_code/proto_kernel.py")
    ${statement}
`;
}

/** Prints what the main function of an entry script is given; ends with the status that its first argument names. */
const SHOW = `import json
import os
import sys


def main():
    import protoprimer.primer_kernel as kernel

    shown = {
        "argv": sys.argv,
        "isolated": sys.flags.isolated,
        "prefix": sys.prefix,
        "kernel": kernel._proto_kernel_abs_path,
        "variables": {name: os.environ[name] for name in sorted(os.environ) if name.startswith("PROTOPRIMER_")},
    }
    print(json.dumps(shown))
    sys.exit(int(sys.argv[1]) if sys.argv[1:] and sys.argv[1].isdigit() else 0)
`;

/** What \`SHOW\` prints, as the last line. */
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
  /** Let it install its own uv from PyPI, in place of finding the pinned one where it would have installed it. */
  readonly ownUv?: boolean;
}

/**
 * Runs protoprimer itself in this repo, by the interpreter that is first on PATH. It asks uv to install the required
 * interpreter, so that uv finds the one of this machine as installed.
 */
export function protoprimer(box: Sandbox, args: readonly string[] = [], options: ProtoRunOptions = {}): Promise<Ended> {
  const { script = KERNEL, ownUv = false, env, ...rest } = options;
  if (!ownUv) lendUv(box);
  const installed = { UV_PYTHON_INSTALL_DIR: installedPythons(box), UV_PYTHON_INSTALL_BIN: "0", SHELL: "/bin/bash" };
  return box.run(args, {
    ...rest,
    env: { ...installed, ...env },
    shell: ["python3"],
    launcher: path.resolve(box.root, script),
  });
}

/** Where protoprimer looks for the uv that it installed itself. */
function lendUv(box: Sandbox): void {
  const link = box.path("cache/venv/uv.venv/bin/uv");
  if (fs.existsSync(link)) return;
  const [folder] = fs.readdirSync(SEEDED_UV).filter((name) => !name.startsWith("."));
  fs.mkdirSync(path.dirname(link), { recursive: true });
  fs.symlinkSync(path.join(SEEDED_UV, folder as string, "uv"), link);
}

/** A folder as uv makes it for what it installs, with the interpreter that is first on PATH. */
function installedPythons(box: Sandbox): string {
  const folder = path.join(box.base, "pythons");
  if (fs.existsSync(folder)) return folder;
  const python = path.join((box.env.PATH as string).split(":")[0] as string, "python3");
  const version = versionOf(python);
  const machine = { x64: "x86_64", arm64: "aarch64" }[process.arch as string] ?? process.arch;
  const system = process.platform === "darwin" ? "macos" : "linux";
  const libc = process.platform === "darwin" ? "none" : "gnu";
  const name = `python${version.replace(/\.\d+$/, "")}`;
  const prefix = path.join(folder, `cpython-${version}-${system}-${machine}-${libc}`);
  for (const part of ["bin", `lib/${name}`]) fs.mkdirSync(path.join(prefix, part), { recursive: true });
  // uv edits these two again each time; the interpreter reads its own.
  const sysconfig = "# system configuration generated and used by the sysconfig module\nbuild_time_vars = {}\n";
  fs.writeFileSync(path.join(prefix, "lib", name, `_sysconfigdata__${system}_.py`), sysconfig);
  for (const one of [name, "python3", "python"]) {
    fs.symlinkSync(fs.realpathSync(python), path.join(prefix, "bin", one));
  }
  return folder;
}

function versionOf(python: string): string {
  const code = "import platform; print(platform.python_version())";
  return execFileSync(python, ["-I", "-c", code], { encoding: "utf8", env: {} }).trim();
}

/** The kernel of this release, from PyPI through the configured client; kept between runs. */
function kernelText(release: string): string {
  const folder = path.join(CACHE, `protoprimer-${release}`);
  const file = path.join(folder, "protoprimer/primer_kernel.py");
  if (!fs.existsSync(file)) {
    const box = repo({});
    const target = path.join(box.base, "target");
    const python = ["--python", goodPython()];
    try {
      uv(box, ["pip", "install", "--quiet", ...python, "--no-deps", "--target", target, `protoprimer==${release}`]);
    } catch (error) {
      const why = `protoprimer ${release} could not be had: ${(error as { stderr?: string }).stderr ?? error}`;
      const test = TestRunner.getCurrentTest();
      if (test === undefined) throw new Error(why);
      return test.context.skip(why);
    }
    fs.mkdirSync(CACHE, { recursive: true });
    fs.cpSync(target, folder, { recursive: true });
  }
  return fs.readFileSync(file, "utf8");
}
