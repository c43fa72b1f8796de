import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { describeEachNode } from "../../support/machine.ts";
import { repo } from "../../support/repos.ts";

const BEHIND = path.join(import.meta.dirname, "../../fixtures/behind.py");

describeEachNode("a cold start in the background", ({ binary }) => {
  it.each([
    ["keeps the mode that the program in front has set", "raw"],
    ["goes on when the terminal has gone", "gone"],
  ])("%s", async (_, how) => {
    const box = repo({ "requirements.txt": "", "prime.toml": 'setup = ["read -r line <fifo || :"]\n' });
    execFileSync("mkfifo", [box.path("fifo")]);
    const env = { ...box.env, PATH: `${path.dirname(binary)}:${box.env.PATH}` };
    const words = [
      BEHIND,
      how,
      box.path("fifo"),
      box.launcher,
      "run",
      "sh",
      "-c",
      'echo ran >"$1"',
      "sh",
      box.path("ran"),
    ];
    const said = execFileSync("python3", words, { cwd: box.root, env, encoding: "utf8" });
    expect(said).toBe(`0 ${how}\n`);
    expect(fs.readFileSync(box.path("ran"), "utf8")).toBe("ran\n");
  });
});
