import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { MINORS, realPython } from "../../fixtures/python.ts";
import { goodPython } from "../../support/machine.ts";
import { withoutPython } from "../../support/pythons/interpreters.ts";
import { good, repo, shown } from "../../support/repos.ts";
import { LONG_AGO } from "../../support/sandbox.ts";
import { ALL_SHELLS, generationOf, warmShells } from "../../support/warm.ts";

const REQUIREMENTS = { "requirements.txt": "six\n" };

/** What an interpreter says of itself. */
function ask(python: string, expression: string): string {
  const script = `import platform, sys; print(${expression})`;
  return execFileSync(python, ["-I", "-c", script], { encoding: "utf8" }).trim();
}

const VERSION = ["run", "python", "-c", "import platform; print(platform.python_version())"];

/** The interpreter that tests take, and one of another minor. */
function twoPythons(): readonly [usual: string, other: string] {
  const usual = goodPython();
  const minor = ask(usual, '"%d.%d" % sys.version_info[:2]');
  const others = MINORS.filter((one) => !["3.6", "3.7", "3.8", minor].includes(one)).map(realPython);
  const other = others.find((file) => file !== undefined);
  return [usual, other ?? expect.fail("these tests need two minors of Python")];
}

/** Puts an interpreter and its library at `prefix`, as an installer that replaces the one before. */
function install(python: string, prefix: string): string {
  const minor = ask(python, '"python%d.%d" % sys.version_info[:2]');
  fs.rmSync(prefix, { recursive: true, force: true });
  fs.mkdirSync(path.join(prefix, "bin"), { recursive: true });
  fs.symlinkSync(path.join(ask(python, "sys.base_prefix"), "lib"), path.join(prefix, "lib"));
  fs.copyFileSync(fs.realpathSync(python), path.join(prefix, "bin", minor));
  fs.utimesSync(path.join(prefix, "bin", minor), LONG_AGO, LONG_AGO);
  fs.symlinkSync(minor, path.join(prefix, "bin/python3"));
  return path.join(prefix, "bin", minor);
}

describe("the interpreter", () => {
  it("a nearer .python-version is seen when it appears, and when it goes", async () => {
    const [usual, other] = twoPythons();
    const [minor, otherMinor] = [usual, other].map((file) => ask(file, '"%d.%d" % sys.version_info[:2]'));
    const box = repo(REQUIREMENTS);
    const above = path.join(box.base, ".python-version");
    fs.writeFileSync(above, `${minor}\n`);
    fs.utimesSync(above, LONG_AGO, LONG_AGO);
    await good(box);
    const before = shown(box);
    expect(await warmShells(box)).toEqual(ALL_SHELLS);

    box.file(".python-version", `${otherMinor}\n`);
    expect(await warmShells(box)).toEqual([]);
    const env = { PATH: `${box.env.PATH}:${path.dirname(other)}` };
    expect((await good(box, VERSION, { env })).stdout.trim()).toBe(ask(other, "platform.python_version()"));
    expect(await warmShells(box)).toEqual(ALL_SHELLS);

    fs.rmSync(box.path(".python-version"));
    expect((await generationOf(box)).id).toBe(before);
  });

  it("one of the same version in its place is taken again, another version gets an environment of its own", async () => {
    const [usual, other] = twoPythons();
    const box = repo(REQUIREMENTS);
    const prefix = path.join(box.base, "python");
    const file = install(usual, prefix);
    const { env = {} } = withoutPython(box, `${prefix}/bin`); // another one of the same version would take its place
    await good(box, [], { env });
    const before = shown(box);
    expect(await warmShells(box)).toEqual(ALL_SHELLS);

    fs.appendFileSync(file, "rebuilt");
    fs.utimesSync(file, LONG_AGO + 1, LONG_AGO + 1);
    expect(await warmShells(box)).toEqual([]);
    expect((await generationOf(box, [], { env })).id).toBe(before);
    expect(await warmShells(box)).toEqual(ALL_SHELLS);

    install(other, prefix);
    expect(await warmShells(box)).toEqual([]);
    const { stdout } = await good(box, VERSION, { env });
    expect(stdout.trim()).toBe(ask(other, "platform.python_version()"));
    expect(shown(box)).not.toBe(before);
    expect(await warmShells(box)).toEqual(ALL_SHELLS);

    install(usual, prefix);
    expect(await warmShells(box)).toEqual([]);
    expect((await good(box, VERSION, { env })).stdout.trim()).toBe(ask(usual, "platform.python_version()"));
  });
});
