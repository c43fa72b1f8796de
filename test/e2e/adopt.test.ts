import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { Sandbox } from "./harness.ts";
import { edit, generations, good, installed, isWarm, packagesOf, repo, shown, uv } from "./repos.ts";

/** No index answers. */
const OFFLINE = { env: { UV_DEFAULT_INDEX: "http://127.0.0.1:9/simple", PIP_INDEX_URL: "http://127.0.0.1:9/simple" } };

function inVenv(box: Sandbox, ...args: string[]): void {
  uv(box, ["pip", ...args, "--quiet"], { VIRTUAL_ENV: box.path(".venv") });
}

function sitePackages(venv: string): string {
  const [name] = fs.readdirSync(path.join(venv, "lib"));
  return path.join(venv, "lib", name as string, "site-packages");
}

/** A repo whose environment was changed by hand: a package, another version, a script, and a module of no package. */
async function changed(): Promise<{ box: Sandbox; first: string }> {
  const box = repo({ "requirements.txt": "six==1.16.0\n" });
  await good(box);
  inVenv(box, "install", "six==1.17.0", "wheel==0.45.1");
  fs.writeFileSync(path.join(sitePackages(box.path(".venv")), "own.py"), "print('own')\n");
  return { box, first: shown(box) };
}

const CHANGED = { six: "1.17.0", wheel: "0.45.1" };

/** Files below the environment that mention another one's id. */
function mentions(venv: string, id: string): string[] {
  const files = fs.readdirSync(venv, { recursive: true, encoding: "utf8" }).map((name) => path.join(venv, name));
  return files.filter((file) => fs.statSync(file).isFile() && fs.readFileSync(file).includes(id));
}

describe("./prime adopt", () => {
  it("makes the environment that is shown, changed as it is, a new one: no index is asked", async () => {
    const { box, first } = await changed();
    const { stderr } = await good(box, ["adopt"], OFFLINE);
    for (const line of ["six went from 1.16.0 to 1.17.0", "wheel 0.45.1 was added"]) expect(stderr).toContain(line);
    for (const line of ["  six 1.16.0 -> 1.17.0\n", "  wheel 0.45.1 added\n"]) expect(stderr).toContain(line);
    const adopted = shown(box);
    expect(adopted).not.toBe(first);
    expect(installed(box)).toEqual(CHANGED);
    expect((await good(box, ["run", "python", "-m", "own"])).stdout).toBe("own\n");
    expect((await good(box, ["run", "wheel", "version"])).stdout).toContain("0.45.1");
    expect(await isWarm(box)).toBe(true);
    expect(JSON.parse((await good(box, ["status", "--json"])).stdout).environment.drift).toEqual([]);
    expect(JSON.parse((await good(box, ["history", "--json"])).stdout)[0]).toMatchObject({
      what: "adopt",
      from: first,
      to: adopted,
      changes: ["six 1.16.0 -> 1.17.0", "wheel 0.45.1 added"],
    });
  });

  it("is whole by itself: nothing in it names the old one, and RECORD's digests are true", async () => {
    const { box, first } = await changed();
    await good(box, ["adopt"]);
    const venv = fs.realpathSync(box.path(".venv"));
    expect(mentions(venv, first)).toEqual(["prime.json"].map((name) => path.join(venv, name)));
    const check = `
import base64, csv, glob, hashlib, os, sys
for record in glob.glob(sys.argv[1] + "/*.dist-info/RECORD"):
    for name, digest, _ in csv.reader(open(record)):
        if digest:
            data = open(os.path.join(sys.argv[1], name), "rb").read()
            true = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            if digest != "sha256=" + true:
                print(name)
`;
    const wrong = execFileSync(path.join(venv, "bin/python"), ["-c", check, sitePackages(venv)], { encoding: "utf8" });
    expect(wrong).toBe("");
    fs.rmSync(box.path(".prime/generations", first), { recursive: true });
    expect((await good(box, ["run", "python", "-c", "import six; print(six.__version__)"])).stdout).toBe("1.17.0\n");
  });

  it("takes what a start has replaced already, by its id; the other one stays for a rollback", async () => {
    const { box, first } = await changed();
    const { stderr } = await good(box);
    expect(stderr).toContain(`./prime adopt ${first}`);
    const rebuilt = shown(box);
    expect(installed(box)).toEqual({ six: "1.16.0" });

    const refused = await box.run(["adopt"]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`./prime adopt ${first} takes`)]);
    await good(box, ["adopt", first]);
    const adopted = shown(box);
    expect(installed(box)).toEqual(CHANGED);
    expect(generations(box)).toEqual([first, rebuilt, adopted].sort());
    expect(packagesOf(box.path(".prime/generations", first))).toEqual(CHANGED);
    await good(box, ["rollback"]);
    expect(shown(box)).toBe(rebuilt);
    await good(box, ["rollback", "--cancel"]);
    expect(shown(box)).toBe(adopted);
  });

  it("lasts until an input changes, and is shown again when it is back", async () => {
    const { box } = await changed();
    await good(box, ["adopt"]);
    const adopted = shown(box);
    edit(box, "requirements.txt", "six==1.15.0\n");
    await good(box);
    expect(installed(box)).toEqual({ six: "1.15.0" });
    edit(box, "requirements.txt", "six==1.16.0\n");
    await good(box);
    expect(shown(box)).toBe(adopted);
  });

  it("refuses what is not sound or was not changed, and leaves what is shown", async () => {
    const { box, first } = await changed();
    expect((await box.run(["adopt", "nothing-like-it"])).stderr).toContain(first);
    fs.rmSync(path.join(sitePackages(box.path(".venv")), "six.py"));
    const { code, stderr } = await box.run(["adopt"]);
    expect([code, stderr]).toEqual([125, expect.stringMatching(/six: \S+six\.py is missing/)]);
    expect(generations(box)).toEqual([first]);
    await good(box);
    fs.rmSync(box.path(".prime/generations", first), { recursive: true });
    expect((await box.run(["adopt"])).stderr).toContain("there is nothing to adopt");
  });

  it("takes files that were edited, which the doctor finds sound from then on", async () => {
    const box = repo({ "requirements.txt": "six==1.16.0\n" });
    await good(box);
    fs.appendFileSync(path.join(sitePackages(fs.realpathSync(box.path(".venv"))), "six.py"), "mine = 1\n");
    expect((await box.run(["doctor"])).stdout).toContain("`./prime adopt` keeps it");
    expect((await good(box, ["adopt"])).stderr).toMatch(/six: \S+six\.py is not what was installed/);
    expect((await good(box, ["run", "python", "-c", "import six; print(six.mine)"])).stdout).toBe("1\n");
    await good(box, ["doctor"]);
    fs.appendFileSync(path.join(sitePackages(fs.realpathSync(box.path(".venv"))), "six.py"), "more = 1\n");
    expect((await box.run(["doctor"])).code).toBe(1);
  });

  it("takes an environment that lost its manifest with all else", async () => {
    const box = repo({ "requirements.txt": "six==1.16.0\n" });
    await good(box);
    uv(box, ["venv", "--quiet", "--clear", ".venv"]);
    inVenv(box, "install", "iniconfig==2.0.0");
    await good(box, ["adopt"]);
    expect(installed(box)).toEqual({ iniconfig: "2.0.0" });
    expect(await isWarm(box)).toBe(true);
  });
});
