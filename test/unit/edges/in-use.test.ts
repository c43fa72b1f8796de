import { spawn } from "node:child_process";
import { expect, it, onTestFinished } from "vitest";
import { foldersInUse } from "../../../src/edges/processes/in-use.ts";

it.runIf(process.platform === "linux")(
  "finds a folder in use by its name in any script, and no other of a name that begins alike",
  async () => {
    const child = spawn("/bin/sh", ["-c", "sleep 60; :", "/nowhere/café-環境/bin"], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const folders = ["/nowhere/café-環境", "/nowhere/café", "/nowhere/caf"];
    expect([...foldersInUse(folders)]).toEqual(["/nowhere/café-環境"]);
  },
);
