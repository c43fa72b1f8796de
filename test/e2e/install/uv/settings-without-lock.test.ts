import { describe, expect, it } from "vitest";
import { bad, built, good, installed, onlyBy, repo, witness } from "../../../support/repos.ts";
import { type PackageIndex, packageIndex } from "../../../support/servers/index-server.ts";

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
