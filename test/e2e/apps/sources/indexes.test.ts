import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AppBox, appWheel, saying } from "../../../support/apps/apps.ts";
import { serve } from "../../../support/apps/releases.ts";
import { dumbIndex, pypiserver, serverTools } from "../../../support/servers/indexes.ts";

let tools = "";
beforeAll(async () => {
  tools = (await serverTools()) ?? "";
}, 600_000);
beforeEach((context) => {
  if (tools === "") context.skip("this machine can't have pypiserver");
});

const LOOK = { PRIME_UPDATE: "wait" };

describe("a real index", { timeout: 300_000 }, () => {
  it("with a password serves three releases up and down, by whatever pip and uv know it; pip stays where it is", async () => {
    const app = new AppBox();
    const url = await pypiserver(tools, app.basket, "me:s3cret");
    const withUser = url.replace("//", "//me:s3cret@");
    const box = app.box;
    app.config = `[app]\npackages = ["foo-stable"]\nentry = "foo"\nsources = ["index"]\n`;
    const indirection = (version: string, pin: string) =>
      appWheel(app.basket, "foo_stable", version, "", [`foo==${pin}`]);
    for (const version of ["3.2.0", "3.2.1", "3.2.2"]) app.publish(version);
    indirection("2026.1", "3.2.0");
    await app.init();
    const ofUv = { UV_DEFAULT_INDEX: withUser };
    expect(await app.says(["a"], ofUv)).toBe("foo 3.2.0 a");
    indirection("2026.2", "3.2.1");
    const venv = path.join(box.base, "venv");
    execFileSync("python3", ["-m", "venv", "--without-pip", venv], { env: box.env });
    const pip = (...args: string[]) =>
      execFileSync(path.join(tools, "pip"), ["--python", path.join(venv, "bin/python"), ...args], {
        env: { ...box.env, PIP_INDEX_URL: withUser, PIP_NO_CACHE_DIR: "1", PIP_CONFIG_FILE: "/dev/null" },
        encoding: "utf8",
      });
    pip("install", "--quiet", "foo-stable");
    expect(await app.says(["b"], { ...LOOK, UV_DEFAULT_INDEX: undefined, PIP_INDEX_URL: withUser })).toBe(
      "foo 3.2.1 b",
    );
    const broken = indirection("2026.3", "3.2.2");
    fs.writeFileSync(path.join(box.home, ".netrc"), "machine 127.0.0.1 login me password s3cret\n", { mode: 0o600 });
    expect(await app.says(["c"], { ...LOOK, UV_DEFAULT_INDEX: url })).toBe("foo 3.2.2 c");
    pip("install", "--quiet", "--upgrade", "foo-stable");
    fs.rmSync(broken);
    fs.rmSync(path.join(box.home, ".netrc"));
    const keyring = path.join(box.home, "bin/keyring");
    fs.mkdirSync(path.dirname(keyring));
    fs.writeFileSync(keyring, `#!/bin/sh\n[ "$3" = me ] && echo s3cret\n`, { mode: 0o755 });
    const ofKeyring = { PATH: `${path.dirname(keyring)}:${box.env.PATH}`, UV_KEYRING_PROVIDER: "subprocess" };
    const named = { UV_DEFAULT_INDEX: url.replace("//", "//me@") };
    expect(await app.says(["d"], { ...LOOK, ...named, ...ofKeyring })).toBe("foo 3.2.1 d");
    expect(pip("install", "--upgrade", "foo-stable")).toContain("Requirement already satisfied: foo-stable");
    expect(pip("list")).toMatch(/foo +3\.2\.2/);
    const { stderr } = await app.run(["self", "update"], { env: { UV_DEFAULT_INDEX: url } });
    expect(stderr).toContain("401");
    expect(await app.status()).toMatchObject({ version: "2026.2", check: { outcome: "denied" } });
  });

  it("whose releases are yanked leads down", async () => {
    const app = new AppBox();
    const { url } = await serve(app.basket, ({ url: target = "" }, response) => {
      const page = path.join(app.basket, target, "index.html");
      if (!target.endsWith("/") || !fs.existsSync(page)) return false;
      return response.setHeader("Content-Type", "text/html").end(fs.readFileSync(page)) !== undefined;
    });
    app.config = app.config.replace(/sources = .*/, `sources = ["index+${url}simple/"]`);
    const yanked: Record<string, string> = {};
    const starts = async (word: string) => {
      dumbIndex(tools, app.basket, yanked);
      return app.says([word], LOOK);
    };
    app.publish("1");
    await app.init();
    expect(await starts("a")).toBe("foo 1 a");
    app.publish("2");
    expect(await starts("b")).toBe("foo 2 b");
    app.publish("3", saying("3"));
    expect(await starts("c")).toBe("foo 3 c");
    yanked["foo-3-py3-none-any.whl"] = "loses data";
    expect(await starts("d")).toBe("foo 2 d");
    yanked["foo-2-py3-none-any.whl"] = "so does this one";
    expect(await starts("e")).toBe("foo 1 e");
  });
});
