import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { bad, edit, generations, good, installed, isWarm, repo, shown } from "../../../support/repos.ts";
import { packageIndex } from "../../../support/servers/index-server.ts";

const SETUP = 'from setuptools import setup\nsetup(name="app", version="1", py_modules=["app"])\n';

describe("a build that fails", () => {
  it("shows the tool's own last words and the log, and what worked stays and runs", async () => {
    const box = repo({ "setup.py": SETUP, "app.py": "print('it works')\n" });
    await good(box);
    const before = [shown(box), generations(box)];
    const marks = Array.from({ length: 40 }, (_, number) => `print("line ${number} of the build")\n`).join("");
    edit(box, "setup.py", `${marks}raise SystemExit("no compiler for the flux capacitor")\n${SETUP}`);

    const said = await bad(box, ["run", "python", "-m", "app"]);
    expect(said).toContain("no compiler for the flux capacitor");
    expect(said).not.toContain("line 0 of the build");
    const log = /the whole output is in (\S+)/.exec(said)?.[1] ?? "";
    expect(fs.readFileSync(log, "utf8")).toContain("line 0 of the build");
    expect([shown(box), generations(box)]).toEqual(before);
    expect(execFileSync(box.path(".venv/bin/python"), ["-m", "app"], { cwd: "/", encoding: "utf8" })).toBe(
      "it works\n",
    );

    edit(box, "setup.py", SETUP);
    expect((await good(box, ["run", "python", "-m", "app"])).stdout).toBe("it works\n");
    expect([shown(box), generations(box)]).toEqual(before);
    expect(await isWarm(box)).toBe(true);
  });

  it("leaves nothing behind that a later start could take for whole", async () => {
    const box = repo({ "requirements.txt": "six\nno-such-package-of-primes-tests\n" });
    const said = await bad(box);
    expect(said).toContain("no-such-package-of-primes-tests");
    expect([generations(box), fs.existsSync(box.path(".venv"))]).toEqual([[], false]);
    expect(fs.readdirSync(box.path(".prime")).filter((name) => name.startsWith("work"))).toEqual([]);
    expect(fs.readdirSync(box.path(".prime/resolved"))).toEqual([]);
    edit(box, "requirements.txt", "six\n");
    await good(box);
    expect(Object.keys(installed(box))).toEqual(["six"]);
  });

  it("by an index that can't be reached keeps what is there, and needs none for what is known", async () => {
    const index = await packageIndex();
    index.publish("alpha", "1.0");
    index.publish("beta", "1.0");
    const box = repo({ "requirements.txt": "alpha\n" });
    const cache = path.join(box.base, "uv-cache");
    const options = { env: { UV_DEFAULT_INDEX: index.url, UV_CACHE_DIR: cache, UV_HTTP_RETRIES: "0" } };
    await good(box, [], options);
    index.stop();
    edit(box, "requirements.txt", "alpha\nbeta\n");
    const said = await bad(box, [], options);
    expect(said).toContain("next: check the network, and the index");
    expect(installed(box)).toEqual({ alpha: "1.0" });
    edit(box, "requirements.txt", "alpha\n");
    fs.rmSync(box.path(".prime/generations"), { recursive: true });
    await good(box, [], options);
    expect(installed(box)).toEqual({ alpha: "1.0" });
  });
});

describe("./prime reboot", () => {
  it("builds anew aside: the old environment stays until the new one stands", async () => {
    const box = repo({ "setup.py": SETUP, "app.py": "" });
    await good(box);
    const first = shown(box);
    execFileSync("mkfifo", [box.path("gate")]);
    const ask = 'echo ready; read -r line < gate; python -c "import app, sys; print(sys.prefix)"';
    const running = box.start(["run", "sh", "-c", ask]);
    await running.until("ready");
    edit(box, "setup.py", `raise SystemExit('not today')\n${SETUP}`);
    expect(await bad(box, ["reboot"])).toContain("not today");
    expect([shown(box), generations(box)]).toEqual([first, [first]]);

    edit(box, "setup.py", SETUP);
    await good(box, ["reboot"]);
    const second = shown(box);
    expect(second).not.toBe(first);
    expect(fs.existsSync(box.path(".prime/generations", first))).toBe(true);
    await good(box, ["run", "true"]);
    expect([shown(box), await isWarm(box)]).toEqual([second, true]);
    const gate = fs.openSync(box.path("gate"), "r+");
    fs.writeSync(gate, "go on\n");
    expect(await running.ended).toMatchObject({ code: 0, stdout: `ready\n${box.path(".prime/generations", first)}\n` });
    fs.closeSync(gate);
  });
});
