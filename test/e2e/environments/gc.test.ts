import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { makerMark } from "../../../src/edges/files/own/maker-mark.ts";
import { bootId, hostName, processSpace, startOfProcess } from "../../../src/edges/machine.ts";
import { generations, good, installed, repo, shown } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { readerOf } from "../../support/system/gate.ts";

const VERSIONS = ["1.14.0", "1.15.0", "1.16.0"];

/** A repo that had an environment for each version of six; gives their ids, the oldest first. */
async function thrice(): Promise<{ box: Sandbox; ids: string[] }> {
  const box = repo({});
  const ids: string[] = [];
  for (const [index, version] of VERSIONS.entries()) {
    box.file("requirements.txt", `six==${version}\n`, { mtime: 1_700_000_000 + index });
    await good(box);
    ids.push(shown(box));
  }
  return { box, ids };
}

function kept(box: Sandbox): string[] {
  const folder = box.path(".prime/generations");
  return generations(box).filter((id) => fs.lstatSync(path.join(folder, id)).isDirectory());
}

describe("./prime gc", () => {
  it("keeps what is shown, the one before, and all that is young", async () => {
    const { box, ids } = await thrice();
    expect((await good(box, ["gc"])).stderr).toContain("nothing to remove: 3 kept");
    const dry = await good(box, ["gc", "--older", "0", "--keep", "0", "--dry-run"]);
    expect(dry.stderr).toContain(`would remove ${box.path(".prime/generations", ids[0] as string)} (`);
    expect(dry.stderr).toMatch(/would free \d+\.\d [KM]B; 2 kept/);
    expect(kept(box).length).toBe(3);

    const { stderr } = await good(box, ["gc", "--older", "0", "--keep", "0"]);
    expect(stderr).toMatch(/freed \d+\.\d [KM]B; 2 kept/);
    expect(kept(box).sort()).toEqual(ids.slice(1).sort());
    expect(installed(box)).toEqual({ six: "1.16.0" });
    expect((await good(box, ["history"])).stdout).toContain(`-> ${ids[1]}`);
  });

  it("leaves a link to what is shown where an environment was, since hooks wrote its path down", async () => {
    const { box, ids } = await thrice();
    await good(box, ["gc", "--older", "0", "--keep", "0"]);
    const gone = box.path(".prime/generations", ids[0] as string);
    expect(fs.readlinkSync(gone)).toBe("../../.venv");
    expect(fs.realpathSync(gone)).toBe(fs.realpathSync(box.path(".venv")));
    box.file("requirements.txt", "six==1.14.0\n", { mtime: 1_700_000_009 });
    await good(box);
    expect(installed(box)).toEqual({ six: "1.14.0" });
  });

  it("keeps what a process uses and what a rollback holds", async () => {
    const { box, ids } = await thrice();
    await good(box, ["rollback", ids[1] as string]);
    const folder = box.path(".prime/generations", ids[0] as string);
    const fifo = box.path("fifo");
    execFileSync("mkfifo", [fifo]);
    const wait = 'import sys; print("up", flush=True); open(sys.argv[1]).read()';
    const started = box.start(["run", `${folder}/bin/python`, "-c", wait, fifo]);
    await started.until("up");
    await good(box, ["gc", "--older", "0", "--keep", "0"]);
    expect(kept(box).sort()).toEqual([...ids].sort());
    await (await readerOf(fifo, started.ended)).close();
    await started.ended;
    await good(box, ["rollback", "--cancel"]);
    await good(box, ["gc", "--older", "0", "--keep", "0"]);
    expect(kept(box)).not.toContain(ids[0]);
  });

  it.each([
    ["has no manifest any more", (manifest: string) => fs.rmSync(manifest)],
    ["has a torn one", (manifest: string) => fs.truncateSync(manifest, 20)],
  ])("keeps what is shown although it %s, and what was shown before, so that it can be adopted", async (_, spoil) => {
    const { box, ids } = await thrice();
    const changed = ids[2] as string;
    spoil(box.path(".prime/generations", changed, "prime.json"));
    await good(box, ["gc", "--older", "0"]);
    expect([shown(box), installed(box)]).toEqual([changed, { six: "1.16.0" }]);
    box.file("requirements.txt", "six==1.15.0\n", { mtime: 1_700_000_009 });
    expect((await good(box)).stderr).toContain(`./prime adopt ${changed}`);
    await good(box, ["gc", "--older", "0"]);
    expect(kept(box)).toContain(changed);
    await good(box, ["adopt", changed]);
    expect(installed(box)).toEqual({ six: "1.16.0" });
  });

  it("removes what killed builds left behind", async () => {
    const { box, ids } = await thrice();
    const dead = "1.00000000.00000000";
    fs.mkdirSync(box.path(".prime/generations/00000000-00000000/bin"), { recursive: true });
    fs.mkdirSync(box.path(`.prime/work-00000000-00000000.${dead}`));
    fs.writeFileSync(box.path(`.prime/state.json.${dead}.01234567.tmp`), "");
    fs.mkdirSync(box.path(".prime/setup"));
    fs.writeFileSync(box.path(".prime/setup/11111111-11111111"), "0".repeat(64));
    fs.writeFileSync(box.path(".prime/resolved/0123456789abcdef.txt"), "six==1.17.0\n");
    fs.writeFileSync(box.path(`.prime/uv-lock.${dead}`), ".tmpUsers1");
    fs.writeFileSync(box.path(".tmpAb12Cd"), "version = 1\nrequires-python");
    fs.writeFileSync(box.path(".tmpMineOk"), "something of the user's");
    fs.writeFileSync(box.path(".tmpUsers1"), "version = 1\n");
    await good(box, ["gc"]);
    expect(generations(box).sort()).toEqual([...ids].sort());
    expect(fs.readdirSync(box.root).filter((name) => name.startsWith(".tmp"))).toEqual([".tmpMineOk", ".tmpUsers1"]);
    expect(fs.readdirSync(box.path(".prime")).filter((name) => /work-|tmp$|uv-lock/.test(name))).toEqual([]);
    expect(fs.readdirSync(box.path(".prime/setup"))).toEqual([]);
    expect(fs.readdirSync(box.path(".prime/resolved"))).not.toContain("0123456789abcdef.txt");
  });

  it("leaves and names what nothing proves to be prime's, though it stands among what is", async () => {
    const { box, ids } = await thrice();
    const long = { recursive: true };
    const mine = [
      "notes",
      "generations/mine/letter",
      "generations/00000000-half/letter",
      "generations/22222222-22222222/letter",
      "generations/33333333-33333333/prime.json",
      "generations/.gone-mine/letter",
      "resolved/mine.txt",
      "setup/mine",
      "setup/44444444-44444444",
      "work-mine/letter",
      "backup.tmp",
      "lock.0123456789abcdef",
    ];
    for (const name of mine) {
      fs.mkdirSync(path.dirname(box.path(".prime", name)), long);
      fs.writeFileSync(box.path(".prime", name), `{"layout":5,"id":"../../mine"}\n`);
    }
    fs.symlinkSync("../..", box.path(".prime/generations/up"));
    const { stderr } = await good(box, ["gc", "--keep", "0", "--older", "0"]);
    for (const name of mine) {
      const [named = ""] = /^[^/]+(?:\/[^/]+)?(?=\/letter$|\/prime.json$)|^.*$/.exec(name) ?? [];
      expect(stderr).toContain(`left ${box.path(".prime", named)}: nothing proves that prime made it\n`);
      expect(fs.readFileSync(box.path(".prime", name), "utf8")).toContain("layout");
    }
    expect(stderr).toContain(`left ${box.path(".prime/generations/up")}: nothing proves`);
    expect(
      kept(box)
        .filter((id) => ids.includes(id))
        .sort(),
    ).toEqual(ids.slice(1).sort());
    expect((await box.run(["doctor"])).stdout).toContain("nothing proves that prime made");
  });

  it("a build removes at once what a killed one left, and nobody removes what a living one makes", async () => {
    const { box, ids } = await thrice();
    const alive = makerMark();
    const dead = alive.replace(/[^.]+$/, "00000000");
    const [left, stays] = ["00000000-00000000", "11111111-11111111"];
    for (const [id, mark] of [
      [left, dead],
      [stays, alive],
    ] as const) {
      fs.mkdirSync(box.path(".prime/generations", id, "bin"), { recursive: true });
      fs.mkdirSync(box.path(`.prime/work-${id}.${mark}`));
      fs.symlinkSync("nowhere", box.path(`.venv.${mark}.01234567.tmp`));
    }
    await good(box, ["reboot"]);
    await good(box, ["gc"]);
    expect(generations(box).sort()).toEqual([...ids, shown(box), stays].sort());
    const drafts = [...fs.readdirSync(box.root), ...fs.readdirSync(box.path(".prime"))];
    const marked = drafts.filter((name) => /[.]tmp$|^work-/.test(name)).sort();
    expect(marked).toEqual([`.venv.${alive}.01234567.tmp`, `work-${stays}.${alive}`]);
  });

  it("removes the draft of any file of the repo's that a killed command did not put in its place", async () => {
    const { box } = await thrice();
    const alive = makerMark();
    const dead = alive.replace(/[^.]+$/, "00000000");
    const drafts = ["prime", "prime.lock", ".gitignore", "uv.lock"].map((name) => `${name}.${dead}.01234567.tmp`);
    const stays = [`prime.lock.${alive}.01234567.tmp`, "prime.lock.tmp", `prime.lock.${dead}.tmp`];
    for (const name of [...drafts, ...stays]) box.file(name, "");
    fs.mkdirSync(box.path(`mine.${dead}.01234567.tmp`));
    await good(box, ["gc"]);
    const left = fs.readdirSync(box.root).filter((name) => name.endsWith(".tmp"));
    expect(left.sort()).toEqual([...stays, `mine.${dead}.01234567.tmp`].sort());
  });

  it("leaves what git tracks, though its name is that of such a draft", async () => {
    const { box } = await thrice();
    const file = box.file(`uv.lock.${makerMark().replace(/[^.]+$/, "00000000")}.01234567.tmp`, "theirs");
    box.git("init", "-q");
    box.git("add", "--", file);
    await good(box, ["gc", "--older", "0"]);
    expect(fs.readFileSync(file, "utf8")).toBe("theirs");
    box.git("rm", "-q", "--cached", "--", file);
    await good(box, ["gc", "--older", "0"]);
    expect(fs.existsSync(file)).toBe(false);
  });

  it("leaves the link that a killed one did not come to", async () => {
    const { box, ids } = await thrice();
    const [oldest = ""] = ids;
    const dead = makerMark().replace(/[^.]+$/, "00000000");
    fs.renameSync(box.path(".prime/generations", oldest), box.path(`.prime/generations/.gone-${oldest}.${dead}`));
    fs.truncateSync(box.path(`.prime/generations/.gone-${oldest}.${dead}`, "prime.json"), 20);
    const told = (await box.run(["doctor"])).stdout;
    expect(told).toContain("killed starts left 1 behind");
    expect(told).not.toContain("unless you know what it is"); // a gc removes it, and enters no mount
    await good(box, ["gc"]);
    expect(generations(box).sort()).toEqual([...ids].sort());
    expect(fs.readlinkSync(box.path(".prime/generations", oldest))).toBe("../../.venv");
  });

  it("removes the lock of who died while it got uv, not that of who gets it", async () => {
    const box = repo({ ".prime/.gitignore": "*\n" }, { cache: "empty" });
    const cache = path.join(box.home, ".cache/prime/uv");
    fs.mkdirSync(cache);
    const own = { pid: process.pid, start: startOfProcess(process.pid), boot: bootId(), space: processSpace() };
    const holder = { ...own, host: hostName(), reason: "" };
    fs.writeFileSync(path.join(cache, "1.lock"), JSON.stringify(holder));
    fs.writeFileSync(path.join(cache, "2.lock"), JSON.stringify({ ...holder, start: "1" }));
    await good(box, ["gc"]);
    expect(fs.readdirSync(cache)).toEqual(["1.lock"]);
  });

  it("has nothing to do where nothing was built", async () => {
    expect((await good(repo({}), ["gc"])).stderr).toContain("no environment of yours was built yet");
  });
});
