import * as fs from "node:fs";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  entryScript,
  KERNEL,
  PROTOPRIMER,
  protoprimer,
  protoRepo,
  shownBy,
} from "../../support/checkouts/protoprimer.ts";
import { folderOf } from "../../support/failures.ts";
import { edit, good, packagesOf } from "../../support/repos.ts";
import type { RunOptions, Sandbox } from "../../support/sandbox.ts";
import { MACHINE_SHELLS, pathWithoutNode, whereIs } from "../../support/warm.ts";

/** Prints its own variables of protoprimer's, and where it would import from first. */
const PLAIN = `import json, os, sys
print(json.dumps({"argv": sys.argv, "path": sys.path[0], "set": [name for name in os.environ if "PROTOPRIMER" in name]}))
`;

/** A start that must be warm: there is no Node to be found. */
async function warm(box: Sandbox, args: readonly string[], options: RunOptions = {}) {
  const ended = await box.run(args, { ...options, env: { ...options.env, PATH: pathWithoutNode(box) } });
  expect(ended.stderr).toBe("");
  return ended;
}

describe("the entry scripts of a repo", () => {
  let box: Sandbox;

  beforeAll(async () => {
    box = protoRepo({ "tools/plain.py": PLAIN });
    await good(box); // learns what is in cmd
    await good(box, ["tools/plain.py"]);
  }, 600_000);

  it("start warm in each shell, by the function that each calls, with their arguments and status", async () => {
    const prefix = fs.realpathSync(shownBy(await warm(box, ["cmd/start_app"])).prefix);
    const ids = new Set<string>();
    for (const [name, shell] of MACHINE_SHELLS) {
      const started = await warm(box, ["cmd/start_app", "7", "-e", "a  b\n", ""], { shell });
      expect([name, started.code, shownBy(started)]).toEqual([
        name,
        7,
        {
          argv: ["cmd/start_app", "7", "-e", "a  b\n", ""],
          isolated: 1,
          prefix,
          kernel: box.path(KERNEL),
          variables: {},
        },
      ]);
      const booted = shownBy(await warm(box, ["cmd/boot_app", "-q"], { shell }));
      const { PROTOPRIMER_START_ID: id, ...variables } = booted.variables;
      expect([name, booted.argv, booted.isolated, booted.kernel, variables]).toEqual([
        name,
        ["cmd/boot_app", "-q"],
        1,
        null,
        {
          PROTOPRIMER_MAIN_FUNC: "app.show:main",
          PROTOPRIMER_PROTO_CODE: box.path(KERNEL),
          PROTOPRIMER_PY_EXEC: "stride_src_updated",
        },
      ]);
      expect(id).toMatch(/^[\w.-]{10,}$/);
      ids.add(id as string);
    }
    expect(ids.size).toBe(MACHINE_SHELLS.length);
  });

  it("are known by any way that leads to them", async () => {
    const cwd = box.path("cmd");
    expect(shownBy(await warm(box, ["../cmd/./start_app"], { cwd })).argv).toEqual(["../cmd/./start_app"]);
    expect(shownBy(await warm(box, [box.path("cmd/start_app")], { cwd: "/" })).isolated).toBe(1);
  });

  it("leave other scripts without anything of protoprimer's, whatever was set", async () => {
    const env = { PROTOPRIMER_PY_EXEC: "stride_src_updated", PROTOPRIMER_START_ID: "x", PROTOPRIMER_MAIN_FUNC: "a:b" };
    const { stdout } = await warm(box, ["tools/plain.py", "7"], { env });
    expect(JSON.parse(stdout)).toEqual({ argv: ["tools/plain.py", "7"], path: box.path("tools"), set: [] });
    const level = { PROTOPRIMER_STDERR_LOG_LEVEL: "ERROR" };
    expect(JSON.parse((await warm(box, ["tools/plain.py"], { env: level })).stdout).set).toEqual([]);
    expect(shownBy(await warm(box, ["cmd/boot_app"], { env: level })).variables).toMatchObject(level);
    expect(shownBy(await good(box, ["-v", "cmd/boot_app"], { env: level })).variables).toMatchObject(level);
  });

  it("have done for them what protoprimer does before the environment is there", async () => {
    const documents = await good(box, ["cmd/boot_app", "-q", "eval"]);
    expect(documents.stdout).toBe((await good(box, ["eval"])).stdout);
    expect(documents.stdout).toContain("leap_derived");
    const before = shownBy(await warm(box, ["cmd/boot_app"]));
    const anew = shownBy(await good(box, ["cmd/boot_app", "reboot"]));
    expect(anew.argv).toEqual(["cmd/boot_app", "reboot"]);
    expect(anew.prefix).not.toBe(before.prefix);
    expect(shownBy(await good(box, ["cmd/boot_app", "--env", "./dst/default_env/"])).prefix).toBe(anew.prefix);
    for (const words of [["-edst/special_env"], ["-qe", "dst/special_env"], ["eval", "-qve=dst/special_env"]]) {
      const other = await box.run(["cmd/boot_app", ...words]);
      expect([words, other.code, other.stdout]).toEqual([words, 1, ""]);
      for (const name of ["dst/default_env", "dst/special_env"]) expect(other.stderr).toContain(name);
    }
    // These are the words of a start script's own.
    expect(shownBy(await warm(box, ["cmd/start_app", "0", "eval", "--env", "x"])).argv).toHaveLength(5);
  });

  it("start in an image without Node, once it is sealed", async ({ skip }) => {
    if (process.getuid?.() !== 0) skip("root alone can seal");
    const sealed = "/var/lib/prime/at";
    if (fs.existsSync("/var/lib/prime") && fs.statSync("/var/lib/prime").uid !== 0)
      skip("/var/lib/prime is not root's");
    onTestFinished(() => fs.rmSync(sealed + box.base, { recursive: true, force: true }));
    await good(box, ["seal"]);
    const programs = Object.fromEntries(["sh", "sha256sum", "ls"].map((name) => [name, whereIs(name)]));
    const env = { HOME: "/nonexistent", PATH: folderOf(box, "image", programs), PYTHONDONTWRITEBYTECODE: "1" };
    const started = await box.run(["cmd/start_app", "7"], { env });
    expect([started.stderr, started.code, shownBy(started).isolated]).toEqual(["", 7, 1]);
    const { variables } = shownBy(await good(box, ["cmd/boot_app"], { env }));
    expect(variables.PROTOPRIMER_PY_EXEC).toBe("stride_src_updated");
    expect(JSON.parse((await good(box, ["tools/plain.py"], { env })).stdout).set).toEqual([]);
  });

  it("are looked at again after an edit, alone", async () => {
    const isolated = async () => shownBy(await good(box, ["cmd/changed"])).isolated;
    box.file("cmd/changed", entryScript('proto_kernel.start_app("app.show:main")'));
    expect(await isolated()).toBe(1);
    expect(shownBy(await warm(box, ["cmd/changed"])).variables).toEqual({});
    edit(box, "cmd/changed", entryScript('proto_kernel.boot_env("app.show:main")'));
    const { stderr } = await box.run(["cmd/changed"], { env: { PATH: pathWithoutNode(box) } });
    expect(stderr).toContain("no Node");
    expect(shownBy(await warm(box, ["cmd/start_app"])).variables).toEqual({});
    expect(await isolated()).toBe(1);
    const { variables } = shownBy(await warm(box, ["cmd/changed"]));
    expect(variables.PROTOPRIMER_PY_EXEC).toBe("stride_src_updated");
    edit(box, "cmd/changed", 'print("""{"isolated": 0}""")\n');
    expect(await isolated()).toBe(0);
    expect((await warm(box, ["cmd/changed"])).stdout).toContain("0");
  });
});

it("protoprimer itself starts the same scripts in the same way, and goes on to beside prime", async () => {
  const box = protoRepo();
  const booted = await protoprimer(box);
  expect(booted, booted.stderr).toMatchObject({ code: 0 });
  expect(fs.readlinkSync(box.path("lconf"))).toBe("dst/default_env");
  const packages = packagesOf(box.path("venv"));
  expect(packages).toMatchObject({ app: "0.1", protoprimer: PROTOPRIMER });
  const constraints = fs.readFileSync(box.path("lconf/constraints.txt"), "utf8");

  const asBefore = async () => {
    const script = box.path("cmd/start_app");
    const started = await protoprimer(box, ["7", "-e", "a  b\n", ""], { script });
    expect([started.code, shownBy(started)]).toEqual([
      7,
      {
        argv: [script, "7", "-e", "a  b\n", ""],
        isolated: 1,
        prefix: box.path("venv"),
        kernel: box.path(KERNEL),
        variables: {},
      },
    ]);
    const again = shownBy(await protoprimer(box, ["-q"], { script: "cmd/boot_app" }));
    expect(again).toMatchObject({ argv: [box.path("cmd/boot_app"), "-q"], isolated: 1, kernel: null });
    expect(again.variables).toEqual({
      PROTOPRIMER_MAIN_FUNC: "app.show:main",
      PROTOPRIMER_PROTO_CODE: box.path(KERNEL),
      PROTOPRIMER_PY_EXEC: "stride_src_updated",
      PROTOPRIMER_START_ID: expect.stringMatching(/^\d{8}T\d{6}Z\.\d+$/),
    });
  };
  await asBefore();

  await good(box);
  expect(packagesOf(box.path("venv"))).toEqual(packages);
  expect(fs.readFileSync(box.path("lconf/constraints.txt"), "utf8")).toBe(constraints);
  const generation = fs.readlinkSync(box.path("venv"));
  await asBefore();

  expect((await good(box)).stderr).toMatch(/^prime: ready: repo, [^\n]* 4 packages\n$/);
  expect(fs.readlinkSync(box.path("venv"))).toBe(generation);
  expect(packagesOf(box.path("venv"))).toEqual(packages);
  expect(shownBy(await good(box, ["cmd/boot_app"])).isolated).toBe(1);
});
