import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { bad, edit, good, installed, installedBy, packageFiles, repo, uv } from "../../../support/repos.ts";
import { type Published, packageIndex } from "../../../support/servers/index-server.ts";

describe("a repo with a pylock.toml", () => {
  it("gets exactly it, plus the project itself", async () => {
    const box = repo({ "requirements.in": "six==1.16.0\n" });
    uv(box, ["pip", "compile", "--quiet", "--output-file", "pylock.toml", "requirements.in"]);
    fs.rmSync(box.path("requirements.in"));
    const files = packageFiles(".", "app", 'dependencies = ["six", "iniconfig"]');
    for (const [name, text] of Object.entries(files)) box.file(name, text);
    const { stdout } = await good(box, [
      "run",
      "python",
      "-c",
      "import app, six; print(app.__file__, six.__version__)",
    ]);
    expect(stdout).toBe(`${box.path("src/app/__init__.py")} 1.16.0\n`);
    expect(installed(box)).toEqual({ app: "0.1", six: "1.16.0" });
  });

  it("follows the lock's own groups and extras", async () => {
    const index = await packageIndex();
    const [alpha, beta, gamma] = ["alpha", "beta", "gamma"].map((name) => index.publish(name, "1.0"));
    const box = repo({
      "pylock.toml": [
        'lock-version = "1.0"\ncreated-by = "test"\ndependency-groups = ["docs"]\nextras = ["cli"]',
        locked("alpha", alpha as Published),
        locked("beta", beta as Published, "'docs' in dependency_groups"),
        locked("gamma", gamma as Published, "'cli' in extras"),
      ].join("\n"),
    });
    const env = { UV_CACHE_DIR: path.join(box.base, "uv-cache") };
    const { stderr } = await good(box, [], { env });
    expect(stderr).toContain("not installed: groups docs; extras cli (./prime --group docs run …)");
    expect(installed(box)).toEqual({ alpha: "1.0" });
    expect(await installedBy(box, ["--group", "docs"])).toEqual({ alpha: "1.0", beta: "1.0" });
    expect(await installedBy(box, ["--extra", "cli"])).toEqual({ alpha: "1.0", gamma: "1.0" });
    expect(await bad(box, ["--group", "dosc", "run", "true"])).toContain("did you mean `docs`?");
  });

  it("follows the lock's default groups, and a marker that several choices meet", async () => {
    const index = await packageIndex();
    const [alpha, beta, gamma] = ["alpha", "beta", "gamma"].map((name) => index.publish(name, "1.0"));
    const box = repo({
      "pylock.toml": [
        'lock-version = "1.0"\ncreated-by = "test"\ndependency-groups = ["ci", "docs"]\ndefault-groups = ["ci"]\nextras = ["cli"]',
        locked("alpha", alpha as Published, "python_version >= '3'"),
        locked("beta", beta as Published, "'ci' in dependency_groups"),
        locked("gamma", gamma as Published, "'docs' in dependency_groups or 'cli' in extras"),
      ].join("\n"),
    });
    const env = { UV_CACHE_DIR: path.join(box.base, "uv-cache") };
    const { stderr } = await good(box, [], { env });
    expect(stderr).toContain("not installed: groups docs; extras cli");
    const all = { alpha: "1.0", beta: "1.0", gamma: "1.0" };
    const { gamma: _, ...usual } = all;
    const { beta: __, gamma: ___, ...fewest } = all;
    expect(installed(box)).toEqual(usual);
    expect(await installedBy(box, ["--extra", "cli"])).toEqual(all);
    expect(await installedBy(box, ["--group", "docs", "--group", "ci"])).toEqual(all);
    expect(await installedBy(box, ["--no-group", "ci"])).toEqual(fewest);
  });

  it("has the project's own packages, which PDM keeps in a group, whichever groups are named", async () => {
    const index = await packageIndex();
    const [alpha, beta] = ["alpha", "beta"].map((name) => index.publish(name, "1.0"));
    const box = repo({
      "pyproject.toml":
        '[project]\nname = "app"\nversion = "1"\ndependencies = ["alpha"]\n[dependency-groups]\ntest = ["beta"]\n',
      "pylock.toml": [
        'lock-version = "1.0"\ncreated-by = "pdm"\ndependency-groups = ["default", "test"]\ndefault-groups = ["default"]',
        locked("alpha", alpha as Published, "'default' in dependency_groups"),
        locked("beta", beta as Published, "'test' in dependency_groups"),
      ].join("\n"),
    });
    const env = { UV_CACHE_DIR: path.join(box.base, "uv-cache") };
    const { stderr } = await good(box, ["--group", "test"], { env });
    expect(stderr).not.toContain("does not fit");
    expect(await installedBy(box, ["--group", "test"])).toEqual({ alpha: "1.0", beta: "1.0" });
  });

  it("refuses bytes that are not the locked ones", async () => {
    const index = await packageIndex();
    const { url, sha256 } = index.publish("alpha", "1.0");
    const box = repo({
      "pylock.toml": `lock-version = "1.0"\ncreated-by = "test"\n${locked("alpha", { url, sha256 })}`,
    });
    const options = { env: { UV_CACHE_DIR: path.join(box.base, "uv-cache") } };
    await good(box, [], options);
    const other = sha256.replace(/^../, "00");
    edit(box, "pylock.toml", `lock-version = "1.0"\ncreated-by = "test"\n${locked("alpha", { url, sha256: other })}`);
    const said = await bad(box, [], { env: { UV_CACHE_DIR: path.join(box.base, "another-cache") } });
    expect(said).toContain(`sha256:${other}`);
    expect(installed(box)).toEqual({ alpha: "1.0" });
  });
});

function locked(name: string, { url, sha256 }: Published, marker?: string): string {
  return [
    `[[packages]]\nname = "${name}"\nversion = "1.0"`,
    ...(marker === undefined ? [] : [`marker = "${marker}"`]),
    `[[packages.wheels]]\nurl = "${url}"\nhashes = { sha256 = "${sha256}" }`,
  ].join("\n");
}
