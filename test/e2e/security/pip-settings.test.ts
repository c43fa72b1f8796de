import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { quickPython } from "../../support/pythons/quick-python.ts";
import { good, installed, packageFiles, repo } from "../../support/repos.ts";
import { python, type Sandbox } from "../../support/sandbox.ts";

const BY_PIP = 'venv_driver = "venv_pip"\n';
const SETUP_PY = 'from setuptools import setup\nsetup(name="app", version="1", py_modules=["app"])\n';

/** What leads an installation elsewhere, or makes none of it, one at a time. */
const LEADING: Readonly<Record<string, (out: string) => Readonly<Record<string, string>>>> = {
  target: (out) => ({ target: out }),
  prefix: (out) => ({ prefix: out }),
  root: (out) => ({ root: out }),
  user: () => ({ user: "true" }),
  "an interpreter": (out) => ({ python: path.join(path.dirname(out), "python") }),
  "a dry run": () => ({ "dry-run": "true" }),
  "no dependencies": () => ({ "no-deps": "true" }),
};

/** The same said by a pip.conf, and by variables. */
const WAYS: Readonly<Record<string, (box: Sandbox, said: Readonly<Record<string, string>>) => NodeJS.ProcessEnv>> = {
  "a pip.conf": (box, said) => {
    const file = path.join(box.home, ".config/pip/pip.conf");
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `[global]\n${Object.entries(said).map(([key, value]) => `${key} = ${value}\n`)}`);
    return {};
  },
  variables: (_, said) =>
    Object.fromEntries(
      Object.entries(said).map(([key, value]) => [`PIP_${key.toUpperCase().replaceAll("-", "_")}`, value]),
    ),
};

describe.each(Object.keys(WAYS))("by %s", (way) => {
  it.each(Object.keys(LEADING))("pip is not led elsewhere: %s", async (what) => {
    const isBuilt = what !== "target"; // pip itself can't build under a pip.conf that names one
    const files = { "requirements-dev.txt": "python-dateutil==2.8.2\n", "prime.toml": BY_PIP };
    const app = isBuilt ? packageFiles(".", "app") : { "app.py": "" };
    // An interpreter's own ensurepip heeds no settings; that it is not led elsewhere either is shown where nothing is built.
    const box = repo({ ...files, ...app }, isBuilt ? { python: quickPython() } : {});
    const out = path.join(box.base, "elsewhere/out");
    fs.mkdirSync(path.dirname(out));
    const ran = path.join(box.base, "ran");
    fs.writeFileSync(path.join(path.dirname(out), "python"), `#!/bin/sh\n: >'${ran}'\n`, { mode: 0o755 });
    const env = WAYS[way]?.(box, LEADING[what]?.(out) ?? {}) ?? {};
    await good(box, ["run", "python", "-c", "import app, six, dateutil"], { env });
    expect(installed(box)).toMatchObject({ ...(isBuilt ? { app: "0.1" } : {}), "python-dateutil": "2.8.2" });
    expect([fs.existsSync(out), fs.existsSync(ran), fs.existsSync(path.join(box.home, ".local/lib"))]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("nor when it gets uv, by an old pip and a new one", async () => {
    for (const version of ["3.8", "3.12"]) {
      const box = repo({ "requirements.txt": "six==1.17.0\n" }, { cache: "empty", python: python(version) });
      const out = path.join(box.base, "out");
      const env = WAYS[way]?.(box, { target: out, prefix: out, root: out, user: "true", "dry-run": "true" }) ?? {};
      await good(box, ["run", "python", "-c", "import six"], { env });
      expect(fs.existsSync(out)).toBe(false);
    }
  });
});

it.each(["3.6", "3.12"])(
  "a pip.conf with a target, under which pip %s builds nothing, is named with what cures that",
  async (version) => {
    const box = repo({ "app.py": "", "setup.py": SETUP_PY, "prime.toml": BY_PIP }, { python: python(version) });
    box.file("pyproject.toml", '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n');
    WAYS["a pip.conf"]?.(box, { target: path.join(box.base, "out") });
    const { code, stderr } = await box.run(["run", "true"]);
    expect([code, stderr]).toEqual([125, expect.stringContaining("pip's settings have a `target`")]);
    expect(/^ {2}next: (.*)$/m.exec(stderr)?.[1]).toContain("PIP_CONFIG_FILE=/dev/null");
    await good(box, ["run", "python", "-c", "import app"], { env: { PIP_CONFIG_FILE: "/dev/null" } });
  },
);
