import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { edit, generations, good, isWarm, repo, shown } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { mounted } from "../../support/system/users.ts";

const FILES = { "requirements.txt": "six==1.17.0\n" };
const PRINT_SIX = ["run", "python", "-c", "import six; print(six.__version__)"];
const LEFT = "is left as it is: it shows what is used at";

/** Changes a generation's own account, as another machine would have written it. */
function rewrite(box: Sandbox, id: string, change: (manifest: { root: string; interpreter: object }) => object): void {
  const file = box.path(".prime/generations", id, "prime.json");
  const manifest = JSON.parse(fs.readFileSync(file, "utf8"));
  fs.writeFileSync(file, JSON.stringify({ ...manifest, ...change(manifest) }));
}

const ELSEWHERE = { user: "root", host: "a-container", inContainer: true };
const GONE_PYTHON = { realPath: "/opt/of-the-image/bin/python3.12", anchor: "/opt/of-the-image/bin/python3.12" };

/** A folder whose `.venv` shows what a container made that has it at this path or another. */
async function shared(root?: string): Promise<{ box: Sandbox; theirs: string }> {
  const box = repo(FILES);
  await good(box);
  const theirs = shown(box);
  rewrite(box, theirs, ({ root: ours, interpreter }) => ({
    root: root ?? ours,
    builtBy: ELSEWHERE,
    digest: "0".repeat(64),
    interpreter: { ...interpreter, ...GONE_PYTHON },
  }));
  fs.rmSync(path.join(box.home, ".local/state"), { recursive: true });
  return { box, theirs };
}

describe("a folder that is shared with a container", () => {
  it.each([
    ["at the same path, with an interpreter that is not visible here", undefined],
    ["at another path", "/workspace"],
  ])("%s: each has its own environment, and `.venv` stays with whom it shows", async (_, root) => {
    const { box, theirs } = await shared(root);
    const { stderr } = await good(box);
    expect(stderr).toContain(`${box.path(".venv")} ${LEFT} ${root ?? box.root} on a-container; remove it`);
    expect(stderr).not.toContain("was moved");
    expect(shown(box)).toBe(theirs);
    expect(generations(box).length).toBe(2);
    expect(await isWarm(box)).toBe(true);

    edit(box, "requirements.txt", "six==1.16.0\n");
    expect((await good(box)).stderr).not.toContain(LEFT);
    expect(shown(box)).toBe(theirs);
    fs.rmSync(box.path(".venv"));
    await good(box);
    expect(shown(box)).not.toBe(theirs);
    expect(await isWarm(box)).toBe(true);
  });

  it("what the other one built is never collected, however old", async () => {
    const { box, theirs } = await shared("/workspace");
    rewrite(box, theirs, () => ({ builtAt: 0 }));
    fs.rmSync(box.path(".prime/history.jsonl"));
    await good(box);
    fs.rmSync(box.path(".venv"));
    edit(box, "requirements.txt", "six==1.16.0\n");
    await good(box);
    const { stderr } = await good(box, ["gc", "--keep", "0", "--older", "0"]);
    expect(stderr).not.toContain(theirs);
    expect(generations(box)).toContain(theirs);
    expect(fs.lstatSync(box.path(".prime/generations", theirs)).isDirectory()).toBe(true);
  });

  it("another machine of the same make takes the same environment", async () => {
    const box = repo(FILES);
    await good(box);
    const id = shown(box);
    rewrite(box, id, () => ({ builtBy: ELSEWHERE }));
    fs.rmSync(path.join(box.home, ".local/state"), { recursive: true });
    expect((await good(box)).stderr).not.toContain(LEFT);
    expect([shown(box), generations(box)]).toEqual([id, [id]]);
  });
});

describe("a checkout at two paths of one machine", () => {
  it("by a bind mount: each path has its own environment and warm starts, and `.venv` stays with the first", async () => {
    const box = repo(FILES);
    await good(box);
    const first = shown(box);
    const there = path.join(box.base, "there");
    fs.mkdirSync(there);
    const shell = mounted(box.root, there);
    const options = { shell, cwd: "/", launcher: path.join(there, "prime") };
    const { stderr } = await good(box, [], options);
    expect(stderr).toContain(`${path.join(there, ".venv")} ${LEFT} ${box.root}`);
    const { stdout } = await good(box, ["run", "python", "-c", "import six; print(six.__file__)"], options);
    expect(stdout).toMatch(new RegExp(`^${there}/`));
    expect(shown(box)).toBe(first);
    for (const start of [options, {}]) {
      expect((await good(box, ["-v", "run", "true"], start)).stderr).not.toContain("first start");
      expect((await good(box, ["-q", "run", "true"], { ...start, env: { PATH: "/usr/bin:/bin" } })).code).toBe(0);
    }
    expect(await isWarm(box)).toBe(true);
  });
});

describe("a checkout that was", () => {
  it.each(["moved", "copied"])("%s: says so in one line, keeps its versions, and is built once", async (what) => {
    const box = repo({ "requirements.txt": "six<1.17\n" });
    await good(box);
    edit(box, "requirements.txt", "six<2\n");
    const before = (await good(box, PRINT_SIX)).stdout;
    expect(before).toBe("1.16.0\n"); // what works is kept, though there is a newer one
    const there = path.join(box.base, "there");
    if (what === "moved") fs.renameSync(box.root, there);
    else execFileSync("cp", ["-a", box.root, there]);
    const options = { cwd: there, launcher: path.join(there, "prime") };
    const { stdout, stderr } = await good(box, PRINT_SIX, options);
    expect(stderr.match(/^this checkout was .*$/gm)).toEqual([
      `this checkout was ${what} from ${box.root}: environments can't follow, it is built anew here`,
    ]);
    expect(stdout).toBe(before);
    expect((await good(box, [], options)).stderr).toMatch(/^prime: ready: .*\n$/);
    expect(fs.realpathSync(path.join(there, ".venv"))).toMatch(new RegExp(`^${there}/`));
  });
});
