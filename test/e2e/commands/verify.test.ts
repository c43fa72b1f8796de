import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { good, hashes, repo } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";

interface Report {
  readonly sound: boolean;
  readonly checks: readonly { check: string; status: string; found: string; mend: string | null }[];
}

const PROJECT = `[project]
name = "app"
version = "1"
requires-python = ">=3.9"
dependencies = ["six<1.17"]
[tool.uv]
package = false
`;

async function verified(box: Sandbox, env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; report: Report }> {
  const { code, stdout } = await box.run(["verify", "--json"], { env });
  return { code, report: JSON.parse(stdout) };
}

/** The checks with something to mend, and what was found. */
async function wrongIn(box: Sandbox): Promise<Record<string, string>> {
  const { code, report } = await verified(box);
  const wrong = report.checks.filter(({ status }) => status === "finding");
  expect([code, report.sound]).toEqual(wrong.length === 0 ? [0, true] : [1, false]);
  for (const { mend } of wrong) expect(mend).toMatch(/\w/);
  return Object.fromEntries(wrong.map(({ check, found }) => [check, found]));
}

/** A repo as `./prime init` leaves it, all of it committed. */
async function committed(files: Readonly<Record<string, string>> = {}): Promise<Sandbox> {
  const box = repo({ "requirements.txt": "", ...files }, { git: true });
  await good(box, ["init"]);
  box.git("add", ".");
  box.git("commit", "--quiet", "--message=all");
  return box;
}

describe("./prime verify", () => {
  it("finds nothing in what init made, and leaves the root as it is", async () => {
    const box = await committed({ "pyproject.toml": PROJECT });
    await good(box, ["uv", "lock"]);
    fs.rmSync(box.path(".prime"), { recursive: true });
    fs.rmSync(box.path(".venv"), { force: true });
    const before = hashes(box);
    const { stdout } = await good(box, ["verify"]);
    expect(stdout.split("\n").filter((line) => line !== "" && !line.startsWith("sound "))).toEqual([]);
    expect(stdout).toContain("uv.lock fits pyproject.toml");
    expect(hashes(box)).toEqual(before);
    expect(fs.readdirSync(box.root)).not.toContain(".prime");
  });

  it("finds a launcher that was edited, cut or given other line ends", async () => {
    const box = await committed();
    const text = fs.readFileSync(box.launcher, "latin1");
    fs.writeFileSync(box.launcher, text.replace("\n# shellcheck", "\n# edited\n# shellcheck"), "latin1");
    expect(await wrongIn(box)).toEqual({ launcher: expect.stringContaining("it was built with") });
    fs.writeFileSync(box.launcher, `${text}// more\n`, "latin1");
    expect(await wrongIn(box)).toEqual({ launcher: expect.stringContaining("does not end with its own digest") });
    const [head, ...body] = text.split(" # */\n");
    fs.writeFileSync(box.launcher, [head, body.join("").replaceAll("\n", "\r\n")].join(" # */\n"), "latin1");
    expect(Object.keys(await wrongIn(box))).toEqual(["line ends"]);
  });

  it("finds what a clone would get wrong", async () => {
    const box = await committed();
    box.git("update-index", "--chmod=-x", "prime");
    box.file(".gitattributes", "");
    box.file(".prime/generations/x/pyvenv.cfg", "");
    box.git("add", "--force", ".prime");
    expect(await wrongIn(box)).toEqual({
      "git mode": expect.stringContaining("mode 100644"),
      "git line ends": expect.stringContaining("CRLF"),
      tracked: "git has .prime/generations/x/pyvenv.cfg, which each machine makes for itself",
    });
    box.git("rm", "--quiet", "--force", "--cached", "prime");
    fs.chmodSync(box.launcher, 0o644);
    const shell = ["sh"];
    const { checks } = JSON.parse((await box.run(["verify", "--json"], { shell })).stdout) as Report;
    expect(checks.filter(({ status }) => status === "finding").map(({ found }) => found)).toEqual(
      expect.arrayContaining([expect.stringContaining("mode 644"), expect.stringContaining("not in git's index")]),
    );
  });

  it("finds a configuration that can't be read, and a lock that does not fit", async () => {
    const box = await committed({ "pyproject.toml": PROJECT, "uv.lock": "version = 1\nrequires-python = '>=3.9'\n" });
    const before = hashes(box);
    expect(await wrongIn(box)).toEqual({ lock: "uv.lock does not fit what pyproject.toml asks for" });
    expect(hashes(box)).toEqual(before);
    box.file("prime.toml", "lokc = 'frozen'\n");
    expect(await wrongIn(box)).toEqual({ config: expect.stringContaining("lokc") });
  });

  it("asks no more of a root that is in no work tree", async () => {
    const { code, report } = await verified(repo({ "requirements.txt": "" }));
    expect([code, report.checks.find(({ check }) => check === "git")?.found]).toEqual([
      0,
      "the root is in no git work tree",
    ]);
  });
});
