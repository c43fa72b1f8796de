import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { backdate, Launcher, SHELLS } from "../../support/launchers.ts";

/** Fewer than are worth a process, and more (see src/plan/pin.ts). */
const MANY = [150, 500];
const OLD = 1_600_000_000;

for (const [name, shell] of Object.entries(SHELLS)) {
  describe.skipIf(shell === undefined).each(MANY)(`%i inputs in ${name}`, (many) => {
    const launcher = new Launcher("it's a repo");
    const write = (number: number) => launcher.write(`m ${number}/in put`, "x", OLD);
    const files = Array.from({ length: many }, (_, number) => write(number));
    const last = files.at(-1) as string;
    const absent = `${launcher.root}/absent`;
    const options = shell === undefined ? {} : { shell };

    function start(change: () => void, env?: { readonly PATH: string }): string {
      const inputs = [
        ...files.map((path) => ({ kind: "file", path }) as const),
        { kind: "absent", path: absent } as const,
      ];
      expect(launcher.ready(inputs, env === undefined ? {} : { env })).toBeUndefined();
      change();
      const { code, stderr } = launcher.start(["run", "/bin/pwd"], options);
      expect(code).toBe(0);
      write(many - 1);
      return stderr;
    }

    it("is warm when nothing changed, and stays where the user stands", () => {
      expect(start(() => {})).toBe("");
      expect(start(() => {}, { PATH: "/nowhere" })).toBe("");
      expect(launcher.start(["run", "/bin/pwd"], options).stdout).toBe(`${launcher.root}\n`);
    });

    it.each([undefined, { PATH: "/nowhere" }])(
      "is cold when one got another time, is gone, or appeared (%o)",
      (env) => {
        expect(start(() => backdate(last, OLD + 5), env)).toBe("cold\n");
        expect(start(() => backdate(last, OLD - 5), env)).toBe("cold\n");
        expect(start(() => fs.writeFileSync(absent, ""), env)).toBe("cold\n");
        fs.rmSync(absent);
        expect(start(() => fs.rmSync(last), env)).toBe("cold\n");
      },
    );
  });
}

it("a process over many sees an edit that kept the time, and needs no words of the user's", () => {
  const launcher = new Launcher("it's a repo");
  const files = Array.from({ length: 500 }, (_, number) => launcher.write(`m ${number}/in put`, "x", OLD));
  const inputs = files.map((path) => ({ kind: "file", path }) as const);
  expect(launcher.ready(inputs)).toBeUndefined();
  const env = { TZ: "Asia/Tokyo", LC_ALL: "C.UTF-8", CDPATH: "/", POSIXLY_CORRECT: "1" };
  expect(launcher.start(["run", "true"], { env }).stderr).toBe("");
  launcher.write("m 7/in put", "y", OLD);
  expect(launcher.start(["run", "true"], { env }).stderr).toBe("cold\n");
});
