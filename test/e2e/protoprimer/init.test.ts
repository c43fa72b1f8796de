import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { protoRepo } from "../../support/checkouts/protoprimer.ts";
import { good, packagesOf } from "../../support/repos.ts";
import { LAUNCHER, type Sandbox } from "../../support/sandbox.ts";

/** A repo without a launcher, and what the launcher of another place does there. */
function bareRepo(
  files: Readonly<Record<string, string>> = {},
  options: Parameters<typeof protoRepo>[1] = {},
): Sandbox {
  const box = protoRepo({ ".gitignore": "/venv/\n/lconf\n", ...files }, options);
  fs.rmSync(box.launcher);
  return box;
}

const init = (box: Sandbox, ...args: string[]) =>
  box.run(["init", "--from", "protoprimer", ...args], { launcher: LAUNCHER });

describe("./prime init --from protoprimer", () => {
  it("lays the launcher into the repo, and tells each field with its value and file", async () => {
    const box = bareRepo(
      {},
      {
        client: { required_python_version: "3", venv_driver: "venv_uv", python_selector_file_rel_path: null },
        envs: { default_env: { required_python_version: "3.12", __comment__: "" } },
      },
    );
    const before = fs.readFileSync(box.path("gconf/proto_kernel.json"), "utf8");
    const { code, stderr, stdout } = await init(box);
    expect([code, stdout]).toEqual([0, ""]);
    expect(
      stderr
        .split("\n")
        .filter((line) => /take /.test(line))
        .map((line) => line.replace(/^.*take +/, "")),
    ).toEqual([
      'ref_root_dir_rel_path = "../..": cmd/proto_code/proto_kernel.json',
      'global_conf_dir_rel_path = "gconf": cmd/proto_code/proto_kernel.json',
      'local_conf_symlink_rel_path = "lconf": gconf/proto_kernel.json',
      'default_env_dir_rel_path = "dst/default_env": gconf/proto_kernel.json',
      'required_python_version = "3.12": dst/default_env/proto_kernel.json',
      "python_selector_file_rel_path = null: the default",
      'local_venv_dir_rel_path = "venv": the default',
      'local_log_dir_rel_path = "log": the default',
      'local_tmp_dir_rel_path = "tmp": the default',
      'local_cache_dir_rel_path = "cache": the default',
      'venv_driver = "venv_uv": gconf/proto_kernel.json',
      'version_constraints_file_basename = "constraints.txt": the default',
      'project_descriptors = [{"build_root_dir_rel_path":"src/app","install_extras":[],"install_group":null}]: gconf/proto_kernel.json',
      "install_specs = []: the default",
    ]);
    expect(fs.readFileSync(box.path(".gitignore"), "utf8")).toBe("/venv/\n/lconf\n/venv\n/.prime/\n");
    expect(fs.readFileSync(box.launcher).equals(fs.readFileSync(LAUNCHER))).toBe(true);
    expect(fs.readFileSync(box.path("gconf/proto_kernel.json"), "utf8")).toBe(before);
    expect(["prime.toml", "lconf", "venv", ".prime"].filter((name) => fs.existsSync(box.path(name)))).toEqual([]);
  });

  it("writes the same as prime.toml when asked, which makes the same environment", async () => {
    const box = bareRepo(
      {},
      {
        client: {
          project_descriptors: [
            { build_root_dir_rel_path: "./src/app/", install_extras: ["more"], install_group: "one" },
          ],
          install_specs: [{ one: { extra_command_args: ["--no-cache"] } }],
          local_log_dir_rel_path: "var/log",
        },
      },
    );
    box.file(
      "src/app/pyproject.toml",
      `${fs.readFileSync(box.path("src/app/pyproject.toml"), "utf8").replace("[build-system]", '[project.optional-dependencies]\nmore = ["iniconfig"]\n\n[build-system]')}`,
    );
    box.file("dst/default_env/constraints.txt", "iniconfig==2.0.0\nsix==1.16.0\n");
    const dry = await init(box, "--to-toml", "--dry-run");
    expect([dry.code, fs.existsSync(box.path("prime.toml"))]).toEqual([0, false]);
    const { code, stderr } = await init(box, "--to-toml");
    expect(code, stderr).toBe(0);
    for (const name of ["local_conf_symlink_rel_path", "local_log_dir_rel_path", "the arguments of one, --no-cache"]) {
      expect(stderr).toContain(name);
      expect(dry.stdout).toContain(name);
      expect(fs.readFileSync(box.path("prime.toml"), "utf8")).toContain(name);
    }
    expect(fs.readFileSync(box.path("prime-requirements.txt"), "utf8")).toBe(
      "--constraint dst/default_env/constraints.txt\n-e ./src/app[more]\n",
    );
    await good(box);
    expect(packagesOf(box.path("venv"))).toMatchObject({ app: "0.1", iniconfig: "2.0.0", six: "1.16.0" });
    expect(fs.existsSync(box.path("lconf"))).toBe(false);
    expect((await good(box, ["status"])).stdout).toContain("prime.toml");
    const again = await init(box, "--to-toml");
    expect([again.code, again.stderr]).toEqual([125, expect.stringContaining("prime.toml")]);
  });

  it("refuses what it can't take over, and writes nothing then", async () => {
    const box = bareRepo();
    const elsewhere = path.join(box.base, "elsewhere");
    fs.mkdirSync(elsewhere);
    expect(await init(box, elsewhere)).toMatchObject({
      code: 125,
      stderr: expect.stringContaining("could not take over"),
    });
    expect(fs.readdirSync(elsewhere)).toEqual([]);
    box.file("prime", "#!/usr/bin/env python3\nproto_kernel.boot_env('a:b')\n");
    expect((await init(box)).stderr).toContain("--force");
    expect(fs.existsSync(box.path(".gitattributes"))).toBe(false);
    box.file("gconf/proto_kernel.json", "{");
    expect(await init(box, "--force")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("gconf/proto_kernel.json"),
    });
    for (const args of [["--to-toml"], ["--from", "other"], ["--from", "protoprimer", "--script", "x.py"]]) {
      expect((await box.run(["init", ...args], { launcher: LAUNCHER })).code).toBe(2);
    }
  });

  it("without --from leaves such a repo without an example of a prime.toml, which would count before", async () => {
    const box = bareRepo();
    const { code } = await box.run(["init", "."], { launcher: LAUNCHER });
    expect([code, fs.existsSync(box.path("prime.toml"))]).toEqual([0, false]);
  });
});
