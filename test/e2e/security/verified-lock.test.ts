import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { listing } from "../../support/listing.ts";
import { goodPython } from "../../support/machine.ts";
import { repo, uv } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { Tattler } from "../../support/servers/tattler.ts";

describe("verify compares uv.lock with what projects say", () => {
  const NAMED = '[project]\nname = "demo"\nrequires-python = ">=3.9"\n';
  const BACKEND = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n';
  const METADATA = "Metadata-Version: 2.1\\nName: demo\\nVersion: 1\\n";

  /** A repo that is built by its own code, and locked; both leave a word. */
  function locked(project: string): { readonly box: Sandbox; readonly tattler: Tattler } {
    const box = repo({ "pyproject.toml": `${NAMED}${project}${BACKEND}` });
    const tattler = new Tattler(box);
    box.file(
      "backend.py",
      `${tattler.python("backend")}import os
def prepare_metadata_for_build_wheel(folder, settings=None):
    os.makedirs(folder + "/demo-1.dist-info")
    open(folder + "/demo-1.dist-info/METADATA", "w").write("${METADATA}")
    return "demo-1.dist-info"
prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel
`,
    );
    uv(box, ["lock", "--quiet", "--python", goodPython()], { PYTHONDONTWRITEBYTECODE: "1" });
    tattler.told();
    return { box, tattler };
  }

  async function lockOf(
    box: Sandbox,
    ...args: string[]
  ): Promise<[status: string, found: string, mend: string | null]> {
    const before = listing(box.root);
    const { checks } = JSON.parse((await box.run(["verify", "--json", ...args])).stdout);
    expect(listing(box.root)).toEqual(before);
    const [{ status, found, mend }] = checks.filter(({ check }: { check: string }) => check === "lock");
    return [status, found, mend];
  }

  it("without building, where they say it in their files; a dynamic version is no hindrance", async () => {
    for (const said of ['version = "1"\n', 'dynamic = ["version"]\n']) {
      const { box, tattler } = locked(said);
      tattler.script(box.path(".venv/bin/python"));
      box.file(".venv/pyvenv.cfg", `home = ${box.root}\n`);
      expect(await lockOf(box)).toEqual(["sound", "uv.lock fits pyproject.toml", null]);
      expect(tattler.told()).toEqual([]);
    }
    const { box, tattler } = locked('version = "1"\n');
    box.file("pyproject.toml", `${NAMED}version = "1"\ndependencies = ["six"]\n${BACKEND}`);
    expect((await lockOf(box)).slice(0, 2)).toEqual(["finding", "uv.lock does not fit what pyproject.toml asks for"]);
    expect(tattler.told()).toEqual([]);
  });

  it("else says so, and builds only where it may", async () => {
    const { box, tattler } = locked('dynamic = ["version", "dependencies"]\n');
    expect(await lockOf(box)).toEqual([
      "finding",
      expect.stringContaining("only when they are built"),
      "`./prime verify --build` builds what that takes",
    ]);
    expect(tattler.told()).toEqual([]);
    fs.appendFileSync(box.path("pyproject.toml"), "# uv keeps what it built of the one before\n");
    expect(await lockOf(box, "--build")).toEqual(["sound", "uv.lock fits pyproject.toml", null]);
    expect(tattler.told()).toEqual(["backend"]);
  });

  it("and follows neither lock nor sources out of the root", async () => {
    const { box, tattler } = locked('version = "1"\n');
    const evil = path.join(box.base, "evil");
    fs.cpSync(box.root, evil, { recursive: true });
    const dynamic = `[project]\nname = "evil"\ndynamic = ["version", "dependencies"]\n${BACKEND}`;
    fs.writeFileSync(path.join(evil, "pyproject.toml"), dynamic);
    fs.mkdirSync(box.path("inside"));
    fs.symlinkSync(path.join(evil, "pyproject.toml"), box.path("inside/pyproject.toml"));
    const own = `${NAMED}version = "1"\ndependencies = ["evil"]\n${BACKEND}`;
    const text = fs.readFileSync(box.path("uv.lock"), "utf8");
    for (const place of [evil, "../evil", "inside"]) {
      box.file(
        "pyproject.toml",
        `${own}[tool.uv.sources]\nevil = { path = ${JSON.stringify(place)}, editable = true }\n`,
      );
      expect((await lockOf(box))[0]).toBe("finding");
      box.file(
        "pyproject.toml",
        `${NAMED}version = "1"\n${BACKEND}[tool.uv.workspace]\nmembers = [${JSON.stringify(place)}]\n`,
      );
      expect((await lockOf(box))[0]).toBe("finding");
      box.file("pyproject.toml", `${NAMED}version = "1"\n${BACKEND}`);
      for (const source of [
        `source = { editable = ${JSON.stringify(place)} }`,
        `source.editable = ${JSON.stringify(place)}`,
      ]) {
        box.file("uv.lock", `${text}\n[[package]]\nname = "evil"\nversion = "1"\n${source}\n`);
        expect((await lockOf(box))[0]).toBe("finding");
      }
      box.file("uv.lock", text);
      expect([place, tattler.told()]).toEqual([place, []]);
    }
  });
});
