import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { CACHE } from "./seed.ts";

/** mitmproxy of the index, in a venv that is made once and kept between runs; undefined: this machine can't have it. */
export async function mitmdump(python: string): Promise<string | undefined> {
  const venv = path.join(CACHE, "mitmproxy");
  const file = path.join(venv, "bin/mitmdump");
  if (fs.existsSync(path.join(venv, "complete"))) return file;
  const run = promisify(execFile);
  try {
    fs.rmSync(venv, { recursive: true, force: true });
    await run(python, ["-m", "venv", venv]);
    await run(path.join(venv, "bin/python"), ["-m", "pip", "install", "--quiet", "mitmproxy"]);
    fs.writeFileSync(path.join(venv, "complete"), "");
    return file;
  } catch {
    return undefined;
  }
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
