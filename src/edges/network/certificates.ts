import { rootCertificates } from "node:tls";
import type { Environment } from "../command.ts";
import { readText } from "../files/read.ts";

/** Variables that name a file of certificates in PEM, of whom an organisation's own clients go by. */
const NAMED = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] as const;
/** Where systems keep theirs. */
const OF_SYSTEMS = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** All certificates that a server may be vouched for by: Node's own, the system's, and what the user's variables name. */
export function certificates(env: Environment): string[] {
  const named = NAMED.map((name) => env[name]).filter((file) => file?.startsWith("/"));
  const files = [...new Set([...OF_SYSTEMS, ...named])];
  return [...rootCertificates, ...files.flatMap((file) => readable(file as string) ?? [])];
}

function readable(file: string): string | undefined {
  try {
    return readText(file);
  } catch {
    return undefined; // what can't be read vouches for nobody
  }
}
