import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { AppBox, saying } from "../../support/apps/apps.ts";
import { LAUNCHER } from "../../support/sandbox.ts";
import { mounted, userOf } from "../../support/system/users.ts";

/** Starts of root, and of a user, on a machine of whose `/var/lib/prime` only these know. */
function everybodys(app: AppBox) {
  const user = userOf(app.box);
  const kept = path.join(app.box.base, "var");
  for (const folder of [kept, "/var/lib/prime"]) fs.mkdirSync(folder, { recursive: true });
  const containers = path.join(app.box.base, "subuid");
  fs.writeFileSync(containers, "someone:100000:65536\n");
  fs.appendFileSync("/etc/subuid", ""); // one can't be mounted where there is none
  const through = [...mounted(kept, "/var/lib/prime"), ...mounted(containers, "/etc/subuid")];
  const PATH = `/usr/local/bin:/usr/bin:/bin:${path.dirname(process.execPath)}`;
  const as = async (shell: readonly string[], env: NodeJS.ProcessEnv, args: readonly string[], launcher?: string) => {
    const ended = await app.run(args, {
      ...(launcher && { launcher }),
      shell: [...through, ...shell],
      env: { ...env, XDG_STATE_HOME: undefined, PATH },
    });
    return { ...ended, stdout: ended.stdout.trimEnd() };
  };
  return {
    home: path.join(kept, "apps/foo"),
    root: (...args: string[]) => as(["/bin/sh"], {}, args),
    user: (...args: string[]) => as(user.shell ?? [], user.env, args),
    list: () => as(user.shell ?? [], user.env, ["app", "list"], LAUNCHER),
  };
}

describe("an app of root's", () => {
  it("serves everybody, is root's to update, and goes back for whom it fails, then for all", async () => {
    const app = new AppBox();
    const { home, root, user, list } = everybodys(app);
    app.publish("1");
    await app.init();
    expect(await root("a")).toMatchObject({ code: 0, stdout: "foo 1 a" });
    expect(await user("b")).toMatchObject({ code: 0, stdout: "foo 1 b", stderr: "" });
    expect(await user("self", "update")).toMatchObject({ code: 125, stderr: expect.stringContaining("it is root's") });
    app.publish("2", `import os\nif os.getuid() != 0:\n    import nowhere\n${saying("2")}`);
    expect(await root("self", "update")).toMatchObject({ code: 0 });
    expect(await root("c")).toMatchObject({ code: 0, stdout: "foo 2 c" });
    const failed = await user("d", "e");
    expect(failed).toMatchObject({ code: 0, stdout: "foo 1 d e" });
    expect(failed.stderr).toMatch(/2-\S+ did not work \(it could not be imported \(status 1\)\): 1-\S+ runs/);
    expect(await user("f")).toMatchObject({ code: 0, stdout: "foo 1 f", stderr: "" });
    expect(JSON.parse((await user("self", "status", "--json")).stdout)).toMatchObject({ version: "1", trial: null });
    expect(fs.statSync(path.join(home, "reports")).mode & 0o7777).toBe(0o1733);
    expect(fs.statSync(path.join(home, "selection.json")).uid).toBe(0);
    expect(await list()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^foo +2 /m) });
    const odd = (name: string) => path.join(home, "reports", name);
    fs.symlinkSync("0", odd("0"));
    fs.symlinkSync("/dev/zero", odd("1"));
    execFileSync("mkfifo", [odd("2")]);
    fs.writeFileSync(odd("3\n"), JSON.stringify({ release: "2", why: "x".repeat(100_000) }));
    fs.mkdirSync(odd("4/5"), { recursive: true });
    const current = (): unknown => JSON.parse(fs.readFileSync(path.join(home, "selection.json"), "utf8")).current;
    const forge = (name: string, told: unknown, user = 54321) => {
      fs.writeFileSync(odd(name), JSON.stringify({ release: told, why: "it\n\u001b[1mprime: error: forged" }));
      fs.chownSync(odd(name), user, user);
    };
    forge("00000000.json", current());
    fs.writeFileSync(Buffer.concat([Buffer.from(odd("")), Buffer.from([0xff, 0x0a])]), "");
    const back = await root("g");
    expect(back.stderr).not.toMatch(/^\W*prime: error/m);
    expect(back).toMatchObject({ code: 0, stdout: "foo 1 g", stderr: expect.stringContaining("for the user 54321") });
    expect(fs.readdirSync(path.join(home, "reports"))).toEqual(["4"]);
    expect(await root("self", "update")).toMatchObject({
      code: 125,
      stderr: expect.stringContaining("is not taken again"),
    });
    app.publish("3");
    expect(await root("self", "update")).toMatchObject({ code: 0 });
    expect(await user("h")).toMatchObject({ code: 0, stdout: "foo 3 h", stderr: "" });
    expect(await user("i")).toMatchObject({ code: 0, stdout: "foo 3 i", stderr: "" });
    expect(JSON.parse((await user("self", "status", "--json")).stdout)).toMatchObject({ version: "3", trial: null });
    forge("00000001.json", current());
    const told =
      /^prime: warning: 3-\S+ does not work for the user 54321: .*since this user's report has already replaced 2-\S+/m;
    expect(await root("j")).toMatchObject({ code: 0, stdout: "foo 3 j", stderr: expect.stringMatching(told) });
    expect(await root("k")).toMatchObject({ code: 0, stdout: "foo 3 k", stderr: "" });
    app.publish("4");
    expect(await root("self", "update")).toMatchObject({ code: 0 });
    for (const [word, user, version] of [
      ["l", 0, "4"],
      ["m", 165_535, "4"],
      ["n", 165_536, "3"],
    ] as const) {
      if (user > 0) forge("00000002.json", current(), user);
      expect(await root(word)).toMatchObject({ code: 0, stdout: `foo ${version} ${word}` });
    }
  });

  it("that is torn runs as it was for a user, who is told how root makes it whole", async () => {
    const app = new AppBox();
    const { home, root, user } = everybodys(app);
    app.publish("1");
    await app.init();
    await root();
    const { release } = JSON.parse((await root("self", "status", "--json")).stdout);
    fs.rmSync(path.join(home, "releases", release, "pylock.toml"));
    const told =
      /^prime: warning: foo 1-\w+ runs as it was: .*pylock.toml is gone, or changed\n {2}next: let root do `foo self update`$/m;
    expect(await user("a")).toMatchObject({ code: 0, stdout: "foo 1 a", stderr: expect.stringMatching(told) });
    expect(await root("self", "update")).toMatchObject({ code: 0 });
    expect(await user("c")).toMatchObject({ code: 0, stdout: "foo 1 c", stderr: "" });
  });
});
