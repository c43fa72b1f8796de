import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import { describe, expect, it } from "vitest";
import { good, installed, isWarm, repo, shown } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";

interface Entry {
  readonly what: string;
  readonly from: string | null;
  readonly to: string;
  readonly changes: readonly string[];
  readonly kept: boolean;
}

async function historyOf(box: Sandbox): Promise<Entry[]> {
  return JSON.parse((await good(box, ["history", "--json"])).stdout);
}

/** A repo that went from one environment to a second. */
async function twice() {
  const box = repo({ "requirements.txt": "six==1.16.0\n" });
  await good(box);
  const first = shown(box);
  box.file("requirements.txt", "six==1.16.0\niniconfig==2.0.0\n", { mtime: 1_700_000_100 });
  await good(box);
  return { box, first, second: shown(box) };
}

describe("./prime rollback", () => {
  it("shows the previous environment, warm, until --cancel", async () => {
    const { box, first, second } = await twice();
    const { stderr } = await good(box, ["rollback"]);
    expect(stderr).toContain("rolled back: ./prime rollback --cancel");
    expect(shown(box)).toBe(first);
    expect(Object.keys(installed(box))).toEqual(["six"]);
    expect(await isWarm(box)).toBe(true);
    expect((await good(box, ["status"])).stdout).toContain("until an input changes, or ./prime rollback --cancel");

    await good(box, ["rollback", "--cancel"]);
    expect(shown(box)).toBe(second);
    expect(await isWarm(box)).toBe(true);
    expect((await good(box)).stderr).not.toContain("rolled back");
    expect((await historyOf(box)).map(({ what, to }) => [what, to])).toEqual([
      ["switch", second],
      ["rollback", first],
      ["build", second],
      ["build", first],
    ]);
  });

  it("ends when an input changes, and holds again for what it was made for", async () => {
    const { box, first, second } = await twice();
    await good(box, ["rollback", first.slice(0, 10)]);
    box.file("requirements.txt", "click==8.1.7\n", { mtime: 1_700_000_200 });
    await good(box);
    expect([first, second]).not.toContain(shown(box));
    box.file("requirements.txt", "six==1.16.0\niniconfig==2.0.0\n", { mtime: 1_700_000_300 });
    await good(box);
    expect(shown(box)).toBe(first);
  });

  it("builds nothing and asks no network; what it names must be there and whole", async () => {
    const { box, first, second } = await twice();
    const nowhere = "http://127.0.0.1:9";
    const offline = { env: { HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, ALL_PROXY: nowhere, NO_PROXY: "" } };
    await good(box, ["rollback"], offline);
    expect(shown(box)).toBe(first);
    expect((await box.run(["rollback", ""])).code).toBe(2);
    const unknown = await box.run(["rollback", "nothing-like-it"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain(second);

    await good(box, ["rollback", "--cancel"]);
    fs.rmSync(box.path(".prime/generations", first, "pyvenv.cfg"));
    const broken = await box.run(["rollback", first]);
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain("not as it was built");
    expect(shown(box)).toBe(second);
  });

  it("tells how each file that asks for the other environment becomes what it was", { timeout: 120_000 }, async () => {
    const project = (dependencies: string[]) =>
      `[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ${JSON.stringify(dependencies)}\n`;
    const box = repo({ "pyproject.toml": project([]) });
    box.git("init", "-q");
    box.git("add", "pyproject.toml");
    await good(box);
    const first = shown(box);
    await good(box, ["uv", "add", "--quiet", "six"]);
    const advice = /^to make it last: `(git checkout -- pyproject.toml && rm uv.lock)`; where the change is committed/m;
    const [, command = ""] = advice.exec((await good(box, ["rollback"])).stderr) ?? [];
    execFileSync("sh", ["-c", command], { cwd: box.root, env: box.env });
    await good(box);
    expect(shown(box)).toBe(first);

    box.git("rm", "-q", "-f", "--cached", "pyproject.toml");
    box.file("pyproject.toml", project(["six"]));
    await good(box);
    expect((await good(box, ["rollback"])).stderr).toContain("to make it last: undo the change of pyproject.toml\n");
  });

  it("gives way to what is asked for when its environment is gone", async () => {
    const { box, first, second } = await twice();
    await good(box, ["rollback"]);
    fs.rmSync(box.path(".prime/generations", first), { recursive: true });
    expect((await good(box)).stderr).toContain(`the rollback to ${first} ends`);
    expect(shown(box)).toBe(second);
  });
});

describe("./prime history", () => {
  it("tells package by package what changed, and which environments are still there", async () => {
    const { box, first, second } = await twice();
    expect(await historyOf(box)).toMatchObject([
      { what: "build", from: first, to: second, changes: ["iniconfig 2.0.0 added"], kept: true },
      { what: "build", from: null, to: first, changes: [], kept: true },
    ]);
    fs.rmSync(box.path(".prime/generations", first), { recursive: true });
    const { stdout } = await good(box, ["history"]);
    expect(stdout).toContain("    iniconfig 2.0.0 added\n");
    expect(stdout).toContain(`${first} (gone): the first start here`);
  });

  it("tells what the user asked for as the reason", async () => {
    const { box } = await twice();
    await good(box, ["reboot"]);
    const [last] = JSON.parse((await good(box, ["history", "--json"])).stdout);
    expect(last).toMatchObject({ what: "build", why: "asked for by the user" });
  });

  it("has nothing to tell before the first start", async () => {
    expect((await good(repo({}), ["history"])).stdout).toContain("No environment was built yet");
  });
});

describe("what a generation says of itself", () => {
  it("names packages with digests, who built it when and why, and how long each step took", async () => {
    const { box, second } = await twice();
    const manifest = JSON.parse(fs.readFileSync(box.path(".prime/generations", second, "prime.json"), "utf8"));
    expect(manifest.packages).toEqual({ iniconfig: "2.0.0", six: "1.16.0" });
    expect(Object.keys(manifest.packageDigests)).toEqual(Object.keys(manifest.packages));
    for (const digest of Object.values(manifest.packageDigests)) expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(manifest.builtBy).toMatchObject({ user: os.userInfo().username, host: os.hostname() });
    expect(manifest.reason).toContain("requirements.txt");
    expect(manifest.madeOf).toMatchObject({ driver: "venv_uv", kind: "requirements", root: box.root, groups: [] });
    const requirements = createHash("sha256").update("six==1.16.0\niniconfig==2.0.0\n").digest("hex");
    expect(manifest.madeOf.inputs).toContainEqual(["file", "requirements.txt", requirements]);
    expect(manifest.digest).toBe(createHash("sha256").update(JSON.stringify(manifest.madeOf)).digest("hex"));
    expect(manifest.steps.map(({ title }: { title: string }) => title)).toContain("validate the environment");
  });

  it("tells a package of the same version that has other contents", async () => {
    const box = repo({ "pyproject.toml": withScript("one"), "src/demo/__init__.py": "" });
    await good(box);
    box.file("pyproject.toml", withScript("two"), { mtime: 1_700_000_100 });
    await good(box);
    expect((await historyOf(box))[0]?.changes).toEqual(["demo 1.0 with other contents"]);
  });
});

function withScript(name: string): string {
  return `[project]
name = "demo"
version = "1.0"
scripts = { ${name} = "demo:main" }
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
`;
}
