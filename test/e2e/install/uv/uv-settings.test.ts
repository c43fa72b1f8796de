import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { UNFIT } from "../../../../src/project/files/uv/uv-settings.ts";
import { bad, built, edit, good, installed, onlyBy, pinnedUv, repo, witness } from "../../../support/repos.ts";
import type { Sandbox } from "../../../support/sandbox.ts";
import { type PackageIndex, packageIndex } from "../../../support/servers/index-server.ts";

/**
 * What becomes of each setting of the pinned uv where there is no uv.lock:
 * - `tried`: it counts, and a test here or in provenance.test.ts shows it; `uv`: it counts since uv reads it in the root itself;
 * - `prime`: prime reads it and acts by it; `refused`: by name; `lock`: it is about files that others shall install, and left
 *   out of account; `no`: it has no part in what is installed.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  ...{ "required-version": "uv", preview: "uv", "preview-features": "uv", pip: "tried" },
  ...{
    "system-certs": "uv",
    "native-tls": "uv",
    offline: "uv",
    "no-cache": "uv",
    "cache-dir": "uv",
    "link-mode": "uv",
  },
  ...{ "concurrent-downloads": "uv", "concurrent-builds": "uv", "concurrent-installs": "uv", "compile-bytecode": "uv" },
  ...{
    "http-proxy": "uv",
    "https-proxy": "uv",
    "no-proxy": "uv",
    "allow-insecure-host": "uv",
    "keyring-provider": "uv",
  },
  ...{ "python-preference": "prime", "python-downloads": "uv", "python-downloads-json-url": "uv" },
  ...{
    "python-install-mirror": "uv",
    "pypy-install-mirror": "uv",
    "graalpy-install-mirror": "uv",
    "pyodide-install-mirror": "no",
  },
  ...{ index: "tried", "index-url": "tried", "extra-index-url": "tried", "no-index": "tried", "find-links": "tried" },
  ...{ "index-strategy": "tried", "torch-backend": "uv", "exclude-newer": "tried", "exclude-newer-package": "uv" },
  ...{ resolution: "tried", prerelease: "tried", "prerelease-package": "tried", "fork-strategy": "lock" },
  ...{ "dependency-metadata": "tried", "config-settings": "tried", "config-settings-package": "tried" },
  ...{ "no-build-isolation": "tried", "no-build-isolation-package": "tried", "require-build-hashes": "uv" },
  ...{
    "extra-build-dependencies": "tried",
    "extra-build-variables": "tried",
    "build-constraint-dependencies": "tried",
  },
  ...{ "no-sources": "tried", "no-sources-package": "tried", upgrade: "uv", "upgrade-package": "uv" },
  ...{ reinstall: "no", "reinstall-package": "no" },
  ...{ "no-build": "tried", "no-build-package": "tried", "no-binary": "tried", "no-binary-package": "tried" },
  ...{ "override-dependencies": "tried", "exclude-dependencies": "tried", "constraint-dependencies": "tried" },
  ...{ environments: "tried", "required-environments": "lock", "minimum-libc-version": "lock", conflicts: "prime" },
  ...{ workspace: "tried", sources: "tried", managed: "tried", package: "tried" },
  ...{ "default-groups": "tried", "dependency-groups": "tried", "dev-dependencies": "tried", "cache-keys": "prime" },
  ...{
    "publish-url": "no",
    "trusted-publishing": "no",
    "check-url": "no",
    "add-bounds": "no",
    audit: "no",
    "build-backend": "uv",
  },
};

const PIP_SETTINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(UNFIT).map((name) => [name, "refused"])),
  ...{ python: "prime", system: "prime", "break-system-packages": "no", strict: "no" },
  ...{ "python-version": "tried", universal: "tried", "output-file": "prime", "verify-hashes": "prime" },
  ...{ "index-url": "uv", "extra-index-url": "uv", "no-index": "uv", "find-links": "uv", "index-strategy": "uv" },
  ...{ "keyring-provider": "uv", "link-mode": "uv", "compile-bytecode": "uv", "torch-backend": "uv" },
  ...{ "no-build": "uv", "no-binary": "uv", "only-binary": "uv", "no-build-isolation": "tried" },
  ...{ "no-build-isolation-package": "uv", "require-build-hashes": "uv", "require-hashes": "uv" },
  ...{ "extra-build-dependencies": "uv", "extra-build-variables": "uv", "config-settings": "uv" },
  ...{
    "config-settings-package": "uv",
    "dependency-metadata": "uv",
    "no-deps": "tried",
    "allow-empty-requirements": "no",
  },
  ...{
    resolution: "uv",
    prerelease: "uv",
    "fork-strategy": "lock",
    "exclude-newer": "uv",
    "exclude-newer-package": "uv",
  },
  ...{ "no-sources": "uv", "no-sources-package": "uv", upgrade: "uv", "upgrade-package": "uv" },
  ...{ reinstall: "no", "reinstall-package": "no", "generate-hashes": "lock" },
  ...{ "no-strip-extras": "lock", "no-strip-markers": "lock", "no-annotate": "lock", "no-header": "lock" },
  ...{
    "custom-compile-command": "lock",
    "emit-index-url": "lock",
    "emit-find-links": "lock",
    "emit-build-options": "lock",
  },
  ...{ "emit-marker-expression": "lock", "emit-index-annotation": "lock", "annotation-style": "lock" },
};

const SOURCE_KEYS = "git subdirectory rev tag branch lfs url path editable package index workspace marker extra group";

/** The names that the pinned uv itself lists when it finds one that it does not know. */
function namesKnown(box: Sandbox, toml: string): string[] {
  box.file("pyproject.toml", `[project]\nname = "app"\nversion = "1"\n${toml}`);
  const args = ["pip", "compile", "--offline", "--no-header", "pyproject.toml"];
  const env = { ...box.env, UV_CACHE_DIR: path.join(box.base, "names-cache") };
  const words = execFileSync("sh", ["-c", '"$@" 2>&1 || true', "sh", pinnedUv(), ...args], {
    cwd: box.root,
    env,
    encoding: "utf8",
  });
  const listed = /unknown field `x-unknown`, expected one of (.*)/.exec(words)?.[1] ?? "";
  return [...listed.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
}

describe("every setting of the pinned uv", () => {
  it.each([
    ["[tool.uv]", "[tool.uv]\nx-unknown = 1\n", Object.keys(SETTINGS)],
    ["[tool.uv.pip]", "[tool.uv.pip]\nx-unknown = 1\n", Object.keys(PIP_SETTINGS)],
    ["[tool.uv.sources]", "[tool.uv.sources]\nx = { x-unknown = 1 }\n", SOURCE_KEYS.split(" ")],
  ])("of %s is in the list above", (_, toml, listed) => {
    const known = namesKnown(repo({}), toml);
    expect(known.length).toBeGreaterThan(10);
    expect([...listed].sort()).toEqual([...known].sort());
  });

  it.each(Object.keys(UNFIT))("that makes another environment is refused by name: tool.uv.pip.%s", async (name) => {
    const value =
      { target: '"x"', prefix: '"x"', "python-platform": '"windows"', "all-extras": "true" }[name] ?? '["x"]';
    const box = repo({ "requirements.txt": "six\n", "pyproject.toml": `[tool.uv.pip]\n${name} = ${value}\n` });
    expect(await bad(box)).toContain(`\`tool.uv.pip.${name}\``);
    box.file("uv.toml", `[pip]\n${name} = ${value}\n`);
    expect(await bad(box)).toContain(`${box.path("uv.toml")} sets \`pip.${name}\``);
  });

  it("that this uv does not know is refused by name, before uv goes on without all of them", async () => {
    const usual = await packageIndex();
    const box = repo({
      "pyproject.toml": `[project]\nname = "app"\nversion = "1"\ndependencies = ["six"]\n[tool.uv]\nnew-setting = 1\n`,
    });
    const said = await bad(box, [], onlyBy(box, usual));
    expect(said).toContain("unknown field `new-setting`");
    expect(usual.asked).toEqual([]);
  });

  it("of a folder above the repo counts as for uv, is watched, and is said", async () => {
    const usual = await packageIndex();
    usual.publish("alpha", "1.0");
    usual.publish("alpha", "2.0");
    const box = repo({ "requirements.txt": "alpha\n", "../uv.toml": 'constraint-dependencies = ["alpha<2"]\n' });
    const { stderr } = await good(box, [], onlyBy(box, usual));
    expect(stderr).toContain(`uv takes its settings from ${path.join(box.base, "uv.toml")}, above the repo`);
    expect(installed(box)).toEqual({ alpha: "1.0" });
    edit(box, "../uv.toml", 'constraint-dependencies = ["alpha<3"]\n');
    await good(box, ["reboot"], onlyBy(box, usual));
    expect(installed(box)).toEqual({ alpha: "2.0" });
  });
});

describe("a setting counts where there is no lock", () => {
  const project = (dependencies: readonly string[], more: string) => ({
    "pyproject.toml": `[project]\nname = "app"\nversion = "1"\ndependencies = ${JSON.stringify(dependencies)}\n${more}`,
  });
  type Case = [
    name: string,
    files: (usual: PackageIndex, second: PackageIndex) => Readonly<Record<string, string>>,
    expected: Readonly<Record<string, string>> | RegExp,
  ];
  const libs = witness("lib", "alpha");
  const cases: Case[] = [
    [
      "override-dependencies",
      () => project(["beta"], '[tool.uv]\noverride-dependencies = ["alpha==1.0"]\n'),
      { alpha: "1.0", beta: "1.0" },
    ],
    [
      "constraint-dependencies",
      () => project(["beta"], '[tool.uv]\nconstraint-dependencies = ["alpha<2"]\n'),
      { alpha: "1.0", beta: "1.0" },
    ],
    ["exclude-dependencies", () => project(["beta"], '[tool.uv]\nexclude-dependencies = ["alpha"]\n'), { beta: "1.0" }],
    ["resolution", () => project(["beta"], '[tool.uv]\nresolution = "lowest"\n'), { alpha: "1.0", beta: "1.0" }],
    ["prerelease", () => project(["alpha"], '[tool.uv]\nprerelease = "allow"\n'), { alpha: "3.0a1" }],
    [
      "prerelease-package",
      () => project(["alpha"], '[tool.uv]\nprerelease-package = { alpha = "allow" }\n'),
      { alpha: "3.0a1" },
    ],
    ["index-url", (_, { url }) => project(["gamma"], `[tool.uv]\nindex-url = "${url}"\n`), { gamma: "1.0" }],
    [
      "extra-index-url",
      (_, { url }) => project(["gamma", "beta"], `[tool.uv]\nextra-index-url = ["${url}"]\n`),
      { alpha: "2.0", beta: "1.0", gamma: "1.0" },
    ],
    ["find-links", (_, { folder }) => project(["gamma"], `[tool.uv]\nfind-links = ["${folder}"]\n`), { gamma: "1.0" }],
    ["no-index", () => project(["alpha"], "[tool.uv]\nno-index = true\n"), /index lookups were disabled/],
    [
      "exclude-newer",
      () => project(["alpha"], '[tool.uv]\nexclude-newer = "2020-01-01T00:00:00Z"\n'),
      /exclude-newer|upload/,
    ],
    [
      "dependency-metadata",
      () =>
        project(
          ["beta"],
          '[[tool.uv.dependency-metadata]]\nname = "beta"\nversion = "1.0"\nrequires-dist = ["alpha<2"]\n',
        ),
      { alpha: "1.0", beta: "1.0" },
    ],
    ["no-binary", () => project(["sourced"], "[tool.uv]\nno-binary = true\n"), { sourced: "1" }],
    ["no-binary-package", () => project(["sourced"], '[tool.uv]\nno-binary-package = ["sourced"]\n'), { sourced: "1" }],
    ["no-build", () => project(["only-source"], "[tool.uv]\nno-build = true\n"), /only-source/],
    [
      "no-build-package",
      () => project(["only-source"], '[tool.uv]\nno-build-package = ["only-source"]\n'),
      /only-source/,
    ],
    [
      "no-sources",
      () => ({ ...libs, ...project(["alpha"], '[tool.uv]\nno-sources = true\nsources.alpha = { path = "lib" }\n') }),
      { alpha: "2.0" },
    ],
    [
      "no-sources-package",
      () => ({
        ...libs,
        ...project(["alpha"], '[tool.uv]\nno-sources-package = ["alpha"]\nsources.alpha = { path = "lib" }\n'),
      }),
      { alpha: "2.0" },
    ],
    [
      "environments",
      () => project(["alpha"], "[tool.uv]\nenvironments = [\"sys_platform == 'win32'\"]\n"),
      /environments/,
    ],
    [
      "dependency-groups",
      () =>
        project(
          [],
          '[dependency-groups]\ndev = ["alpha"]\n[tool.uv.dependency-groups]\ndev = { requires-python = ">=3.99" }\n',
        ),
      /the group `dev` .* is for Python >=3\.99/,
    ],
    ["dev-dependencies", () => project([], '[tool.uv]\ndev-dependencies = ["alpha"]\n'), { alpha: "2.0" }],
    [
      "default-groups",
      () => project([], '[dependency-groups]\nci = ["alpha"]\n[tool.uv]\ndefault-groups = ["ci"]\n'),
      { alpha: "2.0" },
    ],
    ["package", () => ({ ...witness(".", "app", [], "[tool.uv]\npackage = false\n") }), {}],
    ["managed", () => project(["alpha"], "[tool.uv]\nmanaged = false\n"), { alpha: "2.0" }],
    ["pip.no-deps", () => project(["beta"], "[tool.uv.pip]\nno-deps = true\n"), { beta: "1.0" }],
    [
      "pip.python-version",
      () => project(["alpha"], '[tool.uv.pip]\npython-version = "3.8"\nuniversal = true\n'),
      { alpha: "2.0" },
    ],
    [
      "pip over the rest",
      (_, { url }) =>
        project(["gamma"], `[tool.uv]\nindex-url = "http://127.0.0.1:9"\n[tool.uv.pip]\nindex-url = "${url}"\n`),
      { gamma: "1.0" },
    ],
    [
      "uv.toml before pyproject.toml",
      () => ({ ...project(["alpha"], '[tool.uv]\nconstraint-dependencies = ["alpha<2"]\n'), "uv.toml": "" }),
      { alpha: "2.0" },
    ],
  ];
  it.each(cases)("%s", async (name, files, expected) => {
    const usual = await packageIndex();
    const second = await packageIndex();
    for (const version of ["1.0", "2.0", "3.0a1"]) usual.publish("alpha", version);
    usual.publish("beta", "1.0", ["alpha"]);
    second.publish("gamma", "1.0");
    usual.publish("sourced", "1");
    usual.publishSource("sourced", "1", witness(".", "sourced"));
    usual.publishSource("only_source", "1", witness(".", "only-source"));
    const box = repo(files(usual, second));
    const options = onlyBy(
      box,
      usual,
      name === "index-url" || name.startsWith("pip over") ? { UV_DEFAULT_INDEX: undefined } : {},
    );
    if (expected instanceof RegExp) {
      expect(await bad(box, [], options)).toMatch(expected);
      return;
    }
    await good(box, [], options);
    expect(installed(box)).toEqual(expected);
    if (name.startsWith("no-binary")) expect(built(box, "sourced").helper).toBe(false);
  });

  it("build-constraint-dependencies, for what is resolved and for what is installed", async () => {
    const usual = await packageIndex();
    usual.publish("helper", "1.0");
    usual.publish("helper", "2.0");
    const box = repo(
      witness(
        ".",
        "app",
        [],
        '[tool.uv]\nbuild-constraint-dependencies = ["helper<2"]\nextra-build-dependencies = { app = ["helper"] }\n',
      ),
    );
    await good(box, [], onlyBy(box, usual));
    const asked = usual.asked.filter((url) => url.includes("/files/helper"));
    expect(new Set(asked)).toEqual(new Set(["/files/helper-1.0-py3-none-any.whl"]));
    expect(built(box, "app").helper).toBe(true);
  });

  it.each([
    ["no-build-isolation-package", '[tool.uv]\nno-build-isolation-package = ["app", "aa"]\n'],
    ["no-build-isolation", "[tool.uv]\nno-build-isolation = true\n"],
    ["pip.no-build-isolation", "[tool.uv.pip]\nno-build-isolation = true\n"],
  ])("%s: such a build finds what the environment has", async (_, setting) => {
    const usual = await packageIndex();
    usual.publish("helper", "1.0");
    const box = repo({
      ...witness(".", "app", ["aa", "helper"], `${setting}[tool.uv.sources]\naa = { path = "a" }\n`),
      ...witness("a", "aa"),
    });
    await good(box, [], onlyBy(box, usual));
    expect(["app", "aa"].map((name) => built(box, name).helper)).toEqual([true, true]);
  });
});
