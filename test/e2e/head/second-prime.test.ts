import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it } from "vitest";
import { PROJECT, SlowRepo, succeeded } from "../../support/checkouts/slow-repo.ts";
import { bad, edit, generations, good, installed, isWarm, repo, shown } from "../../support/repos.ts";
import { LONG_AGO } from "../../support/sandbox.ts";
import { readerOf } from "../../support/system/gate.ts";

it("a second prime says whom it waits for; both succeed by one build", async () => {
  const slow = new SlowRepo();
  const first = await slow.startSlow();
  const second = slow.start(["run", "echo", "second"]);
  await second.until("waiting for");
  const { pid } = slow.holder;
  await first.letGo();
  succeeded(await first.ended, "slow\n");
  const end = await second.ended;
  succeeded(end, "second\n");
  expect(end.stderr).toBe(
    `waiting for process ${pid} on ${os.hostname()} (the first start here), which is building for ${slow.box.root}\n`,
  );
  expect(slow.builds).toBe(1);
  expect(generations(slow.box)).toEqual([shown(slow.box)]);
  expect(slow.isLocked).toBe(false);
  expect((await good(slow.box, ["history", "--json"])).stdout.match(/"what": ?"build"/g)).toHaveLength(1);
});

it("a start that has nothing to build does not wait", async () => {
  const slow = new SlowRepo();
  const first = await slow.startSlow();
  const status = await slow.box.run(["status"]);
  succeeded(status, expect.stringContaining("not built yet"));
  await first.letGo();
  await first.ended;
});

it("what is edited during a build is the next start's business", async () => {
  const slow = new SlowRepo({ "requirements-dev.txt": "six==1.15.0\n" });
  const { box } = slow;
  const first = await slow.startSlow();
  edit(box, "requirements-dev.txt", "six==1.16.0\n");
  await first.letGo();
  succeeded(await first.ended, "slow\n");
  expect(await isWarm(box)).toBe(false);
  await good(box);
  expect(installed(box)).toMatchObject({ sample: "1", six: "1.16.0" });
});

it("while one start builds, others run what is there, and what runs keeps its packages", async () => {
  const slow = new SlowRepo();
  const { box } = slow;
  const requires = (version: string) => PROJECT.replace("[build", `dependencies = ["six==${version}"]\n\n[build`);
  edit(box, "pyproject.toml", requires("1.15.0"));
  await good(box);
  const before = shown(box);
  const tell = "import sys; print('up', flush=True); open(sys.argv[1]).read(); import six; print(six.__version__)";
  const fifo = path.join(box.base, "fifo");
  execFileSync("mkfifo", [fifo]);
  const running = box.start(["run", "python", "-c", tell, fifo]);
  await running.until("up");

  const again = await slow.startSlow(["reboot"]);
  expect(await isWarm(box)).toBe(true);
  fs.utimesSync(box.path("pyproject.toml"), LONG_AGO, LONG_AGO);
  succeeded(await box.run(["run", "echo", "cold"]), "cold\n");
  expect(shown(box)).toBe(before);
  await again.letGo();
  succeeded(await again.ended, "");
  edit(box, "pyproject.toml", requires("1.16.0"));
  await good(box, ["gc", "--older", "0", "--keep", "0"]);
  await good(box);
  expect(installed(box)).toMatchObject({ six: "1.16.0" });
  await (await readerOf(fifo, running.ended)).close();
  succeeded(await running.ended, "up\n1.15.0\n");
});

it("setup commands run once for all who start at the same time", async () => {
  const slow = new SlowRepo({ "prime.toml": 'setup = ["echo set >> notes; cat ../gate"]\n' });
  const first = slow.start(["run", "echo", "first"]);
  const gate = await slow.reached(first.ended);
  const second = slow.start(["run", "echo", "second"]);
  await second.until(`, which is running the setup commands of ${slow.box.root}\n`);
  await gate.close();
  succeeded(await first.ended, "first\n");
  succeeded(await second.ended, "second\n");
  expect(fs.readFileSync(slow.box.path("notes"), "utf8")).toBe("set\n");
});

it("a start from within a build or a setup command does not wait for itself", async () => {
  const box = repo({ "prime.toml": 'setup = ["./prime run true"]\n' });
  const said = await bad(box);
  expect(said).toContain("could not wait for process ");
  expect(said).toContain(`, which is running the setup commands of ${box.root}`);
});
