import * as fs from "node:fs";
import { expect, it } from "vitest";
import { edit, good, repo } from "../../support/repos.ts";
import { describeEachNode, describeEachShell, LONG_AGO, type Sandbox } from "../../support/sandbox.ts";
import { pathWithoutNode, whyOf } from "../../support/warm.ts";

const SHOW = 'printf "%s|" "$@"; cat; echo "$VIRTUAL_ENV_PROMPT"';
/** What a plan serves, and what it says with `input` as its standard input. */
const STARTS: Readonly<Record<string, { readonly args: readonly string[]; readonly says: string }>> = {
  run: { args: ["run", "sh", "-c", SHOW, "sh", "a b", "", "it's\n$x"], says: "a b||it's\n$x|input\napp\n" },
  "run --": { args: ["run", "--", "sh", "-c", SHOW, "sh"], says: "|input\napp\n" },
  "-c": { args: ["-c", "cat; echo $VIRTUAL_ENV_PROMPT"], says: "input\napp\n" },
  "a script": { args: ["./show.py", "a b"], says: "a b input\n" },
  "a flag": { args: ["--group", "more", "run", "python", "-c", "import pluggy; print(input())"], says: "input\n" },
  "bare prime": { args: [], says: "" },
};

let touches = 0;
function touch(box: Sandbox, file: string): void {
  touches += 1;
  fs.utimesSync(box.path(file), LONG_AGO + touches, LONG_AGO + touches);
}

function made(): Sandbox {
  return repo({
    "pyproject.toml": '[project]\nname = "app"\nversion = "1"\n[dependency-groups]\nmore = ["pluggy"]\n',
    "show.py": "import sys\nprint(sys.argv[1], input())\n",
  });
}

describeEachShell("an input that was touched", ({ words: shell }) => {
  it.each(Object.entries(STARTS))("does not change %s, and the start behind it is warm", async (_, { args, says }) => {
    const box = made();
    const options = { shell, stdin: "input\n" };
    await good(box, args, options);
    const first = await good(box, args, options);
    expect(first.stdout).toBe(says);
    touch(box, "pyproject.toml");
    expect(await good(box, args, options)).toEqual(first);
    expect(await good(box, args, { ...options, env: { PATH: pathWithoutNode(box) } })).toEqual(first);
    expect(await whyOf(box)).toMatch(/pyproject.toml touched, contents the same\n.*\n.*the ready plan was renewed/);
  });
});

describeEachNode("an input that was touched", ({ binary }) => {
  it("hides nothing else that changed, and a look is no start", async () => {
    const box = made();
    await good(box, [], { node: binary });
    await good(box, [], { node: binary });
    touch(box, "pyproject.toml");
    edit(box, "prime.toml", 'install_groups = ["more"]\n');
    expect((await good(box, ["status"], { node: binary })).stdout).toContain("the next start is cold");
    await good(box, ["run", "python", "-c", "import pluggy"], { node: binary });
    touch(box, "pyproject.toml");
    expect((await good(box, ["status"], { node: binary })).stdout).toContain("the next start is cold");
    expect((await good(box, ["-v", "run", "true"], { node: binary })).stderr).toContain("pyproject.toml touched");
  });

  it("leaves the status of the command, and arguments that are wrong, as they are", async () => {
    const box = made();
    const wrong = [["run", "sh", "-c", "exit 7"], ["run", "no-such-command"], ["run"], ["-c"], ["./none.py"]];
    for (const args of wrong) {
      await box.run(args, { node: binary });
      const first = await box.run(args, { node: binary });
      touch(box, "pyproject.toml");
      expect(await box.run(args, { node: binary })).toEqual(first);
    }
  });
});
