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
