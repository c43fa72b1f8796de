import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { bad, edit, good, installed, isWarm, repo, shown } from "../../../support/repos.ts";

/** How often a command has noted that it ran, and what it noted. */
function notes(file: string): string[] {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
}

describe("setup commands", () => {
  it("run inside each new environment, once", async () => {
    const box = repo({
      "requirements.txt": "six\n",
      "prime.toml": `setup = ["python -c 'import os; print(os.environ[\\"VIRTUAL_ENV\\"])' >> notes", "echo second >> notes"]\n`,
    });
    const { stdout } = await good(box, ["run", "sh", "-c", 'echo "$VIRTUAL_ENV"']);
    const expected = [stdout.trim(), "second"];
    expect(notes(box.path("notes"))).toEqual(expected);
    await good(box, ["run", "true"]);
    expect(await isWarm(box)).toBe(true);
    fs.utimesSync(box.path("requirements.txt"), 1, 1);
    await good(box);
    expect(notes(box.path("notes"))).toEqual(expected);
    edit(box, "requirements.txt", "iniconfig\n");
    await good(box);
    expect(notes(box.path("notes"))).toHaveLength(4);
    edit(box, "requirements.txt", "six\n");
    await good(box);
    expect(notes(box.path("notes"))).toHaveLength(4);
  });

  it("see the user's own environment, with what prime's own Node is spared", async () => {
    const box = repo({ "prime.toml": `setup = ["env | grep -E '^(PRIME_)?NODE_' | sort > notes"]\n` });
    await good(box, [], { env: { NODE_OPTIONS: "--require /nowhere.js", NODE_EXTRA_CA_CERTS: "" } });
    expect(notes(box.path("notes"))).toEqual(["NODE_EXTRA_CA_CERTS=", "NODE_OPTIONS=--require /nowhere.js"]);
  });

  it("that fail end the start: the environment stays, nothing is warm, and all run again", async () => {
    const box = repo({
      "requirements.txt": "six\n",
      "prime.toml": 'setup = ["echo one >> notes", "echo so it was; test -e mended", "echo three >> notes"]\n',
    });
    for (const times of [1, 2]) {
      const said = await bad(box, ["run", "touch", box.path("ran")]);
      expect(said).toContain("`echo so it was; test -e mended` failed");
      expect(said).toContain("status 1");
      expect(said).toMatch(/^ +so it was$/m);
      expect(notes(box.path("notes"))).toEqual(Array(times).fill("one"));
      expect(await isWarm(box)).toBe(false);
    }
    expect(installed(box)).toHaveProperty("six");
    expect(fs.existsSync(box.path("ran"))).toBe(false);
    const before = shown(box);
    box.file("mended", "");
    await good(box);
    expect([shown(box), notes(box.path("notes"))]).toEqual([before, ["one", "one", "one", "three"]]);
    await good(box, ["run", "true"]);
    expect(await isWarm(box)).toBe(true);
  });

  it("run again when they are others, in the same environment", async () => {
    const box = repo({ "requirements.txt": "six\n" });
    await good(box);
    const before = shown(box);
    edit(box, "prime.toml", 'setup = ["echo now >> notes"]\n');
    await good(box);
    expect([shown(box), notes(box.path("notes"))]).toEqual([before, ["now"]]);
  });
});
