import { readText } from "../edges/files/read.ts";
import type { Line } from "../edges/network/exchange.ts";
import { ask } from "../edges/network/receive/whole.ts";
import { PrimeError, reasonOf } from "../errors.ts";
import { quoted } from "../quoted.ts";
import { endpointOf } from "./endpoint.ts";
import { valueIn } from "./xml.ts";

/** What a service says who one is for a while. */
export interface Role {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Milliseconds since the epoch. */
  readonly expires?: number;
}

/** Bytes of such an answer. */
const MOST = 100_000;
/** Milliseconds: most machines are no instances, and nobody answers there. */
const INSTANCE_MS = 1000;

/** As a service of Kubernetes' or a CI's vouches, by STS (AssumeRoleWithWebIdentity). Throws `s3`. */
export async function webIdentity(
  line: Line,
  { token, role, session, region }: { token: string; role: string; session: string; region: string },
): Promise<Role> {
  const written = readText(token)?.trim();
  if (!written) {
    throw new PrimeError(
      "s3",
      `could not take the role ${role}: ${token} can't be read`,
      "AWS_WEB_IDENTITY_TOKEN_FILE, or web_identity_token_file of the profile, names a file with the token",
    );
  }
  const url = endpointOf(line.env, "sts", region);
  const form = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: session,
    WebIdentityToken: written,
  });
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const asking = { method: "POST", headers, body: Buffer.from(form.toString()) };
  const { status, bytes } = await ask(url, { ...line, access: plainly }, asking, MOST);
  const text = bytes.toString("utf8");
  const found = roleOf({
    AccessKeyId: valueIn(text, "AccessKeyId"),
    SecretAccessKey: valueIn(text, "SecretAccessKey"),
    Token: valueIn(text, "SessionToken"),
    Expiration: valueIn(text, "Expiration"),
  });
  if (status === 200 && found !== undefined) return found;
  throw new PrimeError(
    "s3",
    `could not take the role ${role}: ${url.host} says ${quoted(valueIn(text, "Code") ?? String(status))}`,
    `the token in ${token} may have run out, or the role does not trust who issued it`,
  );
}

/** Of ECS, EKS and the like; undefined: no container has one here. Throws `s3`. */
export async function containerRole(line: Line): Promise<Role | undefined> {
  const { env } = line;
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } = env;
  if (!relative && !full) return undefined;
  const url =
    URL.canParse(full ?? "") && !relative ? new URL(full ?? "") : new URL(relative ?? "", "http://169.254.170.2");
  const isNear = /^(?:127\.[\d.]+|localhost|\[::1\]|169\.254\.170\.(?:2|23)|\[fd00:ec2::23\])$/.test(url.hostname);
  const refuse = (why: string) =>
    new PrimeError(
      "s3",
      `could not take the role of this container from ${url.host}: ${why}`,
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI names its address",
    );
  if (url.protocol !== "https:" && !isNear) throw refuse("http: is for this machine alone");
  const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const token = (file === undefined ? undefined : readText(file)?.trim()) ?? env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  try {
    const headers = token === undefined ? {} : { Authorization: token };
    const { status, bytes } = await ask(url, near(line), { headers }, MOST);
    const found = status === 200 ? roleOf(JSON.parse(bytes.toString("utf8"))) : undefined;
    if (found !== undefined) return found;
    throw new Error(`it says ${status}`);
  } catch (error) {
    throw error instanceof PrimeError ? error : refuse(reasonOf(error));
  }
}

/** Of EC2, by the second version of its service (a token first); undefined: this is no such machine, or it has none. */
export async function instanceRole(line: Line): Promise<Role | undefined> {
  const { env } = line;
  if (/^true$/i.test(env.AWS_EC2_METADATA_DISABLED ?? "")) return undefined;
  const base = new URL(env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? "http://169.254.169.254");
  const get = async (path: string, headers: Record<string, string>, method = "GET") => {
    const body = method === "PUT" ? { body: Buffer.alloc(0) } : {};
    const asking = { method, headers, silentMs: INSTANCE_MS, ...body };
    const { status, bytes } = await ask(new URL(path, base), near(line), asking, MOST);
    if (status !== 200) throw new Error(`it says ${status}`);
    return bytes.toString("utf8").trim();
  };
  try {
    const token = await get("/latest/api/token", { "X-aws-ec2-metadata-token-ttl-seconds": "21600" }, "PUT");
    const headers = { "X-aws-ec2-metadata-token": token };
    const folder = "/latest/meta-data/iam/security-credentials/";
    const role = (await get(folder, headers)).split("\n")[0] ?? "";
    return roleOf(JSON.parse(await get(folder + role, headers)));
  } catch {
    return undefined;
  }
}

const plainly = { sign: async (_: URL, { headers = {} }: { headers?: Readonly<Record<string, string>> }) => headers };

/** No proxy can reach what is beside this machine. */
function near({ rules }: Line): Line {
  return { env: {}, rules: { ...rules, proxy: null }, access: plainly, connectMs: INSTANCE_MS };
}

function roleOf(answer: unknown): Role | undefined {
  const {
    AccessKeyId: id,
    SecretAccessKey: secret,
    Token: token,
    Expiration: until,
  } = answer as Record<string, unknown>;
  if (typeof id !== "string" || typeof secret !== "string") return undefined;
  const expires = Date.parse(String(until));
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    ...(typeof token === "string" ? { sessionToken: token } : {}),
    ...(Number.isNaN(expires) ? {} : { expires }),
  };
}
