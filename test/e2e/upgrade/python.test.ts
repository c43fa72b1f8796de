import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { PythonShelf, packable } from "../../support/pythons/pythons.ts";
import { good, hashes, installed, isWarm, repo, shown } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { packageIndex } from "../../support/servers/index-server.ts";

const [old, young] = packable().slice(-2);
const isLinux = process.platform === "linux";
const minorOf = (version: string) => version.split(".").slice(0, 2).join(".");

/** A repo on the older interpreter, whose list is this shelf's. */
async function ready(shelf: PythonShelf, policy = "", files: Record<string, string> = {}): Promise<Sandbox> {
  const box = repo(
    {
      "pyproject.toml": '[project]\nname = "demo"\nversion = "0.1.0"\nrequires-python = ">=3.10"\ndependencies = []\n',
      "prime.toml": `[upgrade]\nmanifest = "${shelf.list}"\n${policy}`,
      ...files,
    },
    { python: path.join(old?.folder ?? "", "bin/python3") },
  );
  await good(box);
  return box;
}

const version = async (box: Sandbox) =>
  (await good(box, ["run", "python", "-c", "import platform; print(platform.python_version())"])).stdout.trim();

describe.skipIf(old === undefined || young === undefined || !isLinux)(
  "./prime upgrade --python (two CPythons of pyenv on Linux)",
  () => {
    const shelf = new PythonShelf();
    if (young !== undefined && isLinux) shelf.add(young);

    it("stands on a build of the list, pins it for every clone, and a rollback is without a network", async () => {
      if (old === undefined || young === undefined) return;
      const box = await ready(shelf, "", {
        ".python-version": `${minorOf(old.version)}\n`,
        ".github/workflows/ci.yml": `python: "${minorOf(old.version)}"\n`,
      });
      const before = shown(box);
      expect((await good(box, ["upgrade"])).stderr).toContain("pyenv install");
      expect(await version(box)).toBe(old.version);
      const asked = ["upgrade", "--python", minorOf(young.version)];
      const { stdout } = await good(box, [...asked, "--dry-run", "--json"]);
      expect(JSON.parse(stdout)).toMatchObject({ python: { from: old.version, to: young.version } });
      expect(fs.existsSync(box.path("prime.lock"))).toBe(false);
      expect((await good(box, ["status"])).stdout).toMatch(new RegExp(`^newer +Python ${young.version}, seen`, "m"));
      expect(await isWarm(box)).toBe(true);

      const { stderr } = await good(box, asked);
      expect(stderr).toContain(".github/workflows/ci.yml:1 names Python");
      expect(await version(box)).toBe(young.version);
      expect(await isWarm(box)).toBe(true);
      expect(fs.readFileSync(box.path("prime.lock"), "utf8")).toContain(`version = "${young.version}"`);
      expect(fs.readFileSync(box.path(".python-version"), "utf8")).toBe(`${minorOf(young.version)}\n`);
      expect((await box.run(["upgrade", "--check"])).code).toBe(0);
      expect((await good(box, ["eval"])).stdout).toContain(`# locked python`);
      expect(JSON.parse((await good(box, ["eval", "--json"])).stdout).prime_lock).toMatchObject({
        value: { python: { version: young.version } },
        source: { where: box.path("prime.lock") },
      });
      expect(JSON.parse((await good(box, ["status", "--json"])).stdout).environment.newer).toBeNull();

      const after = shown(box);
      const back = await good(box, ["rollback"]);
      expect(back.stderr).toContain("to make it last: `rm prime.lock`; undo the change of .python-version\n");
      expect(shown(box)).toBe(before);
      expect(await version(box)).toBe(old.version);
      await good(box, ["rollback", "--cancel"]);
      expect(shown(box)).toBe(after);
    });

    it("takes the packages as they are shown, whatever that interpreter once had", { timeout: 120_000 }, async () => {
      if (old === undefined || young === undefined) return;
      const index = await packageIndex();
      index.publish("alpha", "1.0");
      const files = { "requirements.txt": `--index-url ${index.url}\nalpha\n` };
      const box = await ready(shelf, "", { ...files, "pyproject.toml": "" });
      await good(box, ["upgrade", "--python", minorOf(young.version)]);
      fs.rmSync(box.path("prime.lock"));
      await good(box, ["rollback"]);
      expect(await version(box)).toBe(old.version);
      index.publish("alpha", "1.1");
      await good(box, ["upgrade", "--packages"]);
      expect(installed(box)).toMatchObject({ alpha: "1.1" });
      await good(box, ["upgrade", "--python", minorOf(young.version)]);
      expect(await version(box)).toBe(young.version);
      expect(installed(box)).toMatchObject({ alpha: "1.1" });
    });

    it("refuses what the policy does not allow, and names the rule", async () => {
      if (young === undefined || old === undefined) return;
      const box = await ready(shelf, `max_minor = "${minorOf(old.version)}"\n`);
      const { code, stderr } = await box.run(["upgrade", "--python", minorOf(young.version)]);
      expect(code).toBe(3);
      expect(stderr).toContain("`max_minor`");
      const undated = new PythonShelf();
      undated.add(young, { build: "" });
      box.file("prime.toml", `[upgrade]\nmanifest = "${undated.list}"\nexclude_newer = 7\n`);
      const told = await good(box, ["upgrade", "--python", "--dry-run"]);
      expect(told.stderr).toContain("no cool-down holds for it");
      const special = await box.run(["upgrade", "--python", `${minorOf(old.version)}t`, "--dry-run"]);
      expect(special.stderr).toContain(`could not find Python ${minorOf(old.version)} (freethreaded)`);
    });

    it("ends with 4 for a build that is not what it says, and for one that lacks what the old one had", async () => {
      if (young === undefined || old === undefined) return;
      const liar = new PythonShelf();
      liar.add(young, { as: "3.14.9" });
      const box = await ready(liar);
      const [before, files] = [shown(box), hashes(box)];
      const lied = await box.run(["upgrade", "--python"]);
      expect(lied.stderr).toContain("3.14.9");
      expect(lied).toMatchObject({ code: 4 });
      for (const words of [["--check"], ["--auto", "3.14"]]) {
        const { stderr } = await good(box, ["upgrade", ...words.slice(0, 1), "--python", ...words.slice(1)]);
        expect(stderr).toContain("3.14.9 has failed here before");
      }

      const poor = new PythonShelf();
      poor.add(young, { without: ["_sqlite3*.so"] });
      box.file("prime.toml", `[upgrade]\nmanifest = "${poor.list}"\n`);
      const lacks = await box.run(["upgrade", "--python"]);
      expect(lacks.stderr).toContain("sqlite3");
      expect(lacks.code).toBe(4);
      expect(lacks.stderr).toContain("may lack into `waive` of [upgrade]");
      for (const word of ["--check", "--auto"])
        expect((await good(box, ["upgrade", word, "--python"])).stderr).toContain("has failed here before");
      box.file("prime.toml", files["prime.toml"] === undefined ? "" : `[upgrade]\nmanifest = "${liar.list}"\n`);
      expect(hashes(box)).toEqual(files);
      expect(shown(box)).toBe(before);

      box.file("prime.toml", `[upgrade]\nmanifest = "${poor.list}"\nwaive = ["sqlite3"]\n`);
      expect((await box.run(["upgrade", "--check", "--python"])).code).toBe(1);
      await good(box, ["upgrade", "--python"]);
      expect(await version(box)).toBe(young.version);
      await good(box, ["rollback"]); // a pin is no range: what was built before it is as good as it was
      expect(await version(box)).toBe(old.version);
    });
  },
);
