import * as fs from "node:fs";
import type * as http from "node:http";
import * as path from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AppBox } from "../../../support/apps/apps.ts";
import { Maintainer } from "../../../support/apps/channel.ts";
import { serve } from "../../../support/apps/releases.ts";
import type { Sandbox } from "../../../support/sandbox.ts";
import { type S3Server, s3Server } from "../../../support/servers/s3.ts";

let server: S3Server | undefined;
beforeAll(async () => {
  server = await s3Server();
}, 600_000);
beforeEach((context) => {
  if (server === undefined) context.skip("this machine can't have moto");
});

const s3 = () => server as S3Server;
const NOWHERE = { AWS_EC2_METADATA_DISABLED: "true" };
const mine = () => ({ AWS_ENDPOINT_URL: s3().url, AWS_ACCESS_KEY_ID: s3().id, AWS_SECRET_ACCESS_KEY: s3().secret });

/** An app whose releases lie in a bucket of its own. */
async function inBucket(name: string) {
  const bucket = await s3().bucket(name);
  const app = new AppBox();
  app.config = app.config.replace(/sources = .*/, `sources = ["s3://${name}/eggs/foo/"]`);
  const publish = async (version: string) => {
    const wheel = app.publish(version);
    await bucket.put(`eggs/foo/${path.basename(wheel)}`, fs.readFileSync(wheel));
  };
  const withdraw = (version: string) => bucket.remove(`eggs/foo/foo-${version}-py3-none-any.whl`);
  await app.init();
  return { app, bucket, publish, withdraw };
}

/** The services beside a container and a machine, which give a role to whoever asks as they want it. */
async function metadataService(role: Record<string, string>) {
  const { url } = await serve("/nonexistent", (request, response) => {
    const { url, method, headers } = request;
    const isKnown = headers["x-aws-ec2-metadata-token"] === "a-token" || headers.authorization === "let-me";
    if (method === "POST") {
      request.on("data", (body: Buffer) => {
        if (!`${body}`.includes("WebIdentityToken=a.b.c")) return response.writeHead(403).end();
        const { AccessKeyId: id, SecretAccessKey: secret } = role;
        return response.end(`<C><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey></C>`);
      });
    } else if (url === "/latest/api/token" && method === "PUT") response.end("a-token");
    else if (!isKnown) response.writeHead(401).end();
    else if (url?.endsWith("/security-credentials/")) response.end("my-role\n");
    else response.end(JSON.stringify(role));
    return true;
  });
  return { url: url.replace(/\/$/, "") };
}

/** All that is in files below a folder. */
function textsIn(folder: string): string {
  const names = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

describe("a bucket", { timeout: 300_000 }, () => {
  it("serves three releases, up and down, on many pages; no secret is kept or told", async () => {
    const { app, bucket, publish, withdraw } = await inBucket("basket");
    for (const name of ["a", "b&<c> +é", "c"]) await bucket.put(`eggs/foo/${encodeURIComponent(name)}.txt`, "");
    await bucket.put("eggs/foobar/foo-9-py3-none-any.whl", "not below the prefix");
    await publish("1");
    expect(await app.says(["a"], mine())).toBe("foo 1 a");
    await publish("2");
    expect(await app.says(["b"], { ...mine(), PRIME_UPDATE: "wait" })).toBe("foo 2 b");
    await publish("3");
    expect(await app.says(["c"], { ...mine(), PRIME_UPDATE: "wait" })).toBe("foo 3 c");
    await withdraw("3");
    await withdraw("2");
    expect(await app.says(["d"], { ...mine(), PRIME_UPDATE: "wait" })).toBe("foo 1 d");
    expect(s3().log()).toContain("continuation-token=");
    expect(textsIn(app.box.home)).not.toContain(s3().secret);
  });

  it("is asked by whatever credentials there are, and each refusal is told for what it is", async () => {
    const { app, bucket, publish } = await inBucket("closed");
    await publish("1");
    await app.says([], mine());
    const roles = await metadataService({ AccessKeyId: s3().id, SecretAccessKey: s3().secret });
    const to = (env: NodeJS.ProcessEnv) =>
      app.run(["self", "update"], { env: { AWS_ENDPOINT_URL: s3().url, ...NOWHERE, ...env } });
    const { id, secret } = s3();
    const file = (name: string, text: string) => {
      fs.mkdirSync(path.join(app.box.home, ".aws"), { recursive: true });
      fs.writeFileSync(path.join(app.box.home, name), text);
      return path.join(app.box.home, name);
    };
    file(
      ".aws/config",
      `[profile other]\nregion = us-east-1\ns3 =\n    addressing_style = path\n[profile sso]\nsso_session = x\n`,
    );
    file(
      ".aws/credentials",
      `[default]\naws_access_key_id = nobody\naws_secret_access_key = no\n[other]\naws_access_key_id=${id}\naws_secret_access_key = ${secret}\n`,
    );
    const old = file("old", `AWSAccessKeyId=${id}\nAWSSecretKey=${secret}\n`);
    const token = file("token", "a.b.c");
    const good: Record<string, NodeJS.ProcessEnv> = {
      "the old names": { AWS_ACCESS_KEY: id, AWS_SECRET_KEY: secret, EC2_REGION: "us-east-1" },
      "a profile": { AWS_PROFILE: "other" },
      "an old file": { AWS_CREDENTIAL_FILE: old, AWS_PROFILE: "none" },
      "a web identity": {
        ...{ AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/x" },
        AWS_ENDPOINT_URL_STS: roles.url,
      },
      "a container's role": {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${roles.url}/role`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: "let-me",
        AWS_PROFILE: "none",
      },
      "a machine's role": {
        AWS_EC2_METADATA_DISABLED: "",
        AWS_EC2_METADATA_SERVICE_ENDPOINT: roles.url,
        AWS_PROFILE: "none",
      },
    };
    for (const [name, env] of Object.entries(good)) {
      const { code, stdout, stderr } = await to(env);
      expect([name, code, stdout + stderr]).toEqual([name, 0, expect.stringContaining("foo 1 is what there is")]);
    }
    const bad: [NodeJS.ProcessEnv, string][] = [
      [{}, "the access key is not known there (InvalidAccessKeyId)"],
      [{ AWS_PROFILE: "sso" }, "prime does not follow its `sso_session`"],
      [
        { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: "wrong-secret" },
        "the secret key is wrong (SignatureDoesNotMatch)",
      ],
      [{ AWS_ENDPOINT_URL: "http://s3.example" }, "it has to be an address with https:"],
      [{ ...mine(), AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9" }, "ECONNREFUSED"],
      [
        { AWS_WEB_IDENTITY_TOKEN_FILE: path.join(app.box.home, "gone"), AWS_ROLE_ARN: "arn:aws:iam::1:role/x" },
        "gone can't be read",
      ],
    ];
    for (const [env, words] of bad) {
      const { code, stderr } = await to(env);
      expect([code, stderr]).toEqual([125, expect.stringContaining(words)]);
      for (const one of [secret, "wrong-secret"]) expect(stderr).not.toContain(one);
    }
    app.config = app.config.replace("s3://closed", "s3://nothing-here");
    await app.init();
    expect((await to(mine())).stderr).toContain("there is no bucket of that name (NoSuchBucket)");
    await bucket.put("eggs/foo/foo-1-py3-none-any.whl", "another");
  });

  it("that is busy, in another region, or cut off is asked again, or told of", async () => {
    const app = new AppBox();
    const wheel = fs.readFileSync(app.publish("1"));
    const asked: string[] = [];
    const faults: ((answer: http.ServerResponse, authorization: string) => boolean)[] = [];
    const refuse =
      (code: string, status: number, more = "") =>
      (answer: http.ServerResponse) => {
        answer.writeHead(status).end(`<Error><Code>${code}</Code>${more}</Error>`);
        return true;
      };
    const { url } = await serve("/nonexistent", ({ url: target = "", headers }, response) => {
      asked.push(`${target} ${headers.range ?? ""}`);
      if (faults[0]?.(response, headers.authorization ?? "") === true) {
        faults.shift();
        return true;
      }
      const list = "<Contents><Key>foo/foo-1-py3-none-any.whl</Key><ETag>1</ETag><Size>1</Size></Contents>";
      const keys = ["foo/foo-9/../../../../out-py3-none-any.whl", "foo/%zz&#x99999999;.egg", "/foo-8.zip\n"];
      const odd = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("") + "<Contents>".repeat(1e6);
      if (target.includes("list-type")) response.end(`<ListBucketResult>${list}${odd}</ListBucketResult>`);
      else if (headers.range !== undefined) {
        const from = Number(/\d+/.exec(headers.range)?.[0]);
        response.writeHead(206, { "Content-Range": `bytes ${from}-${wheel.length - 1}/${wheel.length}` });
        response.end(wheel.subarray(from));
      } else if (asked.length < 5) {
        response.writeHead(200, { ETag: '"1"', "Content-Length": wheel.length });
        response.write(wheel.subarray(0, 100), () => response.destroy());
      } else response.end(wheel);
      return true;
    });
    app.config = app.config.replace(/sources = .*/, 'sources = ["s3://odd/foo"]');
    await app.init();
    const env = { ...NOWHERE, AWS_ENDPOINT_URL_S3: url, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "a-secret" };
    faults.push(
      refuse("SlowDown", 503),
      (answer, authorization) =>
        !authorization.includes("/eu-west-9/") &&
        refuse("AuthorizationHeaderMalformed", 400, "<Region>eu-west-9</Region>")(answer),
    );
    expect(await app.says(["a"], env)).toBe("foo 1 a");
    expect(asked).toHaveLength(5);
    expect(asked[4]).toContain(" bytes=100-");
    const told = async (more: NodeJS.ProcessEnv = {}) =>
      (await app.run(["self", "update"], { env: { ...env, ...more } })).stderr;
    const cut = (answer: http.ServerResponse) => answer.end("<ListBucketResult><Contents>") !== undefined;
    faults.splice(0, 9, cut);
    expect(await told()).toContain("could not use s3://odd/foo: its list is cut off");
    faults.splice(0, 9, refuse("AccessDenied", 403));
    expect(await told({ AWS_ACCESS_KEY_ID: "" })).toContain("without credentials it is refused (AccessDenied)");
    faults.splice(0, 9, refuse("AccessDenied", 403));
    expect(await told()).toContain("with the credentials of AWS_ACCESS_KEY_ID it is refused (AccessDenied)");
    faults.splice(0, 9, (answer) => answer.end("<ListBucketResult></ListBucketResult>") !== undefined);
    expect(await told()).toContain("it lists no wheel");
    const others = "<ListBucketResult><Name>other</Name></ListBucketResult>";
    faults.splice(0, 9, (answer) => answer.end(others) !== undefined);
    expect(await told()).toContain("could not use s3://odd/foo: its list is that of the bucket other");
    const far = await serve("/nonexistent"); // who is signed for one host is not known to another
    faults.splice(0, 9, (answer) => answer.writeHead(302, { Location: far.url }).end() !== undefined);
    expect(await told()).toContain("is refused (302)");
    expect(far.asked).toEqual([]);
    faults.splice(0, 9, (answer) => answer.end("<ListBucketResult></ListBucketResult>") !== undefined);
    expect(await told()).toContain("it lists no wheel");
    expect(await app.status()).toMatchObject({ version: "1", check: { outcome: "failed" } });
  });

  it("is a channel's place, for two maintainers at once, and leads customers forwards and backwards", async () => {
    await s3().bucket("channels");
    const known = (box: Sandbox) => {
      fs.mkdirSync(path.join(box.home, ".aws"));
      const lines = [
        `endpoint_url = ${s3().url}`,
        `aws_access_key_id = ${s3().id}`,
        `aws_secret_access_key = ${s3().secret}`,
      ];
      fs.writeFileSync(path.join(box.home, ".aws/config"), `[default]\n${lines.join("\n")}\n`);
    };
    const maintainer = new Maintainer("s3://channels/foo");
    known(maintainer.box);
    await maintainer.begin();
    expect(maintainer.said.join("")).not.toContain("for one writer");
    for (const version of ["1", "2"]) await maintainer.good("publish", maintainer.wheel(version));
    await maintainer.good("promote", "stable", "2");
    const app = new AppBox();
    known(app.box);
    const config = `[app]\npackages = ["foo"]\nchannel = "s3://channels/foo"\ntrust = "channel/root.json"\n`;
    maintainer.box.file("foo.toml", config);
    await maintainer.box.run(["init", "--app", "foo.toml", "--out", app.launcher]);
    expect(await app.says(["a"])).toBe("foo 2 a");
    const both = ["1", "2"].map((version) => maintainer.run(["fallback", "stable", version, "--reason", "bad"]));
    expect((await Promise.all(both)).map(({ code }) => code).sort()).toContain(0);
    await maintainer.good("fallback", "stable", "1", "--reason", "2 is bad");
    expect(await app.says(["b"], { PRIME_UPDATE: "wait" })).toBe("foo 1 b");
    for (const one of [maintainer.box.home, maintainer.box.path("channel"), app.home]) {
      expect(textsIn(one).replaceAll(/^aws_secret_access_key = .*$/gm, "")).not.toContain(s3().secret);
    }
    expect(maintainer.said.join("")).not.toContain(s3().secret);
  });
});
