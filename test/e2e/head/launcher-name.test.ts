import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { LONG_AGO, sandbox } from "../../support/sandbox.ts";

it("a launcher of another name says that name wherever it tells what to start", async () => {
  const box = sandbox();
  box.file("requirements.txt", "");
  const launcher = path.join(box.root, "dev");
  fs.renameSync(box.launcher, launcher);
  const said = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await box.run(args, { launcher });
    return stdout + stderr;
  };
  expect(await said("history")).toContain("No environment was built yet: ./dev makes one.");
  expect(await said("--grup", "x")).toContain("see ./dev --help");
  expect(await said("--help")).toContain("./dev run pytest -x tests");
  expect(await said("run", "sh", "-c", "echo ./prime")).toMatch(/^\.\/prime$/m);
  box.file("requirements.txt", "six==1.16.0\n", { mtime: LONG_AGO + 1 });
  await said();
  expect(await said("rollback")).toContain("./dev rollback --cancel");
  expect(await said()).toContain("(rolled back: ./dev rollback --cancel goes forward again)");
  expect(await said("status")).not.toContain("./prime");
});

it("a path that ends as a launcher's is left as it is", async () => {
  const box = sandbox();
  const launcher = path.join(box.root, "dev");
  fs.renameSync(box.launcher, launcher);
  for (const word of ["sub/./prime", "../prime", "./prime.toml", "./prime-old"]) {
    const { stderr } = await box.run([word], { launcher });
    expect(stderr).toContain(`could not run ${word}:`);
  }
});
