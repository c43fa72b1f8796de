import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { BACKEND, PROJECT } from "../../support/checkouts/slow-repo.ts";
import { repo } from "../../support/repos.ts";
import type { Ended, Sandbox } from "../../support/sandbox.ts";
import { packageIndex } from "../../support/servers/index-server.ts";

describe("secrets stay where they are:", () => {
  const netrc = "machine example.com login me password hunter2-and-more";

  it.each([["prime.toml"], ["pyproject.toml"], [".python-version"], ["requirements.txt"], ["uv.lock"], ["setup.cfg"]])(
    "a file of the user's, to which %s is a link, is named and not quoted",
    async (name) => {
      const box = repo(name === "uv.lock" ? { "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n' } : {});
      const secret = path.join(box.home, ".netrc");
      fs.writeFileSync(secret, `${netrc}\n`);
      fs.symlinkSync(secret, box.path(name));
      for (const args of [["run", "true"], ["-v", "status"], ["doctor"], ["verify"], ["eval"]])
        await noSecret(box, args, "hunter2");
    },
  );

  it("but what lies in the same work tree of git is quoted, and git's own files are not", async () => {
    const box = repo({}, { git: true });
    const [root, base] = [box.path("apps/one"), box.path("base.txt")];
    fs.mkdirSync(root, { recursive: true });
    fs.copyFileSync(box.launcher, path.join(root, "prime"));
    fs.chmodSync(path.join(root, "prime"), 0o755);
    const options = { launcher: path.join(root, "prime"), cwd: root };
    fs.writeFileSync(path.join(root, "requirements.txt"), "-r ../../base.txt\n");
    fs.writeFileSync(base, "six === no version at all\n");
    expect((await box.run(["run", "true"], options)).stderr).toContain("no version at all");
    box.git("config", "http.extraheader", "AUTHORIZATION: basic c29tZWJvZHk6cHc3");
    fs.writeFileSync(path.join(root, "requirements.txt"), "-r ../../.git/config\n");
    expect((await box.run(["run", "true"], options)).stderr).not.toContain("c29tZWJvZHk6cHc3");
  });

  it("so does one that a requirement file includes", async () => {
    const box = repo({ "requirements.txt": "-r ../home/.netrc\n" });
    fs.writeFileSync(path.join(box.home, ".netrc"), `${netrc}\n`);
    const { code, stderr } = await noSecret(box, ["run", "true"], "hunter2");
    expect(code).toBe(125);
    expect(stderr).toContain(".netrc");
  });

  it("a password in a URL, in a message, a log, a record, a plan and JSON", async () => {
    const url = "http://me:hunter2@127.0.0.1:9/simple";
    const box = repo({ "requirements.txt": `--index-url ${url}\nsix-that-nobody-has\n` });
    await noSecret(box, ["-v", "run", "true"], "hunter2");
    await noSecret(box, ["status", "--json"], "hunter2");
    const kept = repo({ "requirements.txt": "--find-links ${LINKS_TOKEN}\nsix\n" });
    const env = { LINKS_TOKEN: "/tmp/hunter2-folder" };
    fs.mkdirSync(kept.path("empty"));
    await kept.run(["run", "true"], { env });
    for (const one of [box, kept]) {
      const places = [one.path(".prime"), path.join(one.home, ".local")].filter((place) => fs.existsSync(place));
      const found = spawnSync("grep", ["-rlI", "hunter2", ...places], { encoding: "utf8" }).stdout;
      expect(found).toBe("");
    }
  });
});

it("what a start adds by an address with a password is installed, and the password is written down nowhere", async () => {
  const index = await packageIndex({ user: "me:hunter2" });
  const address = index.publish("added", "1").url.replace("://", "://me:hunter2@");
  const box = repo({ "requirements.txt": "" });
  const flags = ["--with", `added @ ${address}`];
  expect((await noSecret(box, [...flags, "run", "python", "-c", "import added"], "hunter2")).code).toBe(0);
  expect((await noSecret(box, [...flags, "reboot"], "hunter2")).code).toBe(0);
  for (const args of [["history", "--json"], ["status", "--json"], ["why"]]) await noSecret(box, args, "hunter2");
  for (const place of [box.path(".prime"), path.join(box.home, ".local")])
    expect(spawnSync("grep", ["-rlI", "hunter2", place], { encoding: "utf8" }).stdout).toBe("");
});

it("nor is the one in a git address, which git is given, whatever installs", async () => {
  const files: Record<string, string> = {};
  const server = http.createServer(({ url = "", headers }, response) => {
    const isKnown = headers.authorization === `Basic ${Buffer.from("me:hunter2").toString("base64")}`;
    const file = path.join(files.bare as string, path.normalize(url.replace(/\?.*|^\/a\.git/g, "")));
    response.statusCode = isKnown ? (fs.existsSync(file) ? 200 : 404) : 401;
    response.setHeader("WWW-Authenticate", "Basic");
    response.end(response.statusCode === 200 ? fs.readFileSync(file) : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = `http://me:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}/a.git`;
  const source = repo({ "pyproject.toml": PROJECT, "backend.py": fs.readFileSync(BACKEND, "utf8") }, { git: true });
  source.git("add", "pyproject.toml", "backend.py");
  source.git("commit", "--quiet", "-m", "first");
  files.bare = path.join(source.base, "a.git");
  source.git("clone", "--quiet", "--bare", source.root, files.bare);
  source.git("-C", files.bare, "update-server-info");
  const project = `[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["sample"]\n[tool.uv.sources]\nsample = { git = "${address}" }\n`;
  const requirements = { "requirements.txt": `sample @ git+${address}\n` };
  for (const named of [
    requirements,
    { ...requirements, "prime.toml": 'venv_driver = "venv_pip"\n' },
    { "pyproject.toml": project },
  ]) {
    const box = repo(named);
    expect(
      (
        await noSecret(
          box,
          ["-v", "run", "python", "-c", "import importlib.metadata as m; m.version('sample')"],
          "hunter2",
        )
      ).code,
    ).toBe(0);
    for (const args of [["status", "--json"], ["history", "--json"], ["doctor", "--json"], ["eval"], ["verify"]])
      await noSecret(box, args, "hunter2");
    for (const place of [box.path(".prime"), box.path("uv.lock"), path.join(box.home, ".local")])
      expect(spawnSync("grep", ["-rlI", "hunter2", place], { encoding: "utf8" }).stdout).toBe("");
  }
});

async function noSecret(box: Sandbox, args: readonly string[], secret: string): Promise<Ended> {
  const ended = await box.run(args);
  expect([args.join(" "), ended.stdout.includes(secret), ended.stderr.includes(secret)]).toEqual([
    args.join(" "),
    false,
    false,
  ]);
  return ended;
}
