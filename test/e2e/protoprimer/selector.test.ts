import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { protoprimer, protoRepo } from "../../support/checkouts/protoprimer.ts";
import { goodPython } from "../../support/machine.ts";
import { link, twoMinors, withoutPython } from "../../support/pythons/interpreters.ts";
import { good } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";

/** What the interpreter in front on PATH is, so that nothing has to be installed. */
const MINOR = execFileSync(goodPython(), ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], {
  encoding: "utf8",
}).trim();

/** A repo whose selector ends with this statement; what it was given stands in the file `asked` of its root. */
function withSelector(statement: string): Sandbox {
  const box = protoRepo(
    {},
    { client: { python_selector_file_rel_path: "tools/select.py", required_python_version: MINOR } },
  );
  box.file(
    "tools/select.py",
    `import os
def select_python_file_abs_path(required_version):
    with open(os.path.join(os.path.dirname(__file__), "../asked"), "a") as asked:
        asked.write(repr(required_version))
    ${statement}
`,
  );
  return box;
}

/** The selected python, as both tell it once a start has asked for it. */
async function selected(box: Sandbox): Promise<string> {
  const [ours, theirs] = [await box.run(["eval"]), await protoprimer(box, ["eval"])];
  expect([ours.code, theirs.code, ours.stderr]).toEqual([0, 0, expect.any(String)]);
  expect(ours.stdout).toBe(theirs.stdout);
  return /"state_selected_python_file_abs_path_inited": "(.*)"/.exec(ours.stdout)?.[1] as string;
}

describe("the python selector of a repo", () => {
  it("gets three numbers, once for each start, and its answer is taken", async () => {
    const box = withSelector(`return ${JSON.stringify(goodPython())}`);
    await good(box);
    expect(fs.readFileSync(box.path("asked"), "utf8")).toBe(`(${MINOR.replace(".", ", ")}, 0)`);
    expect(await selected(box)).toBe(goodPython());
  });

  it.each([
    ["nothing", "return None"],
    ["what is not there", 'return "/nowhere/python"'],
  ])("leaves the choice to the search when it answers %s", async (_, statement) => {
    const box = withSelector(statement);
    await good(box);
    expect(await selected(box)).toBe(fs.realpathSync(goodPython()));
  });

  it("ends the start with its own words when it fails", async () => {
    const box = withSelector('raise ValueError("no python of ours here")');
    const ours = await box.run(["run", "true"]);
    expect(ours.code).toBe(1);
    expect(ours.stderr).toContain("ValueError: no python of ours here");
    expect(ours.stderr).toContain(box.path("tools/select.py"));
    const theirs = await protoprimer(box, ["eval"]);
    expect([theirs.code, theirs.stderr.includes("no python of ours here")]).toEqual([1, true]);
  });

  it("may name another version than the required one, which is taken from PATH then", async () => {
    const [older, newer] = twoMinors();
    const box = withSelector(`return ${JSON.stringify(older.file)}`);
    box.file("dst/default_env/proto_kernel.json", JSON.stringify({ required_python_version: newer.minor }));
    const options = withoutPython(box, path.dirname(link(path.join(box.base, "bin/python3"), newer.file)));
    const env = { ...options.env, UV_PYTHON_DOWNLOADS: "never" };
    const base = ["run", "python", "-c", "import sys; print(sys.base_prefix)"];
    expect((await good(box, base, { env })).stdout.trim()).toBe(newer.prefix);
  });

  it("has to be Python", async () => {
    const box = withSelector("return None");
    box.file("tools/select.py", "#!/bin/sh\necho nothing\n");
    const { code, stderr } = await box.run(["run", "true"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`the python selector ${box.path("tools/select.py")}:2 is not valid Python`);
  });
});
