import { createHash, generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow, Maintainer, PASSPHRASE } from "../../support/apps/channel.ts";
import { runInTerminal } from "../../support/system/terminal.ts";

describe("a channel's keys", () => {
  it("takes the passphrase from whichever descriptor is named", async () => {
    for (const descriptor of [3, 5, 7]) {
      const { box, to } = new Maintainer();
      box.file("pass", `${PASSPHRASE}\n`);
      const line = `"$1" channel init --app foo --to "$2" --simple --passphrase-fd ${descriptor} ${descriptor}<pass`;
      const { code, stderr } = await box.run(["-c", line, "sh", box.launcher, to], {
        launcher: "/bin/sh",
        cwd: box.root,
      });
      expect([code, stderr]).toEqual([0, expect.stringContaining("The channel is led from")]);
    }
  });

  it("asks for the passphrase at the terminal, twice for a new one, and shows nothing of it", async () => {
    const { box, to } = new Maintainer();
    const steps = [
      ["expect", "Passphrase of the offline key: "],
      ["send", "wrang\u007f\u007f\u007fong\r"],
      ["expect", "The same again: "],
      ["send", "wrong\r"],
      ["expect", "is led from"],
    ] as const;
    const ended = await runInTerminal(box, ["channel", "init", "--app", "foo", "--to", to, "--simple"], steps);
    expect(ended.code).toBe(0);
    expect(ended.shown).not.toMatch(/wr[ao]ng/);
    const all = ["channel", "resign", "--all", "--passphrase-fd", "0"];
    expect(await box.run(all, { cwd: box.root, stdin: "wrong\n" })).toMatchObject({ code: 0 });
  });

  it("never leaves the old key a say, and starts over where versions were raised", { timeout: 120_000 }, async () => {
    const maintainer = await new Maintainer().begin();
    await maintainer.good("publish", maintainer.wheel("3.2.0"), "--promote", "stable");
    for (const role of ["online", "offline", "channels", "root"]) await maintainer.good("rotate-key", role);
    await maintainer.good("publish", maintainer.wheel("3.2.1"), "--promote", "stable");
    expect((await maintainer.run(["verify", maintainer.to])).stdout).toContain("stable: 3.2.1");
    const served = JSON.parse(fs.readFileSync(path.join(maintainer.to, "metadata/timestamp.json"), "utf8"));
    const { keys } = JSON.parse(fs.readFileSync(maintainer.box.path("channel/channel.json"), "utf8")) as {
      keys: { name: string; id: string }[];
    };
    const names = served.signatures.map(({ keyid }: { keyid: string }) => keys.find(({ id }) => id === keyid)?.name);
    expect(names).toEqual(["online-2"]);
    expect((await maintainer.run(["rotate-key", "nobody"])).stderr).toContain("roles: root, targets");
  });

  it("has its online key printed by a command, which nothing keeps or tells", async () => {
    const maintainer = new Maintainer();
    const { box, to } = maintainer;
    const { privateKey } = generateKeyPairSync("ed25519");
    const pem = privateKey.export({ format: "pem", type: "pkcs8" }) as string;
    const vault = path.join(box.base, "vault");
    fs.writeFileSync(vault, pem, { mode: 0o600 });
    const init = ["init", "--app", "foo", "--to", to, "--simple", "--key-command"];
    const wrong = await maintainer.run([...init, "echo secret-words"]);
    expect([wrong.code, wrong.stderr]).toEqual([125, expect.stringContaining("it is no Ed25519 key in PEM")]);
    expect(wrong.stderr).not.toContain("secret-words");
    await maintainer.good(...init, `cat '${vault}'`);
    expect(fs.readdirSync(box.path("channel/keys"))).toEqual([".gitignore", "offline.pem"]);
    await maintainer.good("publish", maintainer.wheel("3.2.0"), "--promote", "stable");
    expect((await maintainer.run(["verify", to])).stdout).toContain("stable: 3.2.0");
    const secret = pem.split("\n")[1] as string;
    expect(maintainer.said.join("\n")).not.toContain(secret);
    for (const name of filesBelow(box.path("channel"))) {
      expect(fs.readFileSync(box.path(`channel/${name}`), "latin1")).not.toContain(secret);
    }
  });

  it("asks for two of three offline keys, whose holders sign one after the other", { timeout: 240_000 }, async () => {
    const first = new Maintainer();
    const wrong = await first.run(["init", "--app", "foo", "--to", first.to, "--keys", "2", "--threshold", "3"]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("3 of 2 keys can't sign")]);
    const said = await first.good("init", "--app", "foo", "--to", first.to, "--keys", "3", "--threshold", "2");
    expect(said).toContain("2 of the 3 offline keys have to sign");
    const keys = ["offline-1", "offline-2", "offline-3"];
    const [second, third] = [new Maintainer(first.to), new Maintainer(first.to)];
    /** What a maintainer takes over from another: the folder, without the offline keys that are not theirs. */
    const hand = (from: Maintainer, to: Maintainer, own: string) => {
      const folder = to.box.path("channel");
      const kept = fs.existsSync(path.join(folder, "keys"))
        ? fs.mkdtempSync(path.join(to.box.base, "kept-"))
        : undefined;
      if (kept !== undefined) fs.cpSync(path.join(folder, "keys"), kept, { recursive: true });
      fs.rmSync(folder, { recursive: true, force: true });
      fs.cpSync(from.box.path("channel"), folder, { recursive: true });
      if (kept !== undefined) fs.cpSync(kept, path.join(folder, "keys"), { recursive: true });
      for (const name of keys) if (name !== own) fs.rmSync(path.join(folder, `keys/${name}.pem`), { force: true });
    };
    for (const name of keys) {
      expect(fs.statSync(first.box.path(`channel/keys/${name}.pem`)).mode & 0o777).toBe(0o600);
    }
    hand(first, second, "offline-2");
    hand(first, third, "offline-3");
    for (const name of keys.slice(1)) fs.rmSync(first.box.path(`channel/keys/${name}.pem`));
    expect((await third.run(["sign"])).stderr).toContain("nothing waits there");

    // One releases, nothing is to be seen of it, and another one signs it on.
    const untouched = filesBelow(first.to);
    const half = await first.good("publish", first.wheel("3.2.0"), "--promote", "stable");
    expect(half).toMatch(/signed by 1 of 2 \(offline-1\): nothing is uploaded yet[\s\S]*one of offline-2, offline-3 /);
    expect(half).toContain("no channel is promoted");
    expect(await first.good("sign")).toContain("signed by 1 of 2 (offline-1)");
    expect(filesBelow(first.to)).toEqual(untouched);
    expect((await first.run(["publish", first.wheel("3.2.1")])).stderr).toContain("one waits for signatures");
    expect((await first.run(["status"])).stderr).toContain("a change waits for signatures in ");
    hand(first, second, "offline-2");
    const wheel = second.box.path("channel/to-sign/targets/releases/3.2.0/foo-3.2.0-py3-none-any.whl");
    const bytes = fs.readFileSync(wheel);
    fs.appendFileSync(wheel, "x");
    const other = await second.run(["sign"]);
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("bytes in place of")]);
    fs.writeFileSync(wheel, bytes);
    const shown = await second.good("sign");
    const digest = createHash("sha256").update(bytes).digest("hex");
    expect(shown).toContain(`releases/3.2.0/foo-3.2.0-py3-none-any.whl, sha256 ${digest}`);
    expect(shown).toMatch(/3\.2\.0 is a release \([\s\S]*has enough signatures, and is uploaded/);
    expect(await first.good("sign")).toContain("uploaded already");
    await second.good("promote", "stable", "3.2.0");
    const customer = () => first.run(["verify", first.to]);
    expect(await customer()).toMatchObject({ code: 0, stdout: expect.stringContaining("stable: 3.2.0 (serial 1") });

    // The third alone withdraws nothing, however often; what two others do meanwhile ends it.
    for (const words of [["withdraw", "3.2.0"], ["sign"]]) {
      expect(await third.good(...words)).toContain("signed by 1 of 2 (offline-3)");
    }
    expect((await first.status()).releases).toEqual([expect.objectContaining({ withdrawn: null })]);
    await first.good("floor", "stable", "3.2.0");
    hand(first, second, "offline-2");
    expect(await second.good("sign")).toContain("stable never goes below 3.2.0");
    const late = await third.run(["sign"]);
    expect([late.code, late.stderr]).toEqual([1, expect.stringMatching(/has moved on[\s\S]*repeat the command/)]);

    // The third key is lost: the other two put a fourth in its place, and the third has no say any more.
    expect((await first.run(["rotate-key", "releases"])).stderr).toContain("name the one that is lost: offline-1");
    expect(await first.good("rotate-key", "offline-3")).toContain("signed by 1 of 2 (offline-1)");
    hand(first, second, "offline-2");
    expect(await second.good("sign")).toMatch(
      /no longer: root is signed by offline-3 \([0-9a-f]{64}\)[\s\S]* root is signed by offline-4 \([0-9a-f]{64}\)\n/,
    );
    expect(await customer()).toMatchObject({ code: 0, stdout: expect.stringContaining("stable: 3.2.0 (serial 1") });
    expect((await third.run(["withdraw", "3.2.0"])).stderr).toContain("could not sign releases: none of its keys");
    // The first has two of them now, the old one and the new one: enough.
    expect(await first.good("withdraw", "3.2.0")).toContain("3.2.0 is withdrawn");
    expect(await customer()).toMatchObject({ code: 1, stderr: expect.stringContaining("floor") });
  });
});
