import type { Line } from "../edges/network/exchange.ts";
import { PrimeError } from "../errors.ts";
import { type Profile, section } from "./profile.ts";
import { containerRole, instanceRole, type Role, webIdentity } from "./roles.ts";

/** Who asks. Nobody else than the signer sees its secrets. */
export interface Credentials extends Role {
  /** Where they were found, for people. */
  readonly from: string;
}

/**
 * The first credentials that there are, in the order of the AWS tools: variables, web identity, profile, the role of the container, that of the
 * machine. undefined: there are none, and what is asked is asked as anybody.
 */
export async function findCredentials(line: Line, profile: Profile, region: string): Promise<Credentials | undefined> {
  const { env } = line;
  const own = pair(
    env.AWS_ACCESS_KEY_ID ?? env.AWS_ACCESS_KEY,
    env.AWS_SECRET_ACCESS_KEY ?? env.AWS_SECRET_KEY,
    env.AWS_SESSION_TOKEN ?? env.AWS_SECURITY_TOKEN,
  );
  if (own !== undefined) return { ...own, from: "AWS_ACCESS_KEY_ID" };
  const { values, name } = profile;
  const token = env.AWS_WEB_IDENTITY_TOKEN_FILE ?? values.web_identity_token_file;
  const role = env.AWS_ROLE_ARN ?? values.role_arn;
  if (token !== undefined && role !== undefined) {
    const session = env.AWS_ROLE_SESSION_NAME ?? values.role_session_name ?? "prime";
    return { ...(await webIdentity(line, { token, role, session, region })), from: `${role}, by ${token}` };
  }
  const kept = pair(values.aws_access_key_id, values.aws_secret_access_key, values.aws_session_token);
  const foreign = Object.keys(values).find((key) =>
    /^(?:role_arn|credential_process|sso_(?:session|start_url))$/.test(key),
  );
  if (foreign !== undefined && (kept === undefined || foreign === "role_arn")) {
    throw new PrimeError(
      "s3",
      `could not use the profile ${name}: prime does not follow its \`${foreign}\``,
      `put what it gives into variables: eval "$(aws configure export-credentials --profile ${name} --format env)"`,
    );
  }
  if (kept !== undefined) return { ...kept, from: `the profile ${name}` };
  if (env.AWS_CREDENTIAL_FILE !== undefined) {
    const old = section(env.AWS_CREDENTIAL_FILE);
    const found = pair(old.AWSAccessKeyId, old.AWSSecretKey, undefined);
    if (found !== undefined) return { ...found, from: env.AWS_CREDENTIAL_FILE };
  }
  const container = await containerRole(line);
  if (container !== undefined) return { ...container, from: "the role of this container" };
  const instance = await instanceRole(line);
  return instance && { ...instance, from: "the role of this machine" };
}

function pair(id: string | undefined, secret: string | undefined, token: string | undefined): Role | undefined {
  if (!id || !secret) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...(token ? { sessionToken: token } : {}) };
}
