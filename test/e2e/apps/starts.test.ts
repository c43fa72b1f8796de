import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { isRunning } from "../../../src/edges/machine.ts";
import { AppBox, saying } from "../../support/apps/apps.ts";
import { folderOf } from "../../support/failures.ts";
import { goodPython } from "../../support/machine.ts";
import { LONG_AGO } from "../../support/sandbox.ts";
import { NO_NODE } from "../../support/system/no-node.ts";
import { skip } from "../../support/system/users.ts";
import { MACHINE_SHELLS } from "../../support/warm.ts";

async function installed(keys = "", versions = ["1"]): Promise<AppBox> {
  const app = new AppBox(keys);
  app.publish("1");
  await app.init();
  await app.says([]);
  for (const version of versions.slice(1)) app.publish(version);
  return app;
}

const isBegun = (app: AppBox): boolean => fs.existsSync(path.join(app.home, "claim"));
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Ends all that a job leaves behind together with it, as service managers and containers do. */
const KILLING = ["unshare", "-p", "-f", "--mount-proc", "--kill-child"];

describe("an update that is killed with its start", () => {
  it("is counted, and after two a start lasts until it is done", async () => {
    if (spawnSync("unshare", [...KILLING.slice(1), "true"]).status !== 0) skip("no PID namespace can be made here");
    const app = await installed("linger_s = 120\n");
    app.publish("2", saying("2", "sys.exit(int(sys.argv[1]))"));
    const due = (args: string[]) => app.run(args, { shell: [...KILLING, "/bin/sh"], env: { PRIME_UPDATE: "due" } });
    for (const attempts of [1, 2]) {
      expect(await due(["a"])).toMatchObject({ code: 0, stdout: "foo 1 a\n", stderr: "" });
      expect(await app.status()).toMatchObject({ staged: null, updater: null, check: { attempts } });
    }
    const third = await due(["b"]);
    expect(third).toMatchObject({ code: 0, stdout: "foo 1 b\n", stderr: expect.stringContaining("120 s longer") });
    expect(await app.status()).toMatchObject({ staged: expect.stringContaining("2-"), check: { attempts: 0 } });
    expect(await due(["7"])).toMatchObject({ code: 7, stderr: "" });
    app.publish("3");
    const odd = KILLING.filter((word) => word !== "--mount-proc"); // what /proc tells is of other processes
    for (const words of ["c", "d", "e", "f"])
      await app.run([words], { shell: [...odd, "/bin/sh"], env: { PRIME_UPDATE: "due" } });
    expect((await app.status()).check.message).toMatch(/^foo 3-\w+ was taken$/);
  });
});

describe("where PATH has nothing but an interpreter and a Node", () => {
  it("an update by hand goes through its stages, and one beside a start comes to its end", async () => {
    const app = await installed("", ["1", "2"]);
    const PATH = folderOf(app.box, "tools", { node: process.execPath, python3: goodPython() });
    const updated = await app.run(["self", "update"], { env: { PATH } });
    expect(updated).toMatchObject({ code: 0, stderr: expect.stringContaining("foo is 2 now") });
    app.publish("3");
    expect(await app.updateBeside({ PATH })).toMatchObject({ staged: expect.stringContaining("3-") });
  });
});

describe("a start that is due", () => {
  it("looks, as no other does: never where it is told so, in CI only where the schedule was chosen", async () => {
    const app = await installed();
    const due = () => fs.utimesSync(path.join(app.home, "due"), LONG_AGO, LONG_AGO);
    expect(await app.warm(["a"])).toMatchObject({ code: 0, stdout: "foo 1 a\n" });
    due();
    for (const env of [{ PRIME_UPDATE: "never" }, { CI: "true" }])
      expect(await app.warm(["b"], { env })).toMatchObject({ code: 0, stdout: "foo 1 b\n" });
    expect(isBegun(app)).toBe(false);
    expect(await app.warm(["c"])).toMatchObject({ code: 0, stdout: "foo 1 c\n", stderr: "" });
    expect(isBegun(app)).toBe(true);
    expect(await app.run(["self", "update"], { env: { PRIME_UPDATE: "sometimes" } })).toMatchObject({ code: 0 });
    expect(await app.run(["d"], { env: { PRIME_UPDATE: "sometimes" } })).toMatchObject({ code: 2 });
    app.config += 'check = "hourly"\n';
    await app.init();
    fs.utimesSync(app.launcher, LONG_AGO, LONG_AGO + 1);
    await app.updateBeside();
    due();
    expect(isBegun(app)).toBe(false);
    expect((await app.warm(["f"], { env: { CI: "true" } })).code).toBe(0);
    expect(isBegun(app)).toBe(true);
  });
});

/** What a start shows of itself, as JSON: its children, prime's variables, and who has begun to update the app. */
const SHOWING = `
    import glob, json
    def parent(file):
        try:
            return open(file).read().rpartition(")")[2].split()[1]
        except OSError:
            return ""
    children = [file for file in glob.glob("/proc/[0-9]*/stat") if parent(file) == str(os.getpid())]
    names = sorted(name for name in os.environ if name.lower().startswith("prime_"))
    claim = os.environ["HOME"] + "/.local/state/prime/apps/foo/claim"
    print(json.dumps([children, names, json.load(open(claim)) if os.path.exists(claim) else None]))
`;
const OWN_NAMES = ["PRIME_GENERATION", "PRIME_LAUNCHER", "PRIME_UPDATE"];

describe("an update that a ready plan begins", () => {
  it("is one, in each shell, is known before the command runs, and has nothing of the user's", async () => {
    const app = new AppBox();
    app.publish("1", saying("1", SHOWING));
    await app.init();
    await app.says([]);
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const beside = path.join(path.dirname(app.launcher), "foo.toml");
    const source = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`;
    fs.writeFileSync(beside, app.config.replace(/sources = .*/, `sources = ["${source}"]`));
    fs.utimesSync(beside, LONG_AGO, LONG_AGO);
    await app.says([], { PRIME_UPDATE: "never" });
    for (const [name, shell] of MACHINE_SHELLS) {
      const due = { shell, env: { PRIME_UPDATE: "due" } };
      const starts = [await app.run(["x"], due), await app.warm(["x"], due), await app.warm(["x"], due)];
      const [[children, names, claim]] = starts.map(({ stdout }) => JSON.parse(stdout.split("\n")[0] ?? ""));
      const [pid] = claim;
      const shown = { name, children, names, others: starts.map(({ stdout, stderr }) => [stdout, stderr]) };
      expect(shown).toEqual({ name, children: [], names: OWN_NAMES, others: Array(3).fill([starts[0]?.stdout, ""]) });
      expect((await app.status()).updater).toEqual({ pid });
      const stat = () => fs.readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /, "").split(" ");
      while (stat()[16] !== "10") await pause();
      expect(stat()[3]).toBe(`${pid}`);
      process.kill(-pid, "SIGKILL");
      while (isRunning(pid, `${claim[1]}`)) await pause();
      expect(await app.warm(["x"], due)).toMatchObject({ code: 125, stderr: expect.stringContaining(NO_NODE) });
      expect(await app.status()).toMatchObject({ updater: null, check: { attempts: 1 } });
      fs.rmSync(path.join(app.home, "claim"));
    }
  });

  it("is counted where its start is killed before it has a name, and is in nobody's way where there is no Node", async () => {
    const app = new AppBox();
    app.publish("1");
    await app.init();
    const node = app.box.path("node");
    fs.copyFileSync(process.execPath, node);
    fs.chmodSync(node, 0o755);
    const PATH = folderOf(app.box, "tools", { node, python3: goodPython() });
    await app.says([], { PATH });
    expect((await app.warm(["a"])).stdout).toBe("foo 1 a\n");
    for (const file of [node, path.join(PATH, "node")]) fs.rmSync(file);
    for (const word of ["b", "c"]) {
      const started = await app.run([word], { env: { PATH, PRIME_UPDATE: "due" } });
      expect(started).toMatchObject({ code: 0, stdout: `foo 1 ${word}\n`, stderr: "" });
      expect((await app.idle("")).check).toMatchObject({ attempts: 1, outcome: "current" });
    }
    fs.writeFileSync(path.join(app.home, "claim"), "");
    for (const text of ["", "#!/bin/sh\nexit 127\n"]) {
      fs.writeFileSync(path.join(PATH, "node"), text, { mode: 0o755 }); // as one whose libraries have gone
      for (const PRIME_UPDATE of ["due", "wait"]) {
        const started = await app.run(["d"], { env: { PATH, PRIME_UPDATE } });
        expect(started).toMatchObject({ code: 0, stdout: "foo 1 d\n", stderr: "" });
      }
    }
    app.publish("2");
    expect(await app.updateBeside()).toMatchObject({ staged: expect.stringContaining("2-"), check: { attempts: 0 } });
    expect(isBegun(app)).toBe(false);
  });
});

describe("adopt", () => {
  it("now waits for what is new, as long as it has patience; wait as long as it takes", async () => {
    const app = await installed('adopt = "now"\npatience_s = 120\n');
    app.publish("2");
    expect(await app.says(["x"], { PRIME_UPDATE: "due" })).toBe("foo 2 x");
    app.config = app.config.replace("now", "ask").replace("120", "0.05");
    await app.init();
    app.publish("3");
    await app.updateBeside();
    expect(await app.run(["y"])).toMatchObject({
      stdout: "foo 2 y\n",
      stderr: expect.stringContaining("`foo self update` takes it"),
    });
    expect(await app.says(["z"], { PRIME_UPDATE: "wait" })).toBe("foo 3 z");
    fs.renameSync(app.basket, `${app.basket}-away`);
    const { stdout, stderr } = await app.run(["z"], { env: { PRIME_UPDATE: "wait" } });
    expect([stdout, stderr]).toEqual([
      "foo 3 z\n",
      expect.stringMatching(/foo could not be updated: .*there is no such folder/),
    ]);
  });
});
