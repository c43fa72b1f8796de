import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { goodPython } from "../../support/machine.ts";
import { backdate, generations, good, installed, packagesOf, repo, shown, uv } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { generationOf, untilWarm, warmShells, whyOf } from "../../support/warm.ts";

const PROJECT = `[project]
name = "app"
version = "1"
requires-python = ">=3.9"
dependencies = ["six<1.17", "typing-extensions"]
[dependency-groups]
dev = ["iniconfig"]
[tool.uv]
package = false
`;

interface Case {
  readonly drift: (box: Sandbox, folder: string) => void;
  /** What a start says of it, one phrase after the other. */
  readonly said: readonly (string | RegExp)[];
}

/** What tools do that take `.venv` for theirs. */
const CASES: Readonly<Record<string, Case>> = {
  "a package added by pip": {
    drift: (box) => {
      const target = box.path(".venv/lib", pythonFolder(box), "site-packages");
      const pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--target",
        target,
        "pluggy==1.5.0",
      ];
      execFileSync(goodPython(), pip, { env: box.env, stdio: "pipe" });
    },
    said: ["pluggy 1.5.0 was added"],
  },
  "a package added by uv": {
    drift: (box) => uv(box, ["pip", "install", "--quiet", "pluggy==1.5.0"], { VIRTUAL_ENV: box.path(".venv") }),
    said: [/by hand: pluggy 1\.5\.0 was added;/],
  },
  "a package that went to another version": {
    drift: (box) => uv(box, ["pip", "install", "--quiet", "six==1.17.0"], { VIRTUAL_ENV: box.path(".venv") }),
    said: ["six went from 1.16.0 to 1.17.0"],
  },
  "packages removed": {
    drift: (box) => uv(box, ["pip", "uninstall", "--quiet", "six", "iniconfig"], { VIRTUAL_ENV: box.path(".venv") }),
    said: [/iniconfig \S+ was removed, six 1\.16\.0 was removed/],
  },
  "uv sync with other groups": {
    drift: (box) => uv(box, ["sync", "--quiet", "--frozen", "--no-dev"]),
    said: [/iniconfig \S+ was removed/],
  },
  "uv venv --clear": {
    drift: (box) => uv(box, ["venv", "--quiet", "--clear", ".venv"]),
    said: ["its manifest is gone"],
  },
  "a module put into site-packages": {
    drift: (box) => fs.writeFileSync(box.path(".venv/lib", pythonFolder(box), "site-packages/own.py"), ""),
    said: ["files in site-packages were added or removed"],
  },
  "the interpreter removed": {
    drift: (_box, folder) => fs.rmSync(`${folder}/pyvenv.cfg`) ?? fs.rmSync(`${folder}/bin/python`),
    said: ["bin/python is gone", "pyvenv.cfg was changed"],
  },
  "a folder that became a link to itself": {
    drift: (_box, folder) => fs.rmSync(`${folder}/bin`, { recursive: true }) ?? fs.symlinkSync("bin", `${folder}/bin`),
    said: ["bin/python is gone"],
  },
  "pyvenv.cfg edited": {
    drift: (box) => fs.appendFileSync(box.path(".venv/pyvenv.cfg"), "include-system-site-packages = true\n"),
    said: ["pyvenv.cfg was changed"],
  },
};

function pythonFolder(box: Sandbox): string {
  return fs.readdirSync(box.path(".venv/lib")).find((name) => name.startsWith("python")) as string;
}

describe("what others change through .venv is named and built anew aside:", () => {
  let box: Sandbox;
  let packages: Record<string, string>;
  beforeAll(async () => {
    box = repo({ "pyproject.toml": PROJECT });
    await good(box, ["uv", "lock"]);
    backdate(box, "uv.lock");
    await good(box);
    packages = installed(box);
    expect(Object.keys(packages)).toEqual(["iniconfig", "six", "typing_extensions"]);
  });
  beforeEach(async () => {
    await good(box);
    await untilWarm(box);
  });

  it.each(Object.entries(CASES))("%s", async (_, { drift, said }) => {
    const before = shown(box);
    const folder = fs.realpathSync(box.path(".venv"));
    drift(box, folder);
    const drifted = fs.existsSync(`${folder}/bin/python`) ? packagesOf(folder) : {};
    expect(await warmShells(box)).toEqual([]);

    const { id, stderr } = await generationOf(box);
    expect(id).not.toBe(before);
    expect([shown(box), installed(box)]).toEqual([id, packages]);
    const lines = stderr.split("\n").filter((line) => line.includes("was changed by hand"));
    expect(lines).toHaveLength(1);
    for (const phrase of said) expect(lines[0]).toMatch(phrase);
    expect(lines[0]).toContain(folder);
    expect(await whyOf(box)).toContain(`built generation ${id}`);
    expect(generations(box)).toContain(before);
    expect(fs.existsSync(`${folder}/bin/python`) ? packagesOf(folder) : {}).toEqual(drifted);
    await good(box);
    await untilWarm(box);
  });

  it("a virtual environment that replaced the link is kept", async () => {
    const before = shown(box);
    fs.rmSync(box.path(".venv"));
    uv(box, ["venv", "--quiet", ".venv"]);
    expect(await warmShells(box)).toEqual([]);
    const { id, stderr } = await generationOf(box);
    expect([id, shown(box)]).toEqual([before, before]);
    const kept = /it is kept as (\S+)/.exec(stderr)?.[1] ?? "";
    expect(fs.existsSync(`${kept}/pyvenv.cfg`)).toBe(true);
    await untilWarm(box);
  });
});
