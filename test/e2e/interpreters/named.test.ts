import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { good, repo } from "../../support/repos.ts";
import { python, type Sandbox } from "../../support/sandbox.ts";

const prefixOf = (file: string) => path.dirname(path.dirname(file));
const ASKED = ["run", "python", "-c", "import sys; print(sys.base_prefix)"];
const asked = (box: Sandbox, named: string, cwd = ".") =>
  good(box, ["--python", named, ...ASKED], { cwd: box.path(cwd) });

describe("an interpreter that --python names by its path", () => {
  it("is taken for this start, whatever files and a selector say, and .venv stays as it is", async () => {
    const box = repo({
      ".python-version": "3.12\n",
      "prime.toml": 'python_selector_file_rel_path = "select.py"\n',
      "select.py": `def select_python_file_abs_path(required_version):\n    return ${JSON.stringify(python("3.12"))}\n`,
    });
    const before = (await good(box, ASKED)).stdout;
    const { stdout, stderr } = await asked(box, python("3.11"));
    expect(stdout.trim()).toBe(prefixOf(python("3.11")));
    expect(stderr).toContain(`by ${python("3.11")}: named by --python`);
    expect((await good(box, ASKED)).stdout).toBe(before);
    expect((await asked(box, python("3.10"))).stdout.trim()).toBe(prefixOf(python("3.10")));
  });

  it("is named from the folder that one stands in, and may be a venv's", async () => {
    const box = repo({ "sub/file": "" });
    await good(box, ["run", python("3.11"), "-m", "venv", "--without-pip", "sub/other"]);
    const { stdout } = await asked(box, "other/bin/python", "sub");
    expect(stdout.trim()).toBe(prefixOf(python("3.11")));
  });

  it("is shown by status, which starts no program that it would not find by itself", async () => {
    const box = repo({ "tool.sh": "#!/bin/sh\ntouch ran\n" });
    await good(box, ["run", "chmod", "+x", "tool.sh"]);
    const { stdout } = await good(box, ["--python", python("3.11"), "status"]);
    expect(stdout).toMatch(new RegExp(`required python +${python("3.11")} — --python`));
    const { stdout: seen } = await box.run(["--python", "./tool.sh", "status"]);
    expect(seen).toContain("is below");
    expect(fs.existsSync(box.path("ran"))).toBe(false);
  });

  it.each([
    ["./missing", "it does not exist"],
    [".", "it is a folder"],
    ["./pyproject.toml", "it is not executable"],
  ])("%s is refused with the reason", async (named, why) => {
    const box = repo({ "pyproject.toml": '[project]\nname = "app"\nversion = "1"\n' });
    const { code, stderr } = await box.run(["--python", `${named}/`, ...ASKED]);
    expect(code).toBe(2);
    expect(stderr).toContain(`could not use ${box.path(named)} (--python): ${why}`);
  });
});

it.each(["python3.11", "cpython3.11", "cpython@3.11", "python-3.11"])("--python %s is 3.11", async (named) => {
  expect((await good(repo({}), ["--python", named, "run", "python", "-V"])).stdout).toMatch(/^Python 3\.11\./);
});
