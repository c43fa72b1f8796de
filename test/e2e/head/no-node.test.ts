import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { SHELLS } from "../../support/launchers.ts";
import { edit, good, repo } from "../../support/repos.ts";
import type { Sandbox } from "../../support/sandbox.ts";

/** A repo made ready by a Node that is gone since, on a machine that has no other. */
async function readyWithoutNode(): Promise<Sandbox> {
  const box = repo({ "requirements.txt": "six\n" });
  const node = path.join(box.base, "own-node/node");
  fs.mkdirSync(path.dirname(node));
  fs.copyFileSync(process.execPath, node, fs.constants.COPYFILE_FICLONE);
  await good(box, [], { env: { PATH: `${path.dirname(node)}:${box.env.PATH}` } });
  fs.rmSync(node);
  return box;
}

describe.each(Object.entries(SHELLS).filter(([, words]) => words !== undefined))(
  "where no Node is left, %s",
  (_, shell) => {
    it("says which input made one necessary", async () => {
      const box = await readyWithoutNode();
      const env = { PATH: "/nowhere" };
      const start = async (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
        box.run(args, { shell: shell ?? [], env: { ...env, ...more } });
      const run = ["run", "python", "-c", "import six"];
      expect(await start(run)).toMatchObject({ code: 0, stderr: "" });

      const told = async (why: string, more?: NodeJS.ProcessEnv) => {
        const { code, stderr } = await start(run, more);
        expect([code, stderr]).toEqual([
          125,
          expect.stringMatching(/; found no Node\.js that works \(tried:.*\); install /),
        ]);
        expect(stderr).toContain(`prime: ${why} is not as it was; found no Node.js`);
      };
      await told("$PRIME_LOCK", { PRIME_LOCK: "frozen" });
      edit(box, "requirements.txt", "six>=1\n");
      await told(box.path("requirements.txt"));
      fs.rmSync(box.path("requirements.txt"));
      await told(box.path("requirements.txt"));
      box.file("requirements.txt", "six\n");
      box.file("prime.toml", "");
      await told(box.path("prime.toml"));
      fs.rmSync(box.path("prime.toml"));
      const { stderr } = await start(["-v", "run", "true"]);
      expect(stderr).toMatch(/^prime: found no Node\.js that works/);

      edit(box, "requirements.txt", "six>=1\n");
      const file = path.join(box.home, ".local/state/prime/at", box.root, ".plan/plan+why");
      const text = fs.readFileSync(file);
      const torn = [text.subarray(0, text.length / 2), Buffer.alloc(text.length), "", "prime_why='"];
      for (const left of torn) {
        fs.writeFileSync(file, left);
        const found = await start(run);
        expect([found.code, found.stderr]).toEqual([125, expect.stringMatching(/^prime: .*found no Node\.js/)]);
      }
    });
  },
);

it.skipIf(SHELLS.dash === undefined)("says how few files may be open, where no Node starts for that", async () => {
  const box = repo({ "requirements.txt": "six\n" });
  await good(box);
  edit(box, "requirements.txt", "six>=1\n");
  for (const few of [13, 14, 16]) {
    const shell = ["/bin/sh", "-c", `ulimit -n ${few}; exec dash "$0" "$@"`];
    const { code, stderr } = await box.run(["run", "true"], { shell });
    expect([few, code, stderr.match(/^prime: .*$/m)?.[0]]).toEqual([
      few,
      125,
      expect.stringContaining(`: ${box.path("requirements.txt")} is not as it was; found no Node.js that works`),
    ]);
    expect(stderr).toContain(`; allow 256 open files in place of ${few} (ulimit -n, LimitNOFILE), and start again\n`);
  }
});
