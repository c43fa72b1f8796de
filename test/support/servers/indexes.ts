import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import { anyPython } from "../../fixtures/python.ts";
import { toolsOf } from "../system/tools.ts";

/** The folder of the servers that tests ask; undefined: this machine can't have them. */
export function serverTools(): Promise<string | undefined> {
  return toolsOf("servers", anyPython(), "moto[s3,server]", "pypiserver", "dumb-pypi", "passlib", "pip");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** pypiserver of a folder, until the test is done; its address without a user. `user`: `name:password`, which every request must give. */
export async function pypiserver(tools: string, folder: string, user?: string): Promise<string> {
  const port = await freePort();
  const [name, password = ""] = user?.split(":") ?? [];
  const passwords = `${folder}.htpasswd`;
  fs.writeFileSync(passwords, `${name}:{SHA}${createHash("sha1").update(password).digest("base64")}\n`);
  const access = user === undefined ? ["-a", ".", "-P", "."] : ["-a", "list,download,update", "-P", passwords];
  const words = [
    "run",
    "-i",
    "127.0.0.1",
    "-p",
    String(port),
    ...access,
    "--disable-fallback",
    "--hash-algo",
    "sha256",
  ];
  const child = spawn(path.join(tools, "pypi-server"), [...words, "--backend", "simple-dir", folder], {
    stdio: "ignore",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}/simple/`;
  for (;;) {
    if (child.exitCode !== null) throw new Error("pypi-server ended");
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return url;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Writes dumb-pypi's static index of the wheels in a folder into that folder; by a file's name `yanked`: why, `pythons`: for which. */
export function dumbIndex(
  tools: string,
  folder: string,
  yanked: Readonly<Record<string, string>> = {},
  pythons: Readonly<Record<string, string>> = {},
): void {
  const files = fs.readdirSync(folder).filter((name) => name.endsWith(".whl"));
  const lines = files.map((filename) => {
    const sha256 = createHash("sha256")
      .update(fs.readFileSync(path.join(folder, filename)))
      .digest("hex");
    return JSON.stringify({
      filename,
      hash: `sha256=${sha256}`,
      yanked_reason: yanked[filename],
      requires_python: pythons[filename],
    });
  });
  fs.writeFileSync(path.join(folder, "list.json"), `${lines.join("\n")}\n`);
  const words = [
    "--package-list-json",
    path.join(folder, "list.json"),
    "--output-dir",
    folder,
    "--packages-url",
    "../../",
  ];
  execFileSync(path.join(tools, "dumb-pypi"), words);
}
