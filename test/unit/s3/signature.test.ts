import * as aws4 from "aws4";
import { describe, expect, it } from "vitest";
import { signedHeaders } from "../../../src/s3/signature.ts";

const AT = Date.UTC(2013, 4, 24);
const ROLE = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };

describe("the signature of a request of S3's", () => {
  it("is that of the manual's example", () => {
    // Amazon S3 API Reference, Signature Calculations: GET Bucket (List Objects)
    const url = new URL("https://examplebucket.s3.amazonaws.com/?prefix=J&max-keys=2");
    expect(signedHeaders(url, {}, ROLE, { region: "us-east-1", at: AT }).Authorization).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    );
  });

  it.each<[string, string, Record<string, string>, Buffer | undefined, object]>([
    [
      "GET",
      "https://s3.eu-west-1.example:9000/b/a%20b/%28c%29%2Bd~_.whl",
      { Range: "bytes=1-", "If-Range": '"a"' },
      undefined,
      {},
    ],
    [
      "GET",
      "http://127.0.0.1:1/b/?prefix=a%2Fb%20c&list-type=2&delimiter=%2F&continuation-token=a%3D%3D",
      {},
      undefined,
      {},
    ],
    [
      "PUT",
      "https://b.s3.amazonaws.com/k",
      { "Content-Type": "text/html", "Content-Length": "3", "If-None-Match": "*" },
      Buffer.from("abc"),
      { sessionToken: "t/o+k=" },
    ],
    [
      "PUT",
      "https://b.s3.amazonaws.com/%E2%82%AC",
      { "Content-Type": "a", "Content-Length": "0" },
      Buffer.alloc(0),
      {},
    ],
  ])("is that of another implementation for %s %s", (method, text, headers, body, more) => {
    const [url, credentials] = [new URL(text), { ...ROLE, ...more }];
    const content = body === undefined ? {} : { body };
    const own = signedHeaders(url, { method, headers, ...content }, credentials, { region: "eu-west-1", at: AT });
    const request = { service: "s3", region: "eu-west-1", host: url.host, method, path: url.pathname + url.search };
    const dated = { ...headers, "X-Amz-Date": "20130524T000000Z" };
    expect(own).toEqual(aws4.sign({ ...request, headers: dated, ...content }, credentials).headers);
  });
});
