import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { good, installed, onlyBy, repo, witness } from "../../support/repos.ts";
import { forget, resolution } from "../../support/resolution.ts";
import { type PackageIndex, packageIndex } from "../../support/servers/index-server.ts";

describe("who one is to an index", () => {
  const project = (more: string) => `[project]\nname = "app"\nversion = "1"\ndependencies = ["alpha"]\n${more}`;
  const index = (url: string) => `[[tool.uv.index]]\nname = "priv"\nurl = "${url}"\n`;
  const NAMED = { UV_INDEX_PRIV_USERNAME: "me", UV_INDEX_PRIV_PASSWORD: "se:c ret" };

  const cases: [string, (index: PackageIndex) => Record<string, string>, NodeJS.ProcessEnv][] = [
    ["the variables of a named index", ({ url }) => ({ "pyproject.toml": project(index(url)) }), NAMED],
    ["the address of an index", (one) => ({ "pyproject.toml": project(index(one.urlFor("me:se%3Ac%20ret"))) }), {}],
    [
      "a line of a requirement file",
      (one) => ({ "requirements.txt": `--index-url ${one.urlFor("me:se%3Ac%20ret")}\nalpha\n` }),
      { UV_DEFAULT_INDEX: undefined },
    ],
    [
      "variables in that line",
      (one) => ({ "requirements.txt": `--extra-index-url ${one.urlFor("${NAME}:${TOKEN}")}\nalpha\n` }),
      { NAME: "me", TOKEN: "se%3Ac%20ret" },
    ],
    [
      "an address with a variable in it",
      (one) => ({
        "requirements.txt": `alpha @ ${one.urlFor("${NAME}:${TOKEN}").replace("/simple", "/files/alpha-1.0-py3-none-any.whl")}\n`,
      }),
      { NAME: "me", TOKEN: "se%3Ac%20ret" },
    ],
    [
      "the variables of an index that a path dependency names",
      ({ url }) => ({
        "requirements.txt": "-e ./a\n",
        ...witness(
          "a",
          "aa",
          ["alpha"],
          `[tool.uv.sources]\nalpha = { index = "priv" }\n${index(url)}explicit = true\n`,
        ),
      }),
      NAMED,
    ],
  ];
  it.each(cases)("is asked for again at an installation: %s", async (_, files, env) => {
    const priv = await packageIndex({ user: "me:se:c ret" });
    const usual = await packageIndex();
    priv.publish("alpha", "1.0");
    const box = repo(files(priv));
    const options = onlyBy(box, usual, env);
    const said = [await good(box, [], options)];
    forget(box);
    said.push(await good(box, [], options));
    expect(installed(box)).toMatchObject({ alpha: "1.0" });
    const kept = [...said.map(({ stderr }) => stderr), resolution(box)].join("\n");
    expect(kept).not.toMatch(/se:c ret|se%3Ac/);
    const logs = fs
      .readdirSync(box.path(".prime/log"))
      .map((name) => fs.readFileSync(box.path(".prime/log", name), "utf8"));
    expect(logs.join("\n")).not.toMatch(/se:c ret|se%3Ac/);
    expect(fs.readdirSync(box.path(".prime")).filter((name) => name.startsWith("work"))).toEqual([]);
    expect(priv.asked.filter((url) => url.startsWith("/simple/")).some((url) => !url.startsWith("/simple/alpha"))).toBe(
      false,
    );
  });
});
