import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { backdate, Launcher, SHELLS } from "../../support/launchers.ts";

/** More than one by one are looked at (see src/plan/freshness.ts). */
const MANY = 150;

for (const [name, shell] of Object.entries(SHELLS)) {
  describe.skipIf(shell === undefined)(`many inputs in ${name}`, () => {
    const launcher = new Launcher("it's a repo");
    const files = Array.from({ length: MANY }, (_, number) => launcher.write(`m ${number}/in put`, "x", 1_600_000_000));
    const last = files.at(-1) as string;
    const absent = `${launcher.root}/absent`;

    function start(change: () => void): string {
      const inputs = [
        ...files.map((path) => ({ kind: "file", path }) as const),
        { kind: "absent", path: absent } as const,
      ];
      expect(launcher.ready(inputs)).toBeUndefined();
      change();
      const options = shell === undefined ? {} : { shell };
      const { code, stderr } = launcher.start(["run", "/bin/pwd"], options);
      expect(code).toBe(0);
      launcher.write(`m ${MANY - 1}/in put`, "x", 1_600_000_000);
      return stderr;
    }

    it("is warm when nothing changed, and stays where the user stands", () => {
      expect(start(() => {})).toBe("");
      expect(launcher.start(["run", "/bin/pwd"], shell === undefined ? {} : { shell }).stdout).toBe(
        `${launcher.root}\n`,
      );
    });

    it("is cold when one got a newer or an older time, is gone, or appeared", () => {
      expect(start(() => backdate(last, 1_600_000_005))).toBe("cold\n");
      expect(start(() => backdate(last, 1_599_999_995))).toBe("cold\n");
      expect(start(() => fs.writeFileSync(absent, ""))).toBe("cold\n");
      fs.rmSync(absent);
      expect(start(() => fs.rmSync(last))).toBe("cold\n");
    });
  });
}
