import { createHash, createHmac } from "node:crypto";
import type { Asking } from "../edges/network/exchange.ts";
import type { Role } from "./roles.ts";

/**
 * The headers of a request of S3's, signed for a region by AWS Signature Version 4; `at` in milliseconds since the epoch. The path of the URL has
 * to be encoded as S3 wants it, which is how it is sent.
 */
export function signedHeaders(
  url: URL,
  { method = "GET", headers = {}, body = Buffer.alloc(0) }: Asking,
  { accessKeyId, secretAccessKey, sessionToken }: Role,
  { region, at }: { readonly region: string; readonly at: number },
): Record<string, string> {
  const time = new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");
  const all = {
    ...headers,
    Host: url.host,
    "X-Amz-Content-Sha256": hash(body),
    "X-Amz-Date": time,
    ...(sessionToken === undefined ? {} : { "X-Amz-Security-Token": sessionToken }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name.toLowerCase()}:${value}\n`);
  const signed = lines.filter((line) => !line.startsWith("range:")).sort(); // a proxy may change that one
  const names = signed.map((line) => line.split(":", 1)[0]).join(";");
  const query = url.search.slice(1).split("&").sort().join("&");
  const request = [method, url.pathname, query, signed.join(""), names, hash(body)].join("\n");
  const scope = [time.slice(0, 8), region, "s3", "aws4_request"];
  const key = scope.reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secretAccessKey}`);
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), hash(request)].join("\n");
  const credential = `Credential=${[accessKeyId, ...scope].join("/")}`;
  const signature = `Signature=${hmac(key, text).toString("hex")}`;
  return { ...all, Authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, ${signature}` };
}

function hash(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
