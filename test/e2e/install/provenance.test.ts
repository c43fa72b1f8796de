import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { bad, built, edit, good, installed, onlyBy, repo, whereIs, witness } from "../../support/repos.ts";
import { forget, raw, resolution } from "../../support/resolution.ts";
import { type PackageIndex, packageIndex } from "../../support/servers/index-server.ts";

const explicit = (name: string, index: PackageIndex) =>
  `[[tool.uv.index]]\nname = "${name}"\nurl = "${index.url}"\nexplicit = true\n`;

describe("each package comes from where it is said to", () => {
  /** `six` of both indexes, `other` of the second alone. */
  async function twoIndexes() {
    const usual = await packageIndex();
    const second = await packageIndex();
    usual.publish("six", "1.0");
    usual.publish("plain", "1.0");
    second.publish("six", "0.9");
    second.publish("other", "1.0");
    return { usual, second };
  }

  it("by an explicit index of the project, also when it is installed again", async () => {
    const { usual, second } = await twoIndexes();
    const box = repo({
      "pyproject.toml": `[project]\nname = "app"\nversion = "1"\ndependencies = ["six", "plain"]\n[tool.uv.sources]\nsix = { index = "pt" }\n${explicit("pt", second)}`,
    });
    const options = onlyBy(box, usual);
    await good(box, [], options);
    expect(installed(box)).toEqual({ plain: "1.0", six: "0.9" });
    expect(installed(box)).toEqual(await raw(box, ["-r", "pyproject.toml"], options.env ?? {}));
    expect(resolution(box)).toContain(second.url.replace("/simple", "/files/six-0.9"));
    forget(box);
    await good(box, [], options);
    expect(installed(box)).toEqual({ plain: "1.0", six: "0.9" });
  });

  it.each([
    ["an extra", '[project.optional-dependencies]\ndev = ["six"]\n', 'six = { index = "pt", extra = "dev" }'],
    ["a group", '[dependency-groups]\ndev = ["six"]\n', 'six = { index = "pt", group = "dev" }'],
    ["a marker", '[dependency-groups]\ndev = ["six"]\n', 'six = { index = "pt", marker = "python_version > \'3\'" }'],
    [
      "an included group",
      '[dependency-groups]\ndev = [{ include-group = "more" }]\nmore = ["six"]\n',
      'six = { index = "pt" }',
    ],
  ])("by an index of %s", async (_, declared, source) => {
    const { usual, second } = await twoIndexes();
    const box = repo({
      "pyproject.toml": `[project]\nname = "app"\nversion = "1"\n${declared}[tool.uv.sources]\n${source}\n${explicit("pt", second)}`,
    });
    await good(box, [], onlyBy(box, usual));
    expect(installed(box)).toEqual({ six: "0.9" });
  });

  it("by the usual index where a source's marker does not hold", async () => {
    const { usual, second } = await twoIndexes();
    const box = repo({
      "pyproject.toml": `[project]\nname = "app"\nversion = "1"\ndependencies = ["six"]\n[tool.uv.sources]\nsix = { index = "pt", marker = "python_version < '3'" }\n${explicit("pt", second)}`,
    });
    await good(box, [], onlyBy(box, usual));
    expect(installed(box)).toEqual({ six: "1.0" });
  });

  it("by an index that a path dependency of a path dependency names", async () => {
    const { usual, second } = await twoIndexes();
    const sources = (name: string, more: string) => `[tool.uv.sources]\n${name} = ${more}\n`;
    const box = repo({
      "pyproject.toml": `[project]\nname = "app"\nversion = "1"\ndependencies = ["aa"]\n${sources("aa", '{ path = "libs/a" }')}`,
      ...witness("libs/a", "aa", ["bb"], sources("bb", '{ path = "../b", editable = true }')),
      ...witness("libs/b", "bb", ["six"], `${sources("six", '{ index = "pt" }')}${explicit("pt", second)}`),
    });
    await good(box, [], onlyBy(box, usual));
    expect(installed(box)).toEqual({ aa: "1", bb: "1", six: "0.9" });
    expect(whereIs(box, "bb")).toBe(box.path("libs/b/src/bb.py"));
  });

  it("by lines of requirement files, nested ones too, as uv reads them", async () => {
    const { second } = await twoIndexes();
    const box = repo({
      "requirements.txt": "-r reqs/more.txt\nsix\n",
      "reqs/more.txt": `--index-url ${second.url}\nother\n`,
    });
    const options = { env: { UV_CACHE_DIR: path.join(box.base, "uv-cache") } };
    await good(box, [], options);
    expect(installed(box)).toEqual({ other: "1.0", six: "0.9" });
  });

  it("by the strategy that is chosen among indexes", async () => {
    const { usual, second } = await twoIndexes();
    const declared = (strategy: string) =>
      `[project]\nname = "app"\nversion = "1"\ndependencies = ["six"]\n[tool.uv]\nindex-strategy = "${strategy}"\n[[tool.uv.index]]\nname = "pt"\nurl = "${second.url}"\n`;
    const box = repo({ "pyproject.toml": declared("first-index") });
    const options = onlyBy(box, usual);
    await good(box, [], options);
    expect(installed(box)).toEqual({ six: "0.9" });
    edit(box, "pyproject.toml", declared("unsafe-best-match"));
    await good(box, ["reboot"], options);
    expect(installed(box)).toEqual({ six: "1.0" });
  });
});

describe("the bytes that a requirement file allows", () => {
  it("are compared, in a nested file and in constraints too", async () => {
    const usual = await packageIndex();
    const { sha256 } = usual.publish("alpha", "1.0");
    const wrong = sha256.replace(/^../, (two) => (two === "00" ? "11" : "00"));
    const line = (digest: string) => `alpha==1.0 \\\n    --hash=sha256:${digest}\n`;
    const box = repo({
      "requirements.txt": "-c limits.txt\n-r more.txt\n",
      "more.txt": "alpha\n",
      "limits.txt": line(sha256),
    });
    const options = onlyBy(box, usual);
    await good(box, [], options);
    edit(box, "limits.txt", line(wrong));
    const said = await bad(box, [], options);
    expect(said).toContain(`${box.path("limits.txt")}:1 allows sha256:${wrong}`);
    edit(box, "limits.txt", "");
    edit(box, "more.txt", line(wrong));
    expect(await bad(box, [], options)).toContain(`${box.path("more.txt")}:1`);
    edit(box, "more.txt", "--require-hashes\nalpha\n");
    expect(await bad(box, [], options)).toContain("--require-hashes");
  });

  it("choose the file of a version that has several", async () => {
    const usual = await packageIndex();
    usual.publish("alpha", "1");
    const { sha256 } = usual.publishSource("alpha", "1", witness(".", "alpha"));
    const box = repo({ "requirements.txt": `alpha==1 --hash=sha256:${sha256}\n` });
    await good(box, [], onlyBy(box, usual));
    expect(built(box, "alpha").helper).toBe(false);
  });
});

describe("how things are built", () => {
  it("counts as it is said, for a project in the repo, a path dependency and a source archive", async () => {
    const usual = await packageIndex();
    usual.publish("helper", "1.0");
    usual.publishSource("sourced", "1", witness(".", "sourced"));
    usual.publish("sourced", "0.9");
    const settings = [
      '[tool.uv.extra-build-dependencies]\napp = ["helper"]\naa = ["helper"]\nsourced = ["helper"]\n',
      '[tool.uv.extra-build-variables]\naa = { WITNESS = "for aa" }\n',
      '[tool.uv.config-settings-package]\nsourced = { two = "2" }\n',
      '[tool.uv]\nconfig-settings = { one = "1" }\n[tool.uv.sources]\naa = { path = "a" }\n',
    ].join("");
    const box = repo({ ...witness(".", "app", ["aa", "sourced"], settings), ...witness("a", "aa") });
    await good(box, [], onlyBy(box, usual));
    expect(["app", "aa", "sourced"].map((name) => built(box, name))).toEqual([
      { settings: { one: "1" }, variable: null, helper: true },
      { settings: { one: "1" }, variable: "for aa", helper: true },
      { settings: { one: "1", two: "2" }, variable: null, helper: true },
    ]);
    expect(installed(box)).not.toHaveProperty("helper");
  });
});
