import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { edit, generations, good, installed, isWarm, packagesOf, repo, shown, uv } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";

const REQUIREMENTS = "six==1.16.0\n";

/** No index answers. */
const NOWHERE = "http://127.0.0.1:9";
const OFFLINE = { env: { HTTP_PROXY: NOWHERE, HTTPS_PROXY: NOWHERE, ALL_PROXY: NOWHERE, NO_PROXY: "" } };

function inVenv(box: Sandbox, ...args: string[]): void {
  uv(box, ["pip", ...args, "--quiet"], { VIRTUAL_ENV: box.path(".venv") });
}

function sitePackages(venv: string): string {
  const [name] = fs.readdirSync(path.join(venv, "lib"));
  return path.join(venv, "lib", name as string, "site-packages");
}

/** A repo whose environment was changed by hand: a package, another version, a script, and a module of no package. */
async function changed(): Promise<Sandbox> {
  const box = repo({ "requirements.txt": REQUIREMENTS });
  await good(box);
  inVenv(box, "install", "six==1.17.0", "wheel==0.45.1");
  fs.writeFileSync(path.join(sitePackages(box.path(".venv")), "own.py"), "print('own')\n");
  return box;
}

const CHANGED = { six: "1.17.0", wheel: "0.45.1" };

/** Files below the environment, byte code left out, that mention something. */
function mentions(venv: string, text: string): string[] {
  const files = fs.readdirSync(venv, { recursive: true, encoding: "utf8" }).map((name) => path.join(venv, name));
  return files.filter(
    (file) => fs.statSync(file).isFile() && !file.endsWith(".pyc") && fs.readFileSync(file).includes(text),
  );
}

describe("./prime adopt", () => {
  let box: Sandbox;
  let first: string;
  let adopted: string;
  beforeAll(async () => {
    box = await changed();
    first = shown(box);
  });

  it("makes the environment that is shown, changed as it is, a new one: no index is asked", async () => {
    const { stderr } = await good(box, ["adopt"], OFFLINE);
    for (const line of ["six went from 1.16.0 to 1.17.0", "wheel 0.45.1 was added"]) expect(stderr).toContain(line);
    for (const line of ["  six 1.16.0 -> 1.17.0\n", "  wheel 0.45.1 added\n"]) expect(stderr).toContain(line);
    expect(stderr).toContain(
      "to keep these changes for good, declare them in the project: write NAME into requirements.txt",
    );
    adopted = shown(box);
    expect(adopted).not.toBe(first);
    expect(installed(box)).toEqual(CHANGED);
    expect((await good(box, ["run", "python", "-m", "own"])).stdout).toBe("own\n");
    expect((await good(box, ["run", "wheel", "version"])).stdout).toContain("0.45.1");
    expect(await isWarm(box)).toBe(true);
    expect(JSON.parse((await good(box, ["history", "--json"])).stdout)[0]).toMatchObject({
      what: "adopt",
      from: first,
      to: adopted,
      changes: ["six 1.16.0 -> 1.17.0", "wheel 0.45.1 added"],
    });
  });

  it("keeps where all that nobody changed came from, and says that of the rest nothing tells", async () => {
    const resolutionOf = (id: string): string =>
      JSON.parse(fs.readFileSync(box.path(".prime/generations", id, "prime.json"), "utf8")).resolution;
    expect(resolutionOf(adopted)).toBe(resolutionOf(first));
    const kept = fs.readFileSync(box.path(".prime/resolved", resolutionOf(adopted)), "utf8");
    expect(kept).toContain('version = "1.16.0"');
  });

  it("is whole by itself: nothing in it names the old one, and each file is as RECORD tells", async () => {
    const venv = fs.realpathSync(box.path(".venv"));
    expect(mentions(venv, first)).toEqual([path.join(venv, "prime.json")]);
    expect(mentions(venv, box.path(".venv"))).toEqual([]);
    fs.rmSync(box.path(".prime/generations", first), { recursive: true });
    expect((await good(box, ["doctor"])).stdout).toContain("are as RECORD tells");
    expect((await good(box, ["run", "python", "-c", "import six; print(six.__version__)"])).stdout).toBe("1.17.0\n");
  });

  it("lasts until an input changes, and is shown again when it is back", async () => {
    edit(box, "requirements.txt", "six==1.15.0\n");
    await good(box);
    expect(installed(box)).toEqual({ six: "1.15.0" });
    edit(box, "requirements.txt", REQUIREMENTS);
    await good(box);
    expect(shown(box)).toBe(adopted);
  });

  it("takes what a start has replaced already, by its id; the other one stays for a rollback", async () => {
    const replaced = await changed();
    const old = shown(replaced);
    expect((await good(replaced)).stderr).toContain(`./prime adopt ${old}`);
    const rebuilt = shown(replaced);
    expect(installed(replaced)).toEqual({ six: "1.16.0" });

    const refused = await replaced.run(["adopt"]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`./prime adopt ${old} takes`)]);
    expect((await replaced.run(["adopt", "nothing-like-it"])).stderr).toContain(old);
    await good(replaced, ["adopt", old]);
    const taken = shown(replaced);
    expect(installed(replaced)).toEqual(CHANGED);
    expect(generations(replaced)).toEqual([old, rebuilt, taken].sort());
    expect(packagesOf(replaced.path(".prime/generations", old))).toEqual(CHANGED);
    await good(replaced, ["rollback"]);
    expect(shown(replaced)).toBe(rebuilt);
    await good(replaced, ["rollback", "--cancel"]);
    expect(shown(replaced)).toBe(taken);
  });

  it("takes files that were edited, which the doctor finds sound from then on; refuses what is not whole", async () => {
    const edited = repo({ "requirements.txt": REQUIREMENTS });
    await good(edited);
    const six = () => path.join(sitePackages(fs.realpathSync(edited.path(".venv"))), "six.py");
    expect((await edited.run(["adopt"])).stderr).toContain("there is nothing to adopt");
    fs.appendFileSync(six(), "mine = 1\n");
    expect((await edited.run(["doctor"])).stdout).toContain("`./prime adopt` keeps it");
    expect((await good(edited, ["adopt"])).stderr).toMatch(/six: \S+six\.py is not what was installed/);
    expect((await good(edited, ["run", "python", "-c", "import six; print(six.mine)"])).stdout).toBe("1\n");
    await good(edited, ["doctor"]);

    const before = shown(edited);
    fs.rmSync(six());
    const { code, stderr } = await edited.run(["adopt"]);
    expect([code, stderr]).toEqual([125, expect.stringMatching(/six: \S+six\.py is missing/)]);
    expect([shown(edited), generations(edited).length]).toEqual([before, 2]);
  });

  it("takes an environment that lost its manifest with all else", async () => {
    const cleared = repo({ "requirements.txt": REQUIREMENTS });
    await good(cleared);
    uv(cleared, ["venv", "--quiet", "--clear", ".venv"]);
    inVenv(cleared, "install", "iniconfig==2.0.0");
    await good(cleared, ["adopt"]);
    expect(installed(cleared)).toEqual({ iniconfig: "2.0.0" });
    expect(await isWarm(cleared)).toBe(true);
  });
});
