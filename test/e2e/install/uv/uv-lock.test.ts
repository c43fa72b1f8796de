import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import {
  backdate,
  bad,
  edit,
  generations,
  good,
  hashes,
  installed,
  installedBy,
  isWarm,
  packageFiles,
  repo,
  shown,
  synced,
} from "../../../support/repos.ts";
import type { Sandbox } from "../../../support/sandbox.ts";
import { type PackageIndex, packageIndex } from "../../../support/servers/index-server.ts";

const WORKSPACE = `dependencies = ["six", "lib-a"]
requires-python = ">=3.9"
[project.optional-dependencies]
cli = ["click"]
[dependency-groups]
dev = ["iniconfig"]
docs = ["pluggy"]
[tool.uv.workspace]
members = ["libs/*"]
[tool.uv.sources]
lib-a = { workspace = true }
`;

describe("a repo with a uv.lock", () => {
  it("gets what uv sync makes, with groups, extras and members of its workspace", async () => {
    const box = repo(
      {
        ...packageFiles(".", "app", WORKSPACE),
        ...packageFiles("libs/a", "lib-a"),
        ...packageFiles("libs/b", "lib-b", 'dependencies = ["packaging"]\nrequires-python = ">=3.9"'),
      },
      { git: true },
    );
    await good(box, ["uv", "lock"]);
    backdate(box, "uv.lock");
    expect(installed(box)).toEqual(synced(box));
    expect(Object.keys(installed(box))).toEqual(["app", "iniconfig", "lib-a", "six"]);
    const usual = shown(box);

    const before = hashes(box);
    expect(await installedBy(box, ["--package", "lib-b"])).toEqual(synced(box, ["--package", "lib-b"]));
    const docs = await installedBy(box, ["--group", "docs", "--extra", "cli"]);
    expect(docs).toEqual(synced(box, ["--no-default-groups", "--group", "docs", "--extra", "cli"]));
    expect(Object.keys(docs)).toContain("click");
    expect([shown(box), hashes(box)]).toEqual([usual, before]);

    edit(box, "prime.toml", 'install_packages = "all"\n');
    await good(box);
    expect(installed(box)).toEqual(synced(box, ["--all-packages"]));
    expect(installed(box)).toHaveProperty("packaging");
    expect(await isWarm(box)).toBe(true);

    const member = packageFiles("libs/c", "lib-c", 'requires-python = ">=3.9"');
    for (const [name, text] of Object.entries(member)) box.file(name, text);
    expect((await good(box)).stderr).toContain("uv.lock was rewritten to fit pyproject.toml: lib-c 0.1 added\n");
    expect(installed(box)).toEqual(synced(box, ["--all-packages"]));
    expect(installed(box)).toHaveProperty("lib-c");
  });
});

/** A project that is not built, so that nothing but the index is asked for anything. */
function requiring(...dependencies: string[]): string {
  return `[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ${JSON.stringify(dependencies)}\n`;
}

interface Locked {
  readonly box: Sandbox;
  readonly index: PackageIndex;
  readonly from: (index: PackageIndex) => { env: NodeJS.ProcessEnv };
  readonly lock: () => string;
}

/** A repo that requires `alpha`, locked and built when there was only its first release. */
async function locked(): Promise<Locked> {
  const index = await packageIndex();
  for (const name of ["alpha", "beta"]) index.publish(name, "1.0");
  const box = repo({ "pyproject.toml": requiring("alpha") });
  const cache = path.join(box.base, "uv-cache");
  const from = ({ url }: PackageIndex) => ({
    env: { UV_DEFAULT_INDEX: url, UV_HTTP_RETRIES: "0", UV_CACHE_DIR: cache },
  });
  await good(box, ["uv", "lock"], from(index));
  backdate(box, "uv.lock");
  await good(box, [], from(index));
  for (const name of ["alpha", "beta"]) index.publish(name, "2.0");
  return { box, index, from, lock: () => fs.readFileSync(box.path("uv.lock"), "utf8") };
}

it("requirement files that are asked for beside a lock are not passed over in silence", async () => {
  const { box, from, index } = await locked();
  box.file("more.txt", "beta\n");
  edit(box, "prime.toml", 'requirements = ["more.txt"]\n');
  expect(await bad(box, [], from(index))).toContain("uv.lock says all that is installed");
  expect(installed(box)).toEqual({ alpha: "1.0" });
});

describe("the lock policy", () => {
  it("update: says what changed, keeps all that still fits, and the environment follows", async () => {
    const { box, index, from, lock } = await locked();
    edit(box, "pyproject.toml", requiring("alpha", "beta<2"));
    const { stderr } = await good(box, [], from(index));
    expect(stderr).toContain("uv.lock was rewritten to fit pyproject.toml: beta 1.0 added\n");
    expect(installed(box)).toEqual({ alpha: "1.0", beta: "1.0" });
    edit(box, "pyproject.toml", requiring("alpha>1"));
    const second = await good(box, [], from(index));
    expect(second.stderr).toContain(
      "uv.lock was rewritten to fit pyproject.toml: alpha 1.0 -> 2.0, beta 1.0 removed\n",
    );
    expect(installed(box)).toEqual({ alpha: "2.0" });
    edit(box, "pyproject.toml", requiring("alpha>=2"));
    const third = await good(box, [], from(index));
    expect(third.stderr).toContain("uv.lock was rewritten to fit pyproject.toml: the same versions\n");
    const written = lock();
    backdate(box, "uv.lock");
    await good(box, [], from(index));
    expect(lock()).toBe(written);
    expect(await isWarm(box)).toBe(true);
  });

  it("update: another index or mirror is no reason, not even where the locked one is gone", async () => {
    const { box, index, from, lock } = await locked();
    const before = lock();
    const mirror = await packageIndex();
    for (const version of ["1.0", "2.0"]) mirror.publish("alpha", version);
    index.stop();
    await good(box, ["reboot"], from(mirror));
    expect([lock(), mirror.asked]).toEqual([before, []]);
    expect(installed(box)).toEqual({ alpha: "1.0" });
    edit(box, "pyproject.toml", `${requiring("alpha")}description = "more words"\n`);
    await good(box, [], from(mirror));
    expect([lock(), mirror.asked]).toEqual([before, []]);
  });

  it("check, which CI sets: fails with the command that mends it and writes nothing", async () => {
    const { box, index, from, lock } = await locked();
    const before = lock();
    const there = generations(box);
    edit(box, "pyproject.toml", requiring("alpha", "beta"));
    for (const variable of [{ CI: "1" }, { PRIME_LOCK: '"check"' }]) {
      const said = await bad(box, ["run", "true"], { env: { ...from(index).env, ...variable } });
      expect(said).toContain("uv.lock does not fit what pyproject.toml asks for");
      expect(said).toContain("./prime uv lock");
    }
    expect([lock(), generations(box), installed(box)]).toEqual([before, there, { alpha: "1.0" }]);
    await good(box, ["uv", "lock"], from(index));
    backdate(box, "uv.lock");
    await good(box, ["run", "python", "-c", "import beta"], { env: { ...from(index).env, CI: "1" } });
  });

  it("frozen: trusts the lock", async () => {
    const { box, index, from, lock } = await locked();
    const before = lock();
    edit(box, "pyproject.toml", requiring("alpha", "beta"));
    edit(box, "prime.toml", 'lock = "frozen"\n');
    await good(box, [], from(index));
    expect([lock(), installed(box)]).toEqual([before, { alpha: "1.0" }]);
  });

  it("looks at dynamic dependencies where they are written, with a new user's cache too", async () => {
    const box = repo({
      "pyproject.toml": [
        '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.9"\ndynamic = ["dependencies"]',
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"',
        '[tool.setuptools]\npy-modules = []\ndynamic.dependencies = { file = "requirements.txt" }',
      ].join("\n"),
      "requirements.txt": "six\n",
    });
    await good(box, ["uv", "lock"]);
    backdate(box, "uv.lock");
    const env = { CI: "1", UV_CACHE_DIR: path.join(box.base, "uv-cache") };
    await good(box, ["reboot"], { env });
    edit(box, "requirements.txt", "six\niniconfig\n");
    expect(await bad(box, [], { env })).toContain("does not fit");
    expect((await good(box)).stderr).toMatch(/uv.lock was rewritten to fit pyproject.toml: iniconfig .* added\n/);
    expect(Object.keys(installed(box))).toEqual(["app", "iniconfig", "six"]);
  });

  it("does not guess at a lock with the marks of a merge in it", async () => {
    const { box, index, from, lock } = await locked();
    const torn = `<<<<<<< ours\n${lock()}=======\n>>>>>>> theirs\n`;
    edit(box, "uv.lock", torn);
    const said = await bad(box, [], from(index));
    expect(said).toContain(`could not read ${box.path("uv.lock")}`);
    expect([lock(), installed(box)]).toEqual([torn, { alpha: "1.0" }]);
  });
});
