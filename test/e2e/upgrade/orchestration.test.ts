import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { outdated } from "../../support/pythons/upgrades.ts";
import { good, installed, isWarm, shown } from "../../support/repos.ts";
import { packageIndex } from "../../support/servers/index-server.ts";

/** The index answers from this very process. */
const run = promisify(execFile);

const PAGE = fs.readFileSync(path.join(import.meta.dirname, "../../../docs/upgrades.md"), "utf8");

/** The text of one example of the page, by the comment that it begins with. */
function example(title: string): string {
  const found = PAGE.split("```").find((part) => part.includes(title));
  if (found === undefined) throw new Error(`docs/upgrades.md has no example with ${title}`);
  return found;
}

/** The scripts of a GitHub job's `run` steps, in their order. */
function scripts(job: string): string[] {
  return [...job.matchAll(/^( *)- run: (?:\|\n((?:\1 {4}.*\n)+)|(.*)\n)/gm)].map(
    ([, , block, line]) => block ?? line ?? "",
  );
}

it("the timer's command line upgrades with nothing in its environment, and leaves a rollback by hand alone", async () => {
  const box = await outdated();
  const [, line = ""] = /^ExecStart=(.+)$/m.exec(example("upgrade.service")) ?? [];
  const words = line.replace("/srv/app", box.root).split(" ");
  const bare = ["-i", `HOME=${box.home}`, `PATH=${path.dirname(process.execPath)}:/usr/bin:/bin`];
  const byTimer = () => run("env", [...bare, ...words], { cwd: "/" });
  await byTimer();
  expect(installed(box)).toMatchObject({ alpha: "1.1" });
  expect(await isWarm(box)).toBe(true);

  await good(box, ["rollback"]);
  const before = shown(box);
  await byTimer();
  expect(shown(box)).toBe(before);
});

it("the job's steps push a branch with the locks and open a change, once there is something to upgrade", async () => {
  const index = await packageIndex();
  const box = await outdated({ ".gitignore": "/.venv\n/.prime/\n" }, index);
  const origin = path.join(box.base, "origin.git");
  const gh = path.join(box.base, "bin/gh");
  fs.mkdirSync(path.dirname(gh));
  fs.writeFileSync(gh, `#!/bin/sh\necho "$*" >> ${box.base}/gh.log\n`, { mode: 0o755 });
  box.git("init", "--quiet", "--initial-branch=main");
  box.git("init", "--quiet", "--bare", origin);
  box.git("remote", "add", "origin", origin);
  box.git("add", "--all");
  box.git("commit", "--quiet", "--message", "before");
  const job = async () => {
    for (const script of scripts(example(".github/workflows/upgrade.yml"))) {
      const env = { ...box.env, PATH: `${path.dirname(gh)}:${box.env.PATH}`, GIT_CONFIG_GLOBAL: "/dev/null" };
      await run("sh", ["-e", "-c", script], { cwd: box.root, env });
    }
  };
  await job();
  expect(box.git("diff", "--name-only", "main", "upgrade")).toBe("uv.lock\n");
  expect(box.git("ls-remote", "--heads", "origin")).toContain("refs/heads/upgrade");
  expect(fs.readFileSync(path.join(box.base, "gh.log"), "utf8")).toBe("pr create --fill\n");

  box.git("switch", "--quiet", "--create", "next");
  await job();
  expect(fs.readFileSync(path.join(box.base, "gh.log"), "utf8")).toBe("pr create --fill\n");
});
