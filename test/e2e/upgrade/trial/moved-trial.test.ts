import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { PythonShelf, packable } from "../../../support/pythons/pythons.ts";
import { good, installed, isWarm, repo, shown } from "../../../support/repos.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

const [old, young] = packable().slice(-2);

/** An app on the older Python; both locks are committed. */
async function app(shelf: PythonShelf, policy: string, text = "") {
  const index = await packageIndex();
  index.publish("alpha", "1.0");
  const box = repo(
    {
      "pyproject.toml": `[project]
name = "demo"
version = "1"
requires-python = ">=3.10"
dependencies = ["alpha"]
[[tool.uv.index]]
url = "${index.url}"
default = true
`,
      "prime.toml": `[upgrade]\nmanifest = "${shelf.list}"\n${policy}`,
      "app.py": text,
    },
    { python: path.join(old?.folder ?? "", "bin/python3") },
  );
  box.git("init", "--quiet");
  await good(box, ["uv", "lock", "--quiet"]);
  await good(box, ["python", "pin"]);
  await good(box);
  box.git("add", "-A");
  box.git("commit", "--quiet", "-m", "start");
  return { box, index };
}

describe.skipIf(old === undefined || young === undefined || process.platform !== "linux")(
  "an upgrade that moves the interpreter (two CPythons of pyenv on Linux)",
  () => {
    const shelf = new PythonShelf();
    if (old !== undefined && young !== undefined) for (const one of [old, young]) shelf.add(one);

    it("goes back when it crashes on trial, and no timer takes that build again: a person does", async () => {
      const { box, index } = await app(
        shelf,
        "trial = { starts = 2, window_s = 60 }\n",
        `import os, platform, signal, alpha
if platform.python_version() == "${young?.version}" and not os.path.exists("mended"):
    os.kill(os.getpid(), signal.SIGSEGV)
print(platform.python_version(), alpha.version)
`,
      );
      const run = ["run", "python", "app.py"];
      const before = shown(box);
      await good(box, ["upgrade"]);
      const moved = shown(box);
      const lock = () => fs.readFileSync(box.path("prime.lock"), "utf8");
      expect(lock()).toContain(`version = "${young?.version}"`);
      expect(await isWarm(box)).toBe(false);
      expect((await box.run(run)).signal).toBe("SIGSEGV");
      expect((await box.run(run)).stderr).toContain(`back to ${before}`);
      expect((await good(box, run)).stdout).toBe(`${old?.version} 1.0\n`);
      expect(shown(box)).toBe(before);
      expect(await isWarm(box)).toBe(true);
      const entries = JSON.parse((await good(box, ["history", "--json"])).stdout) as object[];
      expect(entries.slice(0, 2)).toMatchObject([
        { what: "rollback", from: moved, to: before, changes: [`Python ${young?.version} -> ${old?.version}`] },
        { what: "upgrade", to: moved },
      ]);
      await good(box, ["upgrade", "--check"]);
      await good(box, ["upgrade", "--auto"]);
      expect(shown(box)).toBe(before);

      box.git("checkout", "--quiet", "--", "prime.lock");
      expect((await good(box, run)).stdout).toBe(`${old?.version} 1.0\n`);
      for (const word of ["--check", "--auto"])
        expect((await good(box, ["upgrade", word])).stderr).toContain(`${young?.version} has failed here before`);
      expect(shown(box)).toBe(before);
      index.publish("alpha", "1.1");
      expect((await box.run(["upgrade", "--check"])).code).toBe(1);
      await good(box, ["upgrade", "--auto"]);
      expect((await good(box, run)).stdout).toBe(`${old?.version} 1.1\n`);
      expect(lock()).toContain(`version = "${old?.version}"`);

      box.file("mended", "");
      await good(box, ["upgrade", "--python"]);
      for (let start = 0; start < 3; start += 1) expect((await good(box, run)).stdout).toBe(`${young?.version} 1.1\n`);
      expect(await isWarm(box)).toBe(true);
      expect((await good(box, ["doctor"])).stdout).not.toContain("proved bad");
    });

    it("goes on with packages alone when it has failed its validation with them", async () => {
      const { box, index } = await app(
        shelf,
        `verify = ["python -c 'import platform; assert platform.python_version() != \\"${young?.version}\\"'"]\n`,
      );
      index.publish("alpha", "1.1");
      expect((await box.run(["upgrade", "--auto"])).code).toBe(4);
      expect((await box.run(["upgrade", "--check"])).code).toBe(1);
      expect((await good(box, ["upgrade", "--auto"])).stderr).toContain("alpha 1.0 -> 1.1");
      expect((await box.run(["upgrade", "--auto"])).code).toBe(4); // with these packages it was not tried yet
      await good(box, ["upgrade", "--auto"]);
      await good(box, ["upgrade", "--check"]);
    });

    it("lets packages go on without it where a timer asks and no list of interpreters can be had, and fails all the same", {
      timeout: 120_000,
    }, async () => {
      if (old === undefined || young === undefined) return;
      const shelf = new PythonShelf();
      shelf.add(old);
      const { box, index } = await app(shelf, "");
      shelf.add(young);
      const list = fs.readFileSync(shelf.list);
      for (const [version, spoil] of [
        ["1.1", () => fs.rmSync(shelf.list)],
        ["1.2", () => fs.writeFileSync(shelf.list, list.subarray(0, 40))],
        ["1.3", () => fs.writeFileSync(shelf.list, `${list}`.replaceAll(".tar.gz", ".zip"))],
      ] as const) {
        spoil();
        index.publish("alpha", version);
        expect((await box.run(["upgrade"])).code).toBe(125);
        const { code, stderr } = await box.run(["upgrade", "--auto"]);
        expect([code, stderr]).toEqual([125, expect.stringMatching(/list\.json|\.zip/)]);
        expect(stderr).toMatch(new RegExp(`upgraded: .*alpha .* -> ${version}`, "s"));
        expect(installed(box).alpha).toBe(version);
      }
      fs.writeFileSync(shelf.list, list);
      expect((await good(box, ["upgrade", "--auto"])).stderr).toContain(`Python ${old.version} -> ${young.version}`);
    });

    it("is taken back by a rollback that names how a pin comes back which git does not know", async () => {
      const { box } = await app(shelf, "");
      box.git("rm", "--quiet", "--cached", "prime.lock");
      await good(box, ["upgrade", "--python"]);
      const { stderr } = await good(box, ["rollback"]);
      expect(stderr).toContain(`to make it last: \`./prime python pin ${old?.version}\``);
      await good(box, ["python", "pin", old?.version ?? ""]);
      expect((await good(box, ["run", "python", "-V"])).stdout).toBe(`Python ${old?.version}\n`);
    });
  },
);
