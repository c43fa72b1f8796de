import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { protoprimer, protoRepo } from "../../support/checkouts/protoprimer.ts";
import { good, isWarm } from "../../support/repos.ts";
import type { Ended, Sandbox } from "../../support/sandbox.ts";
import { withoutNode } from "../../support/system/no-node.ts";

/** Two envs that install nothing, so that what is tested costs little. */
function twoEnvs(): Sandbox {
  return protoRepo(
    {},
    {
      client: { project_descriptors: [] },
      envs: { special_env: { version_constraints_file_basename: "special.txt" } },
    },
  );
}

const link = (box: Sandbox) => (fs.existsSync(box.path("lconf")) ? fs.readlinkSync(box.path("lconf")) : undefined);
const shownIn = (box: Sandbox) => fs.realpathSync(box.path("venv"));

describe("the selected env", () => {
  it("is the default on a fresh clone, by a relative link, and stays warm", async () => {
    const box = twoEnvs();
    expect((await good(box)).stderr).toContain("is empty: nothing is installed");
    expect(link(box)).toBe("dst/default_env");
    expect(fs.existsSync(box.path("dst/default_env/constraints.txt"))).toBe(true);
    expect(await isWarm(box)).toBe(true);
  });

  it("is the one that --env names; plain ./prime is refused then, by both, with both targets named", async () => {
    const box = twoEnvs();
    await good(box, ["--env", "dst/special_env"]);
    expect(link(box)).toBe("dst/special_env");
    expect(fs.readdirSync(box.path("dst/special_env"))).toContain("special.txt");
    for (const words of [[], ["reboot"], ["eval"], ["-c", "true"], ["--env", "dst/default_env", "run", "true"]]) {
      const { code, stderr } = await box.run(words);
      expect([words, code]).toEqual([words, 1]);
      expect(stderr).toContain("could not select the env dst/default_env");
      expect(stderr).toContain("dst/special_env");
    }
    const theirs = await protoprimer(box);
    expect(theirs.code).toBe(1);
    expect(theirs.stderr).toContain("dst/special_env");
    expect(link(box)).toBe("dst/special_env");
    expect((await good(box, ["eval", "-e", "dst/special_env"])).stdout).toContain('"special.txt"');
  });

  it("is what the link shows, for all that protoprimer has no command for", async () => {
    const box = twoEnvs();
    await good(box, ["boot", "-e", "dst/special_env"]);
    const where = ["run", "python", "-c", "import sys; print(sys.prefix)"];
    expect((await good(box, where)).stdout.trim()).toBe(shownIn(box));
    expect((await good(box, where, { env: { PATH: withoutNode(box) } })).stdout.trim()).toBe(shownIn(box));
    expect((await box.run([])).code).toBe(1);
    expect((await box.run(["-c", "true"])).code).toBe(1);
  });

  it("is another environment when the link is switched by hand, kept beside the first", async () => {
    const box = twoEnvs();
    await good(box);
    const first = shownIn(box);
    expect(await isWarm(box)).toBe(true);
    fs.rmSync(box.path("lconf"));
    fs.symlinkSync("dst/special_env", box.path("lconf"));
    await good(box, ["run", "true"]);
    const second = shownIn(box);
    expect(second).not.toBe(first);
    fs.rmSync(box.path("lconf"));
    fs.symlinkSync("dst/default_env", box.path("lconf"));
    await good(box);
    expect(shownIn(box)).toBe(first);
    expect(fs.existsSync(second)).toBe(true);
  });

  it("has one text, however it is spelled, with protoprimer too", async () => {
    const box = twoEnvs();
    const spellings: [string[], string?][] = [
      [["--env", "dst/special_env"]],
      [["--env=./dst/special_env/"]],
      [["-e", box.path("dst/special_env")]],
      [["-e", "special_env"], box.path("dst")],
      [["run", "true"], box.path("dst")],
    ];
    for (const [words, cwd] of spellings) {
      fs.rmSync(box.path("lconf"), { force: true });
      await good(box, words, cwd === undefined ? {} : { cwd });
      expect([words, link(box)]).toEqual([words, words[0] === "run" ? "dst/default_env" : "dst/special_env"]);
    }
    fs.rmSync(box.path("lconf"));
    const theirs = await protoprimer(box, ["eval", "--env", "./dst/special_env/"]);
    expect([theirs.code, link(box)]).toEqual([0, "dst/special_env"]);
  });

  it("is refused outside the ref root, where there is none, and in place of something else", async () => {
    const box = twoEnvs();
    const outside = path.join(box.base, "outside");
    fs.mkdirSync(outside);
    fs.symlinkSync(outside, box.path("dst/linked"));
    const refused = async (words: string[], text: string): Promise<Ended> => {
      const ended = await box.run(words);
      expect([words, ended.code]).toEqual([words, 1]);
      expect(ended.stderr).toContain(text);
      return ended;
    };
    await refused(["--env", "../outside"], "must be below the ref root");
    await refused(["--env", outside], "must be below the ref root");
    await refused(["--env", "dst/missing"], "there is no such folder");
    expect((await protoprimer(box, ["--env", "dst/missing"])).code).toBe(1);
    expect(link(box)).toBeUndefined();

    fs.symlinkSync("dst/gone", box.path("lconf"));
    await refused([], "leads nowhere");
    fs.rmSync(box.path("lconf"));
    fs.symlinkSync("lconf", box.path("lconf"));
    await refused([], "leads nowhere");
    fs.rmSync(box.path("lconf"));
    fs.mkdirSync(box.path("lconf"));
    await refused([], "must be a link to it, and it is a folder");
  });

  it("is nothing where no configuration of protoprimer's is in force", async () => {
    const box = twoEnvs();
    box.file("prime.toml", 'lock = "check"\n');
    const { code, stderr } = await box.run(["--env", "dst/special_env"]);
    expect(code).toBe(2);
    expect(stderr).toContain("no configuration of protoprimer's in force");
  });
});
