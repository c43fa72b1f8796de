import type { Environment } from "../edges/command.ts";
import { isLoopback } from "../edges/network/url.ts";
import { PrimeError } from "../errors.ts";
import { withoutSecrets } from "../secrets.ts";

/** Where a service is asked: by AWS_ENDPOINT_URL_S3 and its like, AWS_ENDPOINT_URL, what the profile says, else that of the region. Throws `s3`. */
export function endpointOf(env: Environment, service: "s3" | "sts", region: string, ofProfile?: string): URL {
  const ignores = /^true$/i.test(env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS ?? "");
  const named = ignores
    ? undefined
    : env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env.AWS_ENDPOINT_URL || ofProfile;
  if (!named) return new URL(`https://${service}.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`);
  const url = URL.canParse(named) ? new URL(named) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url))) return url;
  throw new PrimeError(
    "s3",
    `could not use ${service.toUpperCase()} at ${withoutSecrets(named)}: it has to be an address with https:`,
    "AWS_ENDPOINT_URL says so; http: is for this machine alone, since others could change what comes",
  );
}
