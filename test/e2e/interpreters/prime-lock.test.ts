import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import {
  buildServer,
  byList,
  hostPlatform,
  keptIn,
  packed,
  runsBy,
  sha256,
  storeOf,
} from "../../support/pythons/builds.ts";
import { somePython, twoMinors } from "../../support/pythons/interpreters.ts";
import { bad, generations, good, isWarm, repo, shown } from "../../support/repos.ts";

const PROJECT = '[project]\nname = "demo"\nversion = "0.1.0"\nrequires-python = ">=3.8"\n';

/** A repo that goes by a list with one real build. */
async function pinned(more: Readonly<Record<string, string>> = {}) {
  const python = somePython();
  const server = await buildServer();
  const bytes = fs.readFileSync(packed(python));
  const name = server.publish({ version: python.version, bytes });
  const box = repo({ "pyproject.toml": PROJECT, "prime.toml": byList(server), ...more }, { git: true });
  return { python, server, bytes, name, box };
}

const lockOf = (text: string) => `version = 1\n\n[python]\n${text}`;
const build = (url: string, digest: string, platform = hostPlatform()) =>
  `\n[[python.build]]\nplatform = "${platform}"\nbuild = "1"\nurl = "${url}"\nsha256 = "${digest}"\n`;

describe("prime.lock", () => {
  it("has every clone stand on exactly its build, fetched once, warm from then on", async () => {
    const { python, server, bytes, name, box } = await pinned();
    await good(box, ["python", "pin", python.minor]);
    const text = fs.readFileSync(box.path("prime.lock"), "utf8");
    expect(text).toContain(`version = "${python.version}"`);
    expect(text).toContain(`url = "${server.url}${name}"`);
    expect(text).toContain(sha256(bytes));
    const { version, prefix } = await runsBy(box);
    expect([version, prefix.startsWith(`${storeOf(box)}/${sha256(bytes).slice(0, 16)}-`)]).toEqual([
      python.version,
      true,
    ]);
    expect(await isWarm(box)).toBe(true);
    fs.cpSync(box.path("."), path.join(box.base, "clone"), {
      recursive: true,
      filter: (file) => !/\.(?:prime|venv)$/.test(file),
    });
    const clone = await box.run(["run", "python", "-c", "import sys; print(sys.base_prefix)"], {
      cwd: path.join(box.base, "clone"),
      launcher: path.join(box.base, "clone/prime"),
    });
    expect(clone.stdout.trim()).toBe(prefix);
    expect(server.asked.filter((one) => one === name)).toHaveLength(1);
    expect(keptIn(box)).toHaveLength(1);
  });

  it("of another version builds aside, and its revert shows what was there, without a request", async () => {
    const [older, newer] = twoMinors();
    const server = await buildServer();
    for (const one of [older, newer]) server.publish({ version: one.version, bytes: fs.readFileSync(packed(one)) });
    const box = repo({ "pyproject.toml": PROJECT, "prime.toml": byList(server) }, { git: true });
    await good(box, ["python", "pin", older.minor]);
    expect((await runsBy(box)).version).toBe(older.version);
    const before = shown(box);
    box.git("add", "--all");
    box.git("commit", "--quiet", "--message=one");
    await good(box, ["python", "pin", newer.minor]);
    expect((await runsBy(box)).version).toBe(newer.version);
    box.git("commit", "--quiet", "--all", "--message=two");
    expect(box.git("show", "--stat", "--format=").trim()).toMatch(/^prime\.lock \| /);
    box.git("revert", "--no-edit", "HEAD");
    const asked = server.asked.length;
    expect((await runsBy(box)).version).toBe(older.version);
    expect(shown(box)).toBe(before);
    expect(server.asked).toHaveLength(asked);
    expect(generations(box)).toHaveLength(2);
  });

  it("that is taken away leaves the interpreter to PATH again", async () => {
    const { python, box } = await pinned();
    const free = await runsBy(box);
    await good(box, ["python", "pin", python.version]);
    expect((await runsBy(box)).prefix).toContain(storeOf(box));
    fs.rmSync(box.path("prime.lock"));
    expect(await runsBy(box)).toEqual(free);
  });

  it.each([
    ["prime.toml", "prime.toml"],
    [".python-version", ".python-version"],
    ["pyproject.toml", "requires-python"],
  ])("outside of what %s says is refused by its name", async (file, named) => {
    const { python, box } = await pinned();
    await good(box, ["python", "pin", python.version]);
    const texts = {
      "prime.toml": 'required_python_version = "3.4"\n',
      ".python-version": python.minor === "3.9" ? "3.10\n" : "3.9\n",
      "pyproject.toml": PROJECT.replace(">=3.8", "<3.8"),
    };
    box.file(file, texts[file as keyof typeof texts]);
    const said = await bad(box, ["run", "true"]);
    expect(said).toContain(`prime.lock pins Python ${python.version}`);
    expect(said).toContain(named);
  });

  it("that the repo has come to leave out is moved by the command that is named", async () => {
    const [older, newer] = twoMinors();
    const server = await buildServer();
    for (const one of [older, newer]) server.publish({ version: one.version, bytes: fs.readFileSync(packed(one)) });
    const box = repo({ "pyproject.toml": PROJECT, "prime.toml": byList(server) }, { git: true });
    await good(box, ["python", "pin", newer.minor]);
    box.file("pyproject.toml", PROJECT.replace(">=3.8", `>=3.8,<${newer.minor}`));
    const command = /^ *next: .*: \.\/(prime python pin '.*')$/m.exec(await bad(box, ["run", "true"]))?.[1] ?? "";
    const { stderr } = await good(box, [], { shell: ["/bin/sh", "-c", command.replace("prime", '"$1"'), "sh"] });
    expect(stderr).toContain(`pins Python ${newer.version}`);
    expect((await runsBy(box)).version).toBe(older.version);
  });

  it("gives way to a flag, with a word", async () => {
    const [older, newer] = twoMinors();
    const { server, box } = await pinned();
    server.publish({ version: newer.version, bytes: fs.readFileSync(packed(newer)) });
    await good(box, ["python", "pin", newer.version]);
    const { stderr, stdout } = await good(box, ["--python", older.minor, "run", "python", "-V"], {
      env: { PATH: `${path.dirname(older.file)}:${box.env.PATH}` },
    });
    expect(stderr).toContain(`--python asks for ${older.minor}`);
    expect(stdout).toContain(older.minor);
  });

  it("without this machine's platform names the command that adds it, which works", async () => {
    const { python, server, bytes, name, box } = await pinned();
    server.publish({ version: python.version, bytes: Buffer.from("x"), platform: "linux-s390x-gnu" });
    box.file(
      "prime.lock",
      lockOf(
        `implementation = "cpython"\nversion = "${python.version}"\n${build(`${server.url}/other`, "ab".repeat(32), "linux-riscv64-gnu")}`,
      ),
    );
    const said = await bad(box, ["run", "true"]);
    expect(said).toContain(`it has no build for ${hostPlatform()}, only for linux-riscv64-gnu`);
    const command = /\.\/prime (python pin [\d.]+)/.exec(said)?.[1] ?? "";
    await good(box, command.split(" "));
    expect((await runsBy(box)).version).toBe(python.version);
    const platforms = [...fs.readFileSync(box.path("prime.lock"), "utf8").matchAll(/^platform = "(.*)"/gm)].map(
      (one) => one[1],
    );
    expect(platforms).toEqual(["linux-riscv64-gnu", "linux-s390x-gnu", hostPlatform()].sort());
    expect(server.asked).toContain(name);
    expect(fs.readFileSync(box.path("prime.lock"), "utf8")).toContain(sha256(bytes));
    box.file("prime.toml", byList(server, `platforms = ["${hostPlatform()}", "linux-armv7-gnueabihf"]\n`));
    const { stderr } = await good(box, ["python", "pin"]);
    expect(stderr).toContain("has no build for linux-armv7-gnueabihf of `platforms`");
  });

  it.each([
    ["torn", "version = 1\n[python\n", "prime.lock:2"],
    ["of a newer prime", "version = 2\n", "a newer prime wrote it"],
    [
      "without a digest",
      lockOf(`implementation = "cpython"\nversion = "3.12.1"\n${build("https://a.example/x", "")}`),
      "64 hexadecimal digits",
    ],
    ["empty", "", "brings back what was committed"],
    [
      "of two minds",
      lockOf(
        `implementation = "cpython"\nversion = "3.12.1"\n${["a", "b"].map((one) => build("https://a.example/x", one.repeat(64))).join("")}`,
      ),
      `it has two builds for ${hostPlatform()}`,
    ],
  ])("that is %s ends the start with a word", async (_, text, word) => {
    const box = repo({ "pyproject.toml": PROJECT, "prime.lock": text });
    expect(await bad(box, ["run", "true"])).toContain(word);
  });
});
