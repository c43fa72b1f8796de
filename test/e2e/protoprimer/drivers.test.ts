import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { protoRepo } from "../../support/checkouts/protoprimer.ts";
import { goodPython } from "../../support/machine.ts";
import { good, isWarm } from "../../support/repos.ts";
import { python } from "../../support/sandbox.ts";
import { withoutNode } from "../../support/system/no-node.ts";

/** Who made a venv: uv says so in pyvenv.cfg. */
const isOfUv = (folder: string) => /^uv = /m.test(fs.readFileSync(path.join(folder, "pyvenv.cfg"), "utf8"));
const NO_PROJECTS = { project_descriptors: [] };

describe("the driver of the environment", () => {
  it("is pip where the selected python is too old for uv, and that is said", async () => {
    const client = { venv_driver: "venv_uv", required_python_version: "3.7" };
    const { stdout, stderr } = await good(protoRepo({}, { python: python("3.7"), client }), ["eval"]);
    expect(stderr).toContain("uv needs a selected python of 3.8 or newer");
    expect(stdout).toContain('"state_venv_driver_inited": "venv_pip"');
  });

  it("makes an environment of Python 3.6 as well, by pip", async () => {
    const setup =
      'from setuptools import setup\nsetup(name="old", version="1", py_modules=["old"], install_requires=["six"])\n';
    const box = protoRepo(
      { "src/app/setup.py": setup, "src/app/old.py": "" },
      { python: python("3.6"), client: { venv_driver: "venv_uv", required_python_version: "3.6" } },
    );
    fs.rmSync(box.path("src/app/pyproject.toml"));
    const { stdout, stderr } = await good(box, ["run", "python", "-c", "import old, sys; print(sys.version_info[:2])"]);
    expect(stdout).toBe("(3, 6)\n");
    expect(stderr).toContain("uv needs a selected python of 3.8 or newer");
    expect(fs.readFileSync(box.path("dst/default_env/constraints.txt"), "utf8")).toMatch(/^six==\S+\n$/);
    expect(await isWarm(box)).toBe(true);
  });

  it("is what PROTOPRIMER_VENV_DRIVER says before all else, and means another environment", async () => {
    const box = protoRepo({}, { client: { ...NO_PROJECTS, venv_driver: "venv_uv" } });
    const env = { PROTOPRIMER_VENV_DRIVER: "venv_pip" };
    await good(box, [], { env });
    expect(isOfUv(box.path("venv"))).toBe(false);
    const first = fs.realpathSync(box.path("venv"));
    const warm = await box.run(["run", "true"], { env: { ...env, PATH: `${withoutNode(box)}:/usr/bin:/bin` } });
    expect(warm.code).toBe(0);
    await good(box);
    expect(isOfUv(box.path("venv"))).toBe(true);
    expect(fs.existsSync(first)).toBe(true);
    const wrong = await box.run([], { env: { PROTOPRIMER_VENV_DRIVER: "venv_conda" } });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('PROTOPRIMER_VENV_DRIVER in the environment: it must be "venv_uv" or "venv_pip"');
  });

  it("is refused as pip when the selected python is not the required one", async () => {
    const box = protoRepo({}, { client: { ...NO_PROJECTS, venv_driver: "venv_pip", required_python_version: "3.99" } });
    const { code, stderr } = await box.run([]);
    expect(code).toBe(1);
    expect(stderr).toContain("Python 3.99 is required, and the selected python");
    expect(fs.existsSync(box.path("venv"))).toBe(false);
  });

  it("sees nothing of a foreign environment or of PYTHONPATH", async () => {
    const box = protoRepo({}, { client: NO_PROJECTS });
    const foreign = path.join(box.base, "foreign");
    execFileSync(goodPython(), ["-m", "venv", "--without-pip", foreign], { env: {} });
    const broken = path.join(box.base, "broken");
    fs.mkdirSync(broken);
    fs.writeFileSync(path.join(broken, "json.py"), "raise SystemExit(9)\n");
    const env = {
      VIRTUAL_ENV: foreign,
      PATH: `${foreign}/bin:${box.env.PATH}`,
      PYTHONPATH: broken,
      PYTHONHOME: "/nowhere",
    };
    await good(box, [], { env });
    expect(fs.readFileSync(box.path("venv/pyvenv.cfg"), "utf8")).not.toContain(foreign);
    const code = "import os, sys; print(sys.prefix, os.environ['VIRTUAL_ENV'], os.environ['PATH'])";
    const { stdout } = await good(box, ["run", "python", "-I", "-c", code], { env });
    expect(stdout).toContain(fs.realpathSync(box.path("venv")));
    expect(stdout).not.toContain(foreign);
  });
});

describe("a changed required version", () => {
  it("means another environment, where protoprimer keeps the old one", async ({ skip }) => {
    const [one, other] = [python("3.12"), goodPython()];
    skip(one === other, "this machine has no newer Python than 3.12");
    const box = protoRepo({}, { python: one, client: { ...NO_PROJECTS, required_python_version: "3.12" } });
    await good(box);
    const first = fs.realpathSync(box.path("venv"));
    box.file("dst/default_env/proto_kernel.json", JSON.stringify({ required_python_version: versionOf(other) }));
    const env = { PATH: `${path.dirname(other)}:${box.env.PATH}` };
    const { stdout } = await good(box, ["run", "python", "-c", "import platform; print(platform.python_version())"], {
      env,
    });
    expect(stdout.trim()).toBe(versionOf(other));
    expect(fs.existsSync(first)).toBe(true);
  });
});

function versionOf(file: string): string {
  return execFileSync(file, ["-c", "import platform; print(platform.python_version())"], { encoding: "utf8" }).trim();
}
