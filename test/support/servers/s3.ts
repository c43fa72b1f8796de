import { spawn } from "node:child_process";
import * as path from "node:path";
import * as aws4 from "aws4";
import { serverTools } from "./indexes.ts";

/** moto's S3, which wants to be signed for, with one user who may everything. */
export interface S3Server {
  readonly url: string;
  readonly id: string;
  readonly secret: string;
  /** What its log says of each request. */
  log(): string;
  /** A bucket of this name. */
  bucket(name: string, region?: string): Promise<Bucket>;
}

interface Bucket {
  put(key: string, bytes: Buffer | string): Promise<void>;
  remove(key: string): Promise<void>;
}

const TYPES: Readonly<Record<string, Record<string, string>>> = { s3: { "Content-Type": "application/octet-stream" } };

/** Serves until the tests of the file are done; undefined: this machine can't have it. */
export async function s3Server(): Promise<S3Server | undefined> {
  const tools = await serverTools();
  if (tools === undefined) return undefined;
  // Whatever ends the test closes its input, and with that the server.
  const words = [
    "-c",
    '"$@" & read -r _; kill $!',
    "sh",
    path.join(tools, "moto_server"),
    "-H",
    "127.0.0.1",
    "-p",
    "0",
  ];
  const child = spawn("sh", words, { env: { PATH: process.env.PATH, MOTO_S3_DEFAULT_MAX_KEYS: "2" } });
  let told = "";
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (bytes: Buffer) => {
      told += bytes;
      const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(told)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", () => reject(new Error(`moto_server ended:\n${told}`)));
  });
  const ask = async (
    service: string,
    [method, target]: readonly [string, string],
    who: { accessKeyId: string; secretAccessKey: string },
    body?: Buffer | string,
    region = "us-east-1",
  ): Promise<string> => {
    const request = { service, region, host: new URL(url).host, method, path: target, headers: TYPES[service] ?? {} };
    const content = body === undefined ? {} : { body: Buffer.from(body) };
    const { headers } = aws4.sign({ ...request, ...content }, who);
    const answer = await fetch(url + target, { method, headers, ...content } as RequestInit);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${text}`);
    return text;
  };
  const anybody = { accessKeyId: "anybody", secretAccessKey: "anybody" };
  const iam = (words: Record<string, string>) =>
    ask("iam", ["POST", "/"], anybody, new URLSearchParams({ Version: "2010-05-08", ...words }).toString());
  const all = { Effect: "Allow", Action: ["s3:*", "sts:*"], Resource: "*" };
  await iam({ Action: "CreateUser", UserName: "me" });
  await iam({
    ...{ Action: "PutUserPolicy", UserName: "me", PolicyName: "all" },
    PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [all] }),
  });
  const made = await iam({ Action: "CreateAccessKey", UserName: "me" });
  const [id = "", secret = ""] = ["AccessKeyId", "SecretAccessKey"].map(
    (name) => made.split(`<${name}>`)[1]?.split("<")[0],
  );
  await fetch(`${url}/moto-api/reset-auth`, { method: "POST", body: "0", headers: { "Content-Type": "text/plain" } });
  const me = { accessKeyId: id, secretAccessKey: secret };
  return {
    ...{ url, id, secret },
    log: () => told,
    bucket: async (name, region = "us-east-1") => {
      const where = `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
      await ask("s3", ["PUT", `/${name}`], me, region === "us-east-1" ? undefined : where, region);
      return {
        put: async (key, bytes) => void (await ask("s3", ["PUT", `/${name}/${key}`], me, bytes, region)),
        remove: async (key) => void (await ask("s3", ["DELETE", `/${name}/${key}`], me, undefined, region)),
      };
    },
  };
}
