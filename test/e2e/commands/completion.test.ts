import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { expect, it } from "vitest";
import { edit, good, repo } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { pathWithoutNode } from "../../support/warm.ts";

/** What bash offers for the last of these words, by the script that the launcher prints; the completion itself finds no Node. */
async function offered(box: Sandbox, ...words: string[]): Promise<string[]> {
  const { stdout: script } = await good(box, ["completion", "bash"]);
  const complete = `${script}
PATH='${pathWithoutNode(box)}' COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_prime; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync("bash", ["-c", complete, "bash", "./prime", ...words], {
    cwd: box.root,
    env: box.env,
    encoding: "utf8",
  });
  return stdout.split("\n").filter(Boolean);
}

it("completes what the last start has seen: groups, extras, tasks, environments", async () => {
  const files = {
    "pyproject.toml": `[project]
name = "app"
version = "1"
[project.optional-dependencies]
cli = []
[dependency-groups]
docs = []
test = []
`,
    "prime.toml": '[tasks]\nlint = "true"\n',
  };
  const box = repo(files);
  expect(await offered(box, "--group", "")).toEqual([]);
  await good(box);
  expect(await offered(box, "--group", "")).toEqual(["docs", "test"]);
  expect(await offered(box, "--extra", "c")).toEqual(["cli"]);
  expect(await offered(box, "li")).toEqual(["lint"]);
  edit(box, "pyproject.toml", files["pyproject.toml"].replace("docs = []", 'doc = ["six"]'));
  await good(box, ["run", "true"]);
  expect(await offered(box, "--group", "d")).toEqual(["doc"]);
  await good(box, ["--group", "test", "run", "true"]);
  expect((await offered(box, "rollback", "")).filter((word) => !word.startsWith("-"))).toEqual(
    fs.readdirSync(box.path(".prime/generations")).sort(),
  );
});

it("offers no command of a `.venv` that bash would evaluate by its name", async () => {
  const box = repo({ "requirements.txt": "" });
  for (const name of ["plain-1.2", "c++filt", "$(touch${IFS}here)", "`touch${IFS}here`", "a\nb", "a b", "it's"]) {
    box.file(`.venv/bin/${name}`, "", { mode: 0o755 });
  }
  expect(await offered(box, "run", "")).toEqual(["c++filt", "plain-1.2"]);
  expect(fs.readdirSync(box.root)).not.toContain("here");
});
