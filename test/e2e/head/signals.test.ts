import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { BACKEND, PROJECT, SlowRepo } from "../../support/checkouts/slow-repo.ts";
import { folderOf } from "../../support/failures.ts";
import { generations, good, isWarm, repo } from "../../support/repos.ts";
import {
  describeEachNode,
  describeEachShell,
  type Ended,
  type RunOptions,
  type Sandbox,
  type Started,
} from "../../support/sandbox.ts";
import { SEEDED_UV } from "../../support/seed.ts";
import { readerOf } from "../../support/system/gate.ts";

type Name = "SIGINT" | "SIGTERM" | "SIGHUP";
type Whom = "group" | "shell";

/** A start that has come to a certain point, and waits there. */
interface Halted {
  readonly box: Sandbox;
  readonly started: Started;
  /** Lets go what it waits for. */
  readonly free: () => unknown;
  /** Lets the next start come further. */
  readonly mend?: () => void;
}

/** A fifo of the sandbox's: who opens it waits for the test. */
function fifo(box: Sandbox): string {
  const file = path.join(box.base, "gate");
  execFileSync("mkfifo", [file]);
  return file;
}

/** Starts prime, and resolves when something reads the fifo. */
async function haltAt(
  box: Sandbox,
  gate: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Halted> {
  const started = box.start(args, options);
  const writer = await readerOf(gate, started.ended);
  return { box, started, free: () => writer.close() };
}

/** A web server that takes questions and never answers; `asked` resolves with the first. */
async function silentServer(): Promise<{ url: string; asked: Promise<void> }> {
  let told = (): void => {};
  const asked = new Promise<void>((resolve) => {
    told = resolve;
  });
  const server = http.createServer(() => told());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`, asked };
}

const RUN = ["run", "echo", "done"];
const BLOCK = '#!/bin/sh\ncat "$GATE"\n';

const POINTS: Readonly<Record<string, () => Promise<Halted>>> = {
  "the head tries a node": async () => {
    const box = repo({});
    box.file("../bin/node", BLOCK, { mode: 0o755 });
    const gate = fifo(box);
    return haltAt(box, gate, RUN, { env: { GATE: gate, PATH: `${box.path("../bin")}:${box.env.PATH}` } });
  },
  "the selector runs": async () => {
    const box = repo({ "prime.toml": 'python_selector_file_rel_path = "select"\n' });
    box.file("select", BLOCK, { mode: 0o755 });
    const gate = fifo(box);
    const halted = await haltAt(box, gate, RUN, { env: { GATE: gate } });
    return { ...halted, mend: () => box.file("select", "#!/bin/sh\n", { mode: 0o755 }) };
  },
  "an interpreter is asked": async () => {
    const box = repo({ "requirements.txt": "" });
    box.file("bin/python3", BLOCK, { mode: 0o755 });
    const gate = fifo(box);
    return haltAt(box, gate, RUN, { env: { GATE: gate, PATH: `${box.path("bin")}:${box.env.PATH}` } });
  },
  "pip fetches uv": async () => {
    const { url, asked } = await silentServer();
    const box = repo({ "requirements.txt": "six\n" }, { cache: "empty" });
    const started = box.start(RUN, { env: { PIP_INDEX_URL: url } });
    await asked;
    const mend = () => {
      const cache = path.join(box.home, ".cache/prime/uv");
      expect(fs.readdirSync(cache)).toEqual([]);
      fs.rmdirSync(cache);
      fs.symlinkSync(SEEDED_UV, cache);
    };
    return { box, started, free: () => {}, mend };
  },
  "it waits for another": async () => {
    const slow = new SlowRepo();
    const { kill } = slow.hold();
    const started = slow.start(RUN);
    await started.until("waiting for");
    return { box: slow.box, started, free: kill };
  },
  "uv asks an index": async () => {
    const { url, asked } = await silentServer();
    const box = repo({ "requirements.txt": "six\n" });
    const env = { UV_DEFAULT_INDEX: url, UV_CACHE_DIR: path.join(box.base, "cache") };
    const started = box.start(RUN, { env });
    await asked;
    return { box, started, free: () => {} };
  },
  "a build backend works": async () => {
    const slow = new SlowRepo();
    const started = await slow.startSlow(RUN);
    return { box: slow.box, started, free: started.letGo };
  },
  "the environment looks at itself": async () => {
    // By the default action, since Python only notes a signal, and may go on into a read that waits.
    const act = "signal.signal(signal.SIGINT, signal.SIG_DFL)";
    const pth = `import os, signal; "PTH" in os.environ and (${act}, open(os.environ["PTH"]).read())\\n`;
    const backend = fs.readFileSync(BACKEND, "utf8").replace('os.getcwd() + "\\n"', `'${pth}'`);
    const box = repo({ "pyproject.toml": PROJECT, "backend.py": backend });
    const gate = fifo(box);
    return haltAt(box, gate, RUN, { env: { PTH: gate } });
  },
  "a setup command runs": async () => {
    const box = repo({ "prime.toml": 'setup = ["test ! -e ../gate || cat ../gate"]\n' });
    return haltAt(box, fifo(box), RUN);
  },
};

/** Command lines of processes that a start in this sandbox has left: by the home folder in their environment (proc(5)). */
function left(box: Sandbox): string[] {
  return fs.readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    const read = (name: string) => fs.readFileSync(`/proc/${pid}/${name}`, "latin1").split("\0");
    try {
      return read("environ").includes(`HOME=${box.home}`) ? [read("cmdline").join(" ")] : [];
    } catch {
      return [];
    }
  });
}

async function endBy({ box, started, free }: Halted, signal: Name, whom: Whom): Promise<Ended> {
  const pid = started.child.pid as number;
  process.kill(whom === "group" ? -pid : pid, signal);
  const ended = await started.ended;
  // What the group was told may be a moment behind prime; what was not told waits until it is let go.
  await expect.poll(() => left(box), { timeout: 30_000, message: "processes left behind" }).toEqual([]);
  await free();
  return ended;
}

/** Died by the signal, or said so in a shell's way; zsh takes care of HUP itself, and ends with 1. */
function expectEnd({ code, signal, stdout, stderr }: Ended, by: Name, shell = ""): void {
  const expected = [by, 128 + os.constants.signals[by], ...(shell === "zsh" && by === "SIGHUP" ? [1] : [])];
  expect(expected).toContain(signal ?? code);
  expect(stdout).toBe("");
  expect(stderr).not.toMatch(/error|warning|status|failed/);
}

describe("Ctrl-C ends prime and its children, and the next start converges", () => {
  it.each(Object.keys(POINTS))("while %s", async (point) => {
    const halted = await (POINTS[point] as () => Promise<Halted>)();
    const ended = await endBy(halted, "SIGINT", "group");
    expectEnd(ended, "SIGINT");
    const { box } = halted;
    if (point !== "the head tries a node") {
      const state = point === "a setup command runs" ? "" : "nothing was changed; ";
      expect(ended.stderr).toContain(`prime: stopped; ${state}start again to go on\n`);
      expect((await good(box, ["why"])).stdout).toContain("  done: stopped before it was done\n");
    }
    fs.rmSync(path.join(box.base, "gate"), { force: true });
    halted.mend?.();
    expect((await good(box, RUN)).stdout).toBe("done\n");
    expect(await isWarm(box)).toBe(true);
  });
});

describe("TERM to the shell alone ends prime and its children", () => {
  // What hangs in place of a node knows nothing of the shell; pip is ended as uv is, and slow to start.
  const others = Object.keys(POINTS).filter((point) => !/^the head|^pip/.test(point));
  it.each(others)("while %s", async (point) => {
    const halted = await (POINTS[point] as () => Promise<Halted>)();
    expectEnd(await endBy(halted, "SIGTERM", "shell"), "SIGTERM");
  });
});

describeEachShell("ended under every shell", ({ name, words }) => {
  it.each([
    ["SIGINT", "group"],
    ["SIGTERM", "group"],
    ["SIGHUP", "shell"],
  ] as const)("by %s to the %s", async (signal, whom) => {
    const box = repo({ "prime.toml": 'python_selector_file_rel_path = "select"\n' });
    box.file("select", BLOCK, { mode: 0o755 });
    const gate = fifo(box);
    const halted = await haltAt(box, gate, RUN, { env: { GATE: gate }, shell: words });
    expectEnd(await endBy(halted, signal, whom), signal, name);
  });
});

describeEachShell("TERM to the shell alone", ({ name, words }) => {
  // A substitution of ksh's is no process, so that nothing there could have the Node for its parent.
  it.skipIf(name === "ksh")("ends a Node that hears no signal, be it blocked or in a loop", async () => {
    for (const hang of ['exec cat "$GATE" "$GATE"', `: <"$GATE"; exec '${process.execPath}' -e 'for (;;);'`]) {
      const box = repo({});
      box.file("../bin/node", `#!/bin/sh\ntrap '' TERM\n${hang}\n`, { mode: 0o755 });
      const gate = fifo(box);
      const env = { GATE: gate, PATH: `${box.path("../bin")}:${box.env.PATH}` };
      expectEnd(await endBy(await haltAt(box, gate, RUN, { env, shell: words }), "SIGTERM", "shell"), "SIGTERM");
    }
  });
});

describe("signals", () => {
  it("end what will not end by itself", async () => {
    const box = repo({ "prime.toml": `setup = ["trap '' INT TERM HUP; cat ../gate; cat ../gate"]\n` });
    const halted = await haltAt(box, fifo(box), RUN);
    expectEnd(await endBy(halted, "SIGINT", "group"), "SIGINT");
  });

  it("that prime was started to ignore are ignored by all that it starts", async () => {
    const slow = new SlowRepo();
    const shell = ["sh", "-c", `trap '' HUP; exec "$0" "$@"`];
    const gate = path.join(slow.box.base, "gate");
    const { started, free } = await haltAt(slow.box, gate, RUN, { env: slow.env, shell });
    process.kill(-(started.child.pid as number), "SIGHUP");
    await free();
    expect(await started.ended).toMatchObject({ code: 0, stdout: "done\n" });
  });

  it("that are ignored do not hide that a program is missing", async () => {
    const box = repo({});
    const env = { PATH: folderOf(box, "without-git", { node: process.execPath, sh: "/bin/sh", env: "/usr/bin/env" }) };
    const shell = ["/bin/sh", "-c", `trap '' HUP; exec "$0" "$@"`];
    expect((await box.run(["verify"], { env, shell })).stdout).toContain("git can't be started");
  });

  it("end a shell's loop, too: prime dies by them", async () => {
    const slow = new SlowRepo();
    const shell = ["bash", "-c", `for i in 1 2; do echo $i; "$0" "$@"; done; echo over`];
    const gate = path.join(slow.box.base, "gate");
    const halted = await haltAt(slow.box, gate, RUN, { env: slow.env, shell });
    const { code, signal, stdout } = await endBy(halted, "SIGINT", "group");
    expect([signal ?? code, stdout]).toEqual(["SIGINT", "1\n"]);
  });

  it("leave nothing of a build behind, not even the lock", async () => {
    const slow = new SlowRepo();
    const started = await slow.startSlow(RUN);
    await endBy({ box: slow.box, started, free: started.letGo }, "SIGTERM", "shell");
    expect(slow.isLocked).toBe(false);
    expect(generations(slow.box)).toEqual([]);
    expect(fs.readdirSync(slow.box.path(".prime")).filter((name) => /^(?:work|lock)/.test(name))).toEqual([]);
  });
});

describeEachNode("node prime", ({ binary }) => {
  it("ends by a signal with all that it started", async () => {
    const box = repo({ "prime.toml": 'python_selector_file_rel_path = "select"\n' });
    box.file("select", BLOCK, { mode: 0o755 });
    const gate = fifo(box);
    const halted = await haltAt(box, gate, RUN, { env: { GATE: gate }, shell: [binary] });
    expectEnd(await endBy(halted, "SIGTERM", "shell"), "SIGTERM");
  });
});

it("a Node that comes up when its shell has been ended says nothing", async () => {
  const box = repo({});
  box.file("../bin/node", `#!/bin/sh\ncat "$GATE"\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  const gate = fifo(box);
  const env = { GATE: gate, PATH: `${box.path("../bin")}:${box.env.PATH}` };
  const { started, free } = await haltAt(box, gate, ["status"], { env });
  const gone = new Promise((resolve) => started.child.once("exit", resolve));
  started.child.kill("SIGTERM");
  await gone;
  await free();
  expect(await started.ended).toMatchObject({ signal: "SIGTERM", stdout: "", stderr: "" });
});
