import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { Launcher, SHELLS, temporaryFolder } from "../../support/launchers.ts";

describe("Node", () => {
  const shell = SHELLS.dash ?? ["/bin/sh"];

  it("is looked for past candidates that fail, that are folders, and that are another program", () => {
    const l = new Launcher();
    const folders = ["fails", "folder", "plain", "bun", "real"].map((name) => path.join(l.base, name));
    const [fails, folder, plain, bun, real] = folders as [string, string, string, string, string];
    for (const one of folders) fs.mkdirSync(one);
    executable(path.join(fails, "node"), '#!/bin/sh\necho "exit 1"\nexit 127\n');
    fs.mkdirSync(path.join(folder, "node"));
    fs.writeFileSync(path.join(plain, "node"), "");
    const asBun = `#!/bin/sh\nshift\ncode="Object.defineProperty(process.versions, 'bun', { value: '1' }); $1"\nshift\nexec ${process.execPath} -e "$code" "$@"\n`;
    executable(path.join(bun, "node"), asBun);
    fs.symlinkSync(process.execPath, path.join(real, "nodejs"));
    const env = { PATH: `${folders.join(":")}:/nowhere:` };
    expect(l.start(["run", "/bin/echo", "yes"], { shell, env })).toEqual({
      code: 0,
      signal: null,
      stdout: "yes\n",
      stderr: "cold\n",
    });
    const without = l.start(["run", "/bin/echo"], { shell, env: { PATH: `${fails}:${bun}` } });
    expect(without).toMatchObject({ code: 125, stdout: "" });
    expect(without.stderr).toContain(`tried: ${fails}/node ${bun}/node)`);
    expect(l.start([], { shell, env: { PATH: folder } })).toMatchObject({
      code: 125,
      stderr: expect.stringContaining("no node"),
    });
  });

  it("that is too old is passed over for one further on, and named with its version when there is none", () => {
    const l = new Launcher();
    for (const [folder, version] of Object.entries({ a: "4.9.1", b: "16.20.2", c: "18.2.0", d: "18.18.2" })) {
      fs.mkdirSync(path.join(l.base, folder));
      const as = `#!/bin/sh\nshift\ncode="Object.defineProperty(process.versions, 'node', { value: '${version}' }); $1"\nshift\nexec ${process.execPath} -e "$code" "$@"\n`;
      executable(path.join(l.base, folder, "node"), as);
    }
    const old = ["a", "b", "c", "d"].map((folder) => path.join(l.base, folder));
    fs.mkdirSync(path.join(l.base, "fit"));
    fs.symlinkSync(process.execPath, path.join(l.base, "fit", "node"));
    const env = { PATH: [...old, path.join(l.base, "fit")].join(":") };
    expect(l.start(["run", "/bin/echo", "yes"], { shell, env })).toMatchObject({ code: 0, stdout: "yes\n" });
    const without = l.start(["run", "/bin/echo"], { shell, env: { PATH: old.join(":") } });
    expect(without).toMatchObject({ code: 125, stdout: "" });
    const [a, b, c, d] = old;
    expect(without.stderr).toContain(
      `tried: ${a}/node (4.9.1) ${b}/node (16.20.2) ${c}/node (18.2.0) ${d}/node (18.18.2))`,
    );
  });

  it("that stands in the clone is taken only where there is no other, by whatever path; so are sleep and readlink", () => {
    const l = new Launcher();
    fs.mkdirSync(path.join(l.root, "bin"));
    for (const [name, then] of Object.entries({ node: process.execPath, sleep: "/bin/sleep", readlink: "readlink" }))
      executable(
        path.join(l.root, "bin", name),
        `#!/bin/sh\n: >'${l.base}/${name} ran'\nPATH=/usr/bin:/bin exec ${then} "$@"\n`,
      );
    fs.symlinkSync(l.root, path.join(l.base, "link"));
    fs.symlinkSync(l.file, path.join(l.root, "also"));
    const own = [path.join(l.base, "link/bin"), path.join(l.root, "bin")];
    const ran = () => fs.readdirSync(l.base).filter((name) => name.endsWith(" ran"));
    const env = { PATH: [...own, path.dirname(process.execPath), "/usr/bin", "/bin"].join(":") };
    for (const launcher of [l.file, path.join(l.root, "also")])
      expect(l.start(["run", "/bin/echo", "yes"], { shell, env, launcher })).toMatchObject({
        code: 0,
        stdout: "yes\n",
      });
    expect(ran()).toEqual([]);
    expect(l.start(["run", "/bin/echo", "yes"], { shell, env: { PATH: own.join(":") } })).toMatchObject({ code: 0 });
    expect(ran()).toContain("node ran");
  });

  it("is kept from the user's NODE_OPTIONS and NODE_EXTRA_CA_CERTS, and the command is not", () => {
    const l = new Launcher();
    const env = { NODE_OPTIONS: "--require /nowhere.js", NODE_EXTRA_CA_CERTS: "/nowhere.pem", NODE_PATH: "/x" };
    const echo = ["run", "sh", "-c", "echo $NODE_OPTIONS $NODE_EXTRA_CA_CERTS $NODE_PATH"];
    expect(l.start(echo, { shell, env })).toMatchObject({
      stdout: "--require /nowhere.js /nowhere.pem /x\n",
      stderr: "cold\n",
    });
  });

  it("runs the launcher in a repo whose package.json says module", () => {
    const l = new Launcher();
    l.write("package.json", '{ "type": "module" }');
    expect(l.start(["run", "true"], { shell })).toMatchObject({ code: 0, stderr: "cold\n" });
  });

  const nodes = process.env.PRIME_TEST_NODES?.split(":") ?? [];
  it.each([process.execPath, ...nodes])("of any version reads the launcher, or is passed over: %s", (node) => {
    const l = new Launcher();
    const folder = temporaryFolder();
    fs.symlinkSync(node, path.join(folder, "node"));
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    expect(l.start(["run", "echo", "é"], { shell, env })).toMatchObject({ code: 0, stderr: "cold\n" });
  });
});

describe("Node that is in no folder of PATH", () => {
  const shell = SHELLS.dash ?? ["/bin/sh"];
  const env = { PATH: "/nonexistent" };

  it("is the one that made the ready plan", () => {
    const l = new Launcher();
    const input = l.write("pyproject.toml", "");
    const folder = path.join(l.base, "it's a place");
    fs.mkdirSync(folder);
    fs.symlinkSync(process.execPath, path.join(folder, "node"));
    expect(l.ready([{ kind: "file", path: input }], { node: path.join(folder, "node") })).toBeUndefined();
    fs.writeFileSync(input, "other");
    expect(l.start(["run", "/bin/echo", "yes"], { shell, env })).toMatchObject({ stdout: "yes\n", stderr: "cold\n" });
  });

  it.each([
    ".nvm/versions/node/v20.1.0",
    ".local/share/fnm/node-versions/v20.1.0/installation",
    ".volta/tools/image/node/20.1.0",
    ".asdf/installs/nodejs/20.1.0",
    ".local/share/mise/installs/node/20.1.0",
    ".nodenv/versions/20.1.0",
    "n",
  ])("is found in ~/%s, past one that is too old", (folder) => {
    const l = new Launcher();
    const fit = path.join(l.home, folder, "bin/node");
    fs.mkdirSync(path.dirname(fit), { recursive: true });
    fs.symlinkSync(process.execPath, fit);
    const old = path.join(l.home, ".nvm/versions/node/v1.0.0/bin/node");
    fs.mkdirSync(path.dirname(old), { recursive: true });
    executable(old, '#!/bin/sh\necho " (1.0.0)" >&3\n');
    for (const words of Object.values(SHELLS)) {
      if (words === undefined) continue;
      const end = l.start(["run", "/bin/echo", "yes"], { shell: words, env });
      expect([words, end]).toMatchObject([words, { code: 0, stdout: "yes\n", stderr: "cold\n" }]);
    }
  });

  it.skipIf(process.getuid?.() !== 0)("is not started by root when it is another user's", () => {
    const l = new Launcher();
    const ran = path.join(l.base, "ran");
    const node = path.join(l.home, "n/bin/node");
    fs.mkdirSync(path.dirname(node), { recursive: true });
    executable(node, `#!/bin/sh\n: >'${ran}'\n`);
    fs.chownSync(node, 54321, 54321);
    l.start(["run", "/bin/echo", "yes"], { shell, env });
    expect(fs.existsSync(ran)).toBe(false);
  });
});

describe.each(Object.keys(SHELLS))("%s", (name) => {
  const shell = SHELLS[name] as readonly string[];
  describe.skipIf(shell === undefined)(shell === undefined ? "is not installed" : "as the shell", () => {
    it("tells how the program ended when it gave no answer", () => {
      const l = new Launcher();
      const run = (program: string) => l.start(["run", "true"], { shell, env: { STAND_IN: program } });
      expect(run("process.exit(0)")).toMatchObject({
        code: 125,
        stderr: expect.stringContaining("ended with status 0"),
      });
      expect(run("process.exit(3)")).toMatchObject({
        code: 125,
        stderr: expect.stringContaining("ended with status 3"),
      });
      expect(run("process.kill(process.pid, 'SIGKILL')").code).toBe(137);
      expect(run("console.log('not for the user'); fs.writeSync(3, 'exit 6 #: whole')")).toMatchObject({
        code: 6,
        stdout: "",
      });
      expect(run("fs.writeSync(4, 'for the user'); fs.writeSync(3, 'exit 0 #: whole')")).toMatchObject({
        stdout: "for the user",
      });
      expect(run("fs.writeSync(3, 'exit 5 #: whole'); process.abort()").code).toBe(5);
      expect(run("fs.writeSync(3, 'exit 5'); process.abort()").code).toBe(134);
      expect(run("fs.writeSync(4, fs.readFileSync(0)); fs.writeSync(3, 'exit 0 #: whole')").code).toBe(0);
    });
  });
});

function executable(file: string, text: string): void {
  fs.writeFileSync(file, text, { mode: 0o755 });
}
