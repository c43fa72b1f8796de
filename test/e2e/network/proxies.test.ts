import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { realPython } from "../../fixtures/python.ts";
import { serve } from "../../support/apps/releases.ts";
import { quickPython } from "../../support/pythons/quick-python.ts";
import { bad, edit, good, installed, onlyBy, repo } from "../../support/repos.ts";
import type { RunOptions, Sandbox } from "../../support/sandbox.ts";
import { certified } from "../../support/servers/certificates.ts";
import { type PackageIndex, packageIndex } from "../../support/servers/index-server.ts";
import { intercept, mitmdump } from "../../support/servers/mitmproxy.ts";

function folder(box: Sandbox, name: string): string {
  const made = path.join(box.base, name);
  fs.mkdirSync(made);
  return made;
}

function by(box: Sandbox, one: PackageIndex, env: NodeJS.ProcessEnv = {}): RunOptions {
  return onlyBy(box, one, { PIP_INDEX_URL: one.url, PIP_NO_CACHE_DIR: "1", ...env });
}

const modern = realPython("3.13") ?? realPython("3.12");

describe.skipIf(modern === undefined)("a proxy", { timeout: 600_000 }, () => {
  let program: string | undefined;
  beforeAll(async () => {
    program = await mitmdump(modern as string);
  }, 600_000);
  beforeEach((context) => {
    if (program === undefined) context.skip("this machine can't have mitmproxy");
  });

  it.each(["venv_uv", "venv_pip"])(
    "of the policy's that looks into connections is passed by all of %s, by its own authority",
    async (driver) => {
      const box = repo({ "requirements.txt": "one\n" }, { python: quickPython() });
      const tls = certified(folder(box, "tls"), ["127.0.0.1"]);
      const one = await packageIndex({ tls });
      one.publish("one", "1.0");
      const trusting = ["--set", `ssl_verify_upstream_trusted_ca=${tls.ca}`];
      const proxy = await intercept(program as string, folder(box, "mitm"), ...trusting, "--proxyauth", "me:s3cret");
      const policy = (user: string, more = "") =>
        box.file(
          "prime.toml",
          `venv_driver = "${driver}"\n[upgrade]\nallowed_hosts = ["127.0.0.1"]\nproxy = "${proxy.url.replace("//", `//${user}`)}"\n${more}`,
        );
      if (driver === "venv_uv") {
        policy("", `ca_file = "${proxy.ca}"\n`);
        expect(await bad(box, [], by(box, one))).toContain("it wants a valid user name and password (407)");
        policy("me:other@", `ca_file = "${proxy.ca}"\n`);
        expect(await bad(box, [], by(box, one))).toMatch(/and password \(407\)\n {2}next: have USER:PASSWORD@ before/);
        policy("me:s3cret@");
        expect(await bad(box, [], by(box, one))).toMatch(/certificate/i);
        expect(one.asked).toEqual([]);
      }
      policy("me:s3cret@", `ca_file = "${proxy.ca}"\n`);
      const { stderr } = await good(box, [], by(box, one));
      expect(stderr).not.toContain("s3cret");
      expect(installed(box)).toMatchObject({ one: "1.0" });
      expect(proxy.log()).toMatch(/GET https:\/\/127\.0\.0\.1:\d+\S*\/simple\/one\//);
      expect(proxy.log()).toMatch(/GET https:\/\/127\.0\.0\.1:\d+\S*\/files\/one-1\./);
    },
  );

  it("that uv's own settings name comes behind the gate", async () => {
    const box = repo({});
    const one = await packageIndex();
    one.publish("one", "1.0");
    const proxy = await intercept(program as string, folder(box, "mitm"));
    box.file("requirements.txt", "one\n");
    box.file("uv.toml", `http-proxy = "${proxy.url}"\nhttps-proxy = "${proxy.url}"\n`);
    box.file("prime.toml", '[upgrade]\nallowed_hosts = ["index.example"]\n');
    expect(await bad(box, [], by(box, one))).toContain("127.0.0.1 is not among allowed_hosts (index.example)");
    expect(proxy.log()).not.toContain("/simple/");
    box.file("prime.toml", '[upgrade]\nallowed_hosts = ["127.0.0.1"]\n');
    await good(box, [], by(box, one));
    expect(proxy.log()).toMatch(/GET http:\/\/127\.0\.0\.1:\d+\S*\/simple\/one\//);
  });
});

describe("certificates", () => {
  it.each([
    ["venv_uv", "REQUESTS_CA_BUNDLE"],
    ["venv_pip", "SSL_CERT_FILE"],
  ])("%s knows those that %s names, which is another tool's", async (driver, name) => {
    const files = { "requirements.txt": "one\n", "prime.toml": `venv_driver = "${driver}"\n` };
    const box = repo(files, { python: quickPython() });
    const tls = certified(folder(box, "tls"), ["127.0.0.1", "localhost"]);
    const one = await packageIndex({ tls });
    one.publish("one", "1.0");
    const none = { SSL_CERT_FILE: "", REQUESTS_CA_BUNDLE: "", CURL_CA_BUNDLE: "", PIP_CERT: "", GIT_SSL_CAINFO: "" };
    const url = one.url.replace("127.0.0.1", "localhost"); // pip can't check addresses
    const asked = { UV_DEFAULT_INDEX: url, PIP_INDEX_URL: url };
    await good(box, [], by(box, one, { ...none, ...asked, NODE_EXTRA_CA_CERTS: "", [name]: tls.ca }));
    expect(installed(box)).toMatchObject({ one: "1.0" });
    expect(fs.readdirSync(path.join(box.base, "tmp"))).toEqual([]);
  });
});

describe("git", () => {
  /** A repository that is served as plain files. */
  async function served(box: Sandbox): Promise<string> {
    const at = folder(box, "git");
    const run = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], {
        cwd: path.join(at, "work"),
        env: box.env,
      });
    fs.mkdirSync(path.join(at, "work"));
    run("init", "--quiet");
    fs.writeFileSync(
      path.join(at, "work/pyproject.toml"),
      '[project]\nname = "fetched"\nversion = "1"\n[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n',
    );
    fs.copyFileSync(path.join(import.meta.dirname, "../../fixtures/witness.py"), path.join(at, "work/own.py"));
    run("add", ".");
    run("commit", "--quiet", "-m", "one");
    run("clone", "--quiet", "--bare", ".", path.join(at, "repo.git"));
    execFileSync("git", ["update-server-info"], { cwd: path.join(at, "repo.git"), env: box.env });
    return (await serve(at)).url;
  }

  it("goes through the gate, whatever proxy its own settings name, and by nothing but http", async () => {
    const box = repo({});
    const url = await served(box);
    const one = await packageIndex();
    fs.writeFileSync(path.join(box.home, ".gitconfig"), `[http "${url}"]\n  proxy = http://127.0.0.1:9\n`);
    box.file("requirements.txt", `fetched @ git+${url}repo.git\n`);
    box.file("prime.toml", '[upgrade]\nallowed_hosts = ["index.example"]\n');
    expect(await bad(box, [], by(box, one))).toContain("127.0.0.1 is not among allowed_hosts (index.example)");
    box.file("prime.toml", '[upgrade]\nallowed_hosts = ["127.0.0.1"]\n');
    await good(box, [], by(box, one));
    expect(Object.keys(installed(box))).toContain("fetched");
    edit(box, "requirements.txt", "fetched @ git+ssh://git@127.0.0.1/repo.git\n");
    expect(await bad(box, [], by(box, one))).toContain("git is to fetch by ssh, which can't be checked");
  });
});
