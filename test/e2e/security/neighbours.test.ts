import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { listing } from "../../support/listing.ts";
import { good, isWarm, repo, shown } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { give, userOf } from "../../support/system/users.ts";

const FILES = { "requirements.txt": "six==1.17.0\n", "prime.toml": 'setup = ["true"]\n' };

describe("a root that everybody may add to (mode 1777)", () => {
  /** A root of root's in which two users meet. */
  function meeting(): { box: Sandbox; victim: ReturnType<typeof userOf>; neighbour: ReturnType<typeof userOf> } {
    const box = repo(FILES, { python: null });
    const [victim, neighbour] = [userOf(box, 54322), userOf(box, 54321)];
    fs.chmodSync(box.root, 0o1777);
    return { box, victim, neighbour };
  }

  it("names that a neighbour has made first are neither used nor removed", async () => {
    const { box, victim, neighbour } = meeting();
    for (const name of [".prime/generations/11111111-11111111", ".prime/aside/.venv-00000000"]) {
      fs.mkdirSync(box.path(name), { recursive: true });
    }
    fs.writeFileSync(box.path(".prime/aside/.venv-00000000/pyvenv.cfg"), "home = /usr/bin\n");
    fs.writeFileSync(box.path(".prime/lock"), "");
    give(box.path(".prime"));
    fs.chmodSync(box.path(".prime"), 0o777);
    const before = listing(box.path(".prime"));
    const { stderr } = await good(box, [], victim);
    expect(stderr).toContain(`${box.path(".prime")} belongs to another user (uid 54321)`);
    for (const args of [["gc", "--keep", "0", "--older", "0"], ["rollback"], ["reboot"], ["doctor", "--fix"]]) {
      await box.run(args, victim);
      expect(listing(box.path(".prime"))).toEqual(before);
    }
    expect(neighbour.env.HOME).not.toBe(victim.env.HOME);
  });

  it("a neighbour can't take what prime made there, and what looks like its drafts is left", async () => {
    const { box, victim } = meeting();
    await good(box, [], victim);
    const mark = "1.00000000.00000000";
    const drafts = [`.venv.${mark}.01234567.tmp`, `uv.lock.${mark}.01234567.tmp`, ".tmpAb12Cd"].map((name) =>
      box.path(name),
    );
    fs.symlinkSync("nowhere", drafts[0] as string);
    for (const file of drafts.slice(1)) fs.writeFileSync(file, "version = 1\n");
    for (const file of drafts) fs.lchownSync(file, 54321, 54321);
    await good(box, ["gc"], victim);
    expect(drafts.filter((file) => fs.lstatSync(file, { throwIfNoEntry: false }) === undefined)).toEqual([]);
    expect(await isWarm(box)).toBe(false);
    expect(fs.statSync(box.path(".prime")).mode & 0o002).toBe(0);
  });
});

describe("hard links", () => {
  it.each(["history.jsonl", "state.json", ".gitignore", "lock", "setup.lock"])(
    "a %s that is another name of a file elsewhere is not written",
    async (name) => {
      const box = repo(FILES);
      const letter = path.join(box.base, "letter");
      fs.writeFileSync(letter, "keep\n");
      fs.mkdirSync(box.path(".prime"));
      fs.linkSync(letter, box.path(".prime", name));
      const before = listing(letter);
      const { stderr } = await good(box);
      expect(stderr).toContain(`${box.path(".prime", name)} has other names (hard links)`);
      for (const args of [["reboot"], ["rollback"], ["gc", "--keep", "0", "--older", "0"], ["doctor", "--fix"]])
        await box.run(args);
      expect(listing(letter)).toEqual(before);
    },
  );

  it("of an environment with uv's cache lose one name and no contents", async () => {
    const box = repo(FILES);
    const cache = path.join(box.base, "uv-cache");
    const env = { UV_CACHE_DIR: cache, UV_LINK_MODE: "hardlink" };
    await good(box, [], { env });
    const old = shown(box);
    await good(box, ["reboot"], { env });
    await good(box, ["reboot"], { env });
    const found = fs
      .readdirSync(cache, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("/six.py"));
    const all = [...new Set(found.map((name) => fs.realpathSync(path.join(cache, name))))];
    const texts = () => all.map((file) => fs.readFileSync(file, "utf8"));
    const names = () => all.reduce((sum, file) => sum + fs.statSync(file).nlink, 0);
    const before = [texts(), names()] as const;
    await good(box, ["gc", "--keep", "0", "--older", "0"], { env });
    expect(fs.lstatSync(box.path(".prime/generations", old)).isSymbolicLink()).toBe(true);
    expect([texts(), names()]).toEqual([before[0], before[1] - 1]);
  });
});
