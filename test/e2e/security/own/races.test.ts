import * as fs from "node:fs";
import { expect, it } from "vitest";
import { generations, good, installed, isWarm, repo, shown } from "../../../support/repos.ts";

const VERSIONS = ["1.15.0", "1.16.0", "1.17.0"];

it("rollbacks, builds and collections at once leave an environment that is whole, and each a state that can be read", async () => {
  const box = repo({});
  for (const [index, version] of VERSIONS.entries()) {
    box.file("requirements.txt", `six==${version}\n`, { mtime: 1_700_000_000 + index });
    await good(box);
  }
  const gc = ["gc", "--keep", "0", "--older", "0"];
  for (const others of [
    [["rollback"], gc],
    [["rollback", "--cancel"], gc],
    [["reboot"], gc, ["rollback"]],
  ]) {
    const ended = await Promise.all([["rollback"], ...others].map((args) => box.run(args)));
    for (const { code, stderr } of ended) {
      expect([0, 2, 125]).toContain(code);
      if (code !== 0) expect(stderr).toMatch(/^ {2}id: (?:rollback-refused|environment-gone)$/m);
    }
    expect(generations(box)).toContain(shown(box));
    expect(fs.lstatSync(box.path(".prime/generations", shown(box))).isDirectory()).toBe(true);
    expect(VERSIONS).toContain(installed(box).six);
    JSON.parse(fs.readFileSync(box.path(".prime/state.json"), "utf8"));
    await good(box, ["run", "python", "-c", "import six"]);
  }
  await good(box, ["rollback", "--cancel"]);
  expect(installed(box)).toEqual({ six: "1.17.0" });
  expect(await isWarm(box)).toBe(true);
});

it("an environment that is removed while a start shows it is said to be gone, and the next start makes it anew", async () => {
  const box = repo({
    "requirements.txt": "six==1.17.0\n",
    "prime.toml": 'setup = [\'mv "$VIRTUAL_ENV" "$PWD/away"\']\n',
  });
  const { code, stderr } = await box.run(["run", "true"]);
  expect([code, stderr]).toEqual([125, expect.stringContaining("somebody removed it meanwhile")]);
  expect(stderr).toContain("  id: environment-gone\n");
  box.file("prime.toml", "", { mtime: 1_700_000_100 });
  await good(box, ["run", "python", "-c", "import six"]);
});
