import * as path from "node:path";
import { Client, type Target } from "../../channels/tuf/client.ts";
import { memoryIn } from "../../channels/tuf/memory-folder.ts";
import { Refused } from "../../channels/tuf/refused.ts";
import { verifyLengthAndHashes } from "../../channels/tuf/trusted.ts";
import type { Context } from "../../context.ts";
import { writeAtomic } from "../../edges/files/change.ts";
import { bytesIn, readBytes } from "../../edges/files/read.ts";
import { fetchWhole } from "../../edges/network/receive/whole.ts";
import { NO_RULES } from "../../edges/network/rules.ts";
import { EXIT_USAGE, PrimeError, reasonOf, usageError } from "../../errors.ts";
import { type Answer, DONE } from "../../launch/answer.ts";

/** What the public suite `tuf-conformance` says to a client, by its document CLIENT-CLI.md. */
export interface ClientRequest {
  readonly action: string;
  readonly root: string | undefined;
  readonly metadataDir: string;
  readonly metadataUrl?: string;
  readonly targetName: readonly string[];
  readonly targetBaseUrl?: string;
  readonly targetDir?: string;
}

/** `prime channel client`: the client of channels, as the suite speaks to it; 1 when anything is refused. */
export async function actAsClient(context: Context, request: ClientRequest): Promise<Answer> {
  try {
    await act(context, request);
    return DONE;
  } catch (error) {
    if (error instanceof PrimeError && error.exitCode === EXIT_USAGE) throw error;
    const reason = error instanceof Refused ? `${error.reason}: ` : "";
    context.terminal.warn(`${reason}${reasonOf(error)}`);
    return { kind: "exit", code: 1 };
  }
}

async function act({ cwd, env, startedAt }: Context, request: ClientRequest): Promise<void> {
  const memory = memoryIn(path.resolve(cwd, request.metadataDir));
  if (request.action === "init") {
    return memory.write("root", bytesIn(path.resolve(cwd, needed(request.root, "a root"))));
  }
  if (!["refresh", "download"].includes(request.action)) throw usage("init, refresh or download");
  const metadata = baseOf(needed(request.metadataUrl, "--metadata-url"));
  const get = async (base: URL, name: string, most: number) =>
    (await fetchWhole(new URL(name, base), { env, rules: NO_RULES }, most))?.bytes;
  const client = new Client({ metadata: (name, most) => get(metadata, name, most) }, memory, new Date(startedAt));
  await client.refresh();
  if (request.action === "refresh") return;
  const from = baseOf(needed(request.targetBaseUrl, "--target-base-url"));
  const folder = path.resolve(cwd, needed(request.targetDir, "--target-dir"));
  for (const name of request.targetName) {
    const target = await client.find(name);
    if (target === undefined) throw new Error(`no role has ${name}`);
    const file = path.join(folder, encodeURIComponent(name));
    if (isThere(file, target)) continue;
    const bytes = await get(from, client.servedAs(target).split("/").map(encodeURIComponent).join("/"), target.length);
    verifyLengthAndHashes(name, bytes ?? Buffer.alloc(0), target);
    writeAtomic(file, bytes ?? "");
  }
}

function isThere(file: string, target: Target): boolean {
  const bytes = readBytes(file);
  if (bytes === undefined) return false;
  try {
    verifyLengthAndHashes(file, bytes, target);
    return true;
  } catch {
    return false;
  }
}

function baseOf(url: string): URL {
  return new URL(url.endsWith("/") ? url : `${url}/`);
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw usage(what);
  return value;
}

function usage(what: string): PrimeError {
  return usageError("usage", `could not act as a client: ${what} is missing`, "see CLIENT-CLI.md of tuf-conformance");
}
