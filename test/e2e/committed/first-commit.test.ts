import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { commit, init, PREK, REPOS, repo, tool } from "../../support/checkouts/checked-repo.ts";
import { LAUNCHER } from "../../support/sandbox.ts";

describe("the first commit of prime", () => {
  it.each([
    ["pre-commit", { ".pre-commit-config.yaml": `# our hooks\n---\n# before repos\n${REPOS}` }],
    ["prek", { ".pre-commit-config.yaml": REPOS }],
    ["prek", { "prek.toml": PREK }],
  ] as const)("passes the hooks of %s, once init has seen their configuration", async (name, files) => {
    const box = repo(files);
    const [file, before] = Object.entries(files)[0] as [string, string];
    expect(tool(box, name, "install")).toMatchObject({ status: 0 });

    fs.copyFileSync(LAUNCHER, box.launcher); // by hand
    fs.chmodSync(box.launcher, 0o755);
    const byHand = commit(box);
    expect(byHand).toMatchObject({ status: 1, said: expect.stringContaining("check-added-large-files") });
    box.git("reset", "--quiet");

    expect(await init(box)).toMatchObject({ code: 0 });
    const after = fs.readFileSync(box.path(file), "utf8");
    expect(after.split("\n").filter((line) => !before.split("\n").includes(line))).toEqual([
      file === "prek.toml" ? "exclude = '^prime$'" : "exclude: ^prime$",
    ]);
    expect(commit(box)).toEqual({ status: 0, said: expect.anything() });
    expect(tool(box, name, "run", "--all-files")).toMatchObject({ status: 0 });
  });

  it("passes the hooks of lefthook", async () => {
    const jobs = `pre-commit: # all of it
  jobs:
    - run: check-added-large-files --maxkb=400 {staged_files}
    - run: codespell {staged_files}
`;
    const box = repo({ "lefthook.yml": jobs });
    expect(tool(box, "lefthook", "install")).toMatchObject({ status: 0 });
    fs.copyFileSync(LAUNCHER, box.launcher);
    fs.chmodSync(box.launcher, 0o755);
    expect(commit(box)).toMatchObject({ status: 1 });
    expect(await init(box)).toMatchObject({ code: 0 });
    expect(fs.readFileSync(box.path("lefthook.yml"), "utf8")).toBe(jobs.replace("\n", '\n  exclude: ["prime"]\n'));
    expect(commit(box)).toEqual({ status: 0, said: expect.anything() });
  });

  it("passes spell checkers that are run without hooks", async () => {
    const box = repo({
      "pyproject.toml":
        '[project]\nname = "x"\nversion = "1"\n\n[tool.codespell] # words\nignore-words-list = "te"\n\n[tool.typos.default]\n',
    });
    fs.copyFileSync(LAUNCHER, box.launcher);
    for (const name of ["codespell", "typos"]) expect(tool(box, name).status).not.toBe(0);
    expect(await init(box)).toMatchObject({ code: 0 });
    expect(fs.readFileSync(box.path("pyproject.toml"), "utf8")).toBe(
      '[project]\nname = "x"\nversion = "1"\n\n[tool.codespell] # words\nskip = "prime"\nignore-words-list = "te"\n\n[tool.typos.default]\n\n[tool.typos.files]\nextend-exclude = ["/prime"]\n',
    );
    for (const name of ["codespell", "typos"]) expect([name, tool(box, name)]).toEqual([name, { status: 0, said: "" }]);
    expect(tool(box, "codespell", "prime")).toEqual({ status: 0, said: "" });
  });

  it("is of an executable file, also where git takes no notice of the bit", async () => {
    const box = repo({});
    box.git("config", "core.fileMode", "false");
    const dry = await init(box, "--dry-run");
    expect(dry.stdout).toContain("stage   prime: executable in git's index, as core.fileMode is false");
    expect(box.git("status", "--porcelain")).toBe("");
    const { code, stderr } = await init(box);
    expect([code, stderr]).toEqual([0, expect.stringContaining("stage   prime: ")]);
    box.git("add", "--all");
    box.git("commit", "--quiet", "--message", "Add prime");
    expect(box.git("ls-tree", "HEAD", "prime")).toMatch(/^100755 /);
    expect((await init(box)).stderr).not.toContain("stage");
    box.git("update-index", "--chmod=-x", "prime");
    expect((await init(box)).stderr).toContain("stage");
    expect(box.git("ls-files", "--stage", "prime")).toMatch(/^100755 /);
    fs.writeFileSync(box.path(".git/index.lock"), "");
    box.git("config", "core.fileMode", "true");
    expect((await init(box)).stderr).not.toContain("stage");
  });

  it("has git start nothing that the repo is configured with", async () => {
    const box = repo({});
    const trap = box.file(".git/trap", `#!/bin/sh\necho x >>'${box.path(".git/sprung")}'\n`, { mode: 0o755 });
    fs.copyFileSync(trap, box.path(".git/hooks/post-index-change"));
    for (const [key, value] of [
      ["core.fileMode", "false"],
      ["core.fsmonitor", trap],
    ] as const) {
      box.git("config", key, value);
    }
    expect((await init(box)).stderr).toContain("stage");
    expect((await box.run(["verify"])).stdout).toContain("git mode");
    expect(fs.existsSync(box.path(".git/sprung"))).toBe(false);
    expect(box.git("status", "--porcelain")).toContain("prime");
    expect(fs.existsSync(box.path(".git/sprung"))).toBe(true);
  });

  it("says what to type where git's index can't be written", async () => {
    const box = repo({});
    box.git("config", "core.fileMode", "false");
    fs.writeFileSync(box.path(".git/index.lock"), "");
    const { code, stderr } = await init(box);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/index\.lock.*: start `git add --chmod=\+x prime` in /)]);
    fs.rmSync(box.path(".git/index.lock"));
    box.git("add", "--chmod=+x", "prime");
    expect(box.git("ls-files", "--stage", "prime")).toMatch(/^100755 /);
  });

  it("takes what a broad .gitignore leaves out", async () => {
    const box = repo({ ".gitignore": "/*\n!/README.md\n!/.gitignore\n" });
    expect(await init(box)).toMatchObject({ code: 0 });
    box.git("add", "--all");
    expect(box.git("diff", "--cached", "--name-only").split("\n")).toEqual([
      ".gitattributes",
      ".gitignore",
      "prime",
      "prime.toml",
      "",
    ]);
  });
});
