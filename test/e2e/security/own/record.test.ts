import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { listing } from "../../../support/listing.ts";
import { good, repo, shown } from "../../../support/repos.ts";
import type { Sandbox } from "../../../support/sandbox.ts";

const FILES = { "requirements.txt": "six==1.17.0\n" };

interface Scene {
  readonly box: Sandbox;
  /** The environment's own folder. */
  readonly folder: string;
  readonly site: string;
  readonly info: string;
  /** A folder outside of it. */
  readonly other: string;
}

/** An environment with six; outside of it a secret, a FIFO, and what looks like packages. */
async function scene(): Promise<Scene> {
  const box = repo(FILES);
  await good(box);
  const folder = fs.realpathSync(box.path(".venv"));
  const [version = ""] = fs.readdirSync(path.join(folder, "lib"));
  const site = path.join(folder, "lib", version, "site-packages");
  const other = path.join(box.base, "other");
  fs.mkdirSync(path.join(other, "site-packages/six-1.17.0.dist-info"), { recursive: true });
  fs.writeFileSync(path.join(other, "secret"), "keep\n");
  fs.writeFileSync(path.join(other, "site-packages/six-1.17.0.dist-info/RECORD"), "six.py,sha256=AAAA,4\n");
  execFileSync("mkfifo", [path.join(other, "fifo")]);
  return { box, folder, site, info: path.join(site, "six-1.17.0.dist-info"), other };
}

/** Puts a link in the place of what stands there. */
function relink(file: string, target: string): void {
  fs.rmSync(file, { recursive: true, force: true });
  fs.symlinkSync(target, file);
}

const digest = createHash("sha256").update("keep\n").digest("base64url");

const SPOILT: readonly (readonly [string, (scene: Scene) => void])[] = [
  [
    "names files outside",
    ({ info, site, other }) => {
      const rows = ["secret", "fifo", "gone"].map(
        (name) => `${path.relative(site, path.join(other, name))},sha256=${digest},5`,
      );
      fs.appendFileSync(
        path.join(info, "RECORD"),
        [...rows, `${other}/secret,sha256=${digest},5`, "/dev/zero,sha256=AA,1", ""].join("\n"),
      );
    },
  ],
  [
    "names a file that is a link outside",
    ({ site, other }) => relink(path.join(site, "six.py"), path.join(other, "secret")),
  ],
  [
    "names a file that is a link to a FIFO",
    ({ site, other }) => relink(path.join(site, "six.py"), path.join(other, "fifo")),
  ],
  ["is a link", ({ info, other }) => relink(path.join(info, "RECORD"), path.join(other, "secret"))],
  [
    "is in a folder that is a link",
    ({ info, other }) => relink(info, path.join(other, "site-packages/six-1.17.0.dist-info")),
  ],
  [
    "is below a link in the place of site-packages",
    ({ site, other }) => relink(site, path.join(other, "site-packages")),
  ],
  ["is below a link in the place of lib/pythonX.Y", ({ site, other }) => relink(path.dirname(site), other)],
  ["stands in an environment whose bin is a link", ({ folder, other }) => relink(path.join(folder, "bin"), other)],
];

describe("a RECORD that", () => {
  it.each(SPOILT)("%s: nothing there is read, changed or removed", async (_, spoil) => {
    const all = await scene();
    const { box, other, folder } = all;
    spoil(all);
    const before = listing(other);
    const id = shown(box);
    for (const args of [
      ["doctor"],
      ["doctor", ".venv"],
      ["adopt"],
      ["adopt", id],
      [],
      ["doctor", "--fix"],
      ["gc", "--keep", "0", "--older", "0"],
    ]) {
      const { code, stdout, stderr } = await box.run(args);
      expect([args, code === null, /keep\n|defect/.test(stdout + stderr)]).toEqual([args, false, false]);
      expect(listing(other), `after ./prime ${args.join(" ")}: ${stderr}`).toEqual(before);
    }
    await good(box, ["run", "python", "-c", "import six; assert six.__version__ == '1.17.0'"]);
    expect(fs.existsSync(folder)).toBe(true);
  });

  it("leads out is named by doctor and by adopt, and what is inside is adopted", async () => {
    const all = await scene();
    const { box, other, site } = all;
    (SPOILT[0] as (typeof SPOILT)[0])[1](all);
    fs.appendFileSync(path.join(site, "six.py"), "edited = 1\n");
    const { stdout } = await box.run(["doctor"]);
    expect(stdout).toContain(`six: RECORD or a link leads to ${other}/secret and 4 more, outside of the environment`);
    const { stderr } = await good(box, ["adopt"]);
    expect(stderr).toContain(`to 5 files, as ${other}/secret: nothing of them is adopted`);
    await good(box, ["run", "python", "-c", "import six; assert six.edited"]);
    const manifest = JSON.parse(fs.readFileSync(box.path(".venv/prime.json"), "utf8"));
    expect(Object.keys(manifest.adopted).map((name) => path.basename(name))).toEqual(["six.py"]);
  });
});
