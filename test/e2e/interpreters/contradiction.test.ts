import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { bad, edit, generations, good, repo, uv } from "../../support/repos.ts";
import { python, type Sandbox } from "../../support/sandbox.ts";

const project = (range: string, more = "", name = "app") =>
  `[project]\nname = "${name}"\nversion = "1"\nrequires-python = "${range}"\n${more}`;
const version = async (box: Sandbox) => (await good(box, ["run", "python", "-V"])).stdout;

describe("a .python-version outside of what the project is for", () => {
  it.each([
    ["3.10\n", ">=3.11"],
    ["3.12.1\n", "<3.12"],
    ["3.13\n", "~=3.12.0"],
    ["pypy3.9\n", ">=3.10,<4"],
  ])("%j is refused beside %s, naming both; and runs when the hint is followed", async (pin, range) => {
    const box = repo({ ".python-version": pin, "pyproject.toml": project(range) });
    const said = await bad(box);
    expect(said).toContain(`${box.path(".python-version")} asks for Python ${pin.trim()}`);
    expect(said).toContain(`${box.path("pyproject.toml")} allows ${range} alone`);
    expect(said).toContain("python-contradiction");
    expect(generations(box)).toEqual([]);
    edit(box, ".python-version", "3.11\n");
    edit(box, "pyproject.toml", project(">=3.9"));
    expect(await version(box)).toMatch(/^Python 3\.11\./);
  });

  it("is refused by uv, too", () => {
    const box = repo({ ".python-version": "3.13\n", "pyproject.toml": project("~=3.12.0") });
    expect(() => uv(box, ["lock"])).toThrow(/incompatible with the project/);
  });

  it.each([
    ["3.12\n", ">=3.12.1"],
    ["3.12\n", "<3.12.9,!=3.12.0"],
    ["3\n", ">=3.11"],
    [">=3.9\n", ">=3.11"],
  ])("%j is none beside %s", async (pin, range) => {
    const box = repo({ ".python-version": pin, "pyproject.toml": project(range) });
    expect((await box.run(["status"])).stderr).not.toContain("allows");
  });

  it("is passed over with a word where it stands above the repo, and counts where it fits", async () => {
    const box = repo({ "../.python-version": "3.10\n", "pyproject.toml": project(">=3.11,<3.12") });
    const { stdout, stderr } = await good(box, ["run", "python", "-V"]);
    expect(stdout).toMatch(/^Python 3\.11\./);
    expect(stderr).toContain(`${path.join(box.base, ".python-version")} asks for Python 3.10`);
    expect(stderr).toContain("passed over");
    edit(box, "pyproject.toml", project(">=3.9"));
    const { required_python: required } = JSON.parse((await good(box, ["status", "--json"])).stdout);
    expect(required).toMatchObject({ request: "Python 3.10", source: path.join(box.base, ".python-version") });
  });

  it("is refused for a member when the workspace's root has it", async () => {
    const box = repo({
      ".python-version": "3.10\n",
      "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
      "packages/a/pyproject.toml": project(">=3.11", "", "a"),
    });
    const said = await bad(box, ["--root", "packages/a"]);
    expect(said).toContain(`${box.path(".python-version")} asks for Python 3.10`);
    expect(said).toContain(">=3.11");
  });
});

it.each([
  ["--python", { args: ["--python", "3.11"] }],
  ["PRIME_REQUIRED_PYTHON_VERSION", { env: { PRIME_REQUIRED_PYTHON_VERSION: "3.11" } }],
  ["prime.toml", { files: { "prime.toml": 'required_python_version = "3.11"\n' } }],
  ["--python", { args: ["--python", python("3.11")] }],
])("what %s asks for outside of what the project is for is taken with a word", async (by, asked) => {
  const { args = [], env = {}, files = {} } = asked as { args?: string[]; env?: object; files?: object };
  const box = repo({ "pyproject.toml": project(">=3.12"), ...files });
  const { stdout, stderr } = await good(box, [...args, "run", "python", "-V"], { env: { ...env } });
  expect(stdout).toMatch(/^Python 3\.11\./);
  expect(stderr).toMatch(new RegExp(`warning: \\S*${by} asks for \\S*3\\.11\\S*, and \\S+ is for Python >=3\\.12`));
});

it("a selector's python that is not the required one is refused under venv_pip, whatever was built before", async () => {
  const selector = (minor: string) =>
    `def select_python_file_abs_path(required_version):\n    return ${JSON.stringify(python(minor))}\n`;
  const box = repo({
    "prime.toml":
      'venv_driver = "venv_pip"\nrequired_python_version = "3.11"\npython_selector_file_rel_path = "select.py"\n',
    "select.py": selector("3.11"),
  });
  expect(await version(box)).toMatch(/^Python 3\.11\./);
  edit(box, "select.py", selector("3.10"));
  const said = await bad(box, ["run", "python", "-V"]);
  expect(said).toMatch(/Python 3\.11 is required, and the selected python \S+ is 3\.10/);
  edit(box, "select.py", selector("3.11"));
  expect(await version(box)).toMatch(/^Python 3\.11\./);
});
