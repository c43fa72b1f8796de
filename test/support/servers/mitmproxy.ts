import { spawn } from "node:child_process";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import { toolsOf } from "../system/tools.ts";

/** mitmproxy of the index; undefined: this machine can't have it. */
export async function mitmdump(python: string): Promise<string | undefined> {
  const tools = await toolsOf("mitmproxy", python, "mitmproxy");
  return tools && path.join(tools, "mitmdump");
}

export interface Intercepting {
  readonly url: string;
  /** The certificate by which it vouches for every host. */
  readonly ca: string;
  /** What passed it, as it tells. */
  log(): string;
}

/** An intercepting proxy on loopback, until the test is done. */
export async function intercept(program: string, folder: string, ...words: string[]): Promise<Intercepting> {
  const args = [
    "--listen-host",
    "127.0.0.1",
    "-p",
    "0",
    "--set",
    `confdir=${folder}`,
    "--set",
    "termlog_verbosity=info",
  ];
  const child = spawn(program, [...args, ...words], { env: { PATH: process.env.PATH, PYTHONUNBUFFERED: "1" } });
  onTestFinished(() => void child.kill("SIGKILL"));
  let told = "";
  const port = await new Promise<string>((resolve, reject) => {
    const hear = (bytes: Buffer) => {
      told += bytes;
      const [, found] = /listening at [^\n]*127\.0\.0\.1:(\d+)/.exec(told) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", () => reject(new Error(`mitmdump ended:\n${told}`)));
  });
  return { url: `http://127.0.0.1:${port}`, ca: path.join(folder, "mitmproxy-ca-cert.pem"), log: () => told };
}
