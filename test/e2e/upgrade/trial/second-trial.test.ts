import { expect, it } from "vitest";
import { outdated } from "../../../support/pythons/upgrades.ts";
import { good, shown } from "../../../support/repos.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

it("another upgrade while one is on trial: --auto leaves it alone, one by hand goes back to what was proved", async () => {
  const index = await packageIndex();
  const box = await outdated(
    {
      "prime.toml": "[upgrade]\ntrial = { starts = 1, window_s = 60 }\n",
      "app.py":
        'import os, signal, alpha\nif alpha.version == "1.2":\n    os.kill(os.getpid(), signal.SIGSEGV)\nprint(alpha.version)\n',
    },
    index,
  );
  const proved = shown(box);
  await good(box, ["upgrade"]);
  const tried = shown(box);
  index.publish("alpha", "1.2");

  expect((await good(box, ["upgrade", "--auto"])).stderr).toContain(`${tried} is still on trial`);
  expect(shown(box)).toBe(tried);
  await good(box, ["upgrade"]);
  expect([proved, tried]).not.toContain(shown(box));
  expect((await good(box, ["gc", "--keep", "0", "--older", "0"])).code).toBe(0);
  expect((await box.run(["run", "python", "app.py"])).signal).toBe("SIGSEGV");
  expect(shown(box)).toBe(proved);
  expect((await good(box, ["run", "python", "app.py"])).stdout).toBe("1.0\n");
});
