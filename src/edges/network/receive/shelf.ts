import { randomBytes } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { reasonOf } from "../../../errors.ts";
import { MOST, streamOf } from "../../files/open.ts";
import { facts } from "../../files/read.ts";

/** A server on loopback that hands files to a program which prime runs. */
export interface Shelf {
  /** With a part that no other process of this machine knows; ends with a slash, behind which a name stands. */
  readonly url: string;
  /** The first thing that went wrong, if anything did. */
  readonly failure: unknown;
  close(): void;
}

/** `fileOf` gives the absolute path of the file to a name, by whatever it has to do for that; undefined: there is none. */
export async function startShelf(fileOf: (name: string) => Promise<string | undefined>): Promise<Shelf> {
  const base = `/${randomBytes(24).toString("hex")}/`;
  let failure: unknown;
  const server = http.createServer(async ({ url = "", method }, response) => {
    try {
      const file = url.startsWith(base) ? await fileOf(decodeURIComponent(url.slice(base.length))) : undefined;
      const size = file && facts(file)?.size;
      if (file === undefined || size === undefined) return void response.writeHead(404).end();
      response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": size });
      if (method === "HEAD") response.end();
      else pipeline(streamOf(file, MOST.hashed), response, () => {});
    } catch (error) {
      failure ??= error;
      response.writeHead(404).end(reasonOf(error));
    }
  });
  return {
    url: `http://127.0.0.1:${await portOf(server)}${base}`,
    get failure() {
      return failure;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The port on which a server listens, from now on, to this machine alone. */
export async function portOf(server: http.Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}
