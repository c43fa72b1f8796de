import * as fs from "node:fs";
import { expect, it } from "vitest";
import { describeEachNode, describeEachShell, python, sandbox } from "../../support/sandbox.ts";
import { runInTerminal } from "../../support/system/terminal.ts";

const VERSION = expect.stringMatching(/^(?:prime )?\d+\.\d+\.\d+\n$/);

describeEachShell("the launcher starts", ({ words }) => {
  it("and tells its version", async () => {
    const box = sandbox({ name: "it's a $repo" });
    const { code, stdout } = await box.run(["--version"], { shell: words });
    expect([code, stdout]).toEqual([0, VERSION]);
  });

  it("and is whole for those who read all of it before they run any", async () => {
    const box = sandbox();
    expect(await box.run([], { shell: [...words, "-n"] })).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });
});

describeEachNode("the launcher starts", ({ binary }) => {
  it.each(["module", "commonjs"])("in a repo of type %s, by the head and by node", async (type) => {
    const box = sandbox();
    box.file("package.json", JSON.stringify({ type }));

    expect(await box.run(["--version"], { node: binary })).toMatchObject({ code: 0, stdout: VERSION, stderr: "" });
    expect(await box.run(["--version"], { shell: [binary] })).toMatchObject({ code: 0, stdout: VERSION, stderr: "" });
  });
});

it("a sandbox is gone when its test is done", () => {
  const box = sandbox({ git: true });
  expect(fs.existsSync(box.path(".git"))).toBe(true);
  box.remove();
  expect(fs.existsSync(box.base)).toBe(false);
});

it("puts a chosen interpreter first", async () => {
  const box = sandbox({ python: python("3.11") });
  const { code, stdout } = await box.run(["run", "python", "-V"]);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Python 3\.11\./)]);
});

it("runs a command in a pseudo-terminal", async () => {
  const box = sandbox();
  const script = "test -t 0 && test -t 1 && printf 'name? ' && read name && echo hello $name && exit 7";
  const end = await runInTerminal(
    box,
    ["run", "sh", "-c", script],
    [
      ["expect", "name? "],
      ["send", "you\n"],
      ["expect", "hello you"],
    ],
  );
  expect(end).toMatchObject({ code: 7, signal: null });
});
