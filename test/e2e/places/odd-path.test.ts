import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { failure } from "../../support/failures.ts";
import { good, isWarm, packageFiles, repo } from "../../support/repos.ts";

const APP = packageFiles(".", "app", '[project.scripts]\nshow = "app:main"');

describe("a root whose path holds", () => {
  it.each([
    ["a colon", "a:b"],
    ["a tab or a line break", "a\tb"],
    ["a tab or a line break", "a\nb"],
    ["a `#`", "a#b"],
  ])("%s is refused before anything is built: %j", async (what, name) => {
    const box = repo(APP, { name });
    const said = failure(await box.run(["run", "show"]), "unfit-path");
    expect(said).toContain(`${JSON.stringify(box.root).slice(0, -1)}`);
    expect(said).toContain(`there is ${what} in this path`);
    expect(fs.existsSync(box.path(".venv"))).toBe(false);
    expect(fs.existsSync(box.path(".prime/generations"))).toBe(false);
  });

  it("bytes that are no UTF-8 is told, and what to do", async () => {
    const box = repo({});
    const copy = 'folder=$(printf "a\\377b") && mkdir "$folder" && cp prime "$folder" && exec "$folder/prime" run true';
    const ended = await box.run(["-c", copy], { launcher: "/bin/sh" });
    expect(ended).toMatchObject({ code: 125, stdout: "" });
    expect(ended.stderr).toContain("prime: not UTF-8, rename it: ");
    expect(ended.stderr).not.toContain("at ");
  });

  it("a `#` is fine where nothing is built from it", async () => {
    const box = repo({ "requirements.txt": "iniconfig\n" }, { name: "a#b" });
    await good(box, ["run", "python", "-c", "import iniconfig"]);
  });

  it.each(["-a", "~a", "a b", "a%41?b", "a\\'\"`$(id)b", "é", "{a,b}*[c]", "x".repeat(200), "y".repeat(255)])(
    "nothing worse than %j is used, cold and warm, by its own scripts",
    async (name) => {
      const box = repo({ "requirements.txt": "pytest\n" }, { name });
      const own = ["run", "pytest", "--version"];
      const cold = await good(box, own);
      expect(await isWarm(box)).toBe(true);
      expect((await good(box, own)).stdout).toBe(cold.stdout);
      const where = await good(box, ["run", "python", "-c", "import pytest; print(pytest.__file__)"]);
      expect(where.stdout).toContain(box.path(".prime/generations"));
    },
  );
});
