import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { generations, good, installed, repo } from "../../support/repos.ts";
import { runInTerminal } from "../../support/system/terminal.ts";

const ERASE = "\r\u001b[2K";

/** What is left to read when all is over: a line that was erased shows what came after. */
function visible(shown: string): string[] {
  const lines = shown.replaceAll("\r\n", "\n").split("\n");
  return lines.map((line) => line.split(ERASE).at(-1) ?? "").filter((line) => line !== "");
}

/** Ended by the signal itself: Python only notes one, and may go on into a read that waits. */
const SETUP_PY = `import os, signal
from setuptools import setup
if os.path.exists("hold"):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    open("hold").read()
setup(name="app", version="1")
`;

describe("at a terminal", () => {
  it("a first start draws one line a step and leaves none of them", async () => {
    const box = repo({ "requirements.txt": "six==1.16.0\n" });
    const { shown, code } = await runInTerminal(box, [], []);
    expect(code).toBe(0);
    expect(shown).toContain("prime: make the venv");
    expect(shown).toContain("prime: resolve requirements");
    const left = visible(shown).join("\n");
    expect(left).not.toContain("prime: make the venv");
    expect(left).toContain("prime: ready: repo, Python");
    expect(left).toMatch(/make the venv: \d+\.\d s/);
    expect(left).toContain("./prime run CMD");
  });

  it("Ctrl-C during a build ends prime as a shell expects, and the next start does the work", async () => {
    const box = repo({ "setup.py": SETUP_PY });
    execFileSync("mkfifo", [box.path("hold")]);
    const end = await runInTerminal(
      box,
      [],
      [
        ["expect", "resolve requirements"],
        ["send", "\u0003"],
      ],
    );
    expect([130, null]).toContain(end.code);
    expect(end.code ?? end.signal).toSatisfy((how) => how === 130 || how === "SIGINT");
    fs.rmSync(box.path("hold"));
    await good(box, ["gc"]);
    expect(generations(box)).toEqual([]);
    await good(box);
    expect(Object.keys(installed(box))).toContain("app");
  });

  it.each(["cold", "warm"])("a command is stopped, continued and typed into: %s", async (state) => {
    const box = repo({ "requirements.txt": "" });
    if (state === "warm") await good(box);
    const { code } = await runInTerminal(
      box,
      ["--norc", "-i"],
      [
        ["send", "./prime -q run sh -c 'echo up-$((40+2)); read word; echo got-$word; exit 7'\n"],
        ["expect", "up-42"],
        ["send", "\u001a"],
        ["expect", "Stopped"],
        ["send", "fg\n"],
        ["expect", "run sh -c"],
        ["send", "it\n"],
        ["expect", "got-it"],
        ["send", "exit $?\n"],
      ],
      { launcher: "bash" },
    );
    expect(code).toBe(7);
  });
});
