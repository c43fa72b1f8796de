import { spawn } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import { toldOf } from "../../../src/edges/processes/table.ts";

/** A process that runs until the test ends. */
function started(script: string, env: NodeJS.ProcessEnv): string {
  const child = spawn("/bin/sh", ["-c", script, script], { env, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return String(child.pid);
}

describe.runIf(process.platform === "linux")("what a process tells of itself", () => {
  it("is there too while it executes one program after another", () => {
    const pid = started('exec /bin/sh -c "$0" "$0"', { PRIME_MARK: "here" });
    for (let look = 0; look < 1000; look++) {
      expect(toldOf(pid, "environ")).toContain("PRIME_MARK=here");
      expect(toldOf(pid, "cmdline")).toContain("/bin/sh");
    }
  });

  it("is nothing where it has no environment, or is gone", async () => {
    const pid = started('[ "$1" ] || exec env -i /bin/sh -c "$0" "$0" as-is; sleep 60', {});
    await expect.poll(() => toldOf(pid, "cmdline")).toMatch(/^\/bin\/sh\0.*\0as-is\0$/s);
    expect(toldOf(pid, "environ")).toBe("");
    expect(toldOf("4194305", "environ")).toBe("");
  });
});
