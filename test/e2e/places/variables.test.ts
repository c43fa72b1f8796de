import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { SHELLS } from "../../support/launchers.ts";
import { good, repo } from "../../support/repos.ts";

const ODD = { "INPUT_WHO-TO-GREET": "me", "a.b": "c", "BASH_FUNC_f%%": "() { :\n}" };
const NAMES = ["BASH_FUNC_f%%", "INPUT_WHO-TO-GREET", "a.b"];

describe.each(Object.entries(SHELLS))("variables whose names are none for sh, in %s", (_, shell) => {
  it.skipIf(shell === undefined)("reach the command, or are named by the first start and by doctor", async () => {
    const box = repo({});
    const by = { env: ODD, shell: shell as readonly string[] };
    const run = ["run", "env", "-0"];
    const [cold, warm] = [await good(box, run, by), await good(box, run, by)];
    const had = (stdout: string) =>
      NAMES.filter((name) => stdout.split("\0").some((line) => line.startsWith(`${name}=`)));
    expect(had(warm.stdout)).toEqual(had(cold.stdout));
    const { stdout: found } = await box.run(["doctor"], by);
    for (const name of NAMES) {
      const isDropped = !had(cold.stdout).includes(name);
      expect([name, cold.stderr.includes(name), found.includes(name)]).toEqual([name, isDropped, isDropped]);
    }
    expect(warm.stderr).toBe("");
  });
});

describe("a folder of the user's that is relative counts as none, and nothing of it comes into the repo:", () => {
  it.each([["HOME"], ["XDG_CACHE_HOME"], ["XDG_CONFIG_HOME"], ["XDG_DATA_HOME"], ["XDG_STATE_HOME"]])(
    "%s",
    async (name) => {
      const box = repo({ "requirements.txt": "" });
      const folder = (kind: string, place: string) => [`XDG_${kind}_HOME`, path.join(box.home, place)] as const;
      const folders = [
        folder("CACHE", ".cache"),
        folder("CONFIG", ".config"),
        folder("STATE", "state"),
        folder("DATA", "data"),
      ];
      const env = { ...(name === "HOME" ? Object.fromEntries(folders) : {}), [name]: "relative" };
      expect(await good(box, ["run", "sh", "-c", `echo "$${name}"`], { env, cwd: box.root })).toMatchObject({
        stdout: "relative\n",
      });
      expect(fs.readdirSync(box.root).sort()).toEqual([".prime", ".venv", "prime", "requirements.txt"]);
    },
  );
});
