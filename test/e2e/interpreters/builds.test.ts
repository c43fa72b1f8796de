import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { anyPython } from "../../fixtures/python.ts";
import {
  type BuildServer,
  buildServer,
  byList,
  hostPlatform,
  keptIn,
  packed,
  runsBy,
  sha256,
  storeOf,
} from "../../support/pythons/builds.ts";
import { somePython } from "../../support/pythons/interpreters.ts";
import { bad, good, repo } from "../../support/repos.ts";
import type { Sandbox, SandboxOptions } from "../../support/sandbox.ts";

const PROJECT = '[project]\nname = "demo"\nversion = "0.1.0"\n';

async function hosted(more = "", options: SandboxOptions = {}): Promise<{ server: BuildServer; box: Sandbox }> {
  const server = await buildServer();
  return { server, box: repo({ "pyproject.toml": PROJECT, "prime.toml": byList(server, more) }, options) };
}

/** A real build, whose archive is as it should be. */
function real() {
  const python = somePython();
  return { python, version: python.version, bytes: fs.readFileSync(packed(python)) };
}

/** What a start with a pin on such bytes says, and that nothing of them stays. */
async function refused(bytes: Buffer, digest = sha256(bytes)): Promise<string> {
  const { server, box } = await hosted();
  server.publish({ version: "3.12.1", bytes, sha256: digest });
  await good(box, ["python", "pin"].concat("3.12.1"));
  const said = await bad(box, ["run", "true"]);
  expect(keptIn(box)).toEqual([]);
  return said;
}

const TAR = `
import io, sys, tarfile
kind, out = sys.argv[1:]
with tarfile.open(out, "w:gz") as tree:
    def add(name, type=tarfile.REGTYPE, link="", mode=0o755):
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname, entry.mode = type, link, mode
        tree.addfile(entry, io.BytesIO(b""))
    add("python/bin/python3.12")
    if kind == "traversal": add("python/../../escaped")
    if kind == "link": add("python/out", tarfile.SYMTYPE, "/tmp"); add("python/out/escaped")
    if kind == "device": add("python/null", tarfile.CHRTYPE)
    if kind == "setuid": add("python/bin/su", mode=0o4755)
`;

function crafted(box: Sandbox, kind: string): Buffer {
  const out = path.join(box.base, `${kind}.tar.gz`);
  execFileSync(anyPython(), ["-c", TAR, kind, out]);
  return fs.readFileSync(out);
}

describe("an interpreter that is fetched", () => {
  it("with other bytes of the same length is refused, and nothing of it stays", async () => {
    const { bytes } = real();
    const other = Buffer.from(bytes);
    other[other.length - 20] = (other[other.length - 20] as number) ^ 1;
    expect(await refused(other, sha256(bytes))).toContain("wrong-digest");
  });

  it.each([
    ["traversal", "would be written outside"],
    ["link", "leads out"],
    ["device", "is a device"],
    ["setuid", "sets the user or group id"],
  ])("whose archive has a %s is refused, and nothing is unpacked", async (kind, word) => {
    const said = await refused(crafted(repo({}), kind));
    expect(said).toContain(word);
    expect(said).toContain("python-archive");
  });

  it("whose archive is cut off, or would fill the disk, is refused", async () => {
    expect(await refused(real().bytes.subarray(0, -100))).toContain("it is torn");
    const large = Buffer.alloc(512);
    large.write("python/large", 0);
    large.write("0000644\0", 100);
    large.write("77777777777\0", 124);
    large.write("ustar\u000000", 257);
    large.write("        0", 148);
    large.write(
      `${large
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
    );
    expect(await refused(gzipSync(large))).toContain("more than any interpreter");
  });

  it("that is another version than its list says is refused, and removed", async () => {
    const { version, bytes } = real();
    const { server, box } = await hosted();
    const lie = `${version.replace(/\.\d+$/, "")}.99`;
    server.publish({ version: lie, bytes });
    const said = await bad(box, ["python", "install", lie]);
    expect(said).toContain(`it is cpython ${version}`);
    expect(keptIn(box)).toEqual([]);
  });

  it("without a digest is refused by that, and so is a build that contradicts another", async () => {
    const { server, box } = await hosted();
    server.publish({ version: "3.12.1", bytes: Buffer.from("a"), sha256: null });
    const none = await box.run(["python", "install", "3.12"]);
    expect(none.code).toBe(3);
    expect(none.stderr).toContain("no sha256 is known");
    for (const text of ["a", "b"]) server.publish({ version: "3.11.1", bytes: Buffer.from(text) });
    expect(await bad(box, ["python", "install", "3.11"])).toContain("is listed 2 times with different archives");
  });

  it("is taken from the first mirror that has it, then from its own address", async () => {
    const { version, bytes } = real();
    const [down, altered] = [await buildServer(), await buildServer()];
    const { server, box } = await hosted(`mirrors = ["${down.url}/", "${altered.url}/"]\n`);
    const name = server.publish({ version, bytes });
    down.instead.set(name, 404);
    altered.instead.set(name, Buffer.from("other"));
    const { stderr } = await good(box, ["python", "install", version]);
    expect(stderr).toContain(`the mirror ${down.url} is passed by`);
    expect(stderr).toMatch(new RegExp(`the mirror ${altered.url} is passed by: .*sha256`));
    expect([down, altered, server].map(({ asked }) => asked.filter((one) => one === name).length)).toEqual([1, 1, 1]);
    expect(keptIn(box)).toEqual([`${sha256(bytes).slice(0, 16)}-${version}`]);
  });

  it("into a full disk leaves nothing, and says what to do", async ({ skip }) => {
    const { version, bytes } = real();
    const { server, box } = await hosted();
    server.publish({ version, bytes });
    const store = storeOf(box);
    fs.mkdirSync(store, { recursive: true });
    const size = Math.ceil(bytes.length / 1e6) + 8;
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `mode=755,size=${size}m`, "none", store]);
    if (status !== 0) skip("only root can mount a small disk");
    try {
      const said = await bad(box, ["python", "install", version]);
      expect(said).toContain("free some space on that disk");
      expect(keptIn(box)).toEqual([]);
    } finally {
      spawnSync("umount", ["-l", store]);
    }
  });
});

describe("./prime python", () => {
  it("chooses by PEP 440, and leaves what is not final, or special, to who asks for it", async () => {
    const { server, box } = await hosted();
    for (const version of ["3.9.1", "3.10.0", "3.10.2", "3.14.0rc1"])
      server.publish({ version, bytes: Buffer.from(version) });
    server.publish({ version: "3.10.2", bytes: Buffer.from("t"), variant: "freethreaded" });
    server.publish({ version: "3.11.0", bytes: Buffer.from("s"), platform: "linux-s390x-gnu" });
    const pins = async (...request: string[]) => {
      await good(box, ["python", "pin", ...request]);
      return /^version = "(.*)"/m.exec(fs.readFileSync(box.path("prime.lock"), "utf8").split("[python]")[1] ?? "")?.[1];
    };
    expect(await pins(">=3.9")).toBe("3.10.2");
    expect(await pins("3.14.0rc1")).toBe("3.14.0rc1");
    expect(await pins("3.10t")).toBe("3.10.2");
    expect(fs.readFileSync(box.path("prime.lock"), "utf8")).toContain('variant = "freethreaded"');
    const { stdout } = await good(box, ["python", "list", "--json"]);
    const listed = JSON.parse(stdout) as { platform: string; upstream: { version: string; allowed: boolean }[] };
    expect(listed.platform).toBe(hostPlatform());
    expect(listed.upstream.map(({ version }) => version)).toEqual(["3.10.2", "3.9.1"]);
    const all = JSON.parse((await good(box, ["python", "list", "--all", "--json"])).stdout);
    expect(all.upstream.map((one: { version: string }) => one.version)).toContain("3.14.0rc1");
    expect(all.upstream.find((one: { version: string }) => one.version === "3.14.0rc1")).toMatchObject({
      allowed: false,
      rule: "prereleases",
    });
    const beside = path.join(box.base, "pythons.json");
    fs.writeFileSync(beside, await (await fetch(server.list)).text());
    box.file("prime.toml", `[upgrade]\nmanifest = "${beside}"\n`);
    const shown = (await good(box, ["python", "list", "--all"])).stdout;
    expect(shown).toMatch(/^listed for linux-\w+-\w+ in file:/);
    expect(shown).toContain("  3.14.0rc1  1         not allowed: 3.14.0rc1 is a pre-release");
  });

  it("refuses what policy does not allow with 3, by the rule", async () => {
    const { server, box } = await hosted('max_minor = "3.10"\nexclude = ["python ==3.9.1"]\n');
    for (const version of ["3.9.1", "3.11.0"]) server.publish({ version, bytes: Buffer.from(version) });
    for (const [request, rule] of [
      ["3.11", "max_minor"],
      ["3.9", "exclude"],
    ] as const) {
      for (const verb of ["install", "pin"]) {
        const { code, stderr } = await box.run(["python", verb, request]);
        expect([verb, code, stderr.includes(`the rule is \`${rule}\``)]).toEqual([verb, 3, true]);
      }
    }
    box.file(".python-version", "3.8\n");
    const { code, stderr } = await box.run(["python", "pin", "3.11"]);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/outside of 3\.8, \.python-version\n {2}next: ask for/)]);
    expect(fs.existsSync(box.path("prime.lock"))).toBe(false);
  });

  it("installs what a repo stands on without a pin, where PATH has nothing that fits", async () => {
    const { version, bytes } = real();
    const { server, box } = await hosted("", { python: null });
    server.publish({ version, bytes });
    await good(box, ["python", "install", version]);
    box.file(".python-version", `${version}\n`);
    expect((await runsBy(box)).version).toBe(version);
    expect(await bad(box, ["python", "remove", version])).toContain(box.path(".prime/generations"));
  });

  it("removes what nothing stands on, and nothing else", async () => {
    const { python, version, bytes } = real();
    const { server, box } = await hosted();
    server.publish({ version, bytes });
    await good(box, ["python", "pin", version]);
    await runsBy(box);
    const said = await bad(box, ["python", "remove", python.minor]);
    expect(said).toContain(box.path(".prime/generations"));
    const { stdout } = await good(box, ["python", "list"]);
    expect(stdout).toContain(`in use by ${box.root}`);
    expect(stdout).toContain("pinned by prime.lock");
    fs.mkdirSync(path.join(storeOf(box), "not-primes"));
    const [kept = ""] = keptIn(box).filter((name) => name !== "not-primes");
    const forged = path.join(storeOf(box), kept, "used-by/forged");
    fs.symlinkSync(box.home, forged);
    const told = await bad(box, ["python", "remove", version]);
    expect(told).toContain(`no environment on it is at ${box.home}`);
    expect(told).not.toContain("rm -r");
    fs.rmSync(forged);
    execFileSync("/bin/sh", ["-c", /needed: (rm -r .*)$/m.exec(said)?.[1] ?? "false"]);
    await good(box, ["python", "remove", version]);
    expect(keptIn(box)).toEqual(["not-primes"]);
    expect((await box.run(["python", "remove", "not-primes"])).code).toBe(2);
    expect((await runsBy(box)).version).toBe(version);
    server.instead.set("/pythons.json", 404);
    const { stderr } = await good(box, ["python", "install", python.minor]);
    expect(stderr).toContain("only what is kept is known\nkept: ");
    const others = await Promise.all(["3.99t", "2.7", "abc"].map((one) => box.run(["python", "install", one])));
    expect(others.map(({ code }) => code)).toEqual([125, 2, 2]);
    expect(others[0]?.stderr).toContain("could not find Python 3.99 (freethreaded) for");
  });

  it("makes a list of a folder of archives, which a file in that folder leads to", async () => {
    const { version } = real();
    const box = repo({ "pyproject.toml": PROJECT });
    const folder = path.join(box.base, "builds");
    fs.mkdirSync(folder);
    fs.copyFileSync(packed(somePython()), path.join(folder, `cpython-${version}-${hostPlatform()}.tar.gz`));
    fs.writeFileSync(path.join(folder, "notes.tar.gz"), "none");
    const { stdout, stderr } = await good(box, ["python", "manifest", folder]);
    expect(stderr).toContain("notes.tar.gz is left out");
    fs.writeFileSync(path.join(folder, "pythons.json"), stdout);
    box.file("prime.toml", `[upgrade]\nmanifest = "${path.join(folder, "pythons.json")}"\n`);
    await good(box, ["python", "pin", version]);
    expect((await runsBy(box)).version).toBe(version);
  });

  it.each([
    ["torn", Buffer.from('{"releases": {'), "it is torn, or no JSON"],
    ["that is too large", Buffer.alloc(33 * 1024 * 1024, " "), "larger"],
    ["that is not there", 404, "404"],
  ])("says of a list %s what is wrong, and lists what is kept", async (_, body, word) => {
    const { server, box } = await hosted();
    server.instead.set("/pythons.json", body);
    expect(await bad(box, ["python", "install", "3.12"])).toContain(word);
    const { stdout, stderr } = await good(box, ["python", "list"]);
    expect(stderr).toContain(word);
    expect(stdout).toContain("kept here: none");
  });
});
