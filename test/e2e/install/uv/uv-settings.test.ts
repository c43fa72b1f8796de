import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { UNFIT } from "../../../../src/project/files/uv/uv-settings.ts";
import { bad, edit, good, installed, onlyBy, pinnedUv, repo } from "../../../support/repos.ts";
import type { Sandbox } from "../../../support/sandbox.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

/**
 * What becomes of each setting of the pinned uv where there is no uv.lock:
 * - `tried`: it counts, and a test here, in settings-without-lock.test.ts or in provenance.test.ts shows it; `uv`: it counts since uv reads
 *   it in the root itself;
 * - `prime`: prime reads it and acts by it; `refused`: by name; `lock`: it is about files that others shall install, and left out of
 *   account; `no`: it has no part in what is installed.
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
