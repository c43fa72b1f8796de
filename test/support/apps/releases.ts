import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import { ROOT } from "../../../build/program.ts";
import { withOwnDigest } from "../../../src/launch/own-digest.ts";
import { LAUNCHER } from "../sandbox.ts";

/** `npm run release` into a folder. */
export function release(to: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const args = ["--import", "tsx", path.join(ROOT, "build/release/main.ts"), "--to", to, ...words];
  execFileSync(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env } });
}

/** The launcher as it would be in another version. */
export function launcherOf(version: string): string {
  const text = fs.readFileSync(LAUNCHER, "utf8").replace(/# sha256 [0-9a-f]{64} \*\/\n$/, "");
  return withOwnDigest(
    text.replace(/(["`])0\.1\.0\1/g, JSON.stringify(version)).replace("prime 0.1.0,", `prime ${version},`),
  );
}

export interface FileServer {
  /** Ends with a slash. */
  readonly url: string;
  /** Requests, each as `METHOD target`, in order. */
  readonly asked: readonly string[];
}

export type Answering = (request: http.IncomingMessage, response: http.ServerResponse) => boolean;

/** Serves a folder on loopback; `first` may answer in its place. */
export async function serve(folder: string, first: Answering = () => false): Promise<FileServer> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (first(request, response)) return;
    const file = path.join(folder, decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname));
    if (!fs.existsSync(file) || fs.statSync(file).isDirectory()) response.writeHead(404).end();
    else response.end(fs.readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
}
