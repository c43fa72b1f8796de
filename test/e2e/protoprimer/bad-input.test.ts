import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { KERNEL, protoRepo } from "../../support/checkouts/protoprimer.ts";
import { failure } from "../../support/failures.ts";
import { good } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";

const CLIENT = "gconf/proto_kernel.json";
const PRIMER = "cmd/proto_code/proto_kernel.json";
const ENV = "dst/default_env/proto_kernel.json";

/** One wrong value: the file that it stands in, its text, and what is said of it, in which `%` is the root. */
type Case = readonly [what: string, file: string, text: string, id: string, said: string];

const descriptors = (value: string) => `{"required_python_version": "3.12", "project_descriptors": ${value}}`;
const specs = (value: string) => `{"required_python_version": "3.12", "install_specs": ${value}}`;

const venv = (value: string) =>
  `{"default_env_dir_rel_path": "dst/default_env", "local_conf_symlink_rel_path": "lconf", ${value}}`;

const REFUSED: readonly Case[] = [
  ["a torn file", CLIENT, '{"venv_driver":\n', "config-torn", "could not read %/gconf/proto_kernel.json"],
  ["an empty file", PRIMER, "", "config-torn", "could not read %/cmd/proto_code/proto_kernel.json as JSON"],
  [
    "a list for a file",
    ENV,
    "[1]",
    "config-value",
    "%/dst/default_env/proto_kernel.json: it must hold one object in braces, found [1]",
  ],
  [
    "a list for a text",
    CLIENT,
    '{\n"venv_driver": ["venv_uv"]}',
    "config-value",
    '%/gconf/proto_kernel.json:2: `venv_driver` must be "venv_uv" or "venv_pip", found ["venv_uv"]',
  ],
  [
    "a number for a version",
    ENV,
    '{"required_python_version": 3.12}',
    "config-value",
    '`required_python_version` must be a version in quotes, e.g. "3.12", found the number 3.12',
  ],
  [
    "what is no version",
    ENV,
    '{"required_python_version": "new"}',
    "config-value",
    '`required_python_version` must be a version such as "3.12" or "3.12.1", found "new"',
  ],
  [
    "a ref root that is not there",
    PRIMER,
    '{"ref_root_dir_rel_path": "../../../gone"}',
    "config-value",
    "`ref_root_dir_rel_path` must be the path of a folder",
  ],
  [
    "an absolute default env",
    CLIENT,
    '{"default_env_dir_rel_path": "/etc"}',
    "config-value",
    "`default_env_dir_rel_path` in %/gconf/proto_kernel.json: it must be relative to the ref root",
  ],
  [
    "a default env outside",
    CLIENT,
    '{"default_env_dir_rel_path": ".."}',
    "env-outside",
    "must be below the ref root %",
  ],
  [
    "a default env that is not there",
    CLIENT,
    '{"default_env_dir_rel_path": "dst/gone"}',
    "env-missing",
    "it must name a folder of the repo, and %/dst/gone is none",
  ],
  [
    "an absolute link",
    CLIENT,
    '{"default_env_dir_rel_path": "dst/default_env", "local_conf_symlink_rel_path": "/etc/lconf"}',
    "config-value",
    "`local_conf_symlink_rel_path` in %/gconf/proto_kernel.json: it must be the name of a link in the ref root",
  ],
  [
    "constraints elsewhere",
    ENV,
    '{"version_constraints_file_basename": "../pins.txt"}',
    "config-value",
    "`version_constraints_file_basename` must be a name without `/`",
  ],
  [
    "constraints that are no file's name",
    ENV,
    '{"version_constraints_file_basename": ".."}',
    "config-value",
    '`version_constraints_file_basename` in %/dst/default_env/proto_kernel.json: it must be the name of a file, found ".."',
  ],
  [
    "constraints that would be the configuration",
    ENV,
    '{"version_constraints_file_basename": "proto_kernel.json"}',
    "config-value",
    "is the name of the configuration's own files",
  ],
  [
    "a link that is the root",
    CLIENT,
    '{"default_env_dir_rel_path": "dst/default_env", "local_conf_symlink_rel_path": "."}',
    "config-value",
    "it must be the name of a link in the ref root itself",
  ],
  [
    "an environment in the place of the link",
    CLIENT,
    venv('"local_venv_dir_rel_path": "./lconf"'),
    "config-value",
    "`local_venv_dir_rel_path` in %/gconf/proto_kernel.json: %/lconf is the link that `local_conf_symlink_rel_path` names",
  ],
  [
    "an environment below a file",
    CLIENT,
    venv('"local_venv_dir_rel_path": "src/app/pyproject.toml/venv"'),
    "config-value",
    "`local_venv_dir_rel_path` in %/gconf/proto_kernel.json: it must be the path of a folder, and %/src/app/pyproject.toml is none",
  ],
  ...["local_log_dir_rel_path", "local_tmp_dir_rel_path", "local_cache_dir_rel_path"].map(
    (key): Case => [
      `a file for the folder ${key}`,
      ENV,
      `{"${key}": "gconf/proto_kernel.json"}`,
      "config-value",
      `\`${key}\` in %/dst/default_env/proto_kernel.json: it must be the path of a folder, and %/gconf/proto_kernel.json is none`,
    ],
  ),
  [
    "a selector that is not there",
    ENV,
    '{"python_selector_file_rel_path": "tools/gone.py"}',
    "selector-missing",
    "could not run the python selector %/tools/gone.py: it does not exist",
  ],
  [
    "a descriptor without a folder",
    CLIENT,
    descriptors('[{"install_extras": []}]'),
    "config-value",
    "`project_descriptors[0]` must be an object with `build_root_dir_rel_path`, but `build_root_dir_rel_path` is missing",
  ],
  [
    "extras that are no list",
    CLIENT,
    descriptors('[{"build_root_dir_rel_path": ".", "install_extras": "test"}]'),
    "config-value",
    '`project_descriptors[0].install_extras` must be a list of names, e.g. ["test"], found "test"',
  ],
  [
    "a folder that is not there",
    CLIENT,
    descriptors('[{"build_root_dir_rel_path": "src/gone"}]'),
    "descriptor",
    "`project_descriptors[0].build_root_dir_rel_path` in %/gconf/proto_kernel.json: it must be the folder of a project, and %/src/gone does not exist",
  ],
  [
    "a folder that is no project",
    CLIENT,
    descriptors('[{"build_root_dir_rel_path": "dst"}]'),
    "descriptor",
    "%/dst holds neither a pyproject.toml nor a setup.py",
  ],
  [
    "no project in the root",
    CLIENT,
    '{"required_python_version": "3.12"}',
    "descriptor",
    "in the default: it must be the folder of a project",
  ],
  [
    "a spec of two groups",
    CLIENT,
    specs('[{"a": {}, "b": {}}]'),
    "config-value",
    "`install_specs[0]` must be an object with one key",
  ],
  [
    "a spec that is no object",
    CLIENT,
    specs('[{"a": []}]'),
    "config-value",
    '`install_specs[0].a` must be an object such as {"extra_command_args": []}',
  ],
  [
    "an argument that is no text",
    CLIENT,
    specs('[{"a": {"extra_command_args": [1]}}]'),
    "config-value",
    "`install_specs[0].a.extra_command_args[0]` must be an argument in quotes",
  ],
  [
    "no version at all",
    CLIENT,
    "{}",
    "required-python-missing",
    "neither `required_python_version` in %/gconf/proto_kernel.json nor a .python-version from % upwards says it",
  ],
];

describe("what protoprimer's configuration must not say", () => {
  let box: Sandbox;
  let protoClient: string;

  beforeAll(() => {
    box = protoRepo();
    protoClient = fs.readFileSync(box.path(CLIENT), "utf8");
  });

  it.each(REFUSED)("%s", async (_, file, text, id, said) => {
    const before = fs.existsSync(box.path(file)) ? fs.readFileSync(box.path(file), "utf8") : undefined;
    box.file(file, text);
    try {
      const stderr = failure(await box.run(["run", "true"]), id, 1);
      expect(stderr).toContain(said.replaceAll("%", box.root));
    } finally {
      if (before === undefined) fs.rmSync(box.path(file));
      else box.file(file, before);
      for (const name of ["lconf", ".prime", "log"]) fs.rmSync(box.path(name), { recursive: true, force: true });
    }
  });

  it("no version that can be told, with all that was passed over on the way", async () => {
    box.file(CLIENT, "{}");
    box.file(".python-version", "3.13-dev\n");
    const said = failure(await box.run([]), "required-python-missing", 1);
    expect(said).toContain(`${box.path(".python-version")} says \`3.13-dev\`, which is no version of Python`);
    fs.rmSync(box.path(CLIENT));
    expect(failure(await box.run([]), "required-python-missing", 1)).toContain(`${box.path(CLIENT)} does not exist`);
    fs.rmSync(box.path(".python-version"));
    box.file(CLIENT, protoClient);
  });

  it.each([".", "/etc/hostname"])("a variable that names no file beside the kernel: %s", async (name) => {
    const said = failure(await box.run([], { env: { PROTOPRIMER_CONF_BASENAME: name } }), "config-value", 1);
    expect(said).toContain("could not use PROTOPRIMER_CONF_BASENAME in the environment");
    expect(said).toContain(`found "${name}"`);
  });

  it("kernels in two places, with what to do", async () => {
    box.file("proto_kernel.json", "{}");
    const stderr = failure(await box.run([]), "kernel-ambiguous", 1);
    expect(stderr).toContain(`there is one in ${box.root} and one in ${path.dirname(box.path(KERNEL))}`);
    expect(stderr).toContain("proto_code_dir_rel_path");
    fs.rmSync(box.path("proto_kernel.json"));
  });

  it("a kernel's folder that is not there", async () => {
    box.file("prime.toml", 'proto_code_dir_rel_path = "gone"\n');
    expect(failure(await box.run([]), "config-value", 1)).toContain(`${box.path("gone")} is none`);
    fs.rmSync(box.path("prime.toml"));
  });
});

describe("what protoprimer goes on with", () => {
  it("is said, and prime goes on as well", async () => {
    const box = protoRepo(
      {},
      {
        client: {
          project_descriptors: [{ build_root_dir_rel_path: "src/app", install_extras: ["tset"], install_group: "one" }],
          install_specs: [{ one: {} }, { one: { extra_command_args: ["--pre"] } }, { two: {} }],
        },
      },
    );
    const pyproject = fs.readFileSync(box.path("src/app/pyproject.toml"), "utf8");
    box.file("src/app/pyproject.toml", `${pyproject}\n[project.optional-dependencies]\ntest = []\n`);
    const { stderr } = await good(box, ["status"]);
    const where = box.path(CLIENT);
    expect(stderr).toContain(`\`install_specs\` in ${where} names the group one twice: the last one counts`);
    expect(stderr).toContain(`\`install_specs\` in ${where} names the group two, which no project is in`);
    expect(stderr).toContain(`\`project_descriptors[0].install_extras\` in ${where} names the extra tset, and`);
    expect(stderr).toContain("did you mean `test`?");
  });

  it("is a missing client file, with its defaults", async () => {
    const box = protoRepo({ ".python-version": "3.12\n" });
    fs.rmSync(box.path(CLIENT));
    const { stderr, stdout } = await good(box, ["eval"]);
    expect(stderr).toContain(`${box.path(CLIENT)} does not exist: its fields have their defaults`);
    expect(stdout).toContain('"leap_client": {}');
  });
});
