import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { expect, it } from "vitest";
import { good, repo } from "../../support/repos.ts";

const ALL = "vscode,direnv,github,gitlab,pre-commit";

it("init puts what is asked for beside the launcher, and says what it leaves to people", async () => {
  const box = repo({ "requirements.txt": "" }, { git: true });
  expect((await good(box, ["init", "--with", ALL, "--dry-run"])).stdout).toContain(".envrc");
  expect(fs.existsSync(box.path(".envrc"))).toBe(false);
  await good(box, ["init", "--with", ALL]);
  const settings = JSON.parse(fs.readFileSync(box.path(".vscode/settings.json"), "utf8"));
  expect(settings["python.defaultInterpreterPath"]).toBe("${workspaceFolder}/.venv/bin/python");
  await good(box);
  expect(fs.existsSync(box.path(".venv/bin/python"))).toBe(true);
  const line = fs.readFileSync(box.path(".envrc"), "utf8").split("\n")[1] as string;
  const shown = execFileSync("bash", ["-c", `${line}; echo "$VIRTUAL_ENV"`], {
    cwd: box.root,
    env: box.env,
    encoding: "utf8",
  });
  expect(shown.trim()).toBe(fs.realpathSync(box.path(".venv")));
  for (const file of [".github/workflows/prime.yml", ".gitlab-ci.yml"]) {
    expect(fs.readFileSync(box.path(file), "utf8")).toContain("- ./prime run pytest".slice(2));
  }
  expect(fs.readFileSync(box.path(".pre-commit-config.yaml"), "utf8")).toContain("exclude: ^prime$\n");
  expect((await good(box, ["init", "--with", ALL])).stderr.match(/^keep /gm)?.length).toBeGreaterThanOrEqual(5);
});

it("what stands there is people's: init names the lines", async () => {
  const files = {
    ".vscode/settings.json": '{\n  // ours\n  "a": 1,\n}\n',
    ".gitlab-ci.yml": "lint:\n  script: [true]\n",
    ".pre-commit-config.yaml": "exclude: ^prime$\nrepos: []\n",
    ".envrc": "export A=1\n",
  };
  const box = repo({ "requirements.txt": "", ...files });
  const { stderr } = await good(box, ["init", "--with", ALL]);
  expect(stderr).toContain('.vscode/settings.json: add "python.defaultInterpreterPath"');
  expect(stderr).toMatch(/^todo +\.gitlab-ci\.yml: add a job/m);
  expect(stderr).toContain("entry: ./prime verify");
  for (const [name, text] of Object.entries(files)) {
    expect(fs.readFileSync(box.path(name), "utf8").startsWith(text)).toBe(true);
  }
  const linked = repo({ "requirements.txt": "" });
  fs.symlinkSync(linked.base, linked.path(".vscode"));
  expect((await good(linked, ["init", "--with", "vscode"])).stderr).toContain("by hand: the file leads out of");
  expect(fs.existsSync(`${linked.base}/settings.json`)).toBe(false);
  const wrong = await box.run(["init", "--with", "vscode,emacs"]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("`emacs` is none of vscode")]);
});

it("an example of prime.toml names the schema, which stands there after the first start", async () => {
  const box = repo({});
  await good(box, ["init"]);
  const [first = ""] = fs.readFileSync(box.path("prime.toml"), "utf8").split("\n");
  const schema = /^#:schema (.+)$/.exec(first)?.[1] ?? "";
  await good(box);
  const committed = fs.readFileSync(new URL("../../../prime.schema.json", import.meta.url), "utf8");
  expect(JSON.parse(fs.readFileSync(box.path(schema), "utf8"))).toEqual(JSON.parse(committed));
  const { stdout } = await good(box, ["gc", "--dry-run"]);
  expect(stdout).not.toContain("schema");
});
