import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { AppBox, appWheel } from "../../support/apps/apps.ts";

/** An app whose words are Python that knows its module `prime_app`. */
const DOES = (version: string) => `import sys\nimport prime_app\n
version = "${version}"\n
def main():\n    for line in sys.argv[1:]:\n        exec(line, globals())\n`;

async function app(keys = ""): Promise<AppBox> {
  const box = new AppBox(keys);
  box.publish("1", DOES("1"));
  await box.init();
  expect(await box.says(["print(version)"])).toBe("1");
  return box;
}

describe("prime_app", () => {
  it("updates the running app: what is new can be imported, and it starts anew once", async () => {
    const box = await app('self_command = "own"\n');
    expect(await box.says(["print(prime_app.update(), prime_app.status()['version'])"])).toBe("False 1");
    appWheel(box.basket, "plug", "7", 'version = "7"\n');
    box.publish("2", DOES("2"), ["plug"]);
    const words = ["print(prime_app.update())", "import plug; print(plug.version, version, prime_app.update())"];
    expect(await box.says(words)).toBe("True\n7 1 False");
    expect(await box.says(["print(version)"])).toBe("2");
    box.publish("3", DOES("3"));
    const anew = await box.run(["print(version)", "prime_app.update(relaunch=True)", "print(prime_app.relaunch())"]);
    expect(anew).toMatchObject({ code: 0, stdout: "2\n3\nFalse\n", stderr: "" });
    fs.rmSync(box.basket, { recursive: true });
    const { code, stderr } = await box.run(["prime_app.update()"]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("prime_app.UpdateError: prime: error: could not update foo"),
    ]);
  });

  it("ends a trial well by a word, whatever comes after", async () => {
    const box = await app("trial = { starts = 1 }\n");
    box.publish("2", DOES("2"));
    await box.updateBeside();
    expect((await box.run(["print(prime_app.healthy())", "raise ValueError"])).stdout).toBe("True\n");
    expect(await box.says(["print(version, prime_app.healthy())"])).toBe("2 False");
    box.publish("3", DOES("3"));
    await box.updateBeside();
    await box.run(["raise ValueError"]);
    expect((await box.run(["print(version)"])).stdout).toBe("2\n");
  });

  it("has more packages in this release and all that follow, from these sources alone", async () => {
    const box = await app();
    const other = path.join(box.box.base, "other");
    fs.mkdirSync(other);
    appWheel(other, "plug", "7", 'version = "7"\n');
    appWheel(box.basket, "plug", "9", 'version = "9"\n');
    const require = `prime_app.require(["plug"], ["${other}"])`;
    const words = [`print(${require})`, "import plug; print(plug.version)", `print(${require})`];
    expect(await box.says(words)).toBe("True\n7\nFalse");
    box.publish("2", DOES("2"));
    await box.updateBeside();
    expect(await box.says([`print(version, ${require})`, "import plug"])).toBe("2 False");
    const bad = await box.run(['prime_app.require(["none-such"])']);
    expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining("could not have what foo requires")]);
    expect((await box.run(['prime_app.require(["x @ /y"])'])).stderr).toContain("must be a requirement");
    box.publish("3", DOES("3"));
    await box.updateBeside();
    expect(await box.says(["print(version)"])).toBe("3");
  });

  it("has them from where the app's own table says, whose word goes before that of require", async () => {
    const box = await app();
    const [asked, own] = ["asked", "own"].map((name) => path.join(box.box.base, name)) as [string, string];
    for (const [folder, version] of [
      [asked, "7"],
      [own, "5"],
    ] as const) {
      fs.mkdirSync(folder);
      appWheel(folder, "plug", version, `version = "${version}"\n`);
    }
    const plug = "import plug; print(plug.version)";
    expect(await box.says([`prime_app.require(["Plug"], ["${asked}"])`, plug])).toBe("7");
    box.config += `[[app.package]]\nname = "plug"\nsources = ["${own}"]\n`;
    await box.init();
    await box.says([]);
    await box.says(["self", "update"]);
    expect(await box.says([plug])).toBe("5");
    expect(await box.says([`print(prime_app.require(["plug"], ["${asked}"]))`, plug])).toBe("False\n5");
  });

  it("is typed, and does nothing where no launcher has started it", async () => {
    const box = await app();
    const release = path.join(box.home, "releases", (await box.status()).release as string);
    const folder = path.join(release, ".venv/lib");
    const packages = path.join(folder, fs.readdirSync(folder)[0] as string, "site-packages");
    expect(fs.readdirSync(path.join(packages, "prime_app")).sort()).toEqual(
      expect.arrayContaining(["__init__.py", "py.typed"]),
    );
    const code = "import prime_app as p; print(p.is_started(), p.healthy(), p.update(), p.relaunch(), p.status())";
    const env = { ...box.box.env, PYTHONPATH: packages };
    expect(execFileSync("python3", ["-c", code], { env, encoding: "utf8" })).toBe("False False False False {}\n");
  });
});
