import * as fs from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { protoprimer, protoRepo } from "../../support/checkouts/protoprimer.ts";
import { good, isWarm, packageFiles, packagesOf } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";

const SMALL = packageFiles("src/app", "app", 'dependencies = ["six"]');
const CONSTRAINTS = "dst/default_env/constraints.txt";

describe("protoprimer's commands", () => {
  let box: Sandbox;

  beforeAll(async () => {
    box = protoRepo({}, { client: { project_descriptors: [] } });
    await good(box, ["boot"]);
  }, 600_000);

  it.each([
    [["-c", "exit 42"]],
    [["--command", "exit 42"]],
    [["--command=exit 42"]],
    [["-cexit 42"]],
    [["boot", "-c", "exit 42"]],
    [["-q", "boot", "--command=exit 42"]],
    [["-v", "-e", "dst/default_env", "-c", "exit 42"]],
    [["boot", "-e", "dst/default_env", "-c", "exit 42"]],
    [["-c", "exit 42", "-e", "dst/default_env"]],
    [["-c", "exit $((42 + $#))", "-q", "-e=dst/default_env"]],
    [["-c=exit 42"]],
  ])("run a string with its own status: %j", async (words) => {
    expect((await box.run(words)).code).toBe(42);
  });

  it("take the env behind the string, also where the start would be warm", async () => {
    fs.mkdirSync(box.path("dst/other_env"), { recursive: true });
    expect(await isWarm(box)).toBe(true);
    for (const words of [
      ["-c", "true", "-e", "dst/other_env"],
      ["-c", "true", "--env=dst/gone"],
    ]) {
      expect([words, (await box.run(words)).code]).toEqual([words, 1]);
      expect([words, (await protoprimer(box, words)).code]).toEqual([words, 1]);
    }
  });

  it("run it in any shell, without anything of protoprimer's", async () => {
    const env = { SHELL: "/bin/sh", PROTOPRIMER_PY_EXEC: "stride_py_venv", PROTOPRIMER_START_ID: "1" };
    const line = 'echo "$VIRTUAL_ENV"; env | grep -c PROTOPRIMER_; exit 42';
    const { code, stdout } = await box.run(["-c", line], { env });
    expect([code, stdout]).toEqual([42, `${fs.realpathSync(box.path("venv"))}\n0\n`]);
    expect(await isWarm(box)).toBe(true);
  });

  it.each([[["bogus"]], [["--bogus"]], [["reboot", "more"]], [["boot", "-x"]], [["-c"]], [["-c", "true", "more"]]])(
    "end with 2 for wrong usage, as protoprimer's do: %j",
    async (words) => {
      expect((await box.run(words)).code).toBe(2);
      if (words.length !== 2) expect((await protoprimer(box, words)).code).toBe(2);
    },
  );

  it("are told apart from flags of prime's that choose what is installed", async () => {
    const { code, stderr } = await box.run(["--group", "dev", "run", "true"]);
    expect(code).toBe(2);
    expect(stderr).toContain("protoprimer's configuration says what is installed here");
  });

  it("are as quiet and as talkative as they are asked to be, before and behind", async () => {
    for (const words of [
      ["-q", "eval"],
      ["eval", "-q"],
      ["boot", "-q"],
    ]) {
      expect([words, (await good(box, words)).stderr.replace(/^prime: warning: .*\n/m, "")]).toEqual([words, ""]);
    }
    expect((await good(box, ["boot", "-v"])).stderr).toContain("stage node");
  });
});

describe("reboot", () => {
  it("makes the constraints anew and keeps the old environment; a failing one changes nothing", async () => {
    const box = protoRepo(SMALL);
    box.file(CONSTRAINTS, "six==1.16.0\n");
    await good(box);
    const first = fs.realpathSync(box.path("venv"));
    const pins = fs.readFileSync(box.path(CONSTRAINTS), "utf8");

    const offline = { env: { UV_DEFAULT_INDEX: "http://127.0.0.1:9/simple", UV_CACHE_DIR: box.path("../cold") } };
    expect((await box.run(["reboot"], offline)).code).toBe(1);
    expect(fs.realpathSync(box.path("venv"))).toBe(first);
    expect(fs.readFileSync(box.path(CONSTRAINTS), "utf8")).toBe(pins);
    expect(await isWarm(box)).toBe(true);

    await good(box, ["reboot"]);
    expect(fs.realpathSync(box.path("venv"))).not.toBe(first);
    expect(packagesOf(first)).toMatchObject({ six: "1.16.0" });
    expect(packagesOf(box.path("venv")).six).not.toBe("1.16.0");
    expect(fs.readFileSync(box.path(CONSTRAINTS), "utf8")).not.toContain("six==1.16.0");
    expect(await isWarm(box)).toBe(true);
    await good(box, ["rollback"]);
    expect(fs.realpathSync(box.path("venv"))).toBe(first);
  });
});
