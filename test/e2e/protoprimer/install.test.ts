import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { protoprimer, protoRepo, shownBy } from "../../support/checkouts/protoprimer.ts";
import { backdate, edit, good, hashes, isWarm, packageFiles, packagesOf } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { withoutNode } from "../../support/system/no-node.ts";

const CONSTRAINTS = "dst/default_env/constraints.txt";
const constraints = (box: Sandbox) => fs.readFileSync(box.path(CONSTRAINTS), "utf8");
const shownIn = (box: Sandbox) => fs.realpathSync(box.path("venv"));

/** The commands of the last build, each without the program and its first argument. */
function installs(box: Sandbox): string[] {
  const logs = fs.readdirSync(box.path("log")).filter((name) => /^\d{4}-.*Z-\d+\.log$/.test(name));
  const text = logs.map((name) => fs.readFileSync(box.path("log", name), "utf8")).join("");
  const lines = [...text.matchAll(/^\$ \S+ pip install --python \S+ (.*)$/gm)];
  return lines.map(([, rest = ""]) => rest.replaceAll(`${box.root}/`, ""));
}

/** One project that costs little, in the group that `project_descriptors` has by default. */
const SMALL = packageFiles("src/app", "app", 'dependencies = ["six"]');

describe("what protoprimer's configuration installs", () => {
  it("is what protoprimer installs, on a fresh clone: link, venv, constraints", async () => {
    const [ours, theirs] = [protoRepo(SMALL), protoRepo(SMALL)];
    await good(ours);
    expect((await protoprimer(theirs)).code).toBe(0);
    expect(fs.readlinkSync(ours.path("lconf"))).toBe("dst/default_env");
    expect(constraints(ours)).toBe(constraints(theirs));
    expect(packagesOf(ours.path("venv"))).toEqual(packagesOf(theirs.path("venv")));
    expect(await isWarm(ours)).toBe(true);
    const before = hashes(ours);
    fs.rmSync(ours.path(".prime"), { recursive: true });
    await good(ours);
    expect(hashes(ours)[CONSTRAINTS]).toBe(before[CONSTRAINTS]);
  });

  it("comes group after group, in the order of install_specs, with extras and arguments", async () => {
    const box = protoRepo(
      {
        ...packageFiles("src/one", "one", '[project.optional-dependencies]\nmore = ["iniconfig"]\nless = []'),
        ...packageFiles("src/two", "two"),
        ...packageFiles("src/it's here", "three"),
        ...SMALL,
      },
      {
        client: {
          project_descriptors: [
            { build_root_dir_rel_path: "src/app" },
            { build_root_dir_rel_path: "src/one", install_extras: ["more", "less"], install_group: "first" },
            { build_root_dir_rel_path: "./src/two", install_group: "second" },
            { build_root_dir_rel_path: "src/it's here", install_group: "first" },
          ],
          install_specs: [{ second: { extra_command_args: ["--no-compile", "--no-deps"] } }, { first: {} }],
        },
      },
    );
    box.file(CONSTRAINTS, "iniconfig==2.0.0\n");
    await good(box);
    const by = `--constraint ${CONSTRAINTS}`;
    expect(installs(box)).toEqual([
      `${by} --no-compile --no-deps --editable src/two`,
      `${by} --editable 'src/one[more,less]' --editable 'src/it'\\''s here'`,
      `${by} --editable src/app`,
    ]);
    const packages = packagesOf(box.path("venv"));
    expect(packages).toMatchObject({ app: "0.1", one: "0.1", two: "0.1", three: "0.1", iniconfig: "2.0.0" });
    expect(constraints(box)).toContain("iniconfig==2.0.0\n");
    const { stdout } = await good(box, ["run", "python", "-c", "import three; print(three.__file__)"]);
    expect(stdout.trim()).toBe(box.path("src/it's here/src/three/__init__.py"));
  });

  it("leaves the constraints alone when an install fails, and what worked before works", async () => {
    const box = protoRepo(SMALL);
    box.file(CONSTRAINTS, "six==1.16.0\n");
    await good(box);
    const [first, pins] = [shownIn(box), constraints(box)];
    expect(pins).toContain("six==1.16.0\n");
    edit(box, "src/app/pyproject.toml", (SMALL["src/app/pyproject.toml"] as string).replace('"six"', '"six>=1.17"'));
    const { code, stderr } = await box.run([]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/six==1\.16\.0/);
    expect(stderr).toContain(`pinned in ${box.path(CONSTRAINTS)}`);
    expect([shownIn(box), constraints(box)]).toEqual([first, pins]);
    edit(box, "src/app/pyproject.toml", SMALL["src/app/pyproject.toml"] as string);
    expect((await good(box, ["run", "python", "-c", "import six; print(six.__version__)"])).stdout).toBe("1.16.0\n");
  });

  it("pins nothing where PRIME_LOCK says so", async () => {
    const box = protoRepo({}, { client: { project_descriptors: [] } });
    const checked = await box.run([], { env: { PRIME_LOCK: "check" } });
    expect([checked.code, checked.stderr]).toEqual([1, expect.stringContaining("id: lock-outdated")]);
    const env = { PRIME_LOCK: "frozen" };
    await good(box, [], { env });
    expect(fs.existsSync(box.path(CONSTRAINTS))).toBe(false);
    expect(
      (await box.run(["run", "true"], { env: { ...env, PATH: `${withoutNode(box)}:/usr/bin:/bin` } })).stderr,
    ).toBe("");
  });

  it("is the same for two starts at once, of which one builds", async () => {
    const box = protoRepo(SMALL);
    const ended = await Promise.all([box.run(["run", "python", "-c", "import app"]), box.run([])]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(fs.readdirSync(box.path(".prime/generations")).length).toBe(1);
    expect(fs.readdirSync(box.path("dst/default_env")).sort()).toEqual([".gitignore", "constraints.txt"]);
  });

  it("heals after a kill", async () => {
    const box = protoRepo(SMALL);
    const started = box.start([]);
    await started.until("install the projects");
    process.kill(-(started.child.pid as number), "SIGKILL");
    await started.ended;
    await good(box);
    expect(packagesOf(box.path("venv"))).toMatchObject({ app: "0.1" });
    const offline = { env: { UV_OFFLINE: "1", PIP_NO_INDEX: "1" } };
    expect((await good(box, ["run", "python", "-c", "import six"], offline)).code).toBe(0);
  });
});

describe("a venv that protoprimer made", () => {
  it("is moved aside, its scripts work in what prime made, and rollback gives it back", async () => {
    const box = protoRepo();
    expect((await protoprimer(box)).code).toBe(0);
    const cfg = fs.readFileSync(box.path("venv/pyvenv.cfg"), "utf8");
    const { stderr } = await good(box);
    expect(stderr).toContain(
      `${box.path("venv")} was a venv that prime did not make: it is kept as ${box.path("tmp")}/venv-`,
    );
    const environment = shownIn(box);
    const theirs = await protoprimer(box, [], { script: "cmd/start_app" });
    expect(fs.realpathSync(shownBy(theirs).prefix)).toBe(environment);
    expect((await protoprimer(box, [], { script: "cmd/boot_app" })).code).toBe(0);
    const sitePackages = `venv/lib/${fs.readdirSync(box.path("venv/lib"))[0]}/site-packages`;
    for (const written of ["dst/default_env/constraints.txt", sitePackages]) backdate(box, written);

    await good(box, ["rollback"]);
    expect(fs.lstatSync(box.path("venv")).isDirectory()).toBe(true);
    expect(fs.readFileSync(box.path("venv/pyvenv.cfg"), "utf8")).toBe(cfg);
    const where = ["run", "python", "-c", "import sys; print(sys.prefix)"];
    expect((await good(box, where)).stdout.trim()).toBe(environment);
    expect(await isWarm(box)).toBe(true);
    expect(fs.lstatSync(box.path("venv")).isDirectory()).toBe(true);
    expect((await box.run(["rollback"])).code).toBe(2);

    await good(box, ["rollback", "--cancel"]);
    expect(shownIn(box)).toBe(environment);
    expect(fs.readdirSync(box.path("tmp")).filter((name) => name.startsWith("venv-")).length).toBe(1);
  });

  it("can stand outside the repo", async () => {
    const box = protoRepo({}, { client: { project_descriptors: [] } });
    const venv = path.join(box.base, "elsewhere/venv");
    box.file("dst/default_env/proto_kernel.json", JSON.stringify({ local_venv_dir_rel_path: venv }));
    await good(box);
    expect(fs.realpathSync(venv)).toMatch(/\.prime\/generations\/[^/]+$/);
    expect(await isWarm(box)).toBe(true);
  });
});
