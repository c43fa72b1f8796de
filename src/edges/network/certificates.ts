import { rootCertificates } from "node:tls";
import { PrimeError } from "../../errors.ts";
import type { Environment } from "../command.ts";
import { isFile, readText } from "../files/read.ts";
import type { TlsTrust } from "./connect.ts";
import type { NetworkRules } from "./rules.ts";

/** Variables that name a file of certificates in PEM, of whom an organisation's own clients go by. */
export const NAMED = [
  "SSL_CERT_FILE",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
  "PIP_CERT",
  "GIT_SSL_CAINFO",
] as const;
/** Where systems keep theirs. */
const OF_SYSTEMS = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
/** All files that these variables name. */
export function namedFiles(env: Environment): string[] {
  return [...new Set(NAMED.flatMap((name) => env[name] || []))];
}

/** Whether a file is where systems keep the certificates that they trust. */
export function isOfSystem(file: string | undefined): boolean {
  return file !== undefined && OF_SYSTEMS.includes(file);
}

/** Whether this system keeps any: uv and pip bring their own, and know of none that an organisation has added here. */
export function hasSystemStore(): boolean {
  return OF_SYSTEMS.some(isFile);
}

/** RFC 7468. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * All certificates that a server may be vouched for by, each once: Node's own, the system's, and what the user's variables and the
 * policy name. Of the user's files what can't be read vouches for nobody. Throws `ca-file`: the policy's has to be there.
 */
export function certificates(env: Environment, { caFile }: Pick<NetworkRules, "caFile">): string[] {
  const named = NAMED.map((name) => env[name]).filter((file): file is string => file?.startsWith("/") === true);
  const texts = [...OF_SYSTEMS, ...named].map((file) => readable(file) ?? "");
  if (caFile !== null) texts.push(ofPolicy(caFile));
  return [...new Set([...rootCertificates, ...texts.flatMap((text) => text.match(CERTIFICATE) ?? [])])];
}

/** The file by which uv (SSL_CLIENT_CERT) and pip (PIP_CLIENT_CERT) tell who they are: a certificate and its key in PEM. */
export function clientFile(env: Environment): string | undefined {
  return env.SSL_CLIENT_CERT || env.PIP_CLIENT_CERT || undefined;
}

export function trustFor(env: Environment, rules: NetworkRules): TlsTrust {
  const file = clientFile(env);
  return { ca: certificates(env, rules), client: file?.startsWith("/") ? readable(file) : undefined };
}

function ofPolicy(file: string): string {
  const text = readable(file);
  if (text?.match(CERTIFICATE)) return text;
  throw new PrimeError(
    "ca-file",
    `could not read certificates from ${file}, which ca_file of the policy names`,
    "name a file of certificates in PEM",
  );
}

function readable(file: string): string | undefined {
  try {
    return readText(file);
  } catch {
    return undefined;
  }
}
