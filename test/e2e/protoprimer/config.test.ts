import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { entryScript, KERNEL, protoprimer, protoRepo } from "../../support/checkouts/protoprimer.ts";
import { goodPython } from "../../support/machine.ts";
import { good } from "../../support/repos.ts";
import { LONG_AGO, python, type Sandbox } from "../../support/sandbox.ts";
import { withoutNode } from "../../support/system/no-node.ts";

type Document = Readonly<Record<string, unknown>>;

/** The five documents of one `eval`, by name. */
function documents(stdout: string): Record<string, Document> {
  const texts = stdout.split(/(?<=^\}\n)/m).filter((text) => text !== "");
  return Object.assign({}, ...texts.map((text) => JSON.parse(text)));
}

async function derived(box: Sandbox, env: NodeJS.ProcessEnv = {}): Promise<Document> {
  return documents((await good(box, ["eval"], { env })).stdout).leap_derived as Document;
}

/** What both print for `eval`, which has to be the same. */
async function same(box: Sandbox, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const [ours, theirs] = [await box.run(["eval"], { env }), await protoprimer(box, ["eval"], { env })];
  expect([ours.code, theirs.code]).toEqual([0, 0]);
  expect(ours.stdout).toBe(theirs.stdout);
  return ours.stdout;
}

const value = async (box: Sandbox, key: string) => JSON.parse((await good(box, ["eval", "--json"])).stdout)[key];

describe("the configuration of protoprimer", () => {
  it("is printed as protoprimer prints it, each of the five documents", async () => {
    const box = protoRepo(
      {},
      {
        client: {
          __comment__: "é \u007f",
          local_venv_dir_rel_path: "var/venv",
          local_cache_dir_rel_path: "cache",
          version_constraints_file_basename: "pins.txt",
          project_descriptors: [{ build_root_dir_rel_path: "src/app", install_extras: [], install_group: "all" }],
          install_specs: [{ all: { extra_command_args: [] } }],
        },
        envs: { default_env: { local_log_dir_rel_path: "var/log", nobody_reads: [1, {}, []] } },
      },
    );
    const printed = documents(await same(box));
    expect(Object.keys(printed)).toEqual(["leap_input", "leap_primer", "leap_client", "leap_env", "leap_derived"]);
    expect(printed.leap_derived).toMatchObject({
      state_local_log_dir_abs_path_inited: box.path("var/log"),
      state_local_venv_dir_abs_path_inited: box.path("var/venv"),
    });
  });

  it("builds nothing and makes no link to be shown", async () => {
    const box = protoRepo();
    await good(box, ["eval"]);
    expect(["lconf", "venv", ".prime", "log"].filter((name) => fs.existsSync(box.path(name)))).toEqual([]);
  });

  it("has an env file that wins over the client file, be it by null", async () => {
    const box = protoRepo(
      {},
      {
        client: { required_python_version: "3.9", venv_driver: "venv_pip", local_tmp_dir_rel_path: "elsewhere" },
        envs: { default_env: { required_python_version: "3.11", venv_driver: null } },
      },
    );
    const file = box.path("dst/default_env/proto_kernel.json");
    expect(await value(box, "required_python_version")).toEqual({
      value: "3.11",
      source: { kind: "file", where: file, key: "required_python_version" },
    });
    expect(await value(box, "venv_driver")).toMatchObject({ value: "venv_uv", source: { kind: "default" } });
    const where = box.path("gconf/proto_kernel.json");
    expect(await value(box, "local_tmp_dir")).toEqual({
      value: box.path("elsewhere"),
      source: { kind: "file", where, key: "local_tmp_dir_rel_path" },
    });
  });

  it("takes the nearest .python-version that is a file", async () => {
    const box = protoRepo({}, { client: { required_python_version: undefined } });
    fs.writeFileSync(path.join(box.base, ".python-version"), "3.9\n");
    fs.mkdirSync(box.path(".python-version"));
    expect(documents(await same(box)).leap_derived).toMatchObject({ state_required_python_version_inited: "3.9.0" });
    fs.rmdirSync(box.path(".python-version"));
    box.file(".python-version", "3.10\n");
    expect(documents(await same(box)).leap_derived).toMatchObject({ state_required_python_version_inited: "3.10.0" });
    fs.rmSync(box.path(".python-version"));
    fs.rmSync(path.join(box.base, ".python-version"));
    const { code, stderr } = await box.run(["eval"]);
    expect([code, stderr.includes("required_python_version")]).toEqual([1, true]);
    expect((await protoprimer(box, ["eval"])).code).toBe(1);
  });

  it("is the one that a variable names, else that of the launcher's name, else the kernel's", async () => {
    const files = (name: string) => ({
      [`cmd/proto_code/${name}.json`]: '{"ref_root_dir_rel_path": "../.."}',
      [`gconf/${name}.json`]: `{"required_python_version": "3.12", "local_venv_dir_rel_path": "of-${name}"}`,
    });
    const box = protoRepo({
      ...files("prime"),
      ...files("other"),
      "cmd/prime": entryScript('proto_kernel.boot_env("a:b")'),
    });
    const venv = async (env: NodeJS.ProcessEnv = {}) => (await derived(box, env)).state_local_venv_dir_abs_path_inited;
    expect(await venv()).toBe(box.path("of-prime"));
    expect(await venv({ PROTOPRIMER_CONF_BASENAME: "other.json" })).toBe(box.path("of-other"));
    expect(await venv({ PROTOPRIMER_CONF_BASENAME: "missing.json" })).toBe(box.path("of-prime"));
    const theirs = await protoprimer(box, ["eval"], { script: "cmd/prime" });
    expect(theirs.stdout).toBe((await good(box, ["eval"])).stdout);
    expect((await box.run(["eval"])).stderr).toContain("holds prime.json and proto_kernel.json");
    fs.rmSync(box.path("cmd/proto_code/prime.json"));
    expect(await venv()).toBe(box.path("venv"));
  });

  it("names unknown keys to those who ask with -v, with what was meant, but no comments", async () => {
    const box = protoRepo({}, { client: { venv_drivr: "x", __note__: 1 }, envs: { default_env: { gconf: 1 } } });
    expect((await good(box, ["eval"])).stderr).not.toContain("venv_drivr");
    const { stderr } = await good(box, ["-v", "eval"]);
    expect(stderr).toContain(`${box.path("gconf/proto_kernel.json")}: \`venv_drivr\` is no field`);
    expect(stderr).toContain("did you mean `venv_driver`?");
    expect(stderr).toContain("`gconf` is no field");
    expect(stderr).not.toContain("__note__");
  });

  it("gives way to prime's own, and status says which is in force", async () => {
    const box = protoRepo();
    const kind = async () => /^configuration +(.*)$/m.exec((await good(box, ["status"])).stdout)?.[1];
    expect(await kind()).toBe(
      `protoprimer's, by the kernel's folder ${path.dirname(box.path(KERNEL))} (found in a usual place)`,
    );
    box.file("prime.toml", 'required_python_version = "3"\n');
    expect(await kind()).toBe(`prime's own, ${box.path("prime.toml")}; protoprimer's beside it is not read`);
    expect((await good(box, ["eval"])).stdout).toMatch(/^required_python_version += "3"/m);
  });

  it("counts from the kernel's folder that prime.toml names, and nothing else stands there", async () => {
    const box = protoRepo({ "prime.toml": 'proto_code_dir_rel_path = "tools/proto"\n' });
    fs.mkdirSync(box.path("tools"));
    fs.renameSync(box.path("cmd/proto_code"), box.path("tools/proto"));
    expect((await derived(box)).state_ref_root_dir_abs_path_inited).toBe(box.root);
    box.file("prime.toml", 'proto_code_dir_rel_path = "tools/proto"\nlock = "check"\n');
    const { code, stderr } = await box.run([]);
    expect(code).toBe(125);
    expect(stderr).toContain("`lock` stands beside `proto_code_dir_rel_path`");
  });

  it("moves the root, where all that a start does takes place", async () => {
    const box = protoRepo({}, { client: { project_descriptors: [] } });
    box.file("repo/cmd/proto_code/proto_kernel.json", '{"ref_root_dir_rel_path": "../../../client"}');
    box.file("repo/cmd/proto_code/proto_kernel.py", "");
    box.file("client/gconf/proto_kernel.json", fs.readFileSync(box.path("gconf/proto_kernel.json"), "utf8"));
    fs.mkdirSync(box.path("client/dst/default_env"), { recursive: true });
    fs.copyFileSync(box.launcher, box.path("repo/prime"));
    fs.chmodSync(box.path("repo/prime"), 0o755);
    fs.utimesSync(box.path("repo/prime"), LONG_AGO, LONG_AGO);
    const launcher = box.path("repo/prime");
    await good(box, [], { launcher });
    expect(fs.readdirSync(box.path("client")).sort()).toEqual([
      ".prime",
      "dst",
      "gconf",
      "lconf",
      "log",
      "tmp",
      "venv",
    ]);
    expect(fs.readdirSync(box.path("repo")).sort()).toEqual(["cmd", "prime"]);
    const { stdout } = await good(box, ["run", "python", "-c", "import sys; print(sys.prefix)"], {
      launcher,
      env: { PATH: withoutNode(box) },
    });
    expect(stdout.trim()).toBe(fs.realpathSync(box.path("client/venv")));
  });

  it("puts logs and work files where it says, and its own cache when one is named", async () => {
    const box = protoRepo(
      { "log/2020-01-01.log": "a log of somebody else's" },
      { client: { project_descriptors: [], local_tmp_dir_rel_path: "var/tmp", local_cache_dir_rel_path: "var/cache" } },
    );
    fs.mkdirSync(box.path("var/cache/prime"), { recursive: true });
    fs.symlinkSync(fs.realpathSync(path.join(box.home, ".cache/prime/uv")), box.path("var/cache/prime/uv"));
    fs.rmSync(path.join(box.home, ".cache/prime/uv"));
    await good(box);
    expect(fs.readdirSync(box.path("log")).length).toBe(2);
    expect(fs.existsSync(box.path("var/tmp"))).toBe(true);
    expect(fs.existsSync(box.path("var/cache/prime/probes"))).toBe(true);
    expect(fs.existsSync(path.join(box.home, ".cache/prime/uv"))).toBe(false);
    expect(fs.readdirSync(box.path(".prime")).sort()).not.toContain("log");
  });
});

describe("the version that a repo requires", () => {
  it("reaches the search as it is written", async () => {
    const minor = goodPython().split("python").at(-1) as string;
    const box = protoRepo({}, { python: python(minor), client: { required_python_version: minor } });
    expect((await derived(box)).state_required_python_version_inited).toBe(`${minor}.0`);
    expect((await good(box, ["status"])).stdout).toContain(`required python  Python ${minor} `);
  });
});
