import * as aws4 from "aws4";
import { elapsed, now } from "../edges/clock.ts";
import type { Environment } from "../edges/command.ts";
import type { Access, Asking, Line, ServerAnswer } from "../edges/network/exchange.ts";
import { type Downloaded, download, fetchText, wholeTextMs } from "../edges/network/receive/download.ts";
import { isNone } from "../edges/network/receive/receive.ts";
import { bytesOf, fetchWhole, putWhole, type Whole } from "../edges/network/receive/whole.ts";
import { plainHost } from "../edges/network/rules.ts";
import { PrimeError } from "../errors.ts";
import { decodePath } from "../project/packages.ts";
import { quoted } from "../quoted.ts";
import { type Credentials, findCredentials } from "./credentials.ts";
import { endpointOf } from "./endpoint.ts";
import { type Profile, readProfile } from "./profile.ts";
import { valueIn, valuesIn } from "./xml.ts";

/** An object that a listing has. */
export interface Listed {
  readonly key: string;
  /** Another one when its bytes are others. */
  readonly tag: string;
}

/** Bytes of one page of a listing, and how many objects are looked at. */
const MOST_PAGE = 16 * 1024 * 1024;
const MOST_PAGES = 1000;
/** Milliseconds before credentials run out at which others are asked for. */
const EARLY_MS = 300_000;
/** Answers that are whoever's who asked: a condition that does not hold, another part, a server that is busy. */
const LEFT = new Set([404, 408, 409, 412, 416, 429, 500, 502, 503, 504]);

/** What lies in a bucket below a prefix, as `s3://bucket/prefix` names it. Its methods throw `s3`, and what the network throws. */
export class Bucket {
  /** As it is named; without secrets. */
  readonly name: string;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #line: Line;
  readonly #env: Environment;
  readonly #profile: Profile;
  #region: string;
  #credentials: Promise<Credentials | undefined> | undefined;

  constructor(address: string, line: Line) {
    const [, bucket = "", prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9._-]+)(?:\/+(.*?))?\/*$/.exec(address) ?? [];
    if (bucket === "") {
      throw new PrimeError("s3", `could not use ${quoted(address)}: it names no bucket`, "write s3://bucket/prefix");
    }
    const { env } = line;
    this.#env = env;
    this.name = address.replace(/\/+$/, "");
    this.#bucket = bucket;
    this.#prefix = prefix === "" ? "" : `${prefix}/`;
    this.#profile = readProfile(env);
    this.#region =
      env.AWS_REGION || env.AWS_DEFAULT_REGION || env.EC2_REGION || this.#profile.values.region || "us-east-1";
    const { hostname, protocol } = this.#endpoint();
    const plainHttp = protocol === "http:" ? [...line.rules.plainHttp, plainHost(hostname)] : line.rules.plainHttp;
    const access: Access = { sign: (url, asking) => this.#sign(url, asking), judge: (...told) => this.#judge(...told) };
    this.#line = { ...line, rules: { ...line.rules, plainHttp }, access };
  }

  /** Objects directly below the prefix; their keys without it. */
  async list(): Promise<Listed[]> {
    const until = elapsed() + wholeTextMs(this.#env);
    const found: Listed[] = [];
    for (let token: string | undefined, pages = 0; pages < MOST_PAGES; pages += 1) {
      const query = { "list-type": "2", delimiter: "/", prefix: this.#prefix, "encoding-type": "url" };
      const page = await this.#inRegion(() => {
        const url = this.#urlOf("");
        const asked = { ...query, ...(token === undefined ? {} : { "continuation-token": token }) };
        url.search = Object.entries(asked)
          .map(([name, value]) => `${name}=${encoded(value)}`)
          .join("&");
        const limits = { wholeMs: Math.max(0, until - elapsed()) };
        return fetchText({ url, most: MOST_PAGE, limits, ...this.#line });
      });
      if (!page.trimEnd().endsWith("</ListBucketResult>")) throw this.#refusal("its list is cut off");
      const [bucket = this.#bucket] = valuesIn(page.split("<Contents>", 1)[0] ?? "", "Name");
      if (bucket !== this.#bucket && !this.#bucket.endsWith("-s3alias"))
        throw this.#refusal(`its list is that of the bucket ${quoted(bucket)}`);
      for (const one of valuesIn(page, "Contents")) {
        const raw = valueIn(one, "Key") ?? "";
        const whole = [decodePath(raw.replace(/\+/g, " ")), raw].find((text) => text.startsWith(this.#prefix));
        const key = whole?.slice(this.#prefix.length) ?? ""; // none of what lies elsewhere
        if (key !== "") found.push({ key, tag: `${valueIn(one, "ETag")} ${valueIn(one, "Size")}` });
      }
      const next = valueIn(page, "IsTruncated") === "true" ? valueIn(page, "NextContinuationToken") : undefined;
      if (next === undefined) return found;
      if (next === token) break;
      token = next;
    }
    throw this.#refusal("its list does not end");
  }

  download(key: string, file: string, most: number): Promise<Downloaded> {
    return this.#inRegion(() => download({ url: this.#urlOf(key), file, most, isResumed: true, ...this.#line }));
  }

  get(key: string, most: number): Promise<Whole | undefined> {
    return this.#inRegion(() => fetchWhole(this.#urlOf(key), this.#line, most));
  }

  /** False when the condition among the headers does not hold. */
  put(key: string, bytes: Buffer, condition: Readonly<Record<string, string>>): Promise<boolean> {
    const type = /\.json$/.test(key)
      ? "application/json"
      : /\.html$/.test(key)
        ? "text/html"
        : "application/octet-stream";
    const headers = { "Content-Type": type, ...condition };
    return this.#inRegion(() => putWhole(this.#urlOf(key), this.#line, { bytes, headers }));
  }

  #endpoint(): URL {
    return endpointOf(this.#env, "s3", this.#region, this.#profile.values.endpoint_url);
  }

  /** By the path where another endpoint is named or the bucket's name is no part of a host's, else by the host, unless the profile says it. */
  #urlOf(key: string): URL {
    const url = this.#endpoint();
    const style = this.#profile.values["s3.addressing_style"] ?? "auto";
    const isOwn = /\.amazonaws\.com(?:\.cn)?$/.test(url.hostname);
    const byHost = style === "virtual" || (style !== "path" && isOwn && /^[a-z0-9-]+$/.test(this.#bucket));
    if (byHost) url.hostname = `${this.#bucket}.${url.hostname}`;
    const path = (this.#prefix + key).split("/").map(encoded).join("/");
    url.pathname = [url.pathname.replace(/\/+$/, ""), ...(byHost ? [] : [this.#bucket]), key === "" ? "" : path].join(
      "/",
    );
    return url;
  }

  /** A bucket of another region says which, and is asked there. */
  async #inRegion<T>(act: () => Promise<T>): Promise<T> {
    const before = this.#region;
    try {
      return await act();
    } catch (error) {
      if (this.#region === before) throw error;
      return act();
    }
  }

  async #sign(url: URL, { method = "GET", headers = {}, body }: Asking): Promise<Readonly<Record<string, string>>> {
    const credentials = await this.#who();
    if (credentials === undefined) return headers;
    const request = { service: "s3", region: this.#region, host: url.host, method, path: url.pathname + url.search };
    return aws4.sign({ ...request, headers, ...(body === undefined ? {} : { body }) }, credentials).headers;
  }

  async #who(): Promise<Credentials | undefined> {
    const known = await this.#credentials;
    if (this.#credentials === undefined || (known?.expires ?? Number.POSITIVE_INFINITY) < now() + EARLY_MS) {
      const { access: _, ...line } = this.#line;
      this.#credentials = findCredentials(line, this.#profile, this.#region);
    }
    return this.#credentials;
  }

  async #judge(answer: ServerAnswer, url: URL): Promise<void> {
    const { statusCode: status = 0, headers } = answer;
    if (status < 300 || ((LEFT.has(status) || isNone(status, url)) && status !== 404)) return;
    const text = (await bytesOf(answer, MOST_PAGE)).toString("utf8");
    const code = valueIn(text, "Code") ?? String(status);
    if (status === 404 && code !== "NoSuchBucket") return;
    const told = [headers["x-amz-bucket-region"]].flat()[0] ?? valueIn(text, "Region");
    const isElsewhere = status === 301 || status === 307 || code === "AuthorizationHeaderMalformed";
    if (isElsewhere && told !== undefined && /^[a-z0-9-]+$/.test(told)) this.#region = told;
    const who = await this.#who();
    const as = who === undefined ? "without credentials it" : `with the credentials of ${who.from} it`;
    const [why, hint] = REFUSALS[code] ?? [undefined, undefined];
    if (why !== undefined) throw this.#refusal(`${why} (${code})`, hint);
    if (isElsewhere) {
      throw this.#refusal(
        `it is in another region than ${this.#region}${told ? `: ${quoted(told)}` : ""} (${quoted(code)})`,
        "set AWS_REGION",
      );
    }
    throw this.#refusal(
      `${as} is refused (${quoted(code)})`,
      "s3:ListBucket, s3:GetObject (and s3:PutObject for a channel) have to be allowed there; AWS_PROFILE, AWS_ACCESS_KEY_ID and the like say who asks",
    );
  }

  #refusal(why: string, hint = "look at what the source's server says, or name another place"): PrimeError {
    return new PrimeError("s3", `could not use ${this.name}: ${why}`, hint);
  }
}

/** What codes of S3 mean, and what cures it. */
const REFUSALS: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  NoSuchBucket: ["there is no bucket of that name", "correct its name, or AWS_ENDPOINT_URL"],
  InvalidAccessKeyId: ["the access key is not known there", "look at AWS_ACCESS_KEY_ID, or at the profile"],
  SignatureDoesNotMatch: ["the secret key is wrong", "look at AWS_SECRET_ACCESS_KEY, or at the profile"],
  ExpiredToken: ["the session has run out", "log in again, or unset AWS_SESSION_TOKEN"],
  InvalidToken: ["the session token is not valid", "log in again, or unset AWS_SESSION_TOKEN"],
  RequestTimeTooSkewed: ["this machine's clock is wrong", "set the clock"],
};

/** RFC 3986, 2.3: as SigV4 wants it. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
