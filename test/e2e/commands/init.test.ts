import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { launcherOf } from "../../support/apps/releases.ts";
import { good, repo, shown } from "../../support/repos.ts";

it("init puts the launcher into another repo, says what it does, and --dry-run does nothing", async () => {
  const box = repo({ "requirements.txt": "" }, { name: "my repo" });
  const target = path.join(box.base, "new");
  fs.mkdirSync(target);
  const dry = await good(box, ["init", target, "--dry-run"]);
  expect(dry.stdout).toContain("Nothing was changed.");
  expect(fs.readdirSync(target)).toEqual([]);
  const { stdout, stderr } = await good(box, ["init", target]);
  expect(stdout).toBe("");
  expect(stderr).toContain(path.join(target, "prime"));
  expect(fs.readFileSync(path.join(target, "prime"))).toEqual(fs.readFileSync(box.launcher));
  const hello = await good(box, ["run", "echo", "hello"], { launcher: path.join(target, "prime"), cwd: target });
  expect(hello.stdout).toBe("hello\n");
  fs.writeFileSync(path.join(target, "prime"), launcherOf("0.0.9"));
  expect((await good(box, ["init", target])).stderr).toContain("a launcher of version 0.0.9 by this launcher");
});

it("init --script gives a script a header by which it starts itself from anywhere, and which Python reads over", async () => {
  const box = repo({ "requirements.txt": "" }, { name: "my repo" });
  await good(box);
  const script = box.file("tools/hello.py", "import os, sys\nprint(os.path.realpath(sys.prefix), sys.argv[1:])\n");
  await good(box, ["init", "--script", "tools/hello.py"]);
  const expected = `${box.path(".prime/generations", shown(box))} ['a b', '-q']\n`;
  const words = ["a b", "-q"];
  for (const shell of [[], ["sh"], [box.path(".venv/bin/python")]]) {
    const end = await box.run(words, { shell, launcher: script, cwd: box.base });
    expect([end.code, end.stdout]).toEqual([0, expected]);
  }
});

it("git keeps a launcher whole where two branches have another one each", async () => {
  const box = repo({ "requirements.txt": "" }, { git: true });
  await good(box, ["init"]);
  const text = fs.readFileSync(box.launcher, "latin1");
  const commit = (copyright: string) => {
    fs.writeFileSync(box.launcher, text.replace(", Copyright", copyright), "latin1");
    box.git("add", "-A");
    box.git("commit", "--quiet", "--message", copyright);
  };
  commit(", Copyright");
  box.git("checkout", "--quiet", "-b", "other");
  commit(", Copyright (other)");
  box.git("checkout", "--quiet", "main");
  commit(", Copyright (main)");
  expect(() => box.git("merge", "--quiet", "other")).toThrow();
  expect(fs.readFileSync(box.launcher, "latin1")).toBe(text.replace(", Copyright", ", Copyright (main)"));
  await good(box, ["run", "true"]);
  box.git("checkout", "--theirs", "prime");
  expect(fs.readFileSync(box.launcher, "latin1")).toContain(", Copyright (other)");
});
